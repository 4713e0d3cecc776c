package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"maille/internal/fault"
	"maille/internal/release"
)

// Kinds of jobs.
const (
	Ingest  = "ingest"
	Publish = "publish"
)

// ingestArgs are the datasets to bring up to date: those of a group of the calendar, or chosen by someone.
type ingestArgs struct {
	Frequency string   `json:"frequency,omitempty"` // of the group; "" for none
	Schedule  string   `json:"schedule,omitempty"`
	Datasets  []string `json:"datasets"`
}

func (ingestArgs) Kind() string { return Ingest }

// publishArgs tell apart a publication that waits from the one that runs, which began too early to have what came since.
type publishArgs struct {
	Behind int64 `json:"behind,omitempty"` // the job that ran when this one was asked for
}

func (publishArgs) Kind() string { return Publish }

// alone keeps jobs of one kind and the same arguments from being there twice. One that waits to be tried again is not among
// them: it must not keep out the run of the next date, which supersedes it.
var alone = river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
	rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled,
}}

// mostAttempts is how often a job is tried, with the waits of backOff between: nearly two days.
const mostAttempts = 8

var options = river.InsertOpts{MaxAttempts: mostAttempts, UniqueOpts: alone}

// tables is the schema of River's tables.
const tables = "river"

// Jobs are what is to be done, is being done, and was done in the last days.
type Jobs struct {
	pool   *pgxpool.Pool
	client *river.Client[pgx.Tx] // inserts only
}

// Open reaches the jobs of a database; Close them.
func Open(ctx context.Context, url string) (_ *Jobs, err error) {
	defer fault.Wrap(&err, "schedule.Open")
	pool, err := connect(ctx, url)
	if err != nil {
		return nil, err
	}
	client, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Schema: tables})
	if err != nil {
		pool.Close()
		return nil, err
	}
	return &Jobs{pool: pool, client: client}, nil
}

// connect opens connections for River, which listens and cancels in its own way.
func connect(ctx context.Context, url string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the database's address cannot be read").About("MAILLE_DATABASE_URL")
	}
	config.MaxConns = 4
	config.ConnConfig.RuntimeParams["application_name"] = "maille schedule"
	return pgxpool.NewWithConfig(ctx, config)
}

// Close gives every connection back.
func (j *Jobs) Close() { j.pool.Close() }

// Job is one, as people see it.
type Job struct {
	ID        int64
	Kind      string
	Frequency string   // of the group of the calendar that it is of; "" when someone asked for it
	Datasets  []string // of an ingestion; none for all
	State     string   // as River names them
	Attempt   int
	Attempts  int // at most
	Scheduled time.Time
	Ended     time.Time // zero while it is not
	Error     string    // of the last attempt
}

// mostListed is how many jobs River gives at once.
const mostListed = 10_000

// List gives the last jobs, the newest first.
func (j *Jobs) List(ctx context.Context, most int) (jobs []Job, err error) {
	defer fault.Wrap(&err, "schedule.List")
	found, err := j.client.JobList(ctx, river.NewJobListParams().OrderBy(river.JobListOrderByID, river.SortOrderDesc).First(min(most, mostListed)))
	if err != nil {
		return nil, explained(err)
	}
	for _, row := range found.Jobs {
		jobs = append(jobs, shown(row))
	}
	return jobs, nil
}

func shown(row *rivertype.JobRow) Job {
	job := Job{ID: row.ID, Kind: row.Kind, State: string(row.State), Attempt: row.Attempt, Attempts: row.MaxAttempts, Scheduled: row.ScheduledAt.UTC()}
	if args, err := argsOf(row); err == nil {
		job.Frequency, job.Datasets = args.Frequency, args.Datasets
	}
	if row.FinalizedAt != nil {
		job.Ended = row.FinalizedAt.UTC()
	}
	if n := len(row.Errors); n > 0 && row.State != rivertype.JobStateCompleted {
		job.Error = row.Errors[n-1].Error
	}
	return job
}

func argsOf(row *rivertype.JobRow) (args ingestArgs, err error) {
	if row.Kind == Ingest {
		err = json.Unmarshal(row.EncodedArgs, &args)
	}
	return args, err
}

// RunGroup has a group of the calendar brought up to date now.
func (j *Jobs) RunGroup(ctx context.Context, g release.Due) (id int64, fresh bool, err error) {
	return j.run(ctx, ingestArgs{Frequency: g.Frequency, Schedule: g.Schedule, Datasets: g.Datasets})
}

// Run has datasets brought up to date now, or all of them; fresh is false when that was asked for already.
func (j *Jobs) Run(ctx context.Context, names ...string) (id int64, fresh bool, err error) {
	return j.run(ctx, ingestArgs{Datasets: names})
}

func (j *Jobs) run(ctx context.Context, args ingestArgs) (id int64, fresh bool, err error) {
	defer fault.Wrap(&err, "schedule.Run")
	opts := options
	result, err := j.client.Insert(ctx, args, &opts)
	if err != nil {
		return 0, false, explained(err)
	}
	return result.Job.ID, !result.UniqueSkippedAsDuplicate, nil
}

// Retry has a job tried now, once more if it was given up.
func (j *Jobs) Retry(ctx context.Context, id int64) (job Job, err error) {
	defer fault.Wrap(&err, "schedule.Retry %d", id)
	row, err := j.client.JobRetry(ctx, id)
	if err != nil {
		return job, about(id, err)
	}
	if row.State == rivertype.JobStateRunning {
		return job, fault.New(fault.Invalid, "job %d is running", id)
	}
	return shown(row), nil
}

// Cancel ends a job, also while it runs.
func (j *Jobs) Cancel(ctx context.Context, id int64) (job Job, err error) {
	defer fault.Wrap(&err, "schedule.Cancel %d", id)
	row, err := j.client.JobCancel(ctx, id)
	if err != nil {
		return job, about(id, err)
	}
	return shown(row), nil
}

func about(id int64, err error) error {
	var pg *pgconn.PgError
	switch {
	case errors.Is(err, river.ErrNotFound):
		return fault.New(fault.NotFound, "there is no job %d", id)
	case errors.As(err, &pg) && pg.Code == "23505": // unique_violation
		return fault.New(fault.Invalid, "another job does the same as job %d already", id).Because(err)
	}
	return explained(err)
}

// explained gives errors of River their kind.
func explained(err error) error {
	var pg *pgconn.PgError
	var refusal *pgconn.ConnectError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &pg) && (pg.Code == "42P01" || pg.Code == "3F000"): // undefined_table, invalid_schema_name
		return fault.New(fault.Invalid, "the database has no tables of jobs: run maille migrate").About("MAILLE_DATABASE_URL").Because(err)
	case errors.As(err, &pg) && pg.Code == "42501": // insufficient_privilege
		return fault.New(fault.Invalid, "this role may not read or change jobs").About("MAILLE_DATABASE_URL").Because(err)
	case errors.As(err, &refusal), pgconn.SafeToRetry(err), errors.As(err, &pg) && pg.Code[:2] == "57":
		return fault.New(fault.Unavailable, "the database does not answer").Because(err)
	}
	return fmt.Errorf("jobs: %w", err)
}
