package pipeline

import (
	"context"
	"slices"
	"strings"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/store"
)

// fewRows is under how many rows a share says nothing: of five notes one that goes is a fifth. Such a dataset is only kept from
// losing them all.
const fewRows = 20

// check refuses a release that its readers would be surprised by: rows that fall, keys that others link to gone, communes
// without a row, what breaks programs but when doc/stability.md says that it may. What was accepted once is not held against
// later releases, for they are compared with that one.
func (p *Pipeline) check(ctx context.Context, m, current *release.Manifest) error {
	var found, names []string
	for i := range m.Datasets {
		e := &m.Datasets[i]
		if p.accepts(e.Dataset) {
			p.Log.Warn("checks left out: accepted by the operator", "dataset", e.Dataset, "release", m.Release)
			continue
		}
		said, err := p.surprises(ctx, m, current, e)
		if err != nil {
			return err
		}
		if len(said) > 0 {
			found, names = append(found, said...), append(names, e.Dataset)
		}
	}
	gone, err := p.unannounced(ctx, m, current)
	if err != nil {
		return err
	}
	for _, name := range gone {
		found, names = append(found, texts.Say("check.withdrawn", "dataset", name)), append(names, name)
	}
	if len(found) == 0 {
		return nil
	}
	return surprising(found, names)
}

func (p *Pipeline) accepts(name string) bool { return slices.Contains(p.Accept, name) }

// surprising is a refusal, with the way to go on all the same: for who operates the service, see told.
func surprising(found, names []string) error {
	accept := "--accept " + strings.Join(names, " --accept ")
	return fault.New(fault.Refused, "%s%s %s", texts.Say("check.refused", "found", strings.Join(found, " ; ")), wayOn(), accept).About(names[0])
}

// wayOn begins what a refusal says to the operator.
func wayOn() string { return " ; " + texts.Say("check.accept") }

// surprises says in French what would surprise the readers of a dataset.
func (p *Pipeline) surprises(ctx context.Context, m, current *release.Manifest, e *release.Entry) (said []string, err error) {
	d, old := p.Registry.Get(e.Dataset), current.Entry(e.Dataset)
	if d == nil {
		return nil, nil
	}
	if old != nil && old.Hash != e.Hash {
		if said, err = p.shrunk(ctx, d, old, e); err != nil {
			return nil, err
		}
	}
	lacking, err := p.lacking(ctx, d, m, current, e)
	if err != nil {
		return nil, err
	}
	broken, err := p.broken(ctx, m, old, e)
	return slices.Concat(said, lacking, broken), err
}

// wasAndIs are a dataset as it is described in the release that is served, and now.
func (p *Pipeline) wasAndIs(ctx context.Context, old, e *release.Entry) (was, is *dataset.Dataset, err error) {
	if was, err = p.DB.Described(ctx, old.Load); err == nil {
		is, err = p.DB.Described(ctx, e.Load)
	}
	return was, is, err
}

// shrunk compares rows and keys with those of the release that is served. Keys are not looked for where too few rows are left.
func (p *Pipeline) shrunk(ctx context.Context, d *dataset.Dataset, old, e *release.Entry) ([]string, error) {
	if said := fallen(d, old.Rows, e.Rows); said != "" {
		return []string{said}, nil
	}
	if old.Rows < fewRows || e.Rows == 0 || d.Churn() >= 1 {
		return nil, nil
	}
	was, is, err := p.wasAndIs(ctx, old, e)
	if err != nil {
		return nil, err
	}
	if !slices.Equal(was.Publication.Key, is.Publication.Key) {
		return nil, nil // see broken
	}
	share, err := p.DB.Vanished(ctx, old.Version, e.Version, was, is)
	if err != nil || share <= d.Churn() {
		return nil, err
	}
	return []string{texts.Say("check.churn", "dataset", d.Name, "share", percent(share), "most", percent(d.Churn()))}, nil
}

func fallen(d *dataset.Dataset, before, rows int64) string {
	switch {
	case d.Fall() >= 1 || before == 0:
		return ""
	case rows == 0:
		return texts.Say("check.emptied", "dataset", d.Name, "before", before)
	case before < fewRows:
		return ""
	}
	share := float64(before-rows) / float64(before)
	if share <= d.Fall() {
		return ""
	}
	return texts.Say("check.fall", "dataset", d.Name, "rows", rows, "before", before, "share", percent(share), "most", percent(d.Fall()))
}

// lacking holds a dataset to all the communes of another, unless both, and the words about it, are those of the release that
// is served.
func (p *Pipeline) lacking(ctx context.Context, d *dataset.Dataset, m, current *release.Manifest, e *release.Entry) ([]string, error) {
	name := d.Publication.Complete
	reference := m.Entry(name)
	if reference == nil || sameContent(e, current.Entry(d.Name)) && sameContent(reference, current.Entry(name)) {
		return nil, nil
	}
	n, first, err := p.DB.Lacking(ctx, e.Version, d.Publication.Commune, store.Reference{Version: reference.Version, Commune: p.Registry.Get(name).Publication.Commune})
	if err != nil || n == 0 {
		return nil, err
	}
	return []string{texts.Say("check.lacking", "dataset", d.Name, "lacking", n, "rows", reference.Rows, "reference", name, "first", first)}, nil
}

func sameContent(e, old *release.Entry) bool {
	return old != nil && e.Hash == old.Hash && e.Fingerprint == old.Fingerprint
}
