package balance

import (
	"math"
	"math/rand/v2"
	"sync"
)

// vertex is a position in space, in metres from the centre of the Earth. A chord between two is never longer than the geodesic,
// knows no antimeridian and no pole, and costs no trigonometry.
type vertex struct {
	at     [3]float64
	radius float64 // of curvature, but for the direction (see along)
	id     int32
}

func inSpace(p Point, id int) vertex {
	phi, lambda := ofDegrees(p.Lat), ofDegrees(p.Lon)
	n := equatorial / math.Sqrt(1-flattening*(2-flattening)*phi.sin*phi.sin)
	across, z := n*phi.cos, n*squash*squash*phi.sin
	const stretch = 1 / (squash * squash * squash * squash)
	return vertex{[3]float64{across * lambda.cos, across * lambda.sin, z}, math.Sqrt(across*across + z*z*stretch), int32(id)}
}

func (v *vertex) chord2(o *vertex) float64 {
	x, y, z := v.at[0]-o.at[0], v.at[1]-o.at[1], v.at[2]-o.at[2]
	return x*x + y*y + z*z
}

// along is the geodesic of a chord: of an arc of a circle with the curvature that the ellipsoid has in the direction of the chord
// (Euler), at the mean of its ends. It is off by less than a micrometre at 20 km and by some tens at 100 km.
func (v *vertex) along(o *vertex, chord2 float64) float64 {
	if chord2 == 0 {
		return 0
	}
	z := v.at[2] - o.at[2]
	bend := 2 * (chord2 + second2*z*z) / (v.radius + o.radius)
	turn2 := bend * bend / chord2 // the square of the chord over the radius
	return math.Sqrt(chord2) * (1 + turn2*(1./24+turn2*(3./640)))
}

const (
	leaf   = 12     // positions that are looked at one by one
	single = 20_000 // positions that one core indexes
)

// tree is a k-d tree: each node has a box and a range of positions, of which its children 2i+1 and 2i+2 have a half each.
type tree struct {
	vertices []vertex
	nodes    []node
	inner    int // nodes from this one on are leaves
}

type node struct {
	low, high [3]float64
	from, to  int32
}

func newTree(vertices []vertex) *tree {
	t := &tree{vertices: vertices}
	if len(vertices) == 0 {
		return t
	}
	for leaves := 1; (len(vertices)-1)/leaves >= leaf; leaves *= 2 {
		t.inner = 2*leaves - 1
	}
	t.nodes = make([]node, 2*t.inner+1)
	t.build(0, 0, len(vertices))
	return t
}

func (t *tree) build(i, from, to int) {
	n := node{from: int32(from), to: int32(to), low: t.vertices[from].at, high: t.vertices[from].at}
	for _, v := range t.vertices[from:to] {
		for d, c := range v.at {
			n.low[d], n.high[d] = min(n.low[d], c), max(n.high[d], c)
		}
	}
	t.nodes[i] = n
	if i >= t.inner {
		return
	}
	widest := 0
	for d := range 3 {
		if n.high[d]-n.low[d] > n.high[widest]-n.low[widest] {
			widest = d
		}
	}
	middle := (from + to) / 2
	halve(t.vertices[from:to], middle-from, widest)
	if to-from < single {
		t.build(2*i+1, from, middle)
		t.build(2*i+2, middle, to)
		return
	}
	var half sync.WaitGroup
	half.Go(func() { t.build(2*i+1, from, middle) })
	t.build(2*i+2, middle, to)
	half.Wait()
}

// halve puts before position k what is not beyond it in a dimension (Hoare's selection, its pivots drawn so that no order of rows
// makes it slow).
func halve(vertices []vertex, k, d int) {
	draw := rand.New(rand.NewPCG(uint64(len(vertices)), 0))
	for low, high := 0, len(vertices)-1; low < high; {
		pivot := vertices[low+draw.IntN(high-low+1)]
		i, j := low, high
		for i <= j {
			for before(&vertices[i], &pivot, d) {
				i++
			}
			for before(&pivot, &vertices[j], d) {
				j--
			}
			if i <= j {
				vertices[i], vertices[j] = vertices[j], vertices[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			high = j
		case k >= i:
			low = i
		default:
			return
		}
	}
}

func before(a, b *vertex, d int) bool {
	return a.at[d] < b.at[d] || a.at[d] == b.at[d] && a.id < b.id
}

// away2 is the square of the distance from a position to the box.
func (n *node) away2(v *vertex) float64 {
	sum := 0.0
	for d, c := range v.at {
		out := max(n.low[d]-c, c-n.high[d], 0)
		sum += out * out
	}
	return sum
}
