package balance

// Trend is how a series of equal steps goes.
type Trend struct {
	Slope, Intercept float64 // Theil-Sen: by step; at the first step (Sen 1968)
	S, VarS, Z, P    float64 // Mann-Kendall, two-sided, with ties (Hipel and McLeod 1994)
	Tau              float64
}

// TrendOf is the trend of a series; NaN is a step that is missing, which keeps its place.
func TrendOf(x []float64) Trend { return Trend{} }

// Projection is when a gap would be closed, in steps from the last one, at the paces of the series' own past: an interval, and how far off
// the same rule was before.
type Projection struct {
	Fast, Recent, Slow float64 // steps; NaN where there is none
	Error              float64 // median absolute error, in steps, of the same rule eight steps before; NaN where it could not be tried
	Reason             string  // why there is none: "" or one of the Reason… constants
}

// Reasons why there is no projection.
const (
	ReasonShort    = "serie_courte"       // fewer than six points
	ReasonTail     = "queue_deploiement"  // above 98 %
	ReasonStill    = "sans_progression"   // the slope is not above 0
	ReasonFar      = "au_dela_de_dix_ans" // more than forty steps
	ReasonComplete = "acheve"
)

// Project looks at what is connectable of how many premises, quarter by quarter; NaN where it is not known.
func Project(connectable, premises []float64) Projection { return Projection{} }
