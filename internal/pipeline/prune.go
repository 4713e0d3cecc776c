package pipeline

import (
	"context"
	"time"

	"maille/internal/blob"
	"maille/internal/fault"
	"maille/internal/store"
)

// Keep says which releases keep the tables that the API answers from. The files of all releases stay for ever.
type Keep struct {
	Newest  int           // so many; 0 for none but the one that is served
	Younger time.Duration // and those that were published since; 0 for none
	All     bool          // or all of them
	Sources bool          // publishers' files go too, where no latest load stands on them
}

// Pruning is what goes, or would.
type Pruning struct {
	Kept     []string // releases, the newest first
	Left     []string // that lose a table
	Versions []store.Prunable
	Drafts   []store.LeftDraft // of programs that were killed
	Orphans  Amount            // objects that neither a release nor a load names
	Sources  Amount            // publishers' files that no latest load stands on
	Done     bool
}

// Amount is a number of objects, and what they take.
type Amount struct{ Objects, Bytes int64 }

func (a *Amount) add(o blob.Object) { a.Objects, a.Bytes = a.Objects+1, a.Bytes+o.Bytes }

// settled is the age beyond which an object that nothing names is of no run under way.
const settled = 24 * time.Hour

// Prune finds what no release that is kept needs and, where it is told to, drops it. Tables go one by one, each with the note
// that it did: whatever kills it, what is left is whole, and the next run goes on.
func (p *Pipeline) Prune(ctx context.Context, keep Keep, drop bool) (found Pruning, err error) {
	defer p.full(&err)
	defer fault.Wrap(&err, "pipeline.Prune")
	if !drop {
		return found, p.prunable(ctx, keep, &found)
	}
	return found, p.DB.Exclusive(ctx, func(ctx context.Context) error {
		if err := p.prunable(ctx, keep, &found); err != nil {
			return err
		}
		return p.prune(ctx, keep, &found)
	})
}

func (p *Pipeline) prunable(ctx context.Context, keep Keep, found *Pruning) (err error) {
	releases, err := p.DB.Releases(ctx)
	if err != nil {
		return err
	}
	for i, r := range releases {
		if keep.All || r.Current || i < keep.Newest || keep.Younger > 0 && p.Now().Sub(r.Published) < keep.Younger {
			found.Kept = append(found.Kept, r.Release)
		} else {
			found.Left = append(found.Left, r.Release)
		}
	}
	if found.Versions, err = p.DB.Prunable(ctx, found.Kept); err != nil {
		return err
	}
	if found.Drafts, err = p.DB.LeftDrafts(ctx); err != nil {
		return err
	}
	return p.unnamed(ctx, func(o blob.Object, of *Amount) error { of.add(o); return nil }, found)
}

// unnamed goes through the objects that nothing needs, of which each is an orphan or a source's.
func (p *Pipeline) unnamed(ctx context.Context, each func(o blob.Object, of *Amount) error, found *Pruning) error {
	files, sources, err := p.DB.NamedObjects(ctx)
	if err != nil {
		return err
	}
	for o, err := range p.Blobs.All(ctx) {
		if err != nil {
			return err
		}
		needed, named := sources[o.SHA256]
		of := &found.Orphans
		if named {
			of = &found.Sources
		}
		if files[o.SHA256] || needed || p.Now().Sub(o.Kept) < settled {
			continue
		}
		if err := each(o, of); err != nil {
			return err
		}
	}
	return nil
}

// prune drops, and leaves in found what it did.
func (p *Pipeline) prune(ctx context.Context, keep Keep, found *Pruning) error {
	if err := p.DB.Sweep(ctx, p.Now()); err != nil {
		return err
	}
	going := found.Versions
	found.Versions = nil
	for _, v := range going {
		pruned, err := p.DB.Prune(ctx, v.Version, found.Kept, p.Now())
		if err != nil {
			return err
		}
		p.Log.Info("prune", "version", v.Version, "pruned", pruned, "bytes", v.Bytes+v.Levels)
		if pruned {
			found.Versions = append(found.Versions, v)
		}
	}
	if err := p.deleteDoomed(ctx); err != nil {
		return err
	}
	found.Orphans, found.Sources, found.Done = Amount{}, Amount{}, true
	return p.unnamed(ctx, func(o blob.Object, of *Amount) error { return p.deleteUnnamed(ctx, keep, found, o, of) }, found)
}

// deleteUnnamed deletes an object that nothing needed when it was listed, when nothing does now: a load may have ended on it
// since. No release can be made meanwhile.
func (p *Pipeline) deleteUnnamed(ctx context.Context, keep Keep, found *Pruning, o blob.Object, of *Amount) error {
	if of == &found.Sources && !keep.Sources {
		of.add(o) // it is shown, and stays
		return nil
	}
	named, needed, err := p.DB.SourceObject(ctx, o.SHA256)
	if err != nil || needed || named && !keep.Sources {
		return err
	}
	p.Log.Debug("prune", "object", o.SHA256, "bytes", o.Bytes)
	if err := p.Blobs.Delete(ctx, o.SHA256); err != nil {
		return err
	}
	of.add(o)
	return nil
}

// deleteDoomed deletes the objects that a person's data are in, also those that a killed program left.
func (p *Pipeline) deleteDoomed(ctx context.Context) error {
	doomed, err := p.DB.Doomed(ctx)
	if err != nil || len(doomed) == 0 {
		return err
	}
	files, _, err := p.DB.NamedObjects(ctx)
	if err != nil {
		return err
	}
	for _, hash := range doomed {
		if !files[hash] {
			if err := p.Blobs.Delete(ctx, hash); err != nil {
				return err
			}
		}
		if err := p.DB.Spare(ctx, hash, p.Now()); err != nil {
			return err
		}
	}
	return nil
}
