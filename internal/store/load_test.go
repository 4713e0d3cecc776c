package store_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/store"
)

var allTypes = []string{"id string", "texte string", "entier integer", "nombre number", "vrai boolean", "jour date", "liste list"}

func everyRow(geometry []byte) []*dataset.Feature {
	return []*dataset.Feature{
		row(2, geometry, "a", "Évry-Courcouronnes « é » 🗺 \u2028", 0, 0.0, true, day("2026-11-22"), list("un|deux|trois")),
		row(3, nil, "b", "", math.MaxInt64, 0.1+0.2, false, day("1857-02-28"), list("seul")),
		row(4, nil, "c", nil, math.MinInt64, math.MaxFloat64, nil, day("0001-01-01"), nil),
		row(5, nil, "d", strings.Repeat("long\t\r\n\"", 5000), -1, -5e-324, nil, day("9999-12-31"), list("é|\"|{}|NULL|\\")),
		row(6, nil, "e", nil, nil, nil, nil, nil, nil),
	}
}

func TestEveryTypeAndNullComeBack(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	ring := `{"type":"MultiPolygon","coordinates":[[[[2,48],[3,48],[3,49],[2,49],[2,48]]]]}`
	for _, c := range []struct {
		name        string
		publication string
		geometry    []byte
		json        string
	}{
		{"sans-geometrie", "", nil, ""},
		{"points", `"geometry": {"type": "Point"}`, point(2.4281234, -48.6), `{"type":"Point","coordinates":[2.4281234,-48.6]}`},
		{"surfaces", `"geometry": {"type": "MultiPolygon"}`, square(t, 2, 48, 3, 49), ring},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := describe(t, described{name: c.name, columns: allTypes, publication: c.publication})
			rows := everyRow(c.geometry)
			draft := draftOf(t, db, d, rows...)
			var report dataset.Report
			if dropped, err := draft.Check(t.Context(), store.References{}, &report); err != nil || dropped != 0 || len(report.Issues) > 0 {
				t.Fatalf("%d rows dropped, %v, %v", dropped, report.Issues, err)
			}
			v := sealed(t, draft, &report)
			compare(t, d, rows, read(t, db, v, d, dataset.Query{Geometry: dataset.AsWKB}))
			got := read(t, db, v, d, dataset.Query{Geometry: dataset.AsGeoJSON})
			if string(got[0].GeoJSON) != c.json || got[1].GeoJSON != nil {
				t.Errorf("GeoJSON = %s, %s", got[0].GeoJSON, got[1].GeoJSON)
			}
			if f := read(t, db, v, d, dataset.Query{})[0]; f.WKB != nil || f.GeoJSON != nil {
				t.Error("a geometry comes unasked")
			}
		})
	}
}

func compare(t *testing.T, d *dataset.Dataset, want []*dataset.Feature, got []dataset.Feature) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i, f := range got {
		if f.Ord != int64(i+1) || string(f.WKB) != string(want[i].WKB) || (f.WKB == nil) != (want[i].WKB == nil) {
			t.Errorf("row %d: ord %d, geometry %x", i, f.Ord, f.WKB)
		}
		for j, value := range f.Values {
			if value != want[i].Values[j] {
				t.Errorf("row %d, %s = %v %q, want %q", i, d.Schema.Columns[j].Name, value.Type(), value, want[i].Values[j])
			}
		}
	}
}

var plain = described{name: "lieux", columns: []string{"id string", "nom string"}}

func TestAnErrorOfTheSequenceLeavesTheDraftEmpty(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	draft := draftOf(t, db, describe(t, plain))
	wrong := fault.New(fault.Refused, "le fichier est tronqué")
	for _, before := range []int{0, 1, 20_000} { // in the first chunk, or after some were sent
		rows, err := draft.Load(t.Context(), func(yield func(*dataset.Feature, error) bool) {
			for i := range before {
				if !yield(row(int64(i), nil, strings.Repeat("x", 30), "n"), nil) {
					return
				}
			}
			yield(nil, wrong)
		})
		if rows != 0 || !errors.Is(err, wrong) || fault.Message(err) != "le fichier est tronqué" {
			t.Errorf("after %d: %d rows, %v", before, rows, err)
		}
	}
	if v := sealed(t, draft, nil); v.Rows != 0 || draft.Rows() != 0 {
		t.Errorf("%d rows stay", v.Rows)
	}
}

func TestARowThatPostgreSQLRefusesLeavesTheDraftEmpty(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	draft := draftOf(t, db, describe(t, plain))
	rows, err := draft.Load(t.Context(), sequence(row(1, nil, "a", "n"), row(2, nil, nil, "no key")))
	if rows != 0 || err == nil || !strings.Contains(err.Error(), "23502") {
		t.Errorf("%d rows, %v", rows, err)
	}
	if v := sealed(t, draft, nil); v.Rows != 0 {
		t.Errorf("%d rows stay", v.Rows)
	}
}

