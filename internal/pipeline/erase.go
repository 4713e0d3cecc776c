package pipeline

import (
	"context"
	"slices"
	"time"
	"unicode/utf8"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/store"
)

// Find is where a person's text is.
type Find struct {
	Version  release.Version
	Columns  map[string]int64 // rows that say it, by column
	Releases []string         // that have the version, the newest first
}

// Found is what an erasure finds, and what it does.
type Found struct {
	Finds  []Find
	Issues int    // loads whose issues say it
	Files  int    // publishers' files that say it, or may
	Pruned int    // versions that were not searched, for they are pruned
	Next   string // the release that follows
	Done   bool
}

// Nothing says whether nothing says it.
func (f *Found) Nothing() bool { return len(f.Finds) == 0 && f.Issues == 0 && f.Files == 0 }

// shortest is how many letters a text must have: a shorter one is in the words of half a country.
const shortest = 5

// Erase takes a text of a person out of every version, file, issue and publisher's file, for a reason that is published, in
// French. Told only to look, it changes nothing, and does not search what is pruned. The switch is one transaction: killed
// before, everything is as it was; killed after, the next run deletes the objects that are left.
func (p *Pipeline) Erase(ctx context.Context, text, reason string, erase bool) (found Found, err error) {
	defer fault.Wrap(&err, "pipeline.Erase")
	e := &erasure{Pipeline: p, text: text, reason: reason, saying: sayingOf(text), found: &found, at: p.Now().UTC()}
	if utf8.RuneCountInString(text) < shortest {
		return found, fault.New(fault.Invalid, "a text of at least %d letters is needed: a shorter one is in too many words", shortest).About("text")
	}
	if e.saying.in(reason) {
		return found, fault.New(fault.Invalid, "the reason is published: it must not say the text").About("reason")
	}
	if !erase {
		return found, e.search(ctx)
	}
	if reason == "" {
		return found, fault.New(fault.Invalid, "say why, in French: it is published in the text's place").About("reason")
	}
	return found, p.DB.Exclusive(ctx, e.run)
}

// erasure is one on its way.
type erasure struct {
	*Pipeline
	text, reason string
	saying       *saying
	at           time.Time
	found        *Found

	searched  []store.Standing
	described map[string]*dataset.Dataset // by version
	releases  []*release.Manifest         // the newest first
	loads     []int64                     // whose issues say it
	doomed    []string
	rewritten map[string]*store.Rewritten // by the name of the old version
	made      map[string]*release.Entry   // files made again, by version and description
	restored  []release.Version           // that were pruned
}

func (e *erasure) run(ctx context.Context) error {
	if err := e.deleteDoomed(ctx); err != nil {
		return err
	}
	if err := e.restoreAll(ctx); err != nil {
		return err
	}
	if err := e.search(ctx); err != nil {
		return err
	}
	if !e.found.Nothing() {
		if err := e.replace(ctx); err != nil {
			return err
		}
	}
	e.found.Done = true
	for _, v := range e.restored {
		if _, err := e.DB.Prune(ctx, v, nil, e.Now()); err != nil {
			return err
		}
	}
	return e.deleteDoomed(ctx)
}

// restoreAll has every version in the database again, to be searched.
func (e *erasure) restoreAll(ctx context.Context) error {
	pruned, err := e.DB.Pruned(ctx)
	if err != nil || len(pruned) == 0 {
		return err
	}
	if err := e.readReleases(ctx); err != nil {
		return err
	}
	for _, m := range e.releases {
		for i := range m.Datasets {
			entry := &m.Datasets[i]
			if !pruned[entry.Version.String()] {
				continue
			}
			if err := e.rebuild(ctx, m, entry); err != nil {
				return err
			}
			delete(pruned, entry.Version.String())
			e.restored = append(e.restored, entry.Version)
		}
	}
	return nil
}

func (e *erasure) readReleases(ctx context.Context) error {
	lines, err := e.DB.Releases(ctx)
	e.releases = nil
	for _, line := range lines {
		m, err := e.DB.Release(ctx, line.Release)
		if err != nil {
			return err
		}
		e.releases = append(e.releases, m)
	}
	return err
}

