package pipeline

import (
	"cmp"
	"context"
	"strings"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
	"maille/internal/release"
)

// Publish makes a release of the latest version of each dataset, when it differs from the one that is served: files
// first, then the switch. It gives the release that is served afterwards and whether it is new. One program publishes at a
// time; what came of it is remembered.
func (p *Pipeline) Publish(ctx context.Context) (m *release.Manifest, published bool, err error) {
	defer p.full(&err)
	defer fault.Wrap(&err, "pipeline.Publish")
	for _, name := range p.Accept {
		if err := p.acceptable(ctx, name); err != nil {
			return nil, false, err
		}
	}
	tried := false
	err = p.DB.Exclusive(ctx, func(ctx context.Context) (err error) {
		m, published, err = p.publish(ctx)
		tried = true
		p.journal(ctx, m, published, err)
		return err
	})
	if err != nil && !tried {
		p.journal(ctx, nil, false, err)
	}
	return m, published, err
}

// publish makes the release, when no other program does.
func (p *Pipeline) publish(ctx context.Context) (m *release.Manifest, published bool, err error) {
	current, err := p.DB.Current(ctx)
	if err != nil {
		return nil, false, err
	}
	m, err = p.draftManifest(ctx, current)
	if err != nil {
		return nil, false, err
	}
	if p.stands(m, current) {
		p.Log.Info("publish", "release", current.Release, "status", Current)
		return current, false, nil
	}
	if err := p.consistent(m); err != nil {
		return nil, false, err
	}
	if err := p.check(ctx, m, current); err != nil {
		return nil, false, err
	}
	if err := p.generaliseAll(ctx, m); err != nil {
		return nil, false, err
	}
	described, err := p.dumpAll(ctx, m, current)
	if err != nil {
		return nil, false, err
	}
	if m.Same(current) {
		p.Log.Info("publish", "release", current.Release, "status", "files made again")
		return current, false, nil
	}
	changes, err := p.compare(ctx, m, current, described)
	if err != nil {
		return nil, false, err
	}
	if err := p.DB.Publish(ctx, m, described, changes); err != nil {
		return nil, false, err
	}
	p.Log.Info("publish", "release", m.Release, "status", "published", "datasets", len(m.Datasets))
	for _, name := range m.Withdrawn {
		p.Log.Warn("withdrawn: this instance no longer describes it", "dataset", name, "release", m.Release)
	}
	return m, true, nil
}

// draftManifest names the latest version of each dataset; those that the current release has already keep their files.
func (p *Pipeline) draftManifest(ctx context.Context, current *release.Manifest) (*release.Manifest, error) {
	m := &release.Manifest{Published: p.Now().UTC(), Code: p.Code, Correction: p.Correction}
	if current != nil {
		m.Previous = current.Release
	}
	name, err := p.nextName(ctx, m)
	if err != nil {
		return nil, err
	}
	m.Release = name
	states, err := p.DB.Sources(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range p.Registry.All() {
		load, v, err := p.DB.LastLoad(ctx, d.Name)
		if err != nil {
			return nil, err
		}
		if v == nil {
			continue
		}
		e := release.Entry{Version: *v, Fingerprint: load.Fingerprint, Load: load.ID, Since: m.Release, SinceTime: m.Published, Modified: m.Published, Issued: m.Published,
			Inputs: load.Inputs, Artefacts: load.Artefacts, Issues: load.Counts, Stale: stale(load, states[d.Name]), Generation: dump.Generation}
		if e.Computed, err = p.computed(ctx, d, load); err != nil {
			return nil, err
		}
		p.warnOf(&e)
		old := current.Entry(d.Name)
		if old != nil {
			e.Issued = cmp.Or(old.Issued, old.Modified, old.SinceTime) // releases from before they were kept
		}
		if old != nil && old.Hash == v.Hash {
			e.Modified = cmp.Or(old.Modified, old.SinceTime) // releases from before it was kept
		}
		if old != nil && old.Hash == v.Hash && old.Fingerprint == e.Fingerprint {
			e.Since, e.SinceTime = old.Since, old.SinceTime
			if old.Generation == e.Generation {
				if err := p.keep(ctx, d, &e, old); err != nil {
					return nil, err
				}
			}
		}
		m.Datasets = append(m.Datasets, e)
	}
	if len(m.Datasets) == 0 {
		return nil, fault.New(fault.Refused, "%s", texts.Say("check.nothing"))
	}
	m.Themes, m.Withdrawn = p.themes(m), withdrawn(m, current)
	return m, nil
}

// computed is how a load was computed, by the words of its day: the registry may be ahead of them.
func (p *Pipeline) computed(ctx context.Context, d *dataset.Dataset, load *release.Load) (*release.Computed, error) {
	if !d.IsDerived() {
		return nil, nil
	}
	then, err := p.DB.Described(ctx, load.ID)
	return release.ComputedBy(then, load), err
}

// withdrawn are the datasets that the release before had.
func withdrawn(m, before *release.Manifest) (names []string) {
	if before == nil {
		return nil
	}
	for i := range before.Datasets {
		if name := before.Datasets[i].Dataset; m.Entry(name) == nil {
			names = append(names, name)
		}
	}
	return names
}

// themes are those of the instance, without the layers whose dataset is not in the release.
func (p *Pipeline) themes(m *release.Manifest) (themes []dataset.Theme) {
	all := p.Registry.Themes()
	for i := range all {
		if t, some := all[i].Without(func(name string) bool { return m.Entry(name) == nil }); some {
			themes = append(themes, t)
		}
	}
	return themes
}

// warnOf says how old is what could not be fetched again.
func (p *Pipeline) warnOf(e *release.Entry) {
	for _, s := range e.Stale {
		p.Log.Warn("stale", "dataset", e.Dataset, "resource", s.Resource, "place", s.Place, "since", s.Since, "age", age(p.Now(), s.Since), "reason", s.Reason)
	}
}

// nextName is that of the day's next release.
func (p *Pipeline) nextName(ctx context.Context, m *release.Manifest) (string, error) {
	releases, err := p.DB.Releases(ctx)
	if err != nil {
		return "", err
	}
	n := 1
	day := strings.TrimSuffix(release.Name(m.Published, 1), "1")
	for _, r := range releases {
		if strings.HasPrefix(r.Release, day) {
			n++
		}
	}
	return release.Name(m.Published, n), nil
}

// consistent refuses a release in which a dataset was derived from another version of its input than the release has. A
// source that cannot be read again stays as it was checked against the reference of its day.
func (p *Pipeline) consistent(m *release.Manifest) error {
	for i := range m.Datasets {
		if d := p.Registry.Get(m.Datasets[i].Dataset); d == nil || !d.IsDerived() {
			continue
		}
		for input, id := range m.Datasets[i].Inputs {
			if e := m.Entry(input); e == nil || e.ID != id {
				return fault.New(fault.Refused, "%s", texts.Say("check.inconsistent", "dataset", m.Datasets[i].Dataset, "input", input+"@"+id)).About(m.Datasets[i].Dataset)
			}
		}
	}
	return nil
}
