// Package schedule knows when steps run, once among many nodes: the calendar of sources, and the jobs that ingest and publish.
package schedule

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"maille/internal/fault"
	"maille/internal/pipeline"
	"maille/internal/release"
)

// Options are what a Scheduler is made of.
type Options struct {
	Pipeline *pipeline.Pipeline // its clock is that of the calendar
	URL      string             // of the database
	Rules    Rules              // of the operator, checked
	Log      *slog.Logger

	Look   time.Duration   // how often the calendar is looked at; 0 means 20 seconds
	Gather time.Duration   // how long a publication waits for more to publish; 0 means 20 seconds, less not at all
	Settle time.Duration   // how long after it began a job may not have said that its node lives; 0 means 30 seconds
	Grace  time.Duration   // how long a job may go on once the scheduler was told to stop; 0 means 30 seconds
	Waits  []time.Duration // after each attempt that failed; nil means backOff
}

// A job that takes longer than longest is taken for one that hangs, and stopped. One that River still takes to run a little later is
// nobody's: a node that dies loses its job earlier, by Rescue.
const (
	longest = 3 * time.Hour
	rescued = longest + 5*time.Minute
)

// Scheduler does what is due, one job at a time. Several, on one node or on many, share a database's jobs.
type Scheduler struct {
	Options
	*Jobs
}

// New makes a scheduler; Run it, then Close it.
func New(ctx context.Context, o Options) (_ *Scheduler, err error) {
	defer fault.Wrap(&err, "schedule.New")
	o.Look, o.Gather = cmp.Or(o.Look, 20*time.Second), cmp.Or(o.Gather, 20*time.Second)
	o.Settle, o.Grace = cmp.Or(o.Settle, 30*time.Second), cmp.Or(o.Grace, 30*time.Second)
	if o.Waits == nil {
		o.Waits = backOff
	}
	pool, err := connect(ctx, o.URL)
	if err != nil {
		return nil, err
	}
	s := &Scheduler{Options: o, Jobs: &Jobs{pool: pool}}
	workers := river.NewWorkers()
	river.AddWorker(workers, &ingester{s: s})
	river.AddWorker(workers, &publisher{s: s})
	s.client, err = river.NewClient(riverpgxv5.New(pool), &river.Config{
		Schema: tables, Workers: workers, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 1}},
		JobTimeout: longest, RescueStuckJobsAfter: rescued, SoftStopTimeout: o.Grace, RetryPolicy: policy{o.Waits}, MaxAttempts: mostAttempts,
		CompletedJobRetentionPeriod: 7 * 24 * time.Hour, CancelledJobRetentionPeriod: 30 * 24 * time.Hour, DiscardedJobRetentionPeriod: 30 * 24 * time.Hour,
		Logger: slog.New(grave{o.Log.Handler()}), ErrorHandler: &teller{o.Log},
	})
	if err != nil {
		pool.Close()
		return nil, err
	}
	return s, nil
}

// Run works until the context ends, then lets the job under way finish for a while. A job that is stopped then, or whose node
// dies, is done again.
func (s *Scheduler) Run(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "schedule.Run")
	if err := s.plan(ctx); err != nil {
		return err
	}
	if err := s.client.Start(ctx); err != nil {
		return explained(err)
	}
	for ctx.Err() == nil {
		if err := errors.Join(s.Due(ctx), s.Rescue(ctx)); err != nil && ctx.Err() == nil {
			s.Log.Error("cannot look for what is due", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(s.Look):
		}
	}
	<-s.client.Stopped()
	return nil
}

// plan writes in the calendar what this instance has, and keeps the dates.
func (s *Scheduler) plan(ctx context.Context) error {
	wanted := groups(s.Pipeline.Registry, s.Pipeline.Place, s.Rules)
	return s.Pipeline.DB.ChangeCalendar(ctx, func(_ context.Context, _ pgx.Tx, before []release.Due) ([]release.Due, error) {
		return planned(wanted, before, s.Pipeline.Now()), nil
	})
}

