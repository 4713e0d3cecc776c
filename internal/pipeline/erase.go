package pipeline

import (
	"context"
	"errors"
	"maps"
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
	Rows     int64            // that say it
	Columns  map[string]int64 // rows that say it, by column
	Releases []string         // that have the version, the newest first
}

// Found is what an erasure finds, and what it does.
type Found struct {
	Finds  []Find
	Issues int               // loads whose issues say it
	Told   int               // reasons of loads, sources, publications, jobs and releases that say it
	Files  int               // publishers' files that say it, or may, and files that nothing names
	Pruned int               // versions that were not searched, for they are pruned
	Lost   []release.Version // pruned ones that cannot be restored: their files that say it, or may, go with no successor
	Next   string            // the release that follows
	Done   bool
}

// Nothing says whether nothing says it.
func (f *Found) Nothing() bool { return len(f.Finds)+len(f.Lost)+f.Issues+f.Told+f.Files == 0 }

// shortest is how many letters a text must have: a shorter one is in the words of half a country.
const shortest = 5

// Erase takes a text of a person out of every version, file, issue and publisher's file, for a reason that is published, in
// French. Told only to look, it changes nothing, and does not search what is pruned. The switch is one transaction: killed
// before, what is served is as it was; killed after, the next run deletes the objects that are left.
func (p *Pipeline) Erase(ctx context.Context, text, reason string, erase bool) (found Found, err error) {
	defer p.full(&err)
	defer fault.Wrap(&err, "pipeline.Erase")
	e := &erasure{Pipeline: p, text: text, reason: reason, saying: sayingOf(text), found: &found, at: p.Now().UTC(),
		described: map[string]*dataset.Dataset{}, doomed: map[string]bool{}, lost: map[string]bool{}, said: map[string]bool{}}
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
	lines     []store.ReleaseLine         // the newest first
	doomed    map[string]bool
	rewritten map[string]*store.Rewritten // by the name of the old version
	made      map[string]*release.Entry   // files made again, by version and description
	restored  []release.Version           // that were pruned
	lost      map[string]bool             // versions that cannot be restored
	said      map[string]bool             // by object, whether it says the text or may
}

func (e *erasure) run(ctx context.Context) (err error) {
	for _, clear := range []func(context.Context) error{e.deleteDoomed, e.sweep, e.DB.DropUnled} {
		if err := clear(ctx); err != nil {
			return err
		}
	}
	defer func() { err = errors.Join(err, e.pruneAgain(ctx)) }()
	if err := e.restorePruned(ctx); err != nil {
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
	return e.deleteDoomed(ctx)
}

func (e *erasure) sweep(ctx context.Context) error { return e.DB.Sweep(ctx, e.Now()) }

// search finds the versions, sentences and files that say the text.
func (e *erasure) search(ctx context.Context) (err error) {
	if e.lines, err = e.DB.Releases(ctx); err != nil {
		return err
	}
	having, told, err := e.searchReleases(ctx)
	if err != nil {
		return err
	}
	if e.found.Told, err = e.DB.Told(ctx, e.text); err != nil {
		return err
	}
	e.found.Told += told
	if err := e.searchVersions(ctx, having); err != nil {
		return err
	}
	loads, err := e.DB.Issued(ctx, e.text)
	if err != nil {
		return err
	}
	e.found.Issues = len(loads)
	pruned, err := e.DB.Pruned(ctx)
	if err != nil {
		return err
	}
	e.found.Pruned = len(pruned)
	return e.searchFiles(ctx)
}

// searchReleases gives the releases that have each version, and how many sentences of manifests say the text.
func (e *erasure) searchReleases(ctx context.Context) (having map[string][]string, told int, err error) {
	having = map[string][]string{}
	for _, line := range e.lines {
		m, err := e.DB.Release(ctx, line.Release)
		if err != nil {
			return nil, 0, err
		}
		for i := range m.Datasets {
			name := m.Datasets[i].Version.String()
			having[name] = append(having[name], m.Release)
		}
		told += e.hushManifest(m)
	}
	return having, told, nil
}

func (e *erasure) searchVersions(ctx context.Context, having map[string][]string) (err error) {
	if e.searched, err = e.DB.Standing(ctx); err != nil {
		return err
	}
	for _, s := range e.searched {
		d, err := e.DB.Described(ctx, s.Load)
		if err != nil {
			return err
		}
		rows, columns, err := e.DB.Find(ctx, s.Version, d, e.text)
		if err != nil {
			return err
		}
		if rows > 0 {
			e.described[s.Version.String()] = d
			e.found.Finds = append(e.found.Finds, Find{s.Version, rows, columns, having[s.Version.String()]})
		}
	}
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
	var lost []string
	for _, v := range e.found.Lost {
		lost = append(lost, v.Dataset)
	}
	err = e.commit(ctx, store.Erasure{Text: e.text, Words: wordsOf(e.text), At: e.at, Instead: texts.Say("erased.sentence"), Searched: e.searched,
		Versions: versions, Releases: changed, Next: next, Described: described, Lost: lost, Doomed: slices.Sorted(maps.Keys(e.doomed))})
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

// mostTries is how often the switch is tried, half a minute each, while loads or readers keep it waiting: hours of work are
// behind it.
const mostTries = 240

func (e *erasure) commit(ctx context.Context, x store.Erasure) (err error) {
	for range mostTries {
		if err = e.DB.Erase(ctx, x); !store.Busy(err) || ctx.Err() != nil {
			return err
		}
		e.Log.Info("erase: waiting for a load, or for who reads a table or a view")
	}
	return err
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
