package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"maille/internal/dataset"
	"maille/internal/release"
	"maille/internal/store"
)

// manifests are the releases as they are from now on, and the one that follows when the one that is served said the text. One
// is read at a time.
func (e *erasure) manifests(ctx context.Context) (changed []*release.Manifest, next *release.Manifest, described map[string]*dataset.Dataset, err error) {
	for i, line := range e.lines {
		m, err := e.DB.Release(ctx, line.Release)
		if err != nil {
			return nil, nil, nil, err
		}
		before := m.Text()
		concerned, err := e.revise(ctx, m)
		if err != nil {
			return nil, nil, nil, err
		}
		if !bytes.Equal(m.Text(), before) {
			changed = append(changed, m)
		}
		if i == 0 && len(concerned) > 0 {
			if next, described, err = e.follow(ctx, m, concerned); err != nil {
				return nil, nil, nil, err
			}
		}
	}
	return changed, next, described, nil
}

// revise names in a manifest what stands for what said the text, and says so. It gives the datasets that it concerns, each
// with its files as they would be named in a new release.
func (e *erasure) revise(ctx context.Context, m *release.Manifest) (concerned map[string][]release.File, err error) {
	concerned = map[string][]release.File{}
	old := clone(m)
	e.hushManifest(m)
	for i := range m.Datasets {
		entry := &m.Datasets[i]
		for input, id := range entry.Inputs {
			if r := e.rewritten[release.Version{Dataset: input, ID: id}.String()]; r != nil {
				entry.Inputs[input] = r.New.ID
			}
		}
		if r := e.rewritten[entry.Version.String()]; r != nil {
			entry.Version, entry.Modified = r.New, e.at
		}
	}
	for i := range m.Datasets {
		entry, before := &m.Datasets[i], &old.Datasets[i]
		files, rows, err := e.revised(ctx, m, old, entry)
		if err != nil {
			return nil, err
		}
		if files == nil {
			continue
		}
		concerned[entry.Dataset] = files
		e.settle(m, entry, before, files, rows)
	}
	return concerned, nil
}

// revised are the files of an entry, fresh names and all; nil when nothing in it said the text.
func (e *erasure) revised(ctx context.Context, m, old *release.Manifest, entry *release.Entry) (files []release.File, rows int64, err error) {
	before := old.Entry(entry.Dataset).Version
	if e.rewritten[before.String()] != nil {
		made, err := e.remade(ctx, m, old, entry)
		return made, max(e.rows(before), 1), err
	}
	stays := make([]release.File, 0, len(entry.Files))
	for _, f := range entry.Files {
		drop, err := e.drops(ctx, entry, &f)
		if err != nil {
			return nil, 0, err
		}
		if drop && f.Role == release.RoleQuality && !e.lost[before.String()] {
			drop, err = false, e.requality(ctx, m, entry, &f)
		}
		if err != nil {
			return nil, 0, err
		}
		if !drop {
			stays = append(stays, f)
		}
	}
	if slices.EqualFunc(stays, entry.Files, func(a, b release.File) bool { return a.SHA256 == b.SHA256 && a.Name == b.Name }) {
		return nil, 0, nil
	}
	return stays, 0, nil
}

// drops says whether a file of a version that stands says the text. What shows it is the file, wherever it is named: a release
// may have the report of another's load.
func (e *erasure) drops(ctx context.Context, entry *release.Entry, f *release.File) (bool, error) {
	lost := e.lost[entry.Version.String()]
	if f.Role == release.RoleChanges && entry.Change != nil {
		before := release.Version{Dataset: entry.Dataset, ID: entry.Change.Before}.String()
		return lost || e.rewritten[before] != nil || e.lost[before], nil
	}
	if f.Role != release.RoleQuality && !lost {
		return false, nil
	}
	return e.maySay(ctx, f.SHA256)
}

// requality makes a quality report again, of the same rows, of what is left to say of the load.
func (e *erasure) requality(ctx context.Context, m *release.Manifest, entry *release.Entry, f *release.File) error {
	d, err := e.DB.Described(ctx, entry.Load)
	if err != nil {
		return err
	}
	report, err := e.qualityOf(ctx, f)
	if err != nil {
		return err
	}
	issues, err := e.quiet().issues(ctx, entry.Load)
	if err != nil {
		return err
	}
	report.Refresh(d, issues, m.Lineage(entry, e.derived)...)
	renewed, err := e.putQuality(ctx, report)
	if err == nil {
		f.SHA256, f.Bytes, f.Made = renewed.SHA256, renewed.Bytes, e.at
	}
	return err
}

// quiet is the pipeline, which does not say the text.
func (e *erasure) quiet() *Pipeline {
	quiet := *e.Pipeline
	quiet.hidden = e.saying
	return &quiet
}

