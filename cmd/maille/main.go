// Command maille publishes, as open data, the offer of digital services of a territory, and measures its balance.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"maille/internal/fault"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Exit codes, so that scripts and schedulers know what to do.
const (
	exitOK          = 0
	exitFailed      = 1 // a defect or an unforeseen state
	exitUsage       = 2 // the command, the configuration or a descriptor is wrong
	exitRefused     = 3 // a producer's data are wrong; what stood before still stands
	exitUnavailable = 4 // PostgreSQL, PostGIS or a publisher is missing now; try again
	exitInterrupted = 130
)

// run is the whole program, for main and for tests.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := command()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err != nil {
		for line := range strings.Lines(explain(err)) {
			fmt.Fprintln(stderr, "maille:", strings.TrimSuffix(line, "\n"))
		}
	}
	return exitCode(ctx, err)
}

// usageError marks what cobra says of flags and arguments.
type usageError struct{ error }

func exitCode(ctx context.Context, err error) int {
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		return exitUsage
	case ctx.Err() != nil:
		return exitInterrupted
	}
	switch gravest(err) {
	case fault.Invalid, fault.NotFound:
		return exitUsage
	case fault.Refused, fault.Gone:
		return exitRefused
	case fault.Unavailable:
		return exitUnavailable
	}
	return exitFailed
}

// gravest is the kind of the worst of several failures: a defect hides behind no refusal.
func gravest(err error) fault.Kind {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return fault.KindOf(err)
	}
	order := []fault.Kind{fault.Internal, fault.Unavailable, fault.Invalid, fault.NotFound}
	worst := fault.Refused
	for _, one := range joined.Unwrap() {
		kind := gravest(one)
		if i, j := slices.Index(order, kind), slices.Index(order, worst); i >= 0 && (j < 0 || i < j) {
			worst = kind
		}
	}
	return worst
}

// explain shows an operator the whole trail of a defect, and the sentence alone of anything else.
func explain(err error) string {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var lines []string
		for _, one := range joined.Unwrap() {
			lines = append(lines, explain(one))
		}
		return strings.Join(lines, "\n")
	}
	var usage usageError
	if errors.As(err, &usage) || fault.KindOf(err) == fault.Internal {
		return err.Error()
	}
	return fault.Message(err)
}

func command() *cobra.Command {
	c := &config{}
	root := &cobra.Command{
		Use:   "maille",
		Short: "Open data on the offer of digital services, commune by commune, and on its balance",
		Long: `Maille ingests commune boundaries, very-high-speed coverage and the places and services people use, keeps them in
PostGIS, and publishes them as an OGC API, files and releases.

Without configuration, "maille up" starts a private PostgreSQL/PostGIS from this machine's binaries, ingests the bundled
sample of Essonne, publishes it and serves it on http://127.0.0.1:8080.`,
		Example: `  maille up                                   # everything, with the bundled sample
  maille up --profile france                  # from the publishers' own addresses
  maille ingest lieux-mediation-declares --from my.csv # your own file, in the layout of the schema
  MAILLE_DATABASE_URL=postgres://… maille serve`,
		Version:       buildVersion(),
		SilenceUsage:  true,
		SilenceErrors: true,
		Args: func(_ *cobra.Command, given []string) error {
			if len(given) > 0 {
				return usageError{fmt.Errorf("unknown command %q; maille --help lists them", given[0])}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	c.flags(root)
	for _, sub := range []*cobra.Command{upCommand(c), migrateCommand(c), checkCommand(c), ingestCommand(c), bundleCommand(c), publishCommand(c), pruneCommand(c), restoreCommand(c), eraseCommand(c), serveCommand(c), scheduleCommand(c), explainCommand(c), dbCommand(c), generateCommand()} {
		if sub.Args == nil {
			sub.Args = cobra.NoArgs
		}
		args := sub.Args
		sub.Args = func(cmd *cobra.Command, given []string) error {
			if err := args(cmd, given); err != nil {
				return usageError{err}
			}
			return nil
		}
		root.AddCommand(sub)
	}
	return root
}
