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
func buildPolygons(d *dataset.Dataset, features Features, o Options, sink Sink) (done []Zoom, err error) {
	t := d.Tiles()
	if *t.Prerender > deepest {
		return nil, fault.New(fault.Invalid, "polygons have tiles to zoom %d at most", deepest)
	}
	a, err := newAtlas(d, features)
	if err != nil {
		return nil, err
	}
	spools, err := a.spools(t, o)
	defer func() {
		for _, s := range spools {
			err = cmp.Or(err, s.Close())
		}
	}()
	if err != nil {
		return nil, err
	}
	for _, s := range slices.Backward(spools) {
		if s.Tiles == 0 {
			continue
		}
		if err := s.pour(sink); err != nil {
			return nil, err
		}
		done = append(done, s.Zoom)
	}
	return done, nil
}

// drawnAtOnce is how many zooms are drawn at a time: a core for which one has no work finds some in the next one.
const drawnAtOnce = 2

// spools draws the zooms from the last one on, until one is over the budget.
func (a *atlas) spools(t *dataset.Tiles, o Options) (spools []*spool, err error) {
	held := make([]bool, *t.Prerender+1)
	var group errgroup.Group
	var over atomic.Bool
	group.SetLimit(drawnAtOnce)
	stop := make(chan struct{})
	defer close(stop)
	for level := range a.levels(t.MinZoom, *t.Prerender, stop) {
		if over.Load() {
			break
		}
		s, err := newSpool(o.Folder, level.zoom)
		if err != nil {
			return spools, cmp.Or(group.Wait(), err)
		}
		spools = append(spools, s)
		group.Go(func() (err error) {
			held[level.zoom], err = a.hold(s, level, t.Budget)
			if err != nil || !held[level.zoom] {
				over.Store(true)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return spools, err
	}
	for i, s := range spools {
		if !held[s.Zoom.Zoom] { // nor do those count that are further out
			for _, left := range spools[i:] {
				left.Tiles = 0
			}
			break
		}
	}
	return spools, nil
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
// tolerance is then two cells at least. Borders that come to lie on each other there are one, which saves the most. false
// when that is not enough: what is left is what features say and where they are, of which no zoom further out has less in its
// heaviest tile.
func (a *atlas) hold(s *spool, l stage, budget int) (held bool, err error) {
	for every := int32(1); every <= coarsest && !held && err == nil; every *= 2 {
		if err := s.empty(); err != nil {
			return false, err
		}
		if wanted := 2 * float64(every); every > 1 && wanted > l.tolerance {
			l.tolerance = wanted
			l.Coverage = l.thin(units(wanted, l.zoom))
		}
		held, err = a.draw(s, l, every, budget)
	}
	return held, err
}

// draw makes the tiles of a zoom, until one is over the budget.
func (a *atlas) draw(s *spool, l stage, every int32, budget int) (held bool, err error) {
	sheet := a.sheet(l, every)
	held = true
	p := newPress(func(t geo.Tile, gzipped []byte) error {
		if len(gzipped) > budget {
			held = false
			return errOver
		}
		return s.add(t, gzipped)
	})
	err = a.print(sheet, l.zoom, p)
	if err = cmp.Or(err, p.close()); err != nil && held {
		return false, err
	}
	s.Kept, s.Reduced, s.Tolerance = sheet.kept, sheet.reduced, l.tolerance
	if every > 1 {
		s.Cell = int(every)
	}
	return held, nil
}

var errOver = fault.New(fault.Internal, "a tile is over the budget")
