package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func migrateCommand(c *config) *cobra.Command {
	return &cobra.Command{
		Use:     "migrate",
		Short:   "Bring the database's fixed tables up to date",
		Example: `  MAILLE_DATABASE_URL=postgres://owner@db/maille maille migrate`,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			in, err := c.open(cmd)
			if err != nil {
				return err
			}
			defer in.close(&err)
			applied, err := in.migrate(cmd.Context())
			if err == nil {
				fmt.Fprintf(cmd.OutOrStdout(), "%d migrations applied; the database is up to date\n", len(applied))
			}
			return err
		},
	}
}
