package schedule

import (
	"context"
	"encoding/json"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"maille/internal/fault"
)

// soon is within what River makes a job available rather than to be tried again, which only its leader sees to.
const soon = 5 * time.Second

// Rescue gives the jobs of nodes that died to those that live. River has no such thing: it cannot tell a job whose node died from
// one that takes its time, and waits until none could take so long.
func (s *Scheduler) Rescue(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "schedule.Rescue")
	running, err := s.client.JobList(ctx, river.NewJobListParams().States(rivertype.JobStateRunning).First(mostListed))
	if err != nil {
		return explained(err)
	}
	for _, row := range running.Jobs {
		if row.AttemptedAt == nil || time.Since(*row.AttemptedAt) < s.Settle {
			continue // it may not have said yet that it lives
		}
		if err := s.Pipeline.DB.Abandoned(ctx, row.ID, func() error { return s.rescue(ctx, row) }); err != nil {
			return err
		}
	}
	return nil
}

// rescue counts the attempt: a job that is the death of each node that tries it ends too.
func (s *Scheduler) rescue(ctx context.Context, row *rivertype.JobRow) error {
	select { // River notes the end of a job a moment after it
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(s.Settle / 4):
	}
	if found, err := s.client.JobGet(ctx, row.ID); err != nil || found.State != rivertype.JobStateRunning || found.Attempt != row.Attempt {
		return explained(err)
	}
	now := time.Now().UTC()
	told, err := json.Marshal(rivertype.AttemptError{At: now, Attempt: row.Attempt, Error: "the program that did this job died"})
	if err != nil {
		return err
	}
	state, at, ended := rivertype.JobStateRetryable, policy{s.Waits}.NextRetry(row), (*time.Time)(nil)
	switch {
	case row.Attempt >= row.MaxAttempts:
		state, at, ended = rivertype.JobStateDiscarded, row.ScheduledAt, &now
	case at.Sub(now) <= soon:
		state = rivertype.JobStateAvailable
	}
	s.Log.Warn("job", "id", row.ID, "kind", row.Kind, "attempt", row.Attempt, "of", row.MaxAttempts, "error", "the program that did it died")
	_, err = s.client.Driver().GetExecutor().JobRescueMany(ctx, &riverdriver.JobRescueManyParams{
		ID: []int64{row.ID}, Error: [][]byte{told}, FinalizedAt: []*time.Time{ended}, ScheduledAt: []time.Time{at}, State: []string{string(state)},
		Schema: tables, StuckHorizon: row.AttemptedAt.Add(time.Microsecond), // this attempt, and none that began since
	})
	return explained(err)
}
