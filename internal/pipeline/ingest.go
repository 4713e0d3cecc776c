package pipeline

import (
	"context"
	"iter"
	"maps"
	"slices"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/indicator"
	"maille/internal/release"
	"maille/internal/source"
	"maille/internal/store"
	"maille/internal/validate"
)

// run is one dataset on its way through the steps.
type run struct {
	*Pipeline
	d         *dataset.Dataset
	last      *release.Load // the load that led to the version that stands; nil when none does
	inputs    map[string]release.Version
	described map[string]*dataset.Dataset // the inputs, as described when they were loaded: the registry may be ahead of them
	files     map[resourceID]*choice
	gathered  bool             // what came of the files is known
	kept      map[string]bool  // by SHA-256, whether the bytes of the last load's files are there
	states    []release.Source // how the resources fared in the run before
	artefacts []release.Artefact
	missing   []Missing // resources that could not be fetched
	observed  observations
	report    dataset.Report
	passed    int64        // rows of other territories
	erased    map[int]bool // resources whose files say what was erased
	hushed    *hush
	held      bool // a resource stands that can neither be fetched nor read again
}

func (p *Pipeline) ingest(ctx context.Context, d *dataset.Dataset, files map[resourceID]*choice) Outcome {
	r := &run{Pipeline: p, d: d, files: files, observed: observations{}, erased: map[int]bool{}}
	o, err := r.steps(ctx)
	err = r.hushed.failure(err)
	if noted := r.remember(ctx, o, err); err == nil {
		err = noted
	}
	r.full(&err)
	o.Dataset, o.Found, o.Missing, o.nothing = d.Name, r.found(), r.missing, len(r.missing) > 0 && r.allMissed()
	if err != nil {
		o.Status, o.Err, o.Reason, o.Issues = release.Failed, err, fault.Message(err), total(r.report.Counts)
		if fault.KindOf(err) == fault.Refused {
			o.Status = release.Refused
		}
	}
	return o
}

func (r *run) steps(ctx context.Context) (o Outcome, err error) {
	if r.hushed, err = r.hush(ctx); err != nil {
		return o, err
	}
	var standing *release.Version
	if r.last, standing, err = r.DB.LastLoad(ctx, r.d.Name); err != nil {
		return o, err
	}
	if r.kept, err = r.keptOf(ctx, r.last); err != nil {
		return o, err
	}
	states, err := r.DB.Sources(ctx)
	if err != nil {
		return o, err
	}
	r.states, r.gathered = states[r.d.Name], true
	if err := r.gather(); err != nil {
		return o, err
	}
	missing, err := r.findInputs(ctx)
	if err != nil || missing != "" {
		return Outcome{Status: Skipped, Reason: texts.Say("no-input", "value", missing)}, err
	}
	reason := r.reasons()
	if !r.d.IsDerived() && len(r.artefacts) == 0 && reason == "" {
		reason = texts.Say("no-resource") // an empty version, so that what derives from it says null rather than nothing
	}
	o, done, err := r.bereft(standing)
	switch {
	case done:
	case r.upToDate():
		o = r.current(standing)
	default:
		o, err = r.load(ctx)
	}
	o.Reason = reason
	return o, err
}

// current is the outcome of a run that leaves what stands.
func (r *run) current(standing *release.Version) Outcome {
	return Outcome{Status: Current, Version: standing.ID, Read: r.last.RowsRead, Rows: standing.Rows, Issues: total(r.last.Counts)}
}

func total(counts map[string]int64) (n int64) {
	for _, count := range counts {
		n += count
	}
	return n
}

// findInputs finds the version of each dataset this one reads; missing names one that has none.
func (r *run) findInputs(ctx context.Context) (missing string, err error) {
	r.inputs, r.described = map[string]release.Version{}, map[string]*dataset.Dataset{}
	for _, name := range r.d.Inputs() {
		l, v, err := r.DB.LastLoad(ctx, name)
		if err != nil {
			return "", err
		}
		if v == nil {
			return name, nil
		}
		r.inputs[name] = *v
		if r.described[name], err = r.DB.Described(ctx, l.ID); err != nil {
			return "", err
		}
	}
	return "", nil
}

