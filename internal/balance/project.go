package balance

import "math"

// Projection is when a gap would be closed, in steps from the last of the series, at the paces of its own past: an interval, and how far off
// the same rule was before. It is an arithmetic of the past, not a forecast.
type Projection struct {
	Fast, Recent, Slow float64 // steps, Fast ≤ Recent ≤ Slow; NaN where there is none
	Error              float64 // median absolute error, in steps, of the same rule eight steps before; NaN where it could not be tried
	Reason             string  // why there is none: "" or one of the Reason… constants
}

// Reasons why there is no projection, in the order in which they are looked for.
const (
	ReasonComplete = "acheve"             // nothing is left
	ReasonTail     = "queue_deploiement"  // above 98 %: the last premises do not come at the pace of the others
	ReasonShort    = "serie_courte"       // fewer than six points
	ReasonStill    = "sans_progression"   // the slope, or the recent pace, is not above 0
	ReasonFar      = "au_dela_de_dix_ans" // more than forty steps at the recent pace
)

const (
	leastPoints = 6
	tailRate    = 98.0
	farthest    = 40.0
	recentSteps = 4
	trendSteps  = 8
)

// Project looks at what is connectable of how many premises, quarter by quarter; NaN where it is not known, and a step counts only when both
// are.
//
// What is left at the last step known, over the median gain by step of the four steps before it, is Recent; over the lower and the upper quartile
// of the eight steps before (of as many as there are), Slow and Fast: the four are among the eight, so that their median is between. A step that is missing has
// its part of the gain between the two around it; those missing at the end are counted off, down to 0. Slow is NaN alone where the slow pace is not
// above 0, or takes more than forty steps: there is then no latest date. The slope is Theil-Sen's, of the rate over the same eight
// steps.
//
// Error says how far off the same rule was eight steps before the last, whatever it says now: for each step since, up to that at which nothing
// was left, how many steps it would have taken, at the pace that was then recent, to gain what was gained, against how many it took; the
// median of the absolute differences.
func Project(connectable, premises []float64) Projection {
	s := deployment{connectable, premises, nil}
	for i := range connectable {
		if premises[i] > 0 && !math.IsNaN(connectable[i]) {
			s.at = append(s.at, i)
		}
	}
	p := s.project(len(connectable))
	p.Error = s.backtest()
	return p
}

// deployment is a series and the steps at which it is known.
type deployment struct {
	connectable, premises []float64
	at                    []int
}

func (s deployment) project(steps int) Projection {
	p := Projection{math.NaN(), math.NaN(), math.NaN(), math.NaN(), s.reason()}
	if p.Reason != "" {
		return p
	}
	last := s.at[len(s.at)-1]
	left := s.premises[last] - s.connectable[last]
	quartiles := Quantiles(s.gains(trendSteps), nil, 0.25, 0.75)
	p.Recent = left / median(s.gains(recentSteps))
	p.Fast = left / quartiles[1]
	if quartiles[0] > 0 && left/quartiles[0] <= farthest {
		p.Slow = left / quartiles[0]
	}
	missing := float64(steps - 1 - last)
	for _, q := range []*float64{&p.Fast, &p.Recent, &p.Slow} {
		*q = max(0, *q-missing)
	}
	return p
}

func (s deployment) reason() string {
	if len(s.at) == 0 {
		return ReasonShort
	}
	last := s.at[len(s.at)-1]
	left := s.premises[last] - s.connectable[last]
	switch {
	case left <= 0:
		return ReasonComplete
	case s.rate(last) > tailRate:
		return ReasonTail
	case len(s.at) < leastPoints:
		return ReasonShort
	case !(s.slope() > 0):
		return ReasonStill
	}
	switch pace := median(s.gains(recentSteps)); {
	case !(pace > 0):
		return ReasonStill
	case left/pace > farthest:
		return ReasonFar
	}
	return ""
}

func (s deployment) rate(i int) float64 { return 100 * s.connectable[i] / s.premises[i] }

// slope of the rate over the last eight steps: nine points, where none is missing.
func (s deployment) slope() float64 {
	last := s.at[len(s.at)-1]
	rates := nulls(trendSteps + 1)
	for _, i := range s.at {
		if ago := last - i; ago <= trendSteps {
			rates[trendSteps-ago] = s.rate(i)
		}
	}
	return TrendOf(rates).Slope
}

// gains are those of the last steps, at most so many, up to the last that is known.
func (s deployment) gains(most int) []float64 {
	gains := make([]float64, 0, most)
	for k := len(s.at) - 1; k > 0; k-- {
		from, to := s.at[k-1], s.at[k]
		gain := (s.connectable[to] - s.connectable[from]) / float64(to-from)
		for range to - from {
			if len(gains) == most {
				return gains
			}
			gains = append(gains, gain)
		}
	}
	return gains
}

// backtest is the rule at the last step known that is eight steps before the last, or earlier, held against what came.
func (s deployment) backtest() float64 {
	n := len(s.at)
	for n > 0 && s.at[n-1] > s.at[len(s.at)-1]-trendSteps {
		n--
	}
	before := deployment{s.connectable, s.premises, s.at[:n]}
	if before.reason() != "" {
		return math.NaN()
	}
	then, pace := s.at[n-1], median(before.gains(recentSteps))
	var errors []float64
	for _, i := range s.at[n:] {
		gained := s.connectable[i] - s.connectable[then]
		errors = append(errors, math.Abs(gained/pace-float64(i-then)))
		if s.connectable[i] >= s.premises[i] {
			break
		}
	}
	return median(errors)
}
