package store

import (
	"context"
	"time"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// Rebuild opens a draft that no load leads to: a version that was pruned comes back, or is made of another one. When it is
// sealed or abandoned nothing is left of its load. With a wanted version, Seal refuses any other content.
func (db *DB) Rebuild(ctx context.Context, d *dataset.Dataset, wanted *release.Version, code string, now time.Time) (draft *Draft, err error) {
	defer fault.Wrap(&err, "store.Rebuild %s", d.Name)
	if draft, err = db.Begin(ctx, d, code, now); err == nil {
		draft.apart, draft.wanted = true, wanted
	}
	return draft, err
}

// meets refuses a draft that is not the version that is wanted.
func (dr *Draft) meets(v release.Version) error {
	if dr.wanted == nil || dr.wanted.Hash == v.Hash {
		return nil
	}
	return fault.New(fault.Refused, "what was read is %s, of %d rows, and not %s, of %d: the version stays as it was", v, v.Rows, dr.wanted, dr.wanted.Rows).About(dr.wanted.String())
}
