package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/pipeline"
)

func ingestCommand(c *config) *cobra.Command {
	var from string
	cmd := &cobra.Command{
		Use:   "ingest [dataset…]",
		Short: "Fetch, validate and load the datasets, or those named and what is made of them",
		Long: `Fetch, validate and load the datasets, or those named and what is made of them. A dataset whose data are wrong keeps
its last version; the command then ends with code 3. A file that cannot be fetched is no failure: the last good one is
used again and marked stale, or the resource is left out, and the log says so; only when a dataset is named and nothing of
it can be fetched does the command end with code 4 (nobody answers) or 3 (nothing is there). When datasets are named, each of their wrong rows is shown. Nothing is
published: see maille publish. --from is for trying a file: the next run takes the dataset's usual source again, unless
[sources] of maille.toml names the file.`,
		Example: `  maille ingest
  maille ingest lieux-mediation-declares
  maille ingest --mirror bundle                     # without network: see maille bundle
  maille ingest lieux-mediation-declares --from places.csv   # a CSV with the schema's own columns`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, names []string) (err error) {
			defer pipeline.BoundMemory()()
			in, p, err := working(cmd, c.open)
			if err != nil {
				return err
			}
			defer in.close(&err)
			if from != "" {
				if err := takeFrom(p, names, from); err != nil {
					return err
				}
			}
			outcomes, err := p.Ingest(cmd.Context(), names...)
			printOutcomes(cmd, in, outcomes)
			if len(names) > 0 {
				printIssues(cmd, outcomes)
			}
			return errors.Join(err, refused(outcomes), passedOver(names, outcomes), unfetched(names, outcomes))
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "a CSV with the columns of the dataset's own schema, in place of its resources")
	return cmd
}

// takeFrom makes the run read one file, in the layout of the dataset's schema, in place of the dataset's resources.
func takeFrom(p *pipeline.Pipeline, names []string, from string) error {
	if len(names) != 1 {
		return usageError{errors.New("--from goes with one dataset")}
	}
	d := p.Registry.Get(names[0])
	if d == nil {
		return fault.New(fault.Invalid, "no dataset is named %q", names[0]).About(names[0])
	}
	if d.IsDerived() {
		return fault.New(fault.Invalid, "%s is made of other datasets; it has no file of its own", d.Name).About(d.Name)
	}
	if g := d.Publication.Geometry; g != nil && g.Longitude == "" {
		return fault.New(fault.Invalid, "%s has geometries that a CSV of its schema does not carry: name the file in [sources] of maille.toml", d.Name).About(d.Name)
	}
	d.Resources = []dataset.Resource{{Path: from, Format: "csv"}}
	usual := p.Place
	p.Trial = true
	p.Place = func(asked *dataset.Dataset, resource int) []string {
		if asked.Name == d.Name {
			return []string{from}
		}
		return usual(asked, resource)
	}
	return nil
}

// passedOver gives the failure of a dataset that was asked for by name, and could not even begin.
func passedOver(names []string, outcomes []pipeline.Outcome) error {
	var errs []error
	for _, o := range outcomes {
		if o.Status == pipeline.Skipped && slices.Contains(names, o.Dataset) {
			errs = append(errs, fault.New(fault.Refused, "%s: %s", o.Dataset, o.Reason).About(o.Dataset))
		}
	}
	return errors.Join(errs...)
}

// unfetched gives the failure of a dataset that was asked for by name, of which nothing could be fetched.
func unfetched(names []string, outcomes []pipeline.Outcome) error {
	var errs []error
	for _, o := range outcomes {
		if err := o.Unfetched(); err != nil && o.Err == nil && o.Status != pipeline.Skipped && slices.Contains(names, o.Dataset) {
			errs = append(errs, fault.New(fault.KindOf(err), "%s: %s", o.Dataset, fault.Message(err)).About(o.Dataset).Because(err))
		}
	}
	return errors.Join(errs...)
}

// printOutcomes shows a person what became of each dataset; the log says the same to a machine.
func printOutcomes(cmd *cobra.Command, in *instance, outcomes []pipeline.Outcome) {
	if !in.out.terminal {
		return
	}
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
	for _, o := range outcomes {
		printOutcome(table, o)
	}
	_ = table.Flush()
}

// printIssues shows what is wrong with the rows of the datasets that were asked for, a line each.
func printIssues(cmd *cobra.Command, outcomes []pipeline.Outcome) {
	for _, o := range outcomes {
		for _, i := range o.Found {
			fmt.Fprintf(cmd.OutOrStdout(), "%s, %s%s : %s [%s]\n", o.Dataset, i.File, where(i), i.Message, i.Level)
		}
		if more := o.Issues - int64(len(o.Found)); more > 0 && len(o.Found) > 0 {
			fmt.Fprintf(cmd.OutOrStdout(), "%s : %d de plus\n", o.Dataset, more)
		}
	}
}

// where is the row of an issue in its file; nothing when the issue is of the whole file.
func where(i dataset.Issue) (said string) {
	if i.Line > 0 {
		said = fmt.Sprintf(" ligne %d", i.Line)
	}
	if i.Key != "" {
		said += " (" + i.Key + ")"
	}
	return said
}

func printOutcome(w io.Writer, o pipeline.Outcome) {
	issues := ""
	if o.Issues > 0 {
		issues = fmt.Sprintf("%d issues", o.Issues)
	}
	rows := ""
	if o.Version != "" {
		rows = fmt.Sprintf("%d rows", o.Rows)
	}
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", o.Dataset, o.Status, rows, issues, o.Reason)
	for _, m := range o.Missing {
		fate := "left out"
		if !m.Stale.IsZero() {
			fate = "stale since " + m.Stale.Format(time.DateOnly)
		}
		fmt.Fprintf(w, "  resource %d\t%s\t\t\t%s\n", m.Resource+1, fate, m.Reason)
	}
}
