package schedule

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"maille/internal/fault"
	"maille/internal/pipeline"
)

// leftKey is where a job keeps the datasets that it has still to do.
const leftKey = "left"

// ingester brings datasets up to date.
type ingester struct {
	river.WorkerDefaults[ingestArgs]
	s *Scheduler
}

// Work ingests; what failed, or could not be fetched, is tried again by itself.
func (w *ingester) Work(ctx context.Context, job *river.Job[ingestArgs]) error {
	p, begin := w.s.Pipeline, w.s.Pipeline.Now()
	names, some := w.known(job.Args.Datasets, left(job.JobRow))
	if !some {
		return nil
	}
	var outcomes []pipeline.Outcome
	err := p.DB.DoJob(ctx, job.ID, func(ctx context.Context) (err error) {
		if outcomes, err = w.ingest(ctx, names); err == nil {
			err = w.publish(ctx)
		}
		return err
	})
	if err != nil {
		return stopped(ctx, err)
	}
	failed, reasons := troubled(outcomes)
	if len(failed) > 0 {
		if err := river.MetadataSet(ctx, leftKey, failed); err != nil {
			return err
		}
		return fault.New(fault.Unavailable, "%s", strings.Join(reasons, "; "))
	}
	return p.DB.Ran(ctx, job.Args.Frequency, job.Args.Schedule, begin)
}

// ingest takes along what is in no group of the calendar, and has no version yet.
func (w *ingester) ingest(ctx context.Context, names []string) ([]pipeline.Outcome, error) {
	if len(names) > 0 {
		unmade, err := w.s.Pipeline.Unmade(ctx)
		if err != nil {
			return nil, err
		}
		names = append(names, unmade...)
	}
	return w.s.Pipeline.Ingest(ctx, names...)
}

// known are the datasets to do that the instance still has; some is false when there were, and none is left.
func (w *ingester) known(asked, left []string) (names []string, some bool) {
	if len(left) > 0 {
		asked = left
	}
	for _, name := range asked {
		if w.s.Pipeline.Registry.Get(name) != nil {
			names = append(names, name)
		} else {
			w.s.Log.Warn("not ingested: this instance no longer describes it", "dataset", name)
		}
	}
	return names, len(asked) == 0 || len(names) > 0
}

func left(job *rivertype.JobRow) []string {
	var kept map[string]json.RawMessage
	var names []string
	if json.Unmarshal(job.Metadata, &kept) != nil || json.Unmarshal(kept[leftKey], &names) != nil {
		return nil
	}
	return names
}

// troubled are the datasets that are worth another attempt: those that failed, were refused, or had a resource whose publisher
// does not answer. A resource that is not there, which its publisher says, waits for the next date.
func troubled(outcomes []pipeline.Outcome) (names, reasons []string) {
	for _, o := range outcomes {
		why := ""
		if o.Err != nil {
			why = fault.Message(o.Err)
		}
		for _, m := range o.Missing {
			if why == "" && !m.Absent && fault.KindOf(m.Err) == fault.Unavailable {
				why = m.Reason
			}
		}
		if why != "" {
			names, reasons = append(names, o.Dataset), append(reasons, o.Dataset+": "+why)
		}
	}
	return names, reasons
}

// Troubled are the datasets of a run that the scheduler would try again.
func Troubled(outcomes []pipeline.Outcome) []string {
	names, _ := troubled(outcomes)
	return names
}

// publish asks for a publication when there is something to publish, a moment later, so that what other jobs bring meanwhile is
// in it. One that waits already will do; one that runs will not.
func (w *ingester) publish(ctx context.Context) error {
	pending, err := w.s.Pipeline.Pending(ctx)
	if err != nil || !pending {
		return err
	}
	opts := options
	if w.s.Gather > 0 {
		opts.ScheduledAt = time.Now().Add(w.s.Gather)
	}
	for args := (publishArgs{}); ; {
		result, err := w.s.client.Insert(ctx, args, &opts)
		switch {
		case err != nil:
			return explained(err)
		case !result.UniqueSkippedAsDuplicate || result.Job.State != rivertype.JobStateRunning:
			return nil
		}
		args.Behind = result.Job.ID
	}
}

// publisher makes a release.
type publisher struct {
	river.WorkerDefaults[publishArgs]
	s *Scheduler
}

// Work publishes. What a check refuses is refused again until data change: it waits for the next ingestion.
func (w *publisher) Work(ctx context.Context, job *river.Job[publishArgs]) error {
	err := w.s.Pipeline.DB.DoJob(ctx, job.ID, func(ctx context.Context) error {
		_, _, err := w.s.Pipeline.Publish(ctx)
		return err
	})
	if fault.KindOf(err) == fault.Refused {
		return river.JobCancel(err)
	}
	return stopped(ctx, err)
}

// stopped has River see that a job ended because it was told to, which is no attempt that failed, whatever broke on the way.
func stopped(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", context.Cause(ctx), err)
	}
	return err
}

func intersect(a, b []string) bool {
	return slices.ContainsFunc(a, func(one string) bool { return slices.Contains(b, one) })
}
