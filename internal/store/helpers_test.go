package store_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/pgtest"
	"maille/internal/release"
	"maille/internal/schema"
	"maille/internal/store"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

// open is a fresh database, and a connection of its own to look at it from outside.
func open(t *testing.T, o store.Options) (*store.DB, *pgx.Conn) {
	t.Helper()
	db, conn, _ := openURL(t, o)
	return db, conn
}

func openURL(t *testing.T, o store.Options) (*store.DB, *pgx.Conn, string) {
	t.Helper()
	url := pgtest.URL(t)
	return dial(t, url, o), outside(t, url), url
}

func dial(t *testing.T, url string, o store.Options) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

func outside(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// one is the first column of a query's only row.
func one[T any](t *testing.T, conn *pgx.Conn, sql string, args ...any) (value T) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

func execute(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// eventually waits until a query says true.
func eventually(t *testing.T, conn *pgx.Conn, sql string, args ...any) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !one[bool](t, conn, sql, args...); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never true: %s", sql)
		}
	}
}

// tablesIn counts the tables of a schema.
func tablesIn(t *testing.T, conn *pgx.Conn, schema string) int {
	t.Helper()
	return one[int](t, conn, "select count(*) from pg_tables where schemaname = $1", schema)
}

// day and list are values of these types; plain Go values are the others, and nil is null.
type (
	day  string
	list string
)

func values(cells ...any) []schema.Value {
	all := make([]schema.Value, len(cells))
	for i, cell := range cells {
		switch cell := cell.(type) {
		case string:
			all[i] = schema.Text(cell)
		case int:
			all[i] = schema.Int(int64(cell))
		case float64:
			all[i] = schema.Float(cell)
		case bool:
			all[i] = schema.Bool(cell)
		case list:
			all[i] = schema.Joined(string(cell))
		case day:
			date, err := time.Parse(time.DateOnly, string(cell))
			if err != nil {
				panic(err)
			}
			all[i] = schema.DateOf(int32(date.Unix() / 86400))
		}
	}
	return all
}

func row(line int64, wkb []byte, cells ...any) *dataset.Feature {
	return &dataset.Feature{Line: line, Values: values(cells...), WKB: wkb}
}

func point(lon, lat float64) []byte { return geo.AppendPoint(nil, lon, lat) }

// polygons reads the coordinates of a GeoJSON MultiPolygon.
func polygons(t *testing.T, coordinates string) []byte {
	t.Helper()
	wkb, err := geo.FromGeoJSON([]byte(`{"type": "MultiPolygon", "coordinates": `+coordinates+`}`), "MultiPolygon", 1e-7)
	if err != nil {
		t.Fatal(err)
	}
	return wkb
}

func square(t *testing.T, west, south, east, north float64) []byte {
	t.Helper()
	return polygons(t, fmt.Sprintf("[[[[%[1]g,%[2]g],[%[3]g,%[2]g],[%[3]g,%[4]g],[%[1]g,%[4]g],[%[1]g,%[2]g]]]]", west, south, east, north))
}

func sequence(rows ...*dataset.Feature) iter.Seq2[*dataset.Feature, error] {
	return func(yield func(*dataset.Feature, error) bool) {
		for _, f := range rows {
			if !yield(f, nil) {
				return
			}
		}
	}
}

func draftOf(t *testing.T, db *store.DB, d *dataset.Dataset, rows ...*dataset.Feature) *store.Draft {
	t.Helper()
	draft, err := db.Begin(t.Context(), d, "test", noon)
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) > 0 {
		if n, err := draft.Load(t.Context(), sequence(rows...)); err != nil || n != int64(len(rows)) {
			t.Fatalf("%d rows, %v", n, err)
		}
	}
	return draft
}

func sealed(t *testing.T, draft *store.Draft, report *dataset.Report) release.Version {
	t.Helper()
	v, err := draft.Seal(t.Context(), report, clock)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func abandon(t *testing.T, draft *store.Draft) {
	t.Helper()
	if err := draft.Abandon(t.Context(), release.Failed, "x", nil, noon); err != nil {
		t.Error(err)
	}
}

// load makes a version of rows without checking them.
func load(t *testing.T, db *store.DB, d *dataset.Dataset, rows ...*dataset.Feature) release.Version {
	t.Helper()
	return sealed(t, draftOf(t, db, d, rows...), nil)
}

// read collects what a query gives, copied out of the connection's buffer.
func read(t *testing.T, db *store.DB, v release.Version, d *dataset.Dataset, q dataset.Query) (all []dataset.Feature) {
	t.Helper()
	for f, err := range db.Features(t.Context(), v, d, q) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, dataset.Feature{Ord: f.Ord, Values: copied(f.Values), WKB: slices.Clone(f.WKB), GeoJSON: slices.Clone(f.GeoJSON)})
	}
	return all
}

func copied(values []schema.Value) []schema.Value {
	values = slices.Clone(values)
	for i, v := range values {
		switch v.Type() {
		case schema.String:
			values[i] = schema.Text(strings.Clone(v.Text()))
		case schema.List:
			values[i] = schema.Joined(strings.Clone(v.Text()))
		}
	}
	return values
}

// keys are the ids of features, in the order read.
func keys(d *dataset.Dataset, all []dataset.Feature) []string {
	ids := make([]string, len(all))
	for i := range all {
		ids[i] = d.ID(all[i].Values)
	}
	return ids
}
