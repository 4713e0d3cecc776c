package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func restoreCommand(c *config) *cobra.Command {
	return &cobra.Command{
		Use:   "restore release",
		Short: "Make the tables that a release lost once more, of its files",
		Long: `Make the tables that "maille prune" took from a release once more, of its files: GeoParquet, or GeoJSON or CSV where
it has none or it is damaged. What is read must have the hash of the version: one that has not, or whose file is lost, is named, and the others come back all the same.
The next prune takes them again.`,
		Example: `  maille restore 2026-11-22.1`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			in, p, err := working(cmd, c.openStanding)
			if err != nil {
				return err
			}
			defer in.close(&err)
			restored, err := p.Restore(cmd.Context(), args[0])
			for _, v := range restored {
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %d rows\n", v, v.Rows)
			}
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "Release %s is whole: %d versions restored\n", args[0], len(restored))
			}
			return err
		},
	}
}
