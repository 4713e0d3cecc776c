package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"maille/internal/pipeline"
)

func eraseCommand(c *config) *cobra.Command {
	reason, yes := "", false
	cmd := &cobra.Command{
		Use:   "erase text…",
		Short: "Take a person's data out of every version, file, issue and publisher's file",
		Long: `Take a text, such as a person's name, address or number, out of all that the instance keeps. A cell that has it anywhere in it,
whatever its case and accents, is emptied, an item of a list left out; the whole row goes when the column is of the key or required.
Versions, the files made of them, issues and the publishers' own files are all searched. Files that change have another address; the
former one answers 410 with the reason, which is published, in French. When the release that is served is concerned, another one follows it.
What the publisher sends next does not bring the same cells back.

Without --yes it only shows where the text is. WAL, replicas and backups of PostgreSQL, and versions that an S3 bucket keeps, are the
operator's: see doc/operate.md.`,
		Example: `  maille erase "Jeanne Exemple" "06 12 34 56 78"
  maille erase "Jeanne Exemple" "06 12 34 56 78" --reason "à la demande de la personne" --yes`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, texts []string) (err error) {
			defer pipeline.BoundMemory()()
			in, p, err := working(cmd, c.openStanding)
			if err != nil {
				return err
			}
			defer in.close(&err)
			var all error
			for i, text := range texts { // named by their rank: a log of the terminal must not keep them
				found, err := p.Erase(cmd.Context(), text, reason, yes)
				if err == nil || found.Done {
					printErasure(cmd.OutOrStdout(), i+1, &found)
				}
				if err != nil {
					all = errors.Join(all, err)
					break
				}
			}
			return all
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why, in French; it is published")
	cmd.Flags().BoolVar(&yes, "yes", false, "do it; without, only show")
	return cmd
}

func printErasure(out io.Writer, rank int, found *pipeline.Found) {
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "text %d\tcolumn\trows\treleases\n", rank)
	for _, f := range found.Finds {
		for _, column := range slices.Sorted(maps.Keys(f.Columns)) {
			fmt.Fprintf(t, "%s\t%s\t%d\t%d\n", f.Version, column, f.Columns[column], len(f.Releases))
		}
	}
	_ = t.Flush()
	fmt.Fprintf(out, "Loads with issues that say it: %d. Reasons that say it: %d. Publishers' files that say it or may, and files that nothing names: %d\n",
		found.Issues, found.Told, found.Files)
	for _, v := range found.Lost {
		fmt.Fprintf(out, "%s is pruned and cannot be restored: its files that say it, or may, go with no successor\n", v)
	}
	switch {
	case !found.Done && found.Pruned > 0:
		fmt.Fprintf(out, "%d versions are pruned: with --yes their files are searched, and those that say it are restored, rewritten and pruned again\n", found.Pruned)
		fallthrough
	case !found.Done:
		fmt.Fprintln(out, "Nothing was changed: say --yes, and --reason in French, to take it out")
	case found.Next != "":
		fmt.Fprintf(out, "Taken out. Published release %s\n", found.Next)
	default:
		fmt.Fprintln(out, "Taken out")
	}
}
