package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"maille/internal/fault"
	"maille/internal/pipeline"
	"maille/internal/release"
	"maille/internal/schedule"
	"maille/internal/store"
)

func scheduleCommand(c *config) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schedule",
		Short: "Ingest each source at its frequency, and publish when something changed, until Ctrl-C",
		Long: `Ingest each source at its frequency, and publish when something changed, until Ctrl-C. Several nodes may do so on one
database: each thing is done once. maille up does it too. What cannot be fetched, or is refused, is tried again later; a
publication that a check refuses leaves the last release. [schedule] of maille.toml says other dates.`,
		Example: `  maille schedule
  maille schedule list
  maille schedule run lieux-mediation-declares`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			defer pipeline.BoundMemory()()
			return c.opened(cmd, func(in *instance) error {
				p, err := in.pipeline(cmd.Context())
				if err != nil {
					return err
				}
				s, err := in.scheduler(cmd.Context(), p)
				if err != nil {
					return err
				}
				fmt.Fprintln(cmd.OutOrStdout(), "Scheduling (Ctrl-C stops)")
				go in.keepCluster(cmd.Context(), p.DB.Ping)
				return s.Run(cmd.Context())
			})
		},
	}
	cmd.AddCommand(scheduleListCommand(c), scheduleRunCommand(c), scheduleRetryCommand(c), scheduleCancelCommand(c))
	return cmd
}

// opened runs a command on an instance, and closes it.
func (c *config) opened(cmd *cobra.Command, run func(*instance) error) (err error) {
	in, err := c.open(cmd)
	if err != nil {
		return err
	}
	defer in.close(&err)
	return run(in)
}

// scheduler has connections of its own, given back with the instance's.
func (in *instance) scheduler(ctx context.Context, p *pipeline.Pipeline) (*schedule.Scheduler, error) {
	s, err := schedule.New(ctx, schedule.Options{Pipeline: p, URL: in.url, Rules: in.Schedule, Log: in.log})
	if err == nil {
		in.closers = append(in.closers, func() error { s.Close(); return nil })
	}
	return s, err
}

// keepScheduling goes on when the database was away: what serves beside it does so too.
func (in *instance) keepScheduling(ctx context.Context, s *schedule.Scheduler) {
	const pause = 10 * time.Second
	for ctx.Err() == nil {
		err := s.Run(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		in.log.Error("schedule", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// withJobs runs a command on the jobs and the calendar of an instance.
func (c *config) withJobs(cmd *cobra.Command, run func(context.Context, *schedule.Jobs, *store.DB) error) error {
	return c.opened(cmd, func(in *instance) error {
		if in.cluster != nil {
			if _, err := in.migrate(cmd.Context()); err != nil {
				return err
			}
		}
		db, err := in.store(cmd.Context(), store.Options{Connections: 2})
		if err != nil {
			return err
		}
		jobs, err := schedule.Open(cmd.Context(), in.url)
		if err != nil {
			return err
		}
		defer jobs.Close()
		return run(cmd.Context(), jobs, db)
	})
}

func scheduleListCommand(c *config) *cobra.Command {
	most := 30
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the last jobs, and when each group of datasets is due",
		Example: `  maille schedule list
  maille schedule list --last 200`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if most < 1 {
				return usageError{fmt.Errorf("--last is how many jobs to show: 1 or more, not %d", most)}
			}
			return c.withJobs(cmd, func(ctx context.Context, jobs *schedule.Jobs, db *store.DB) error {
				all, err := jobs.List(ctx, most)
				if err != nil {
					return err
				}
				calendar, err := db.Calendar(ctx)
				if err != nil {
					return err
				}
				printJobs(cmd.OutOrStdout(), all)
				printCalendar(cmd.OutOrStdout(), calendar)
				return nil
			})
		},
	}
	cmd.Flags().IntVar(&most, "last", most, "how many jobs, the newest first")
	return cmd
}

func printJobs(out io.Writer, jobs []schedule.Job) {
	if len(jobs) == 0 {
		fmt.Fprintln(out, "No jobs")
	} else {
		table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "JOB\tKIND\tSTATE\tATTEMPT\tSCHEDULED\tDATASETS\tERROR")
		for _, j := range jobs {
			fmt.Fprintf(table, "%d\t%s\t%s\t%d/%d\t%s\t%s\t%s\n", j.ID, j.Kind, j.State, j.Attempt, j.Attempts, schedule.Local(j.Scheduled), of(j), oneLineOf(j.Error))
		}
		_ = table.Flush()
	}
	fmt.Fprintln(out)
}

// of is what a job is about, in a few words: of a group that is not small, how many datasets it has, which the calendar below names.
func of(j schedule.Job) string {
	switch names := strings.Join(j.Datasets, " "); {
	case j.Kind == schedule.Ingest && len(j.Datasets) == 0:
		return "all"
	case len(names) > mostShown:
		return strings.TrimPrefix(fmt.Sprintf("%s: %d datasets", j.Frequency, len(j.Datasets)), ": ")
	case j.Frequency != "":
		return j.Frequency + ": " + names
	default:
		return names
	}
}

// mostShown is how many letters the names of a job's datasets may take, so that its error stays on the screen.
const mostShown = 40

func oneLineOf(text string) string { return strings.Join(strings.Fields(text), " ") }

func printCalendar(out io.Writer, calendar []release.Due) {
	if len(calendar) == 0 {
		fmt.Fprintln(out, "No dates: maille schedule, or maille up, makes them")
		return
	}
	table := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintf(table, "FREQUENCY\tSCHEDULE (%s)\tNEXT\tLAST\tDATASETS\n", schedule.Zone)
	for _, g := range calendar {
		next, last := schedule.Local(g.Next), cmp.Or(schedule.Local(g.Last), "-")
		for i, names := range lines(g.Datasets) {
			if i == 0 {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", g.Frequency, g.Schedule, next, last, names)
			} else {
				fmt.Fprintf(table, "\t\t\t\t%s\n", names)
			}
		}
	}
	_ = table.Flush()
}

// lines are names, on as many lines as keep a table narrow.
func lines(names []string) (all []string) {
	for _, name := range names {
		if last := len(all) - 1; last >= 0 && len(all[last])+len(name) < mostShown {
			all[last] += " " + name
		} else {
			all = append(all, name)
		}
	}
	return all
}

func scheduleRunCommand(c *config) *cobra.Command {
	var frequency string
	cmd := &cobra.Command{
		Use:   "run [dataset…]",
		Short: "Have datasets ingested now, by a node that schedules; all of them unless some are said",
		Example: `  maille schedule run
  maille schedule run couverture-thd
  maille schedule run --frequency QUARTERLY`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, names []string) error {
			if frequency != "" && len(names) > 0 {
				return usageError{fmt.Errorf("--frequency goes without datasets")}
			}
			if err := c.known(names); err != nil {
				return err
			}
			return c.withJobs(cmd, func(ctx context.Context, jobs *schedule.Jobs, db *store.DB) error {
				if frequency != "" {
					return runFrequency(ctx, cmd.OutOrStdout(), jobs, db, frequency)
				}
				id, fresh, err := jobs.Run(ctx, names...)
				return printAsked(cmd.OutOrStdout(), id, fresh, err)
			})
		},
	}
	cmd.Flags().StringVar(&frequency, "frequency", "", "the groups of this frequency, such as QUARTERLY")
	return cmd
}

