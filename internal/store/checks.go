package store

import (
	"context"
	"strings"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// mostSought is how many keys Vanished looks for: of more, it takes as many at even steps along the Hilbert curve, which is
// exact to half a percent.
const mostSought = 50_000

// Vanished is the share of the keys of a version that another, whose key has the same columns, has no more.
func (db *DB) Vanished(ctx context.Context, before, after release.Version, was, is *dataset.Dataset) (share float64, err error) {
	defer fault.Wrap(&err, "store.Vanished %s %s", before, after)
	if before.Rows == 0 {
		return 0, nil
	}
	step := (before.Rows + mostSought - 1) / mostSought
	sql := statement("keys_vanished", map[string]string{
		"before": versionTable(before), "after": versionTable(after), "hash": keyHash(was), "after_hash": keyHash(is), "same": sameKey(was, is)})
	_, err = db.one(ctx, sql, []any{before.Rows, step}, &share)
	return share, err
}

// sameKey compares the keys of rows v and w.
func sameKey(v, w *dataset.Dataset) string {
	var terms []string
	for _, name := range v.Publication.Key {
		terms = append(terms, keyText("v."+quote(name), v.Schema.Column(name).Type)+" = "+keyText("w."+quote(name), w.Schema.Column(name).Type))
	}
	return strings.Join(terms, " and ")
}

// Lacking counts the communes of a reference that a version has no row for, and names the first.
func (db *DB) Lacking(ctx context.Context, v release.Version, commune string, reference Reference) (n int64, first string, err error) {
	defer fault.Wrap(&err, "store.Lacking %s", v)
	sql := statement("communes_lacking", map[string]string{
		"version": versionTable(v), "commune": quote(commune), "reference": versionTable(reference.Version), "reference_commune": quote(reference.Commune)})
	_, err = db.one(ctx, sql, nil, &n, &first)
	return n, first, err
}
