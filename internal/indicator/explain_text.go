package indicator

import (
	"math"
	"strconv"

	"maille/internal/fault"
)

// written is a number of a formula; decimals of -1 are all there are.
func written(x float64, decimals int) string {
	if math.IsNaN(x) {
		return explained.Say("null")
	}
	return figure(x, decimals)
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