func (c *config) known(names []string) error {
	registry, err := c.registry()
	for _, name := range names {
		if err == nil && registry.Get(name) == nil {
			err = fault.New(fault.Invalid, "no dataset is named %q", name).About(name)
		}
	}
	return err
}

func runFrequency(ctx context.Context, out io.Writer, jobs *schedule.Jobs, db *store.DB, frequency string) error {
	calendar, err := db.Calendar(ctx)
	if err != nil {
		return err
	}
	calendar = slices.DeleteFunc(calendar, func(g release.Due) bool { return g.Frequency != frequency })
	if len(calendar) == 0 {
		return fault.New(fault.Invalid, "no datasets are due with the frequency %q; maille schedule list shows those that are", frequency).About("frequency")
	}
	for _, g := range calendar {
		id, fresh, err := jobs.RunGroup(ctx, g)
		if err := printAsked(out, id, fresh, err); err != nil {
			return err
		}
	}
	return nil
}

func printAsked(out io.Writer, id int64, fresh bool, err error) error {
	switch {
	case err != nil:
		return err
	case fresh:
		fmt.Fprintf(out, "Job %d\n", id)
	default:
		fmt.Fprintf(out, "Job %d does it already\n", id)
	}
	return nil
}

func scheduleRetryCommand(c *config) *cobra.Command {
	return jobCommand(c, "retry", "Have a job tried now, once more if it was given up", (*schedule.Jobs).Retry)
}

func scheduleCancelCommand(c *config) *cobra.Command {
	return jobCommand(c, "cancel", "End a job, also while it runs", (*schedule.Jobs).Cancel)
}

// jobCommand does something to one job, and says what state it is in then.
func jobCommand(c *config, verb, short string, do func(*schedule.Jobs, context.Context, int64) (schedule.Job, error)) *cobra.Command {
	return &cobra.Command{
		Use:     verb + " JOB",
		Short:   short,
		Example: "  maille schedule " + verb + " 42",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{fmt.Errorf("%s takes the number of one job; maille schedule list shows them", verb)}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return usageError{fmt.Errorf("%q is not the number of a job; maille schedule list shows them", args[0])}
			}
			return c.withJobs(cmd, func(ctx context.Context, jobs *schedule.Jobs, _ *store.DB) error {
				job, err := do(jobs, ctx, id)
				if err == nil {
					fmt.Fprintf(cmd.OutOrStdout(), "Job %d is %s\n", job.ID, job.State)
				}
				return err
			})
		},
	}
}
