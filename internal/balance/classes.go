package balance

// Breaks are the upper bounds of classes, rising: class k has what is above Breaks[k-1], and at most Breaks[k].

// QuantileBreaks cuts into k classes of as much weight each; w is nil for one each (then numpy's type 7).
func QuantileBreaks(x, w []float64, k int) []float64 { return nil }

// FisherJenks cuts into the k classes of least squared deviations, exactly, in O(k n log n).
func FisherJenks(x []float64, k int) []float64 { return nil }

// HeadTail cuts at the mean, and again above it, while the head is less than 40 % (Jiang 2013).
func HeadTail(x []float64) []float64 { return nil }
