package tile

import "slices"

// slab keeps rings until it is reset, and then their room.
type slab struct {
	pixels []pixel
	rings  [][]pixel
	from   int // where the open ring begins in pixels
}

func (s *slab) reset() { s.pixels, s.rings, s.from = s.pixels[:0], s.rings[:0], 0 }

// open begins a ring of so many pixels or fewer. Rings that are there stay where they are.
func (s *slab) open(most int) {
	if cap(s.pixels)-len(s.pixels) < most {
		s.pixels = make([]pixel, 0, max(2*cap(s.pixels), most, 1024))
	}
	s.from = len(s.pixels)
}

func (s *slab) add(p pixel) { s.pixels = append(s.pixels, p) }

// ring is the open one.
func (s *slab) ring() []pixel { return s.pixels[s.from:len(s.pixels):len(s.pixels)] }

// close ends a ring; one of no pixels is none.
func (s *slab) close() {
	if r := s.ring(); len(r) > 0 {
		s.rings = append(s.rings, r)
	}
}

// cloned is polygons that stay when what they were made in is used again.
func cloned(polygons []polygon) (all []polygon) {
	for _, p := range polygons {
		var rings polygon
		for _, r := range p {
			rings = append(rings, slices.Clone(r))
		}
		all = append(all, rings)
	}
	return all
}
