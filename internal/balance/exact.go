package balance

import "math"

// sum adds numbers without losing any digit, and rounds once: the order in which they come changes nothing. It keeps them as an
// expansion, parts that do not overlap, by rising size (Shewchuk 1997, "Adaptive Precision Floating-Point Arithmetic", theorem 10).
type sum struct {
	parts  []float64
	beyond float64 // sum of what is not finite; 0 when all is
}

func (s *sum) add(x float64) {
	kept := s.parts[:0]
	for _, part := range s.parts {
		total, lost := twoSum(x, part)
		if lost != 0 {
			kept = append(kept, lost)
		}
		x = total
	}
	if math.IsInf(x, 0) || math.IsNaN(x) {
		s.beyond += x
		kept, x = kept[:0], 0
	}
	if x != 0 {
		kept = append(kept, x)
	}
	s.parts = kept
}

// twoSum is a+b, rounded, and what the rounding lost (Knuth).
func twoSum(a, b float64) (total, lost float64) {
	total = a + b
	bPart := total - a
	aPart := total - bPart
	return total, (a - aPart) + (b - bPart)
}

// value is the sum rounded to nearest, ties to even.
func (s *sum) value() float64 {
	if s.beyond != 0 {
		return s.beyond
	}
	n := len(s.parts)
	if n == 0 {
		return 0
	}
	total, lost := s.parts[n-1], 0.0
	for n--; n > 0 && lost == 0; n-- {
		total, lost = twoSum(total, s.parts[n-1])
	}
	// What was lost is half a unit in the last place when doubling it changes the total by just that; the part below then says
	// to which side it really lies.
	if n > 0 && lost != 0 && math.Signbit(lost) == math.Signbit(s.parts[n-1]) {
		if up := total + 2*lost; up-total == 2*lost {
			return up
		}
	}
	return total
}

// sumOf is the sum of n numbers.
func sumOf(n int, at func(i int) float64) float64 {
	var s sum
	for i := range n {
		s.add(at(i))
	}
	return s.value()
}