// rows is how many rows of a version said the text.
func (e *erasure) rows(v release.Version) int64 {
	for _, f := range e.found.Finds {
		if f.Version.String() == v.String() {
			return f.Rows
		}
	}
	return 0
}

// remade makes the files of an entry again, once for all the releases that describe a version alike. Only what is said of its
// load is each one's own.
func (e *erasure) remade(ctx context.Context, m, old *release.Manifest, entry *release.Entry) ([]release.File, error) {
	key := entry.Version.String() + entry.Fingerprint
	if known := e.made[key]; known != nil {
		return e.remadeAlike(ctx, m, entry, known)
	}
	d, err := e.DB.Described(ctx, entry.Load)
	if err != nil {
		return nil, err
	}
	fresh := *entry
	fresh.Files = nil
	if err := e.quiet().complete(ctx, m, old, &fresh, d); err != nil {
		return nil, err
	}
	for i := range fresh.Files {
		fresh.Files[i].Made = e.at
	}
	e.made[key] = &fresh
	return fresh.Files, nil
}

func (e *erasure) remadeAlike(ctx context.Context, m *release.Manifest, entry, known *release.Entry) ([]release.File, error) {
	files := slices.Clone(known.Files)
	for i := range files {
		if files[i].Role == release.RoleQuality {
			if err := e.requality(ctx, m, entry, &files[i]); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}

// settle gives an entry its files, those that are others under another name, and the release its tombstone.
func (e *erasure) settle(m *release.Manifest, entry, before *release.Entry, files []release.File, rows int64) {
	taken, stay := map[string]bool{}, map[string]bool{}
	for _, f := range before.Files {
		taken[f.Name] = true
	}
	for _, t := range m.Erased {
		for _, name := range t.Files {
			taken[name] = true
		}
	}
	entry.Files = nil
	for _, f := range files {
		i := slices.IndexFunc(before.Files, func(b release.File) bool {
			return b.SHA256 == f.SHA256 && b.Role == f.Role && b.MediaType == f.MediaType
		})
		if i >= 0 { // nothing in it said the text
			f = before.Files[i]
			stay[f.Name] = true
		} else {
			for taken[f.Name] {
				f.Name = release.NextEdition(f.Name)
			}
			taken[f.Name] = true
		}
		entry.Files = append(entry.Files, f)
	}
	t := release.Tombstone{Dataset: entry.Dataset, At: e.at, Reason: e.reason, Rows: rows}
	for _, f := range before.Files {
		if !stay[f.Name] {
			t.Files = append(t.Files, f.Name)
			e.doomed[f.SHA256] = true
		}
	}
	if entry.Change != nil {
		if r := e.rewritten[release.Version{Dataset: entry.Dataset, ID: entry.Change.Before}.String()]; r != nil {
			entry.Change.Before = r.New.ID
		}
	}
	m.Erased = append(m.Erased, t)
}

// follow is the release after the one that said the text: the same without it, under the names that people know.
func (e *erasure) follow(ctx context.Context, m *release.Manifest, concerned map[string][]release.File) (*release.Manifest, map[string]*dataset.Dataset, error) {
	next := clone(m)
	next.Previous, next.Published, next.Code, next.Withdrawn, next.Correction, next.Erased = m.Release, e.at, e.Code, nil, "", nil
	name, err := e.nextName(ctx, next)
	if err != nil {
		return nil, nil, err
	}
	next.Release = name
	for _, t := range m.Erased {
		if t.At.Equal(e.at) {
			t.Files = nil
			next.Erased = append(next.Erased, t)
		}
	}
	described := map[string]*dataset.Dataset{}
	for i := range next.Datasets {
		entry := &next.Datasets[i]
		if described[entry.Dataset], err = e.DB.Described(ctx, entry.Load); err != nil {
			return nil, nil, err
		}
		entry.Change = nil
		if files := concerned[entry.Dataset]; files != nil {
			entry.Files, entry.Since, entry.SinceTime = files, next.Release, e.at
			entry.Change = &release.Change{Since: m.Release, Before: entry.ID, Causes: []string{release.CauseErasure}}
			if r := e.of(entry.Version); r != nil {
				entry.Change.Removed = int64(len(r.Gone))
				entry.Change.Changed = max(e.rows(r.Old)-entry.Change.Removed, 0)
			}
		}
		entry.Files = slices.DeleteFunc(slices.Clone(entry.Files), func(f release.File) bool { return f.Role == release.RoleChanges })
	}
	return next, described, nil
}

func (e *erasure) of(v release.Version) *store.Rewritten {
	for _, r := range e.rewritten {
		if r.New.String() == v.String() {
			return r
		}
	}
	return nil
}

func clone(m *release.Manifest) *release.Manifest {
	c := &release.Manifest{}
	if err := json.Unmarshal(m.Text(), c); err != nil {
		panic(err) // what we wrote ourselves
	}
	return c
}
