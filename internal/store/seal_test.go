package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/store"
)

type contextKey int

const wantTable contextKey = 0

func TestAFailureOfSealIsAbandoned(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		fail func(t *testing.T, draft *store.Draft) (context.Context, func() time.Time)
	}{
		{"the table cannot be made", func(t *testing.T, draft *store.Draft) (context.Context, func() time.Time) {
			v, err := draft.Digest(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return context.WithValue(t.Context(), wantTable, `data."`+v.String()+`"`), clock
		}},
		{"the caller leaves in the middle", func(t *testing.T, _ *store.Draft) (context.Context, func() time.Time) {
			ctx, cancel := context.WithCancel(t.Context())
			return ctx, func() time.Time { cancel(); return noon }
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			db, conn := open(t, store.Options{Connections: 2})
			d := describe(t, plain)
			draft := draftOf(t, db, d, row(2, nil, "a", "n"))
			ctx, now := c.fail(t, draft)
			if table, ok := ctx.Value(wantTable).(string); ok {
				execute(t, conn, "create table "+table+" ()")
				defer execute(t, conn, "drop table "+table)
			}
			if _, err := draft.Seal(ctx, nil, now); err == nil {
				t.Fatal("it was sealed")
			}
			if err := draft.Abandon(ctx, release.Failed, "raté", nil, noon); err != nil {
				t.Fatal(err)
			}
			if n := tablesIn(t, conn, "draft"); n != 0 {
				t.Errorf("%d drafts stay", n)
			}
			if got := one[string](t, conn, "select status || ' ' || reason || coalesce(version, '') from maille.load"); got != "failed raté" {
				t.Errorf("load = %q", got)
			}
		})
	}
}

func TestAValueTooLongForItsIndexIsRefused(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	d := describe(t, described{name: "lieux", columns: []string{"id string", "nom string"}, publication: `"index": ["nom"]`})
	var long strings.Builder
	for i := range 2000 { // PostgreSQL compresses what repeats
		fmt.Fprint(&long, i*i)
	}
	draft := draftOf(t, db, d, row(2, nil, "a", long.String()))
	_, err := draft.Seal(t.Context(), nil, clock)
	abandon(t, draft)
	if fault.KindOf(err) != fault.Refused || fault.Message(err) != "une valeur est trop longue pour un index : retirez sa colonne de publication.index" {
		t.Errorf("%v", err)
	}
	if n := tablesIn(t, conn, "draft") + tablesIn(t, conn, "data"); n != 0 {
		t.Errorf("%d tables stay", n)
	}
}

func TestKeysAreInTheOrderOfTheirBytes(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, plain)
	v := load(t, db, d, row(2, nil, "é", nil), row(3, nil, "a-b", nil), row(4, nil, "ab", nil), row(5, nil, "Z", nil), row(6, nil, "a", nil))
	if got := strings.Join(keys(d, read(t, db, v, d, dataset.Query{})), " "); got != "Z a a-b ab %C3%A9" {
		t.Errorf("order = %s", got)
	}
}
