package schedule

import (
	"math/rand/v2"
	"time"

	"github.com/riverqueue/river/rivertype"
)

// backOff is how long to wait after each attempt that failed: a publisher that is away for a moment, for the morning, for a
// day.
var backOff = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour, 12 * time.Hour, 24 * time.Hour}

// policy is River's way to ask when a job is tried again. A tenth more or less keeps instances from asking a publisher at once.
type policy struct {
	waits []time.Duration
}

// NextRetry is by the real clock, as River's own dates are.
func (p policy) NextRetry(job *rivertype.JobRow) time.Time {
	wait := p.waits[min(max(job.Attempt, 1), len(p.waits))-1]
	return time.Now().Add(time.Duration(float64(wait) * (0.9 + 0.2*rand.Float64())))
}
