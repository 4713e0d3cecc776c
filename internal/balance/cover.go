package balance

import (
	"container/heap"
	"iter"
)

// Gain is a place that a cover takes, and what it adds.
type Gain struct {
	Place  int
	Gained float64 // of weight, that no place taken before covers
	Total  float64 // covered in all, what was covered before included
}

// Cover takes, one after the other, at most n of the places which add most weight of origins within a cost of them (greedy
// maximal covering, Church and ReVelle 1974; at least 1-1/e of the best, Nemhauser, Wolsey and Fisher 1978). covered says which
// origins are so before; a place that adds nothing is not taken. Of several that add as much, the first.
func Cover(c Costs, weight []float64, covered []bool, atMost float64, n int) []Gain {
	k := &cover{back: reacherOf(c).reversed(atMost), atMost: atMost, left: make([]float64, c.Origins())}
	var before []float64
	for i, w := range weight[:c.Origins()] {
		switch {
		case !(w > 0):
		case i < len(covered) && covered[i]:
			before = append(before, w)
		default:
			k.left[i] = w
		}
	}
	sum := total(before)
	k.estimate()
	var gains []Gain
	for len(gains) < n {
		best := k.best()
		if best.gain <= 0 {
			break
		}
		sum += best.gain
		gains = append(gains, Gain{int(best.place), best.gain, sum})
		k.take(best.place)
	}
	return gains
}

// cover is lazy: what a place adds can only fall as others are taken, so what it added before is a bound, and few places need be
// looked at again (Minoux, Accelerated greedy algorithms, 1978).
type cover struct {
	back   reacher // from places to origins
	atMost float64
	left   []float64 // weight by origin, 0 once it is covered
	bounds bounds
	found  []reached
	terms  []float64
}

// candidate is a place and what it adds, or added.
type candidate struct {
	place int32
	gain  float64
}

func (a candidate) betterThan(b candidate) bool {
	return a.gain > b.gain || a.gain == b.gain && a.place < b.place
}

// bounds is a heap, the best candidate first.
type bounds []candidate

func (b bounds) Len() int           { return len(b) }
func (b bounds) Less(i, j int) bool { return b[i].betterThan(b[j]) }
func (b bounds) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }
func (b *bounds) Push(x any)        { *b = append(*b, x.(candidate)) }
func (b *bounds) Pop() any {
	last := (*b)[len(*b)-1]
	*b = (*b)[:len(*b)-1]
	return last
}

// estimate is what each place adds at first.
func (k *cover) estimate() {
	gains := sums(k.back, Binary{k.atMost}, func(_, origin int32, weight float64) float64 { return weight * k.left[origin] })
	for place, gain := range gains {
		if gain > 0 {
			k.bounds = append(k.bounds, candidate{int32(place), gain})
		}
	}
	heap.Init(&k.bounds)
}

// best is what a search of all places would find; it is out of the bounds. Rounding may leave a bound a hair below what the place
// adds, so those a hair below are looked at too.
func (k *cover) best() candidate {
	const hair = 1 + 1e-12
	best := candidate{-1, 0}
	var again []candidate
	for len(k.bounds) > 0 && k.bounds[0].gain*hair >= best.gain {
		next := heap.Pop(&k.bounds).(candidate)
		next.gain = k.gain(next.place)
		if next.betterThan(best) {
			best, next = next, best
		}
		if next.gain > 0 {
			again = append(again, next)
		}
	}
	for _, c := range again {
		heap.Push(&k.bounds, c)
	}
	return best
}

func (k *cover) gain(place int32) float64 {
	k.terms = k.terms[:0]
	for origin := range k.origins(place) {
		if w := k.left[origin]; w > 0 {
			k.terms = append(k.terms, w)
		}
	}
	return total(k.terms)
}

func (k *cover) take(place int32) {
	for origin := range k.origins(place) {
		k.left[origin] = 0
	}
}

// origins are those within the cost of a place.
func (k *cover) origins(place int32) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		k.found = k.back.reach(int(place), k.atMost, []float64{k.atMost}, k.found[:0])
		for _, o := range k.found {
			if !yield(o.place) {
				return
			}
		}
	}
}
