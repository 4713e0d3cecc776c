package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"maille/internal/release"
)

func publishCommand(c *config) *cobra.Command {
	return &cobra.Command{
		Use:     "publish",
		Short:   "Make a release of the latest version of each dataset, when something changed",
		Example: `  maille ingest && maille publish`,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			in, err := c.open(cmd)
			if err != nil {
				return err
			}
			defer in.close(&err)
			p, err := in.pipeline(cmd.Context())
			if err != nil {
				return err
			}
			m, published, err := p.Publish(cmd.Context())
			if err == nil {
				printRelease(cmd, m, published)
			}
			return err
		},
	}
}

func printRelease(cmd *cobra.Command, m *release.Manifest, published bool) {
	if published {
		fmt.Fprintf(cmd.OutOrStdout(), "Published release %s: %d datasets\n", m.Release, len(m.Datasets))
		return
	}
	fmt.Fprintf(cmd.OutOrStdout(), "Nothing changed: release %s stays\n", m.Release)
}
