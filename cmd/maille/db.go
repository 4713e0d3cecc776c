package main

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"maille/internal/fault"
)

func dbCommand(c *config) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "db",
		Short: "Run the private database alone until Ctrl-C, and say how to reach it",
		Long: `Run the private database alone until Ctrl-C, and say how to reach it. The schema opendata has a view of each dataset of
the current release.`,
		Example: `  maille db
  maille db psql -- -c 'select nom, population from opendata.communes order by 2 desc limit 5'`,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			in, err := c.open(cmd)
			if err != nil {
				return err
			}
			defer in.close(&err)
			if in.cluster == nil {
				return fault.New(fault.Invalid, "MAILLE_DATABASE_URL names a real server: there is no private database to run").About("MAILLE_DATABASE_URL")
			}
			if _, err := in.migrate(cmd.Context()); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "psql '%s'\npsql '%s'\nCtrl-C stops\n", in.url, in.cluster.TCPURL())
			<-cmd.Context().Done()
			return nil
		},
	}
	shell := &cobra.Command{
		Use:     "psql [-- arguments…]",
		Short:   "Open psql on the database",
		Example: `  maille db psql -- -c 'table maille.pointer'`,
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			in, err := c.open(cmd)
			if err != nil {
				return err
			}
			defer in.close(&err)
			return psql(in.url, cmd, args)
		},
	}
	cmd.AddCommand(shell)
	return cmd
}

// psql runs PostgreSQL's own shell, which Ctrl-C is left to. The password is not among its arguments, where anyone on the
// machine could read it.
func psql(address string, cmd *cobra.Command, args []string) error {
	u, err := url.Parse(address)
	if err != nil {
		return fault.New(fault.Invalid, "the database's address cannot be read").About("MAILLE_DATABASE_URL")
	}
	password, has := u.User.Password()
	u.User = url.User(u.User.Username())
	shell := exec.Command("psql", append([]string{u.String()}, args...)...)
	shell.Stdin, shell.Stdout, shell.Stderr = os.Stdin, cmd.OutOrStdout(), cmd.ErrOrStderr()
	if shell.Env = os.Environ(); has {
		shell.Env = append(shell.Env, "PGPASSWORD="+password)
	}
	return shell.Run()
}
