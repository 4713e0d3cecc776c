package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func upCommand(c *config) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Start the database, migrate, ingest, publish and serve",
		Example: `  maille up
  maille up --listen 127.0.0.1:9000 --data /srv/maille
  maille up --profile france`,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			in, err := c.open(cmd)
			if err != nil {
				return err
			}
			defer in.close(&err)
			listener, err := in.listen()
			if err != nil {
				return err
			}
			defer listener.Close()
			if err := in.refresh(cmd); err != nil {
				return err
			}
			return in.serve(cmd, listener)
		},
	}
	listenFlags(cmd, c)
	return cmd
}

// refresh ingests and publishes. A dataset that fails does not keep the others from being served.
func (in *instance) refresh(cmd *cobra.Command) error {
	p, err := in.pipeline(cmd.Context())
	if err != nil {
		return err
	}
	if in.cluster == nil {
		if _, err := in.migrate(cmd.Context()); err != nil {
			return err
		}
	}
	outcomes, err := p.Ingest(cmd.Context())
	printOutcomes(cmd, in, outcomes)
	if err != nil {
		return err
	}
	m, published, err := p.Publish(cmd.Context())
	if err != nil {
		in.log.Error("publish", "error", err)
		if current, _ := p.DB.Current(cmd.Context()); current == nil {
			return err
		}
		return nil // the last release goes on
	}
	printRelease(cmd, m, published)
	fmt.Fprintln(cmd.OutOrStdout())
	return nil
}