// upToDate says whether a new load could only find what the last one found.
func (r *run) upToDate() bool {
	l := r.last
	return l != nil && l.Fingerprint == r.d.Fingerprint() && l.Code == r.Code &&
		maps.Equal(l.Inputs, r.inputIDs()) && sameBytes(l.Artefacts, r.artefacts)
}

func (r *run) inputIDs() map[string]string {
	ids := make(map[string]string, len(r.inputs))
	for name, v := range r.inputs {
		ids[name] = v.ID
	}
	return ids
}

func sameBytes(a, b []release.Artefact) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Resource != b[i].Resource || a[i].SHA256 != b[i].SHA256 {
			return false
		}
	}
	return true
}

// load fills a draft, checks it and seals it; whatever goes wrong, the draft ends and the last version stands.
func (r *run) load(ctx context.Context) (o Outcome, err error) {
	draft, err := r.DB.Begin(ctx, r.d, r.Code, r.Now())
	if err != nil {
		return o, err
	}
	standing, overtaken, err := r.overtaken(ctx)
	record := draft.Record()
	record.Inputs, record.Artefacts = r.inputIDs(), r.artefacts
	if err == nil && overtaken {
		r.abandon(ctx, draft, release.Failed, texts.Say("overtaken"))
		return r.current(standing), nil
	}
	var v release.Version
	if err == nil {
		v, err = r.fill(ctx, draft)
	}
	if err != nil {
		status := release.Failed
		if fault.KindOf(err) == fault.Refused {
			status = release.Refused
		}
		r.abandon(ctx, draft, status, r.hushed.sentence(fault.Message(err)))
		return o, err
	}
	return Outcome{Status: record.Status, Version: v.ID, Read: record.RowsRead, Rows: v.Rows, Issues: total(r.report.Counts)}, nil
}

func (r *run) abandon(ctx context.Context, draft *store.Draft, status, reason string) {
	r.hushIssues()
	if err := draft.Abandon(ctx, status, reason, &r.report, r.Now()); err != nil {
		r.Log.Warn("abandon", "dataset", r.d.Name, "error", err)
	}
}

// overtaken looks again, now that no other program loads the dataset, whether one did since this run looked: it may have
// found the same, or a later file than this run's, which an earlier one must not replace.
func (r *run) overtaken(ctx context.Context) (standing *release.Version, overtaken bool, err error) {
	last, standing, err := r.DB.LastLoad(ctx, r.d.Name)
	if err != nil || last == nil {
		return nil, false, err
	}
	if r.last == nil || r.last.ID != last.ID {
		r.last = last
		if missing, err := r.findInputs(ctx); err != nil || missing != "" {
			return nil, false, err
		}
	}
	return standing, r.upToDate() || slices.ContainsFunc(r.artefacts, r.outdated), nil
}

// outdated says whether the last load has a later file of the same place. A day that is yet to come is that of a clock that
// was wrong, and must not keep everything out until then.
func (r *run) outdated(a release.Artefact) bool {
	return slices.ContainsFunc(r.last.Artefacts, func(b release.Artefact) bool {
		return a.Resource == b.Resource && a.Origin == b.Origin && b.RetrievedAt.After(a.RetrievedAt) && !b.RetrievedAt.After(r.Now())
	})
}

func (r *run) fill(ctx context.Context, draft *store.Draft) (v release.Version, err error) {
	record := draft.Record()
	var rejected int64
	switch {
	case r.d.Derived != nil:
		if record.RowsRead, err = draft.Derive(ctx, r.inputs, r.described); err == nil {
			err = r.forget(ctx, draft)
		}
	case r.d.Computed != nil:
		record.RowsRead, err = draft.Load(ctx, indicator.Compute(ctx, r.d, indicator.NewSource(r.DB, r.inputs, r.described)))
		if err == nil {
			err = r.forget(ctx, draft)
		}
	default:
		rows := validate.New(r.d)
		err = r.fillFrom(ctx, draft, rows)
		record.RowsRead, rejected = rows.Counts()
	}
	if err != nil {
		return v, err
	}
	if err := r.tolerable(record.RowsRead, rejected); err != nil {
		return v, err
	}
	dropped, err := draft.Check(ctx, r.references(), &r.report)
	if err != nil {
		return v, err
	}
	if err := r.tolerable(record.RowsRead, rejected+dropped); err != nil {
		return v, err
	}
	if err := r.located(ctx, draft); err != nil {
		return v, err
	}
	r.hushIssues()
	bar := r.Progress.Step(texts.Say("step.seal", "dataset", r.d.Name), 0)
	defer bar.Done()
	return draft.Seal(ctx, &r.report, r.Now)
}