// Refreshed notes that all but some datasets were looked at, at a time; those are due at once.
func (s *Scheduler) Refreshed(ctx context.Context, at time.Time, failed []string) (err error) {
	defer fault.Wrap(&err, "schedule.Refreshed")
	wanted := groups(s.Pipeline.Registry, s.Pipeline.Place, s.Rules)
	return s.Pipeline.DB.ChangeCalendar(ctx, func(_ context.Context, _ pgx.Tx, before []release.Due) ([]release.Due, error) {
		after := planned(wanted, before, s.Pipeline.Now())
		for i := range after {
			g := &after[i]
			if intersect(g.Datasets, failed) {
				g.Next = at
				continue
			}
			g.Last = at
			g.Next, _ = next(g.Schedule, at)
		}
		return after, nil
	})
}

// Due makes a job of each group whose date has come, and gives it its next date, in one transaction: whichever node does it
// first does it for all.
func (s *Scheduler) Due(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "schedule.Due")
	now := s.Pipeline.Now()
	coming, err := s.Pipeline.DB.Calendar(ctx)
	if err != nil || len(coming) == 0 || coming[0].Next.After(now) {
		return err
	}
	return s.Pipeline.DB.ChangeCalendar(ctx, func(ctx context.Context, tx pgx.Tx, all []release.Due) ([]release.Due, error) {
		for i := range all {
			if g := &all[i]; !g.Next.After(now) {
				if err := s.begin(ctx, tx, g); err != nil {
					return nil, err
				}
				if at, ok := next(g.Schedule, now); ok {
					g.Next = at
				}
			}
		}
		return all, nil
	})
}

// begin makes the job of a group. What is left to be tried again of a date before is in it.
func (s *Scheduler) begin(ctx context.Context, tx pgx.Tx, g *release.Due) error {
	args := ingestArgs{Frequency: g.Frequency, Schedule: g.Schedule, Datasets: g.Datasets}
	waiting, err := s.client.JobListTx(ctx, tx, river.NewJobListParams().Kinds(Ingest).States(rivertype.JobStateRetryable).First(mostListed))
	if err != nil {
		return explained(err)
	}
	for _, row := range waiting.Jobs {
		if old, err := argsOf(row); err != nil || old.Frequency != args.Frequency || old.Schedule != args.Schedule {
			continue
		}
		if _, err := s.client.JobCancelTx(ctx, tx, row.ID); err != nil {
			return explained(err)
		}
	}
	opts := options
	result, err := s.client.InsertTx(ctx, tx, args, &opts)
	if err != nil {
		return explained(err)
	}
	s.Log.Info("due", "frequency", g.Frequency, "schedule", g.Schedule, "job", result.Job.ID, "already", result.UniqueSkippedAsDuplicate)
	return nil
}

// grave keeps River's own log to what an operator must see; what becomes of jobs, teller says.
type grave struct{ slog.Handler }

func (g grave) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelError && g.Handler.Enabled(ctx, level)
}
func (g grave) WithAttrs(attrs []slog.Attr) slog.Handler { return grave{g.Handler.WithAttrs(attrs)} }
func (g grave) WithGroup(name string) slog.Handler       { return grave{g.Handler.WithGroup(name)} }

// teller logs what goes wrong with jobs.
type teller struct{ log *slog.Logger }

// HandleError says why an attempt failed.
func (t *teller) HandleError(ctx context.Context, job *rivertype.JobRow, err error) *river.ErrorHandlerResult {
	said := []any{"id", job.ID, "kind", job.Kind, "attempt", job.Attempt, "of", job.MaxAttempts, "error", err}
	if ctx.Err() != nil {
		t.log.Warn("job stopped", said...)
	} else {
		t.log.Error("job", said...)
	}
	return nil
}

// HandlePanic says where a job panicked.
func (t *teller) HandlePanic(_ context.Context, job *rivertype.JobRow, cause any, trace string) *river.ErrorHandlerResult {
	t.log.Error("panic", "job", job.ID, "kind", job.Kind, "cause", cause, "stack", trace)
	return nil
}