func TestAbandonKeepsTheLoadAndItsReason(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{Connections: 2})
	d := describe(t, plain)
	draft := draftOf(t, db, d, row(2, nil, "a", "n"))
	draft.Record().RowsRead = 7
	draft.Record().Artefacts = []release.Artefact{{Place: "f.csv", URL: "f.csv", RetrievedAt: noon, SHA256: "ab"}}
	var report dataset.Report
	report.Add(dataset.Issue{Line: 3, Key: "b", Column: "nom", Rule: "required", Level: dataset.Error, Message: "vide"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // the caller left: it works all the same
	if err := draft.Abandon(ctx, release.Refused, "trop d'erreurs", &report, noon); err != nil {
		t.Fatal(err)
	}
	if n := tablesIn(t, conn, "draft") + tablesIn(t, conn, "data"); n != 0 {
		t.Errorf("%d tables stay", n)
	}
	id := draft.Record().ID
	if got := one[string](t, conn, "select status || ' ' || reason || ' ' || rows_read || ' ' || (counts->>'required') from maille.load where id = $1", id); got != "refused trop d'erreurs 7 1" {
		t.Errorf("load = %q", got)
	}
	if issues, err := db.Issues(t.Context(), id); err != nil || len(issues) != 1 || issues[0].Message != "vide" {
		t.Errorf("issues = %v, %v", issues, err)
	}
	if l, v, err := db.LastLoad(t.Context(), d.Name); l != nil || v != nil || err != nil {
		t.Errorf("last load = %v, %v, %v", l, v, err)
	}
}

func TestACrashedLoadIsClearedByTheNext(t *testing.T) {
	t.Parallel()
	db, conn, url := openURL(t, store.Options{})
	d := describe(t, plain)
	crashed := draftOf(t, dial(t, url, store.Options{}), d, row(2, nil, "a", "n"))
	other := draftOf(t, db, describe(t, described{name: "autres", columns: plain.columns}), row(2, nil, "a", "n"))
	execute(t, conn, `select pg_terminate_backend(pid, 5000) from pg_locks
		where locktype = 'advisory' and objid = hashtext('lieux')::oid and database = (select oid from pg_database where datname = current_database())`)
	if err := crashed.Abandon(t.Context(), release.Failed, "x", nil, noon); err == nil {
		t.Error("a broken connection abandons")
	}
	next := draftOf(t, db, d, row(2, nil, "a", "n"))
	if got := one[string](t, conn, "select status || ' ' || reason from maille.load where id = $1", crashed.Record().ID); got != "failed interrompu" {
		t.Errorf("the crashed load is %q", got)
	}
	if n := tablesIn(t, conn, "draft"); n != 2 { // next's and other's, which lives
		t.Errorf("%d drafts", n)
	}
	sealed(t, next, nil)
	sealed(t, other, nil)
}

func TestSweepClearsWhatNoLivingProgramHolds(t *testing.T) {
	t.Parallel()
	db, conn, url := openURL(t, store.Options{})
	crashed := draftOf(t, dial(t, url, store.Options{}), describe(t, plain), row(2, nil, "a", "n"))
	living := draftOf(t, db, describe(t, described{name: "autres", columns: plain.columns}), row(2, nil, "a", "n"))
	execute(t, conn, `select pg_terminate_backend(pid, 5000) from pg_locks
		where locktype = 'advisory' and objid = hashtext('lieux')::oid and database = (select oid from pg_database where datname = current_database())`)
	if err := db.Sweep(t.Context(), noon); err != nil {
		t.Fatal(err)
	}
	if got := one[string](t, conn, "select status from maille.load where id = $1", crashed.Record().ID); got != release.Failed {
		t.Errorf("the crashed load is %q", got)
	}
	if got := one[string](t, conn, "select status from maille.load where id = $1", living.Record().ID); got != release.Running {
		t.Errorf("the living load is %q", got)
	}
	if n := tablesIn(t, conn, "draft"); n != 1 {
		t.Errorf("%d drafts", n)
	}
	sealed(t, living, nil)
	_ = crashed.Abandon(t.Context(), release.Failed, "", nil, noon) // gives the broken connection back
}

func TestTwoDraftsOfOneDatasetWaitForEachOther(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	d := describe(t, plain)
	first := draftOf(t, db, d, row(2, nil, "a", "n"))
	second := make(chan release.Version)
	go func() { second <- load(t, db, d, row(2, nil, "a", "n")) }()
	eventually(t, conn, "select exists (select from pg_locks where locktype = 'advisory' and not granted)")
	if got := one[int](t, conn, "select count(*) from maille.load"); got != 1 {
		t.Errorf("%d loads run", got)
	}
	v := sealed(t, first, nil)
	if w := <-second; w.Hash != v.Hash {
		t.Errorf("%s, then %s", v, w)
	}
	if got := one[string](t, conn, "select string_agg(status, ' ' order by id) from maille.load"); got != "sealed unchanged" {
		t.Errorf("loads = %s", got)
	}
}

func TestWaitingForADraftMayBeGivenUp(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{Connections: 2})
	d := describe(t, plain)
	first := draftOf(t, db, d)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := db.Begin(ctx, d, "test", noon)
		failed <- err
	}()
	eventually(t, conn, "select exists (select from pg_locks where locktype = 'advisory' and not granted)")
	cancel()
	if err := <-failed; err == nil {
		t.Error("it began")
	}
	sealed(t, first, nil)
	load(t, db, d) // neither the lock nor the connection is lost
	load(t, db, describe(t, described{name: "autres", columns: plain.columns}))
}