func (r *run) fillFrom(ctx context.Context, draft *store.Draft, rows *validate.Validator) error {
	features, err := r.withoutErased(ctx, r.features(ctx, rows))
	if err == nil {
		_, err = draft.Load(ctx, features)
	}
	if wrong := r.doomErased(ctx); err == nil {
		err = wrong
	}
	r.full(&err) // before a publisher is blamed
	return err
}

// located refuses contours without a geometry: every point would be outside of them.
func (r *run) located(ctx context.Context, draft *store.Draft) error {
	if r.d.Publication.Reference != dataset.ReferenceContours || len(r.artefacts) == 0 {
		return nil
	}
	any, err := draft.Located(ctx)
	if err == nil && !any {
		err = fault.New(fault.Refused, "%s", texts.Say("no-geometry")).About(r.d.Name)
	}
	return err
}

func (r *run) references() store.References {
	find := func(kind string, column func(dataset.Publication) string) *store.Reference {
		ref := r.Registry.Reference(kind)
		if ref == nil {
			return nil
		}
		v, ok := r.inputs[ref.Name]
		if !ok {
			return nil
		}
		return &store.Reference{Version: v, Commune: column(r.described[ref.Name].Publication)}
	}
	commune := func(p dataset.Publication) string { return p.Commune }
	key := func(p dataset.Publication) string { return p.Key[0] } // an arrondissement's own code; that of its commune is beside it
	return store.References{
		Communes:        find(dataset.ReferenceCommunes, commune),
		Contours:        find(dataset.ReferenceContours, commune),
		Passages:        find(dataset.ReferencePassages, commune),
		Arrondissements: find(dataset.ReferenceArrondissements, key),
	}
}

// features decodes, maps and validates the files of the run, one row at a time.
func (r *run) features(ctx context.Context, rows *validate.Validator) iter.Seq2[*dataset.Feature, error] {
	return func(yield func(*dataset.Feature, error) bool) {
		for i := range r.artefacts {
			if !r.file(ctx, &r.artefacts[i], rows, yield) {
				return
			}
		}
	}
}

func (r *run) file(ctx context.Context, a *release.Artefact, rows *validate.Validator, yield func(*dataset.Feature, error) bool) bool {
	bytes, err := r.Blobs.Get(ctx, a.SHA256)
	if err != nil {
		return yield(nil, err)
	}
	defer bytes.Close()
	bar := r.Progress.Step(texts.Say("step.read", "dataset", r.d.Name), a.Bytes)
	defer bar.Done()
	resource, seen := r.d.Resources[a.Resource], &observation{kinds: map[string]string{}}
	resource.Vintage = a.Vintage // what the file says of itself, for the map
	commune := r.d.Schema.Index(r.d.Publication.Commune)
	for row, err := range ahead(source.RowsObserved(ctx, meter(bytes, bar), &resource, a.Resource, r.d.Schema, a.Place, seen.header)) {
		if err != nil {
			return yield(nil, r.seen(a, seen).explained(err))
		}
		seen.row(r.d, row.Cells)
		if commune >= 0 && row.Trusted() && !r.d.Within(row.Cells[commune]) {
			r.passed++
			continue
		}
		if f := rows.Row(row, &r.report); f != nil && !yield(f, nil) {
			return false
		}
	}
	r.seen(a, seen)
	return true
}

// seen compares a file that was read, or that could not be, with the last good one.
func (r *run) seen(a *release.Artefact, o *observation) *drift {
	if r.Trial {
		return &drift{}
	}
	r.observed[a.Resource] = o
	d := r.compare(a.Resource, o)
	return &d
}
