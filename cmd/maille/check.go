package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func checkCommand(c *config) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "Check every descriptor, schema and SQL file, without a database or a network",
		Example: `  maille check
  maille check --datasets my-datasets`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			registry, err := c.registry()
			if err != nil {
				return err
			}
			sources, derived := 0, 0
			for _, d := range registry.All() {
				if d.IsDerived() {
					derived++
				} else {
					sources++
				}
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d datasets are well described: %d from sources, %d derived\n", sources+derived, sources, derived)
			return nil
		},
	}
}
