package main

import (
	"context"
	"net"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"maille/internal/pipeline"
)

func upCommand(c *config) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Start the database, migrate, ingest, publish and serve",
		Long: `Start the database, migrate, ingest, publish and serve. An instance that has a release serves it from the start; the
next one takes its place once it is published.`,
		Example: `  maille up
  maille up --listen 127.0.0.1:9000 --data /srv/maille
  maille up --profile france
  maille up --profile france --mirror bundle   # without network: see maille bundle`,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			return c.listening(cmd, func(in *instance, listener net.Listener) error { return in.up(cmd, listener) })
		},
	}
	listenFlags(cmd, c)
	return cmd
}

func (in *instance) up(cmd *cobra.Command, listener net.Listener) error {
	p, err := in.pipeline(cmd.Context())
	if err != nil {
		return err
	}
	server, err := in.server(cmd.Context())
	if err != nil {
		return err
	}
	work, ctx := errgroup.WithContext(cmd.Context())
	work.Go(func() error { return in.answer(ctx, server, listener) })
	work.Go(func() error {
		if err := in.refresh(ctx, cmd, p); err != nil {
			return err
		}
		if err := server.Refresh(ctx); err != nil { // now, rather than when it is told
			return err
		}
		in.announce(cmd, listener)
		return nil
	})
	return work.Wait()
}

// refresh ingests and publishes. Neither a dataset that fails nor a publication that does keeps the last release from
// being served.
func (in *instance) refresh(ctx context.Context, cmd *cobra.Command, p *pipeline.Pipeline) error {
	outcomes, err := p.Ingest(ctx)
	printOutcomes(cmd, in, outcomes)
	if err != nil {
		return err
	}
	m, published, err := p.Publish(ctx)
	if err != nil {
		in.log.Error("publish", "error", err)
		if current, _ := p.DB.Current(ctx); current == nil {
			return err
		}
		return nil
	}
	printRelease(cmd, m, published)
	return nil
}
