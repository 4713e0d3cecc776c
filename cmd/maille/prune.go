package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"maille/internal/fault"
	"maille/internal/pipeline"
)

func pruneCommand(c *config) *cobra.Command {
	keep, older, yes, sources := 0, "", false, false
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Drop the tables of old releases, whose files stay; and objects that nothing names",
		Long: `Drop the tables of releases that are not kept, and objects that nothing names. The files of all releases stay for ever; the API of
a release that lost a table answers 410 for its rows, with links to its files, until "maille restore" brings them back.

A release is kept when it is the one that is served, among the newest of --keep, or younger than --older-than. With neither,
all are, and only drafts and objects go that a killed program left. Objects are deleted once they are a day old. The publishers' files
that a latest load stands on stay; --sources deletes the others, of which the lineage keeps the address and the hash.

Without --yes it only shows what would go.`,
		Example: `  maille prune --keep 10 --older-than 400d
  maille prune --keep 10 --older-than 400d --yes`,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			k := pipeline.Keep{Newest: keep, Sources: sources, All: !cmd.Flags().Changed("keep") && older == ""}
			if k.Younger, err = age(older); err != nil {
				return err
			}
			if keep < 0 {
				return fault.New(fault.Invalid, "--keep is a number of releases").About("--keep")
			}
			in, p, err := working(cmd, c.openStanding)
			if err != nil {
				return err
			}
			defer in.close(&err)
			found, err := p.Prune(cmd.Context(), k, yes)
			if err == nil {
				printPruning(cmd.OutOrStdout(), &found, sources)
			}
			return err
		},
	}
	cmd.Flags().IntVar(&keep, "keep", 0, "releases that keep their tables, the newest first")
	cmd.Flags().StringVar(&older, "older-than", "", "only releases older than this lose a table: 400d, 36h")
	cmd.Flags().BoolVar(&sources, "sources", false, "delete the publishers' files that no latest load stands on")
	cmd.Flags().BoolVar(&yes, "yes", false, "do it; without, only show")
	return cmd
}

// age reads a time of days (400d), or of hours as Go writes them.
func age(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n < 100_000 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d >= time.Hour { // 12m is minutes, and meant to be months
		return d, nil
	}
	return 0, fault.New(fault.Invalid, "--older-than: %q is no age of an hour or more; write 400d, or 36h", text).About("--older-than")
}

func printPruning(out io.Writer, found *pipeline.Pruning, sources bool) {
	fmt.Fprintf(out, "Kept: %d releases. Without their tables: %d\n", len(found.Kept), len(found.Left))
	t := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	var total int64
	for _, v := range found.Versions {
		in := strings.Join(v.Releases, " ")
		if in == "" {
			in = "never published"
		}
		fmt.Fprintf(t, "table\t%s\t%s\t%d rows\t%s\n", v.Version, inBytes(v.Bytes), v.Rows, in)
		if total += v.Bytes + v.Levels; v.Levels > 0 {
			fmt.Fprintf(t, "levels\t%s\t%s\t\t\n", v.Version, inBytes(v.Levels))
		}
	}
	for _, d := range found.Drafts {
		total += d.Bytes
		fmt.Fprintf(t, "draft\t%s\t%s\t\tof a program that was killed\n", d.Table, inBytes(d.Bytes))
	}
	total += found.Orphans.Bytes
	fmt.Fprintf(t, "objects\t%d\t%s\t\tthat nothing names\n", found.Orphans.Objects, inBytes(found.Orphans.Bytes))
	which := "publishers' files of former loads, which --sources deletes"
	if sources {
		which = "publishers' files of former loads"
		total += found.Sources.Bytes
	}
	fmt.Fprintf(t, "objects\t%d\t%s\t\t%s\n", found.Sources.Objects, inBytes(found.Sources.Bytes), which)
	_ = t.Flush()
	if found.Done {
		fmt.Fprintf(out, "Freed: %s\n", inBytes(total))
		return
	}
	fmt.Fprintf(out, "This would free %s. Nothing was changed: say --yes to do it\n", inBytes(total))
}

// inBytes is a size as a person reads it.
func inBytes(n int64) string {
	units := []string{"B", "kB", "MB", "GB", "TB"}
	size, unit := float64(n), 0
	for size >= 1000 && unit < len(units)-1 {
		size, unit = size/1000, unit+1
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", size, units[unit])
}
