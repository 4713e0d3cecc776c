package main

import (
	"context"
	"net"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"maille/internal/pipeline"
	"maille/internal/schedule"
)

func upCommand(c *config) *cobra.Command {
	once := false
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Start the database, migrate, ingest, publish and serve; then again as each source is due",
		Long: `Start the database, migrate, ingest, publish and serve. An instance that has a release serves it from the start; the
next one takes its place once it is published. Then each source is ingested at its frequency, as maille schedule does.`,
		Example: `  maille up
  maille up --listen 127.0.0.1:9000 --data /srv/maille
  maille up --profile france
  maille up --profile france --mirror bundle   # without network: see maille bundle`,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			return c.listening(cmd, func(in *instance, listener net.Listener) error { return in.up(cmd, listener, once) })
		},
	}
	listenFlags(cmd, c)
	cmd.Flags().BoolVar(&once, "no-schedule", false, "ingest and publish when it begins, and not again")
	return cmd
}

func (in *instance) up(cmd *cobra.Command, listener net.Listener, once bool) error {
	p, err := in.pipeline(cmd.Context())
	if err != nil {
		return err
	}
	server, err := in.server(cmd.Context())
	if err != nil {
		return err
	}
	scheduler, err := in.scheduler(cmd.Context(), p)
	if err != nil {
		return err
	}
	work, ctx := errgroup.WithContext(cmd.Context())
	work.Go(func() error { return in.answer(ctx, server, listener) })
	work.Go(func() error {
		begin := p.Now()
		failed, err := in.refresh(ctx, cmd, p)
		if err != nil {
			return err
		}
		if err := server.Refresh(ctx); err != nil { // now, rather than when it is told
			return err
		}
		in.announce(cmd, listener)
		if once {
			return nil
		}
		if err := scheduler.Refreshed(ctx, begin, failed); err != nil && ctx.Err() == nil {
			in.log.Error("schedule", "error", err)
		}
		in.keepScheduling(ctx, scheduler)
		return nil
	})
	return work.Wait()
}

// refresh ingests and publishes. Neither a dataset that fails nor a publication that does keeps the last release from
// being served. It gives the datasets that are worth another attempt.
func (in *instance) refresh(ctx context.Context, cmd *cobra.Command, p *pipeline.Pipeline) (failed []string, err error) {
	outcomes, err := p.Ingest(ctx)
	printOutcomes(cmd, in, outcomes)
	if err != nil {
		return nil, err
	}
	failed = schedule.Troubled(outcomes)
	m, published, err := p.Publish(ctx)
	if err != nil {
		in.log.Error("publish", "error", err)
		if current, _ := p.DB.Current(ctx); current == nil {
			return nil, err
		}
		return failed, nil
	}
	printRelease(cmd, m, published)
	return failed, nil
}
