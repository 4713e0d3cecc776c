package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"maille/internal/pipeline"
	"maille/internal/release"
)

func publishCommand(c *config) *cobra.Command {
	var accept []string
	var correction string
	cmd := &cobra.Command{
		Use:   "publish",
		Short: "Make a release of the latest version of each dataset, when something changed",
		Long: `Make a release of the latest version of each dataset, when something changed.

A release that its readers would be surprised by is refused, and the last one stays: rows that fall by more than publication.fall,
keys that are gone by more than publication.churn, communes without a row where publication.complete asks for all, columns that go or
have another type or unit outside January, a collection that goes before the day its publication.sunset said, files that do not give
the rows back. --accept takes a dataset as it is, this once.`,
		Example: `  maille ingest && maille publish
  maille publish --accept lieux-mediation-declares`,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			defer pipeline.BoundMemory()()
			in, p, err := working(cmd, c.open)
			if err != nil {
				return err
			}
			defer in.close(&err)
			p.Accept, p.Correction = accept, strings.Join(strings.Fields(correction), " ")
			m, published, err := p.Publish(cmd.Context())
			if err == nil {
				printRelease(cmd, m, published)
			}
			return err
		},
	}
	cmd.Flags().StringArrayVar(&accept, "accept", nil, "publish this dataset whatever the checks say of it; may be repeated")
	cmd.Flags().StringVar(&correction, "correction", "", "why the release mends the one before, in a sentence for its readers")
	return cmd
}

func printRelease(cmd *cobra.Command, m *release.Manifest, published bool) {
	if published {
		fmt.Fprintf(cmd.OutOrStdout(), "Published release %s: %d datasets\n", m.Release, len(m.Datasets))
		return
	}
	fmt.Fprintf(cmd.OutOrStdout(), "Nothing changed: release %s stays\n", m.Release)
}
