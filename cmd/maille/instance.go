package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"maille/datasets"
	"maille/internal/blob"
	"maille/internal/fault"
	"maille/internal/localpg"
	"maille/internal/pipeline"
	"maille/internal/schedule"
	"maille/internal/source"
	"maille/internal/store"
	"maille/migrations"
)

// instance is what the commands work with: a database, and what they build on it.
type instance struct {
	*config
	log     *slog.Logger
	cluster *localpg.Cluster // nil with a real server
	url     string
	closers []func() error
	metrics net.Listener // of /metrics alone; nil for none
	hidden  bool         // the address of the service does not answer /metrics
	out     progress
}

// open finds the database: the real one that the configuration names, or a private cluster in the data folder.
func (c *config) open(cmd *cobra.Command) (_ *instance, err error) {
	in := &instance{config: c, url: c.database, out: newProgress(cmd.ErrOrStderr())}
	in.log = c.logger(cmd, in.out.level())
	if in.url != "" {
		return in, nil
	}
	step := in.out.Step("PostgreSQL", 0)
	defer step.Done()
	if in.cluster, err = in.startCluster(cmd.Context()); err != nil {
		return nil, err
	}
	in.closers = append(in.closers, func() error { return in.cluster.Close() }) // the one that runs then
	in.url = in.cluster.URL()
	in.log.Info("database", "port", in.cluster.Port())
	return in, nil
}

// openStanding is for commands on what was published: they make no cluster in a folder that has none, such as one that is mistyped.
func (c *config) openStanding(cmd *cobra.Command) (*instance, error) {
	if c.database == "" {
		if _, err := os.Stat(filepath.Join(c.Data, "pg")); errors.Is(err, fs.ErrNotExist) {
			return nil, fault.New(fault.Invalid, "there is no database in %s: nothing was ingested there; is --data right?", c.Data).About("--data")
		}
	}
	return c.open(cmd)
}

func (in *instance) startCluster(ctx context.Context) (*localpg.Cluster, error) {
	return localpg.Start(ctx, localpg.Options{Dir: filepath.Join(in.Data, "pg"), Logger: in.log})
}

// keepCluster starts the private cluster again when it died under a program that serves, until the context ends.
func (in *instance) keepCluster(ctx context.Context, alive func(context.Context) error) {
	const often = 3 * time.Second
	for in.cluster != nil && ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case <-time.After(often):
		}
		if alive(ctx) == nil || ctx.Err() != nil {
			continue
		}
		next, err := in.startCluster(ctx) // adopts it when it only was slow to answer
		if err == nil {
			err = in.cluster.Close() // next uses it too, so it goes on
			in.cluster = next
		}
		if err != nil && ctx.Err() == nil {
			in.log.Error("the private database is away", "error", err)
		}
	}
}

// close gives back what was opened, the last first.
func (in *instance) close(err *error) {
	for i := len(in.closers) - 1; i >= 0; i-- {
		*err = errors.Join(*err, in.closers[i]())
	}
}

func (in *instance) migrate(ctx context.Context) ([]string, error) {
	db, err := store.Open(ctx, in.url, store.Options{Connections: 1}) // says in a sentence that nobody answers
	if err != nil {
		return nil, err
	}
	db.Close()
	applied, err := store.Migrate(ctx, in.url, migrations.Files)
	for _, name := range applied {
		in.log.Info("migrate", "applied", name)
	}
	if err != nil {
		return applied, err
	}
	return applied, schedule.Migrate(ctx, in.url, in.log)
}

func (in *instance) store(ctx context.Context, o store.Options) (*store.DB, error) {
	o.Log = in.log
	db, err := store.Open(ctx, in.url, o)
	if err == nil {
		in.closers = append(in.closers, func() error { db.Close(); return nil })
	}
	return db, err
}

// blobs opens the store of files. Who may write in a bucket is in the environment, as all tools of S3 have it.
func (in *instance) blobs(ctx context.Context) (blob.Store, error) {
	if strings.HasPrefix(in.Objects, "s3:") {
		return blob.OpenBucket(ctx, blob.BucketOptions{Address: in.Objects, Temporary: filepath.Join(in.Data, "tmp"), UserAgent: "maille/" + version,
			Key: os.Getenv("AWS_ACCESS_KEY_ID"), Secret: os.Getenv("AWS_SECRET_ACCESS_KEY"), Token: os.Getenv("AWS_SESSION_TOKEN")})
	}
	return blob.Open(first(strings.TrimPrefix(in.Objects, "file:"), filepath.Join(in.Data, "objects")))
}

// working opens an instance, and its pipeline, for a command that closes it.
func working(cmd *cobra.Command, open func(*cobra.Command) (*instance, error)) (_ *instance, _ *pipeline.Pipeline, err error) {
	in, err := open(cmd)
	if err != nil {
		return nil, nil, err
	}
	p, err := in.pipeline(cmd.Context())
	if err != nil {
		in.close(&err)
		return nil, nil, err
	}
	return in, p, nil
}

// pipeline builds what ingests and publishes. A private cluster is brought up to date first; a real server is migrated
// by "maille migrate" or "maille up", run by someone who has the right.
func (in *instance) pipeline(ctx context.Context) (*pipeline.Pipeline, error) {
	registry, err := in.registry()
	if err != nil {
		return nil, err
	}
	in.advise(in.log, registry)
	if in.cluster != nil {
		if _, err := in.migrate(ctx); err != nil {
			return nil, err
		}
	}
	db, err := in.store(ctx, store.Options{})
	if err != nil {
		return nil, err
	}
	blobs, err := in.blobs(ctx)
	if err != nil {
		return nil, err
	}
	fetcher, err := in.fetcher()
	if err != nil {
		return nil, err
	}
	return &pipeline.Pipeline{DB: db, Registry: registry, Blobs: blobs, Place: in.place, Code: buildVersion(), Now: time.Now,
		Log: in.log, Progress: in.out, Fetcher: fetcher}, nil
}

// fetcher reads the mirrors' indexes now: a mistake in one is no absent source.
func (c *config) fetcher() (*source.Fetcher, error) {
	files := overlay{datasets.Files}
	if c.Datasets != "" {
		files = overlay{os.DirFS(c.Datasets), datasets.Files}
	}
	if len(c.Perimeters) > 0 {
		files = append(overlay{memory{perimeterFile, perimeterRows(c.Perimeters)}}, files...)
	}
	f := &source.Fetcher{Files: files, UserAgent: "maille/" + version}
	for _, dir := range c.Mirror {
		m, err := source.OpenMirror(dir)
		if err != nil {
			return nil, err
		}
		f.Mirrors = append(f.Mirrors, m)
	}
	return f, nil
}

// refused gives the run's failure when a dataset failed, after the others went on.
func refused(outcomes []pipeline.Outcome) error {
	var errs []error
	for _, o := range outcomes {
		if o.Err != nil {
			errs = append(errs, fault.New(fault.KindOf(o.Err), "%s: %s", o.Dataset, fault.Message(o.Err)).About(o.Dataset).Because(o.Err))
		}
	}
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}
