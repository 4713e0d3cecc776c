package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/indicator"
	"maille/internal/release"
	"maille/internal/store"
)

func explainCommand(c *config) *cobra.Command {
	named, period, asJSON := "", "", false
	cmd := &cobra.Command{
		Use:   "explain [indicator [territory]]",
		Short: "Say where a published number comes from, enough to compute it again by hand",
		Long: `Say, in French, where a published number comes from: its formula with the numbers in it, the rows that enter in it, with their
ids, the publishers' files with their hashes, methods, parameters and limits. The number is computed again from these rows; when it is not what
was published, that is said, and the command fails.

Without an indicator, list those that there are. A territory is a commune (91228), an EPCI (200056232), a département (91), region-11, or
perimetre- and its code; without one it is all that the instance has.`,
		Example: `  maille explain
  maille explain thd_taux_raccordable 91494
  maille explain thd_taux_raccordable 200056232 --json
  maille explain med_distance 91494 --release 2026-11-22.1`,
		Args: cobra.MaximumNArgs(2),
		RunE: func(cmd *cobra.Command, asked []string) (err error) {
			if len(asked) == 0 {
				return listIndicators(cmd.OutOrStdout(), asJSON)
			}
			in, err := c.openStanding(cmd)
			if err != nil {
				return err
			}
			defer in.close(&err)
			db, err := in.store(cmd.Context(), store.Options{Connections: 2})
			if err != nil {
				return err
			}
			x, err := explainOne(cmd.Context(), db, named, append(asked, "")[:2], period)
			if err != nil {
				return err
			}
			return printExplanation(cmd.OutOrStdout(), x, asJSON)
		},
	}
	cmd.Flags().StringVar(&named, "release", "", "the release to explain, such as 2026-11-22.1; the current one unless said")
	cmd.Flags().StringVar(&period, "period", "", "the period, such as 2026T2; the last one unless said")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON, with all rows")
	return cmd
}

// listIndicators says which indicators there are.
func listIndicators(out io.Writer, asJSON bool) error {
	all := indicator.Definitions()
	if asJSON {
		return writeJSON(out, all)
	}
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	for _, d := range all {
		fmt.Fprintf(t, "%s\t%s\t%s\n", d.Code, d.Unit, d.Title)
	}
	return t.Flush()
}

// explainOne explains what was published, at what the release names of it.
func explainOne(ctx context.Context, db *store.DB, named string, asked []string, period string) (*indicator.Explanation, error) {
	m, err := publishedAs(ctx, db, named)
	if err != nil {
		return nil, err
	}
	versions, described := map[string]release.Version{}, map[string]*dataset.Dataset{}
	for i := range m.Datasets {
		e := &m.Datasets[i]
		versions[e.Dataset] = e.Version
		if described[e.Dataset], err = db.Described(ctx, e.Load); err != nil {
			return nil, err
		}
	}
	return indicator.Explain(ctx, indicator.NewSource(db, versions, described), m, asked[0], asked[1], period)
}

// publishedAs is a release by its name; the current one where there is no name.
func publishedAs(ctx context.Context, db *store.DB, named string) (m *release.Manifest, err error) {
	if named == "" {
		if m, err = db.Current(ctx); m == nil && err == nil {
			return nil, fault.New(fault.NotFound, "nothing was published here yet; maille up does so").About("--release")
		}
		return m, err
	}
	if m, err = db.Release(ctx, named); m == nil && err == nil {
		return nil, fault.New(fault.NotFound, "no release is named %q", named).About("--release")
	}
	return m, err
}

func printExplanation(out io.Writer, x *indicator.Explanation, asJSON bool) error {
	write := x.Print
	if asJSON {
		write = func(out io.Writer) error { return writeJSON(out, x) }
	}
	if err := write(out); err != nil {
		return err
	}
	if !x.Check.Agrees {
		return fault.New(fault.Internal, "%s of %s in release %s is not what its rows give", x.Indicator.Code, x.Territory.Text, x.Release).About(x.Indicator.Code)
	}
	return nil
}

func writeJSON(out io.Writer, value any) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(value)
}
