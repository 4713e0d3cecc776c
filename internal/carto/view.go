package carto

import (
	"math"

	"maille/internal/geo"
)

// metropole is metropolitan France. A map that reaches from it to the Indian Ocean opens on it.
var metropole = geo.BBox{West: -5.2, South: 41.3, East: 9.6, North: 51.1}

// view is where a map opens; nil where there is nothing to see.
func (m *Map) view() (*[2]float64, *float64) {
	box := m.extent()
	if box == nil {
		return nil, nil
	}
	west, north := geo.WorldPosition(box.West, box.North)
	east, south := geo.WorldPosition(box.East, box.South)
	side := max(east-west, south-north, 1e-6)
	zoom := math.Round(10*math.Log2(1.2/side)) / 10 // so that it takes about 600 pixels, at 512 a tile
	center := [2]float64{round4((box.West + box.East) / 2), round4((box.South + box.North) / 2)}
	zoom = min(max(zoom, float64(m.Layers[0].MinZoom)), 16) // where the ground layer is seen
	return &center, &zoom
}

func round4(f float64) float64 { return math.Round(1e4*f) / 1e4 }

// extent is the box of all layers, or metropolitan France where they hold it and more.
func (m *Map) extent() *geo.BBox {
	var box *geo.BBox
	for i := range m.Layers {
		e := m.Layers[i].Extent
		if e == nil {
			continue
		}
		if box == nil {
			box = &geo.BBox{West: e.West, South: e.South, East: e.East, North: e.North}
			continue
		}
		box.West, box.South, box.East, box.North = min(box.West, e.West), min(box.South, e.South), max(box.East, e.East), max(box.North, e.North)
	}
	if box != nil && box.West < metropole.West-10 && box.East > metropole.East+10 {
		return &metropole
	}
	return box
}
