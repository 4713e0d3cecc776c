package store

import (
	"context"
	"encoding/binary"
	"slices"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/release"
)

// Ranks is a set of features of a version, by their Ord.
type Ranks struct {
	listed []int64  // rising
	bits   []uint64 // in place of a list
}

// Has says whether a feature is one of them.
func (r *Ranks) Has(ord uint64) bool {
	if r.bits == nil {
		_, found := slices.BinarySearch(r.listed, int64(ord))
		return found
	}
	return ord/64 < uint64(len(r.bits)) && r.bits[ord/64]&(1<<(ord%64)) != 0
}

// Ranks are the features of a version that the conditions of a query match: those which are remembered, where they are few
// enough; else, of the features that touch a box and maybe of others, those that match, in a bit for each feature of the
// version.
func (db *DB) Ranks(ctx context.Context, v release.Version, d *dataset.Dataset, q dataset.Query, box geo.BBox) (_ *Ranks, err error) {
	defer fault.Wrap(&err, "store.Ranks %s", v)
	w, err := db.where(ctx, v, d, q)
	if err != nil {
		return nil, err
	}
	if len(w.terms) > 0 {
		if m, err := db.matches(ctx, v, w); err == nil && m.ranks != nil { // what is wrong, the statement itself will say
			return &Ranks{listed: m.ranks}, nil
		}
	}
	q.BBox, q.BBoxCRS, q.Located = &box, nil, true
	if w, err = db.where(ctx, v, d, q); err != nil {
		return nil, err
	}
	r := &Ranks{bits: make([]uint64, v.Rows/64+1)}
	err = db.rank(ctx, versionTable(v)+" where "+w.and(), w.args, r.bits)
	return r, answerable(tooLong(ctx, err, v, d, q), q)
}

// rank sets the bits of rows.
func (db *DB) rank(ctx context.Context, from string, args []any, bits []uint64) error {
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	args = unnamed(append([]any{pgx.QueryResultFormats{pgx.BinaryFormatCode}}, args...))
	rows, err := conn.Query(ctx, "select _ord from "+from, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		ord := binary.BigEndian.Uint64(rows.RawValues()[0]) // from 1 to v.Rows: row_number when the version was sealed
		bits[ord/64] |= 1 << (ord % 64)
	}
	return rows.Err()
}
