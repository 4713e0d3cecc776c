// Package pipeline knows the order of the steps: ingest, derive, publish.
package pipeline

import (
	"context"
	"log/slog"
	"time"

	_ "embed"

	"maille/internal/blob"
	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
	"maille/internal/source"
	"maille/internal/store"
)

//go:embed texts.fr.json
var textsFR []byte

var texts = fault.MustTexts(textsFR)

// Pipeline brings an instance's datasets from their publishers to a release.
type Pipeline struct {
	DB       *store.DB
	Registry *dataset.Registry
	Fetcher  *source.Fetcher
	Blobs    blob.Store

	// Place says where a resource really is for this instance: the first of these that has anything. None leaves it out.
	Place func(d *dataset.Dataset, resource int) (places []string)

	// Trial is a run over a file that someone tries: what cannot be fetched fails, and how sources fare is not remembered.
	Trial bool

	// Accept names datasets that the next publication takes as they are, whatever checks say of them.
	Accept []string

	// Correction says in French why the next release mends the one before; "" when it does not.
	Correction string

	// Formats are the files that a dataset has in a release; nil is dump.Formats.
	Formats func(*dataset.Dataset) []*dump.Format

	Code     string           // version of the program, kept with every load
	Now      func() time.Time // the clock
	Log      *slog.Logger
	Progress Progress

	hidden *saying // what quality reports must not say, while a person's data are taken out; nil for none
}

// Progress shows long work to a person. Each Step ends with Done.
type Progress interface {
	// Step begins a step that will go through so many bytes; 0 when nobody knows.
	Step(label string, bytes int64) Bar
}

// Bar is one step on its way.
type Bar interface {
	Add(bytes int)
	Done()
}

// Outcome is what became of one dataset in a run.
type Outcome struct {
	Dataset string
	Status  string // release.Sealed, Unchanged, Refused or Failed; Current or Skipped
	Version string
	Read    int64 // rows of the files, those of other territories apart
	Rows    int64 // those that stand
	Issues  int64
	Found   []dataset.Issue // in this run: the first thousand of each rule
	Missing []Missing       // resources that could not be fetched
	Reason  string          // in French, where the data are at fault
	Err     error           // behind Refused and Failed
	nothing bool            // of its resources could be fetched
}

// More states of an Outcome.
const (
	Current = "current" // neither files nor descriptor changed since the last load
	Skipped = "skipped" // there is nothing to read yet: a resource or an input is absent
)

// Ingest brings the named datasets up to date, or all of them: their files first, several at once, then each in the order
// of their graph; a derived dataset is remade when an input changed. A file that cannot be had is replaced by the last
// good one, or left out; a dataset that fails keeps its last version. Neither stops the others. The error is that of the
// run itself (the database is away, the caller left), not of a dataset.
func (p *Pipeline) Ingest(ctx context.Context, names ...string) (outcomes []Outcome, err error) {
	defer p.full(&err)
	defer fault.Wrap(&err, "pipeline.Ingest")
	wanted, err := p.wanted(names)
	if err != nil {
		return nil, err
	}
	if err := p.DB.Sweep(ctx, p.Now()); err != nil {
		return nil, err
	}
	files, err := p.fetch(ctx, wanted)
	if err != nil {
		return nil, err
	}
	outcomes, err = p.ingestAll(ctx, wanted, files.files)
	if wrong := p.withhold(ctx, files.files); err == nil {
		err = wrong
	}
	return outcomes, err
}

func (p *Pipeline) ingestAll(ctx context.Context, wanted []*dataset.Dataset, files map[resourceID]*choice) (outcomes []Outcome, err error) {
	for _, d := range wanted {
		o := p.ingest(ctx, d, files)
		outcomes = append(outcomes, o)
		p.log(o)
		if o.Err != nil && stops(ctx, o.Err) {
			return outcomes, o.Err
		}
	}
	return outcomes, nil
}

// stops says whether an error is of the run rather than of a dataset.
func stops(ctx context.Context, err error) bool {
	return ctx.Err() != nil || fault.KindOf(err) == fault.Unavailable && fault.Subject(err) == ""
}

func (p *Pipeline) wanted(names []string) ([]*dataset.Dataset, error) {
	all := p.Registry.All()
	if len(names) == 0 {
		return all, nil
	}
	chosen := map[string]bool{}
	for _, name := range names {
		if p.Registry.Get(name) == nil {
			return nil, fault.New(fault.Invalid, "no dataset is named %q", name).About(name)
		}
		chosen[name] = true
	}
	var wanted []*dataset.Dataset
	for _, d := range all {
		for _, input := range d.Inputs() {
			chosen[d.Name] = chosen[d.Name] || chosen[input] // what is made of a dataset follows it
		}
		if chosen[d.Name] {
			wanted = append(wanted, d)
		}
	}
	return wanted, nil
}

func (p *Pipeline) log(o Outcome) {
	level := slog.LevelInfo
	if o.Err != nil {
		level = slog.LevelError
	}
	attributes := []slog.Attr{slog.String("dataset", o.Dataset), slog.String("status", o.Status)}
	if o.Version != "" {
		attributes = append(attributes, slog.String("version", o.Version), slog.Int64("read", o.Read), slog.Int64("rows", o.Rows), slog.Int64("issues", o.Issues))
	}
	if o.Reason != "" {
		attributes = append(attributes, slog.String("reason", o.Reason))
	}
	if o.Err != nil {
		attributes = append(attributes, slog.String("error", o.Err.Error()))
	}
	p.Log.LogAttrs(context.Background(), level, "ingest", attributes...)
}
