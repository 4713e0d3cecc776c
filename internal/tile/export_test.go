package tile

import "github.com/paulmach/orb"

// Clash says whether two segments have more in common than an end.
func Clash(a, b, c, d orb.Point) bool {
	s := simplifier{Coverage: &Coverage{}}
	ids := map[orb.Point]int32{}
	for _, p := range []orb.Point{a, b, c, d} {
		if _, known := ids[p]; !known {
			ids[p] = int32(len(s.points))
			s.points = append(s.points, p)
		}
		s.chain = append(s.chain, ids[p])
	}
	return s.clash(&segment{from: 0, to: 1}, &segment{from: 2, to: 3})
}
