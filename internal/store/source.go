package store

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/fault"
	"maille/internal/release"
)

// Sources tells how the resources of each dataset fared in the last run, in their order.
func (db *DB) Sources(ctx context.Context) (states map[string][]release.Source, err error) {
	defer fault.Wrap(&err, "store.Sources")
	type line struct {
		dataset string
		release.Source
	}
	lines, err := list(ctx, db, statement("source_states", nil), nil, func(row pgx.CollectableRow) (l line, err error) {
		var good, failing *time.Time
		var columns, kinds []byte
		if err := row.Scan(&l.dataset, &l.Resource, &l.Place, &good, &failing, &l.Reason, &columns, &kinds); err != nil {
			return l, err
		}
		l.LastGood, l.FailingSince = instant(good), instant(failing)
		return l, errors.Join(json.Unmarshal(columns, &l.Columns), json.Unmarshal(kinds, &l.Kinds))
	})
	states = map[string][]release.Source{}
	for _, l := range lines {
		states[l.dataset] = append(states[l.dataset], l.Source)
	}
	return states, err
}

// SaveSources notes how the resources of a dataset fare; those that are not named are forgotten.
func (db *DB) SaveSources(ctx context.Context, dataset string, states []release.Source) (err error) {
	defer fault.Wrap(&err, "store.SaveSources %s", dataset)
	conn, err := db.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	states = slices.SortedFunc(slices.Values(states), func(a, b release.Source) int { return a.Resource - b.Resource }) // so that two programs lock in one order
	return explained(ctx, transact(ctx, conn, pgx.TxOptions{}, func(tx pgx.Tx) error {
		kept := []int{}
		for _, s := range states {
			kept = append(kept, s.Resource)
			columns, kinds := s.Columns, s.Kinds
			if columns == nil {
				columns = []string{}
			}
			if kinds == nil {
				kinds = map[string]string{}
			}
			_, err := tx.Exec(ctx, statement("save_source_state", nil), dataset, s.Resource, s.Place, known(s.LastGood), known(s.FailingSince), s.Reason, columns, kinds)
			if err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, statement("drop_source_states", nil), dataset, kept)
		return err
	}))
}

func instant(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
