package indicator

import (
	"context"
	"math"

	"maille/internal/balance"
	"maille/internal/fault"
)

// accessVersion is that of the methods "acces" and "acces-offres".
const accessVersion = "1.0.0"

// accessParameters is what a descriptor says of how access is measured, in metres.
type accessParameters struct {
	Detour  float64   `json:"detour"`   // by which a straight line is multiplied, before thresholds
	Radii   []float64 `json:"seuils_m"` // rising; the columns …_5km, …_10km, …_20km
	Steps   []step    `json:"paliers"`
	Per     float64   `json:"pour"`                // inhabitants that an access is of
	Halo    float64   `json:"halo_m"`              // by road: nearer than that to the limit of what is known, something may be missing
	Evening float64   `json:"soir_h"`              // when office hours end
	Outside float64   `json:"hors_bureau_minutes"` // of a week that make a place open outside office hours
	Secret  int64     `json:"secret_sous"`         // people on cells, fewer than which are not told apart
}

type step struct {
	Upto   float64 `json:"jusqua_m"`
	Weight float64 `json:"poids"`
}

// mid is which radius services and hours are counted within: that of the columns …_10km.
const mid = 1

// accessParameters are those of the dataset, checked.
func (c *computation) accessParameters() (p accessParameters, err error) {
	if err := c.parameters(&p); err != nil {
		return p, err
	}
	if !(p.Detour >= 1) || len(p.Radii) <= mid || !(p.Per > 0) || !(p.Halo >= 0) || !(p.Evening > 0) || len(p.Steps) == 0 || !p.rising() {
		return p, fault.New(fault.Invalid, "datasets/%s.json: computed.parameters: a detour from 1, at least %d rising radii, rising steps, amounts above 0", c.d.Name, mid+1).About(c.d.Name)
	}
	return p, nil
}

func (p *accessParameters) rising() bool {
	last := 0.0
	for _, r := range p.Radii {
		if !(r > last) || math.IsInf(r, 0) {
			return false
		}
		last = r
	}
	last = 0
	for _, s := range p.Steps {
		if !(s.Upto > last) || !(s.Weight > 0 && s.Weight <= 1) {
			return false
		}
		last = s.Upto
	}
	return true
}

// decay is the weights of the catchment; stretched is by how much its radius is.
func (p *accessParameters) decay(stretched float64) balance.Steps {
	var w balance.Steps
	for _, s := range p.Steps {
		w = append(w, balance.Step{Upto: s.Upto * stretched, Weight: s.Weight})
	}
	return w
}

// farthest is the greatest distance at which anything is counted.
func (p *accessParameters) farthest() float64 {
	return max(p.Radii[len(p.Radii)-1], p.Steps[len(p.Steps)-1].Upto)
}

// computeAccess makes "acces": a row a commune.
func computeAccess(ctx context.Context, c *computation) error {
	p, err := c.accessParameters()
	if err != nil {
		return err
	}
	g, err := c.ground(ctx, p, nil)
	if err != nil {
		return err
	}
	found, err := g.measure(ctx)
	if err != nil {
		return err
	}
	return c.accessRows(ctx, g, found)
}

// computeOffers makes "acces-offres": a row a commune and offer.
func computeOffers(ctx context.Context, c *computation) error {
	p, err := c.accessParameters()
	if err != nil {
		return err
	}
	g, err := c.ground(ctx, p, nil)
	if err != nil {
		return err
	}
	found, err := g.measureOffers(ctx)
	if err != nil {
		return err
	}
	return c.offerRows(ctx, g, found)
}
