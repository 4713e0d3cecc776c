package serve

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"maille/internal/release"
	"maille/internal/store"
)

// state collects what the database knows: how sources, jobs and publications fare. It is read every few seconds at most, however often
// it is asked, and is what it was while the database is away.
type state struct {
	db    *store.DB
	often time.Duration
	mu    sync.Mutex
	read  time.Time // when that was tried last
	up    bool
	seen  seen
}

const (
	stateOften = 5 * time.Second
	stateWait  = 2 * time.Second
)

var (
	databaseUp     = describe("database_up", "Whether the database answered when it was last asked for what follows.")
	sourceGood     = describe("source_last_success_timestamp_seconds", "When a resource of a dataset was last fetched for a version that stood.", "dataset", "resource")
	sourceFailing  = describe("source_failing_since_timestamp_seconds", "Since when a resource cannot be fetched, or is refused; not there while it is good.", "dataset", "resource")
	jobsNow        = describe("jobs", "Jobs of the last days, by kind and state.", "kind", "state")
	jobsOldest     = describe("job_oldest_timestamp_seconds", "Date of the oldest of the jobs that are not done.", "kind", "state")
	publicationAt  = describe("publication_last_timestamp_seconds", "When a publication last was published, unchanged, refused or failed.", "status")
	calendarNext   = describe("calendar_next_timestamp_seconds", "When a group of datasets is due.", "frequency", "schedule")
	calendarLast   = describe("calendar_last_timestamp_seconds", "When a group of datasets was last run to its end.", "frequency", "schedule")
	stateAll       = []*prometheus.Desc{databaseUp, sourceGood, sourceFailing, jobsNow, jobsOldest, publicationAt, calendarNext, calendarLast}
	unfinishedJobs = []string{"available", "pending", "retryable", "running", "scheduled"}
)

// Describe is for the registry.
func (s *state) Describe(into chan<- *prometheus.Desc) {
	for _, d := range stateAll {
		into <- d
	}
}

// Collect gives what was read last, a few seconds ago at most.
func (s *state) Collect(into chan<- prometheus.Metric) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.read) >= s.often {
		ctx, cancel := context.WithTimeout(context.Background(), stateWait)
		now, err := look(ctx, s.db)
		cancel()
		if s.read, s.up = time.Now(), err == nil; s.up {
			s.seen = now
		}
	}
	gather := gatherer(into)
	gather.gauge(databaseUp, map[bool]float64{true: 1}[s.up])
	s.seen.collect(gather)
}

// seen is what the database knew.
type seen struct {
	sources  map[string][]release.Source
	jobs     []store.JobCount
	attempts map[string]time.Time
	calendar []release.Due
}

func look(ctx context.Context, db *store.DB) (now seen, err error) {
	if now.sources, err = db.Sources(ctx); err != nil {
		return now, err
	}
	if now.jobs, err = db.JobCounts(ctx); err != nil {
		return now, err
	}
	if now.attempts, err = db.LastAttempts(ctx); err != nil {
		return now, err
	}
	now.calendar, err = db.Calendar(ctx)
	return now, err
}

func (s *seen) collect(gather gatherer) {
	for dataset, resources := range s.sources {
		for _, r := range resources {
			resource := strconv.Itoa(r.Resource)
			if !r.LastGood.IsZero() {
				gather.gauge(sourceGood, seconds(r.LastGood), dataset, resource)
			}
			if !r.FailingSince.IsZero() {
				gather.gauge(sourceFailing, seconds(r.FailingSince), dataset, resource)
			}
		}
	}
	for _, j := range s.jobs {
		gather.gauge(jobsNow, float64(j.Jobs), j.Kind, j.State)
		if slices.Contains(unfinishedJobs, j.State) {
			gather.gauge(jobsOldest, seconds(j.Oldest), j.Kind, j.State)
		}
	}
	for status, at := range s.attempts {
		gather.gauge(publicationAt, seconds(at), status)
	}
	for _, g := range s.calendar {
		gather.gauge(calendarNext, seconds(g.Next), g.Frequency, g.Schedule)
		if !g.Last.IsZero() {
			gather.gauge(calendarLast, seconds(g.Last), g.Frequency, g.Schedule)
		}
	}
}
