package indicator

import (
	"fmt"
	"math"
	"slices"

	"maille/internal/fault"
)

// Question is what is asked of the communes of a territory: conditions that all hold.
type Question struct {
	Territory  Territory
	Population Range   // inhabitants
	Measure    Measure // of the rate
	Rate       Range   // %
	Trip       Trip
	Distance   Range   // m, to the nearest place
	Radius     float64 // m: nobody has a place within it; 0 for no such condition
	Short      *bool   // sous_dote
	Double     *bool   // double_peine
	Quadrant   string  // "" for any
	ByCode     bool    // the rows are in the order of their codes rather than of their names
}

// Range is from a value to another, both in it; NaN leaves an end open.
type Range struct{ From, To float64 }

// Everything is the range that is no condition.
var Everything = Range{math.NaN(), math.NaN()}

// IsOpen says whether the range is no condition.
func (r Range) IsOpen() bool { return math.IsNaN(r.From) && math.IsNaN(r.To) }

// has is whether a value is in the range; of null it is not known.
func (r Range) has(x float64) truth {
	switch {
	case math.IsNaN(x):
		return unknown
	case x < r.From || x > r.To:
		return no
	}
	return yes
}

// Measure is which of the three rates of coverage is meant. They count premises each in its own way, and are never mixed.
type Measure string

// Measures are those that may be asked, the usual one first.
var Measures = []Measure{"cartefibre", "mci", "anct"}

// Departure is from where a distance is measured: four answers that differ, which sentences name.
type Departure string

const (
	FromPeople   Departure = "population" // mean of where people live: cells of the grid, or the commune's representative point
	FromTownHall Departure = "mairie"
	FromLimit    Departure = "limite" // the commune's nearest boundary; 0 when a place is inside
)

// Departures are those that may be asked, the usual one first.
var Departures = []Departure{FromPeople, FromTownHall, FromLimit}

// Trip says to what places, from where, and along what line.
type Trip struct {
	From     Departure
	Straight bool  // as the crow flies, rather than estimated by road
	Offer    Offer // which places count
}

// Radii are the distances beyond which tables count people, in metres: a condition on a radius is on one of these.
var Radii = []float64{5000, 10_000, 20_000}

// Quadrants are the values of the quadrant of a commune.
var Quadrants = []string{"reseau_haut_offre_haute", "reseau_haut_offre_basse", "reseau_bas_offre_haute", "reseau_bas_offre_basse"}

// Check refuses a question that nothing published answers, about the parameter that makes it so.
func (q *Question) Check() error {
	if err := q.ranges(); err != nil {
		return err
	}
	if q.Radius != 0 {
		if err := q.radius(); err != nil {
			return err
		}
	}
	if q.Trip.Offer.OutOfHours && (q.Trip.From != FromPeople || q.Trip.Straight) {
		return fault.New(fault.Invalid, "hors_bureau: distances to places that open in the evening or at the week-end are published from where people live, by road; leave depuis and vol_oiseau out").About("hors_bureau")
	}
	if q.Trip.From == FromLimit && (q.Trip.Straight || !q.Trip.Offer.IsAny()) {
		return fault.New(fault.Invalid, "depuis: from the boundary, distances are known to places of any kind, by road; leave vol_oiseau, service, public, programme and hors_bureau out, or ask from population or mairie").About("depuis")
	}
	return nil
}

// ranges refuses those that hold nothing.
func (q *Question) ranges() error {
	for _, r := range []struct {
		name string
		Range
	}{{"population", q.Population}, {"taux", q.Rate}, {"distance", q.Distance}} {
		if r.From > r.To {
			return fault.New(fault.Invalid, "%s_max: it is below %s_min", r.name, r.name).About(r.name + "_max")
		}
	}
	return nil
}

func (q *Question) radius() error {
	offered := !q.Trip.Offer.IsAny()
	switch {
	case !slices.Contains(Radii, q.Radius):
		return fault.New(fault.Invalid, "rayon: people are counted beyond %s m; /portee counts them beyond any radius, for a département", fmt.Sprint(Radii)).About("rayon")
	case q.Trip.From != FromPeople:
		return fault.New(fault.Invalid, "rayon: people are counted from where they live; leave depuis out").About("rayon")
	case q.Trip.Offer.OutOfHours || offered && (q.Radius != 10_000 || q.Trip.Straight):
		return fault.New(fault.Invalid, "rayon: for some places only, people are counted beyond 10000 m by road, by service, public or programme").About("rayon")
	}
	return nil
}

// truth has three values: a condition on what is null is neither true nor false (Kleene 1952).
type truth uint8

const (
	no truth = iota
	unknown
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}