// search finds the versions, issues and files that say the text.
func (e *erasure) search(ctx context.Context) (err error) {
	if err := e.readReleases(ctx); err != nil {
		return err
	}
	if e.searched, err = e.DB.Standing(ctx); err != nil {
		return err
	}
	e.described = map[string]*dataset.Dataset{}
	said := map[string]bool{}
	for _, s := range e.searched {
		d, err := e.DB.Described(ctx, s.Load)
		if err != nil {
			return err
		}
		columns, err := e.DB.Find(ctx, s.Version, d, e.text)
		if err != nil {
			return err
		}
		if len(columns) > 0 {
			e.described[s.Version.String()], said[s.Dataset] = d, true
			e.found.Finds = append(e.found.Finds, Find{s.Version, columns, e.having(s.Version)})
		}
	}
	if e.loads, err = e.DB.Issued(ctx, e.text); err != nil {
		return err
	}
	e.found.Issues = len(e.loads)
	pruned, err := e.DB.Pruned(ctx)
	if err != nil {
		return err
	}
	e.found.Pruned = len(pruned)
	return e.searchFiles(ctx, said)
}

// having are the releases that have a version.
func (e *erasure) having(v release.Version) (names []string) {
	for _, m := range e.releases {
		if entry := m.Entry(v.Dataset); entry != nil && entry.ID == v.ID {
			names = append(names, m.Release)
		}
	}
	return names
}

// searchFiles dooms the publishers' files that say the text, and those that cannot be searched of the datasets that do.
func (e *erasure) searchFiles(ctx context.Context, said map[string]bool) error {
	files, err := e.DB.SourceFiles(ctx)
	if err != nil {
		return err
	}
	for _, f := range files {
		if slices.Contains(e.doomed, f.SHA256) {
			continue
		}
		object, err := e.Blobs.Get(ctx, f.SHA256)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		found, sure, err := e.saying.inObject(ctx, object)
		object.Close()
		if err != nil {
			return err
		}
		if found || !sure && said[f.Dataset] {
			e.doomed = append(e.doomed, f.SHA256)
		}
	}
	e.found.Files = len(e.doomed)
	return nil
}

// replace makes the versions and files without the text, then switches.
func (e *erasure) replace(ctx context.Context) error {
	e.rewritten, e.made = map[string]*store.Rewritten{}, map[string]*release.Entry{}
	var versions []store.Rewritten
	for _, f := range e.found.Finds {
		one, err := e.rewrite(ctx, f.Version)
		if err != nil {
			return err
		}
		e.rewritten[f.Version.String()] = one
		versions = append(versions, *one)
	}
	changed, next, described, err := e.manifests(ctx)
	if err != nil {
		return err
	}
	err = e.DB.Erase(ctx, store.Erasure{Text: e.text, At: e.at, Instead: texts.Say("erased.sentence"), Searched: e.searched, Versions: versions,
		Releases: changed, Next: next, Described: described, Doomed: e.doomed})
	if err != nil {
		return err
	}
	if next != nil {
		e.found.Next = next.Release
	}
	for i, v := range e.restored { // what was pruned is again, under its new name
		if r := e.rewritten[v.String()]; r != nil {
			e.restored[i] = r.New
		}
	}
	e.Log.Info("erase", "versions", len(versions), "releases", len(changed), "objects", len(e.doomed), "next", e.found.Next) // never the text
	return nil
}

// rewrite makes a version without the text.
func (e *erasure) rewrite(ctx context.Context, v release.Version) (*store.Rewritten, error) {
	d := e.described[v.String()]
	gone, err := e.DB.Leaving(ctx, v, d, e.text)
	if err != nil {
		return nil, err
	}
	draft, err := e.DB.Rebuild(ctx, d, nil, e.Code, e.Now())
	if err != nil {
		return nil, err
	}
	var made release.Version
	if err = draft.Without(ctx, v, e.text); err == nil {
		made, err = draft.Seal(ctx, nil, e.Now)
	}
	if err != nil {
		if left := draft.Abandon(ctx, release.Failed, "", nil, e.Now()); left != nil {
			e.Log.Warn("abandon", "dataset", d.Name, "error", left)
		}
		return nil, err
	}
	if len(d.Levels()) > 0 {
		err = e.generalise(ctx, d, made)
	}
	return &store.Rewritten{Old: v, New: made, Dataset: d, Gone: gone}, err
}
