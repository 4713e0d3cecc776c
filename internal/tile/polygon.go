package tile

import (
	"cmp"
	"math"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
)

// buildPolygons makes the tiles of all zooms from the last to the first one: NewCoverage, then for each zoom thin, snap,
// assemble, clip and print. It holds the vertices of all borders once, what three zooms keep of them, what is drawn of two
// zooms, encoded, and the properties; tiles are in files. For 35 357 communes of 2.2 million vertices, of which 1.2 million are
// different, that is 350 MB of heap at most.
func buildPolygons(d *dataset.Dataset, features Features, o Options) (spools []*spool, err error) {
	t := d.Tiles()
	if *t.Prerender > deepest {
		return nil, fault.New(fault.Invalid, "polygons have tiles to zoom %d at most", deepest)
	}
	a, err := newAtlas(d, features, o.Stop)
	if err != nil {
		return nil, err
	}
	spools, err = a.spools(t, o)
	slices.Reverse(spools)
	return spools, err
}

// drawnAtOnce is how many zooms are drawn at a time: a core for which one has no work finds some in the next one.
const drawnAtOnce = 2

// spools draws the zooms from the last one on.
func (a *atlas) spools(t *dataset.Tiles, o Options) (spools []*spool, err error) {
	var group errgroup.Group
	var failed atomic.Bool
	group.SetLimit(drawnAtOnce)
	stop := make(chan struct{})
	defer close(stop)
	for level := range a.levels(t.MinZoom, *t.Prerender, stop) {
		if failed.Load() {
			break
		}
		s, err := newSpool(o, level.zoom)
		if err != nil {
			return spools, cmp.Or(group.Wait(), err)
		}
		spools = append(spools, s)
		group.Go(func() (err error) {
			if err = a.hold(s, level, t.Budget); err != nil {
				failed.Store(true)
			}
			return err
		})
	}
	return spools, cmp.Or(group.Wait(), a.stop())
}

// Tolerances, in units. Maps show 8 units as a pixel, or 4 where pixels are small: half a pixel is not seen. The last zoom
// is stretched when one goes nearer, and keeps what two more would show.
const (
	tolerance     = 4
	lastTolerance = 1
)

// coarsest is the last grid that is tried for a zoom that has a tile over the budget, in units: 2 pixels.
const coarsest = 16

// stage is the coverage at a zoom.
type stage struct {
	zoom      int
	tolerance float64 // in units
	bare      bool    // without properties that may go
	*Coverage
}

// levels thins the coverage from the last zoom to the first one, each from the one before, while that one is drawn. What it
// leaves out is so within twice the tolerance.
func (a *atlas) levels(first, last int, stop <-chan struct{}) <-chan stage {
	levels := make(chan stage)
	go func() {
		defer close(levels)
		l := stage{Coverage: a.coverage}
		for l.zoom = last; l.zoom >= first; l.zoom-- {
			l.tolerance = tolerance
			if l.zoom == last {
				l.tolerance = lastTolerance
			}
			l.Coverage = l.thin(units(l.tolerance, l.zoom))
			if l.stopped() {
				return
			}
			select {
			case levels <- l:
			case <-stop:
				return
			}
		}
	}()
	return levels
}

// units is so many of a zoom's units as a part of the world's side.
func units(n float64, zoom int) float64 { return math.Ldexp(n/Extent, -zoom) }

// hold makes a zoom within the budget, coarser as long as it has to be: on a grid twice as wide each time, of which the
// tolerance is then two cells at least. Borders that come to lie on each other there are one, which saves the most. Should
// that not be enough, what weighs is what features say, and it is tried without. A zoom that is over the budget says nothing
// of those further out, where there is more in a tile, but features may say less: see Tiles.From.
func (a *atlas) hold(s *spool, l stage, budget int) error {
	finest := l
	for {
		for every := int32(1); every <= coarsest; every *= 2 {
			if wanted := 2 * float64(every); every > 1 && wanted > l.tolerance {
				l.tolerance = wanted
				l.Coverage = l.thin(units(wanted, l.zoom))
			}
			if err := a.draw(s, l, every, budget); err != nil || s.held {
				return err
			}
		}
		if l.bare || len(a.spare(l.zoom)) == 0 {
			return nil
		}
		l = finest
		l.bare = true
	}
}

// draw makes the tiles of a zoom, until one is over the budget.
func (a *atlas) draw(s *spool, l stage, every int32, budget int) error {
	if err := s.empty(); err != nil {
		return err
	}
	sheet, err := a.sheet(l, every)
	if err != nil {
		return err
	}
	over := false
	p := newPress(a.stop, func(t geo.Tile, gzipped []byte) error {
		if len(gzipped) > budget {
			over = true
			s.over = LeftOut{Where: t.String(), Bytes: int64(len(gzipped))}
			return errOver
		}
		return s.add(t, gzipped)
	})
	err = a.print(sheet, l, p)
	if err = cmp.Or(err, p.close()); err != nil && !over {
		return err
	}
	s.held, s.Kept, s.Reduced, s.Tolerance = !over, sheet.kept, sheet.reduced, l.tolerance
	if every > 1 {
		s.Cell = int(every)
	}
	if l.bare {
		s.Without = a.spare(l.zoom)
	}
	return a.stop()
}

// spare are the properties of a zoom that may go.
func (a *atlas) spare(zoom int) (names []string) {
	for _, c := range a.columns {
		if c.drawn && c.spareAt(zoom) {
			names = append(names, c.Name)
		}
	}
	return names
}

var errOver = fault.New(fault.Internal, "a tile is over the budget")
