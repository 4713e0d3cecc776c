package pipeline

import (
	"maille/internal/dataset"
	"maille/internal/tile"
)

// logTiles says what became of the features in tiles: a line for all, one for each zoom, and a warning for each zoom that
// the budget takes properties from, or tiles.
func (p *Pipeline) logTiles(file string, d *dataset.Dataset, r *tile.Report) {
	tiles, heaviest := int64(0), tile.Zoom{}
	for _, z := range r.Zooms {
		tiles += z.Tiles
		if z.Heaviest > heaviest.Heaviest {
			heaviest = z
		}
		p.Log.Debug("tiles", "file", file, "zoom", z.Zoom, "tiles", z.Tiles, "kept", z.Kept, "reduced", z.Reduced, "merged", z.Merged, "points", z.Points,
			"cell", z.Cell, "tolerance", z.Tolerance, "bytes", z.Bytes, "heaviest", z.Heaviest, "where", z.Where)
	}
	p.Log.Info("tiles", "file", file, "features", r.Features, "unlocated", r.Unlocated, "tiles", tiles, "heaviest", heaviest.Heaviest, "where", heaviest.Where)
	for _, z := range r.Zooms {
		if len(z.Without) > 0 {
			p.Log.Warn("tiles lack properties: the budget has no room for them", "file", file, "zoom", z.Zoom, "without", z.Without, "budget", d.Tiles().Budget)
		}
	}
	for _, l := range r.LeftOut {
		p.Log.Warn("tiles left out: a zoom is not within the budget, or parted from the others", "file", file, "zoom", l.Zoom, "where", l.Where, "bytes", l.Bytes, "budget", d.Tiles().Budget)
	}
}
