package balance

import (
	"iter"
	"math"
)

// deep is more than the nodes that wait while one is looked at, in a tree of 2^31 positions.
const deep = 40

// within gives the positions whose squared chord is at most so much.
func (t *tree) within(v *vertex, most float64) iter.Seq2[*vertex, float64] {
	return func(yield func(*vertex, float64) bool) {
		if len(t.nodes) == 0 {
			return
		}
		var waiting [deep]int
		for top := 1; top > 0; {
			top--
			i := waiting[top]
			n := &t.nodes[i]
			if n.away2(v) > most {
				continue
			}
			if i < t.inner {
				waiting[top], waiting[top+1] = 2*i+2, 2*i+1
				top += 2
				continue
			}
			for j := n.from; j < n.to; j++ {
				u := &t.vertices[j]
				if chord2 := v.chord2(u); chord2 <= most && !yield(u, chord2) {
					return
				}
			}
		}
	}
}

// nearest is the id of the position with the shortest chord, of several at one position the first; alone says that no other
// position can have a geodesic as short. The tree is not empty.
func (t *tree) nearest(v *vertex) (id int, chord2 float64, alone bool) {
	type branch struct {
		node  int
		away2 float64
	}
	var waiting [deep]branch
	var best *vertex
	chord2, second, enough := math.Inf(1), math.Inf(1), math.Inf(1)
	for top := 1; top > 0; {
		top--
		if waiting[top].away2 > enough {
			continue
		}
		i := waiting[top].node
		if i < t.inner {
			near, other := branch{2*i + 1, t.nodes[2*i+1].away2(v)}, branch{2*i + 2, t.nodes[2*i+2].away2(v)}
			if other.away2 < near.away2 {
				near, other = other, near
			}
			waiting[top], waiting[top+1] = other, near
			top += 2
			continue
		}
		for j := t.nodes[i].from; j < t.nodes[i].to; j++ {
			u := &t.vertices[j]
			switch c := v.chord2(u); {
			case best != nil && u.at == best.at:
				if u.id < best.id {
					best = u
				}
			case c < chord2:
				best, second, chord2 = u, chord2, c
				enough = rivals2(c)
			case c < second:
				second = c
			}
		}
	}
	return int(best.id), chord2, second > enough
}

// rivals2 is the squared chord beyond which no geodesic is shorter than that of a chord, whatever the directions: one bends at
// most as the ellipsoid does where it is roundest, the other at least as where it is flattest.
func rivals2(chord2 float64) float64 {
	const roundest, flattest = polar * polar / equatorial, equatorial * equatorial / polar
	chord := math.Sqrt(chord2)
	if chord < far {
		chord += precise + chord*chord2*(1.1/24)*(1/(roundest*roundest)-1/(flattest*flattest))
		return chord * chord
	}
	longest := 2 * roundest * math.Asin(math.Min(1, chord/(2*roundest)))
	chord = 2*flattest*math.Sin(longest/(2*flattest)) + 1
	return chord * chord
}
