package indicator

import (
	"fmt"
	"math"
	"strconv"

	"maille/internal/fault"
)

// written is a number of a formula, to as many digits as are known of sums, whose last ones are of the order they are made in.
func written(x float64) string {
	if math.IsNaN(x) {
		return explained.Say("null")
	}
	return figure(digits(x, 9), -1)
}

// digits is a number to so many significant digits, or to the unit where it has more.
func digits(x float64, n int) float64 {
	if math.Abs(x) >= math.Pow10(n) {
		return math.Round(x)
	}
	short, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', n, 64), 64)
	return short
}

// scaling is what a ratio is multiplied by, as formulas begin; "" of 1.
func (e *explaining) scaling() string {
	if e.scaled() == 1 {
		return ""
	}
	return written(e.scaled()) + " × "
}

// textOf is a parameter that is no number of its own: a text, a count, or bounds.
func textOf(v any) string {
	if posts, is := v.([2]float64); is {
		return words.Say("portrait.bounds", "low", written(posts[0]), "high", written(posts[1]))
	}
	return fmt.Sprint(v)
}

// quoted is a stranger's text, cut where it is long.
func quoted(text string) string { return strconv.Quote(cut(text)) }

// nearest is what to add about a name that is near another; "" when it is near none.
func meant(wrong string, names []string) string {
	if near := fault.Nearest(wrong, names); near != "" {
		return ", did you mean " + strconv.Quote(near) + "?"
	}
	return ""
}
