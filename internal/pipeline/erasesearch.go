package pipeline

import (
	"context"
	"slices"
	"strings"
	"time"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// restorePruned has those versions in the database again that say the text, or may. That of the others which are pruned is
// known by their files.
func (e *erasure) restorePruned(ctx context.Context) error {
	pruned, err := e.DB.Pruned(ctx)
	if err != nil || len(pruned) == 0 {
		return err
	}
	lines, err := e.DB.Releases(ctx)
	if err != nil {
		return err
	}
	for _, line := range lines {
		m, err := e.DB.Release(ctx, line.Release)
		if err != nil {
			return err
		}
		for i := range m.Datasets {
			if entry := &m.Datasets[i]; pruned[entry.Version.String()] {
				delete(pruned, entry.Version.String())
				if err := e.restoreSaying(ctx, m, entry); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (e *erasure) restoreSaying(ctx context.Context, m *release.Manifest, entry *release.Entry) error {
	says, err := e.entrySays(ctx, entry)
	if err != nil || !says {
		return err
	}
	err = e.rebuild(ctx, m, entry)
	if err == nil {
		e.restored = append(e.restored, entry.Version)
		return nil
	}
	forGood, looked := e.unrestorable(ctx, entry, err)
	if !forGood || looked != nil {
		return err
	}
	e.Log.Error("it cannot be restored: its files that say the text, or may, are deleted", "version", entry.Version, "error", err)
	e.lost[entry.Version.String()] = true
	e.found.Lost = append(e.found.Lost, entry.Version)
	return nil
}

// unrestorable says whether a version cannot be had from its files on another day either.
func (e *erasure) unrestorable(ctx context.Context, entry *release.Entry, failure error) (bool, error) {
	switch {
	case ctx.Err() != nil || fault.KindOf(failure) == fault.Canceled:
		return false, nil
	case fault.KindOf(failure) != fault.Unavailable:
		return true, nil
	}
	d, err := e.DB.Described(ctx, entry.Load)
	if err != nil {
		return false, err
	}
	for _, f := range readable(d, entry) {
		if has, err := e.Blobs.Has(ctx, f.SHA256); has || err != nil {
			return false, err
		}
	}
	return true, nil
}

// entrySays looks for the text in a file of a version that has all its cells in plain text; without one, it may be there.
func (e *erasure) entrySays(ctx context.Context, entry *release.Entry) (bool, error) {
	if strings.ContainsFunc(e.text, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' }) {
		return true, nil // which formats write in ways of their own
	}
	for _, format := range []string{dataset.CSV, dataset.GeoJSON} {
		f := entry.Dump(format)
		if f == nil {
			continue
		}
		found, sure, err := e.objectSays(ctx, f.SHA256)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil || found || sure {
			return found, err
		}
	}
	return true, nil
}

func (e *erasure) objectSays(ctx context.Context, hash string) (found, sure bool, err error) {
	object, err := e.Blobs.Get(ctx, hash)
	if err != nil {
		return false, false, err
	}
	defer object.Close()
	return e.saying.inObject(ctx, object)
}

// maySay is whether an object says the text, or cannot be searched; one that is not there does not.
func (e *erasure) maySay(ctx context.Context, hash string) (bool, error) {
	if said, known := e.said[hash]; known {
		return said, nil
	}
	found, sure, err := e.objectSays(ctx, hash)
	if fault.KindOf(err) == fault.NotFound {
		found, sure, err = false, true, nil
	}
	if err == nil {
		e.said[hash] = found || !sure
	}
	return found || !sure, err
}

// pruneAgain leaves no table that was not there before, whatever came of the erasure.
func (e *erasure) pruneAgain(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	if !e.found.Done {
		if err := e.DB.DropUnled(ctx); err != nil {
			return err
		}
	}
	for _, v := range e.restored {
		if _, err := e.DB.Prune(ctx, v, nil, e.Now()); err != nil {
			return err
		}
	}
	return nil
}

// searchFiles dooms the publishers' files that were read for a version that says the text, which they may say in pieces, those
// that say it, those of the same datasets that cannot be searched, and those that nothing names.
func (e *erasure) searchFiles(ctx context.Context) error {
	files, err := e.DB.SourceFiles(ctx)
	if err != nil {
		return err
	}
	for _, f := range files {
		if e.doomed[f.SHA256] {
			continue
		}
		has, err := e.Blobs.Has(ctx, f.SHA256)
		if err != nil {
			return err
		}
		if !has {
			continue
		}
		if slices.ContainsFunc(f.Versions, func(id string) bool { return e.described[f.Dataset+"@"+id] != nil }) {
			e.doomed[f.SHA256] = true
			continue
		}
		found, sure, err := e.objectSays(ctx, f.SHA256)
		if err != nil {
			return err
		}
		if found || !sure && e.saysSome(f.Dataset) {
			e.doomed[f.SHA256] = true
		}
	}
	if err := e.searchOrphans(ctx); err != nil {
		return err
	}
	e.found.Files = len(e.doomed)
	return nil
}

// saysSome is whether any version of a dataset says the text.
func (e *erasure) saysSome(name string) bool {
	return slices.ContainsFunc(e.found.Finds, func(f Find) bool { return f.Version.Dataset == name }) ||
		slices.ContainsFunc(e.found.Lost, func(v release.Version) bool { return v.Dataset == name })
}

// underWay is for how long an object that nothing names yet may be of a load, which erasing does not keep from running.
const underWay = 3 * time.Hour

// searchOrphans dooms what nothing names: what says the text, and what cannot be searched unless a load may be about to name it.
func (e *erasure) searchOrphans(ctx context.Context) error {
	files, sources, err := e.DB.NamedObjects(ctx)
	if err != nil {
		return err
	}
	for o, err := range e.Blobs.All(ctx) {
		if err != nil {
			return err
		}
		if _, named := sources[o.SHA256]; named || files[o.SHA256] {
			continue
		}
		found, sure, err := e.objectSays(ctx, o.SHA256)
		if fault.KindOf(err) == fault.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		if found || !sure && e.Now().Sub(o.Kept) > underWay {
			e.doomed[o.SHA256] = true
		}
	}
	return nil
}

// hushManifest takes the text out of the sentences of a manifest, and counts those that said it.
func (e *erasure) hushManifest(m *release.Manifest) (told int) {
	sentences := []*string{&m.Correction}
	for i := range m.Datasets {
		m.Datasets[i].Stale = slices.Clone(m.Datasets[i].Stale)
		for j := range m.Datasets[i].Stale {
			sentences = append(sentences, &m.Datasets[i].Stale[j].Reason)
		}
	}
	for i := range m.Erased {
		sentences = append(sentences, &m.Erased[i].Reason)
	}
	for _, s := range sentences {
		if e.saying.in(*s) {
			*s = texts.Say("erased.sentence")
			told++
		}
	}
	return told
}
