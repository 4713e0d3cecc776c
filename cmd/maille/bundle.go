package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"maille/internal/fault"
	"maille/internal/pipeline"
	"maille/internal/source"
)

func bundleCommand(c *config) *cobra.Command {
	return &cobra.Command{
		Use:   "bundle <folder>",
		Short: "Fetch every file of the profile into a folder, for a machine without network",
		Long: `Fetch every file of the profile into a folder, with an index.json of places and files: what --mirror reads. The folder
is a mirror of what it has at any moment. Run again, it asks publishers only for what changed; a file that can no longer be
fetched stays as it was. What is absent is listed, and is no failure: the command ends with code 4 only when nothing at all
could be had.`,
		Example: `  maille bundle france-2026-11 --profile france
  maille up --profile france --mirror france-2026-11   # elsewhere, without network
  maille bundle smaller --profile my.toml --mirror france-2026-11`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return c.bundle(cmd, args[0]) },
	}
}

func (c *config) bundle(cmd *cobra.Command, dir string) error {
	wanted, err := c.wanted()
	if err != nil {
		return err
	}
	fetcher, err := c.fetcher()
	if err != nil {
		return err
	}
	into, err := source.OpenBundle(dir)
	if err != nil {
		return err
	}
	defer into.Close()
	out := newProgress(cmd.ErrOrStderr())
	bar := out.Step(dir, 0)
	defer bar.Done()
	b := &bundling{fetcher: fetcher, into: into, bar: bar, taken: map[string]*taking{}}
	var work errgroup.Group
	work.SetLimit(8)
	for i := range wanted {
		work.Go(func() error { return b.resource(cmd.Context(), &wanted[i]) })
	}
	if err := work.Wait(); err != nil {
		return err
	}
	return report(cmd.OutOrStdout(), dir, wanted)
}

// bundled is a resource that a bundle is to have, and what became of it.
type bundled struct {
	dataset  string
	places   []string
	place    string // of them, the one that was there
	artefact source.Artefact
	kept     bool
	errs     []error
}

// wanted are the resources of the instance.
func (c *config) wanted() (all []bundled, err error) {
	registry, err := c.registry()
	if err != nil {
		return nil, err
	}
	for _, d := range registry.All() {
		for i := range d.Resources {
			if places := c.place(d, i); len(places) > 0 {
				all = append(all, bundled{dataset: d.Name, places: places})
			}
		}
	}
	return all, nil
}

// bundling is a bundle on its way. Each place is taken once, whoever wants it.
type bundling struct {
	fetcher *source.Fetcher
	into    *source.Bundle
	bar     pipeline.Bar
	mu      sync.Mutex
	taken   map[string]*taking
}

type taking struct {
	once     sync.Once
	artefact source.Artefact
	kept     bool
	err      error
}

// resource takes the first of its places that is there. The error is one that ends the whole: the disk is full, the caller
// left.
func (b *bundling) resource(ctx context.Context, r *bundled) error {
	for _, place := range r.places {
		b.mu.Lock()
		t := b.taken[place]
		if t == nil {
			t = &taking{}
			b.taken[place] = t
		}
		b.mu.Unlock()
		t.once.Do(func() { t.artefact, t.kept, t.err = b.into.Take(ctx, b.fetcher, place, b.bar.Add) })
		switch kind := fault.KindOf(t.err); {
		case t.err == nil:
			r.place, r.artefact, r.kept = place, t.artefact, t.kept
			return nil
		case kind != fault.Refused && kind != fault.Unavailable || ctx.Err() != nil:
			return t.err
		}
		r.errs = append(r.errs, t.err)
		if !source.Missing(t.err) {
			return nil
		}
	}
	return nil
}

// report says what the bundle has and lacks; it fails when nothing could be had.
func report(w io.Writer, dir string, wanted []bundled) error {
	var errs []error
	had, kept, bytes := 0, 0, int64(0)
	for i := range wanted {
		r := &wanted[i]
		switch {
		case r.place == "":
			errs = append(errs, r.errs...)
			fmt.Fprintf(w, "absent: %s: %s\n", r.dataset, messages(r.errs))
			continue
		case r.kept:
			kept++
		}
		had++
		bytes += r.artefact.Bytes
	}
	if had == 0 && len(errs) > 0 {
		return fault.New(fault.Unavailable, "nothing could be had for %s", dir).About(dir).Because(errors.Join(errs...))
	}
	fmt.Fprintf(w, "%s: %d of %d resources, %d bytes; %d had not changed\n", dir, had, len(wanted), bytes, kept)
	return nil
}

func messages(errs []error) string {
	var said []string
	for _, err := range errs {
		said = append(said, fault.Message(err))
	}
	return strings.Join(said, " ; ")
}
