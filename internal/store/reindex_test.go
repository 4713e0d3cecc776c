package store_test

import (
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/release"
	"maille/internal/store"
)

// before are the migrations up to one of them.
func before(t *testing.T, last string) fs.FS {
	t.Helper()
	names, err := fs.Glob(migrations, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	some := fstest.MapFS{}
	for _, name := range names {
		if name <= last {
			text, err := fs.ReadFile(migrations, name)
			if err != nil {
				t.Fatal(err)
			}
			some[name] = &fstest.MapFile{Data: text}
		}
	}
	return some
}

// definitions are the indexes of a version, by what they hold.
func definitions(t *testing.T, conn *pgx.Conn, v release.Version) []string {
	t.Helper()
	execute(t, conn, "set search_path = public") // else a role named maille sees our functions without their schema
	rows, err := conn.Query(t.Context(), "select substring(pg_get_indexdef(indexrelid) from ' (USING .*)') from pg_index where indrelid = $1::regclass order by 1",
		pgx.Identifier{"data", v.String()}.Sanitize())
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestMigratingIndexes: a version that was sealed when texts were indexed in the order of the server's locale gets the indexes
// of one that is sealed now, while it is read.
func TestMigratingIndexes(t *testing.T) {
	t.Parallel()
	db, conn, url := openURL(t, store.Options{})
	d := describe(t, measures)
	v := load(t, db, d, measured(200)...)
	want := definitions(t, conn, v)
	execute(t, conn, `drop schema maille, draft, data, opendata, river cascade; drop table public.maille_migration`)
	if _, err := store.Migrate(t.Context(), url, before(t, "0002_z")); err != nil {
		t.Fatal(err)
	}
	table := pgx.Identifier{"data", v.String()}.Sanitize()
	execute(t, conn, `create table `+table+` (_ord bigint primary key, id text not null, nom text, note text, code text, population bigint, rang bigint, taux double precision,
		surface double precision, actif boolean, jour date, fin date, mots text[], geometry public.geometry(Point, 4326));
		create index on `+table+` (hashtextextended(id, 0)); create index on `+table+` using gist (geometry); create index on `+table+` (nom, _ord);
		create index on `+table+` (code, _ord); create index on `+table+` (population, _ord); create index on `+table+` (taux, _ord); create index on `+table+` (jour, _ord);
		create index on `+table+` using gin (mots); insert into `+table+` (_ord, id, nom) values (1, 'a', 'Évry')`)
	if _, err := conn.Exec(t.Context(), `insert into maille.version values ($1, $2, decode(repeat('00', 32), 'hex'), 1, null, 1, now())`, v.Dataset, v.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `insert into maille.load (dataset, version, status, started_at, fingerprint, descriptor, schema, code) values ($1, $2, 'sealed', now(), '', $3, $4, '')`,
		v.Dataset, v.ID, string(d.DescriptorText), string(d.SchemaText)); err != nil {
		t.Fatal(err)
	}
	reading, err := outside(t, url).Begin(t.Context()) // an export, say
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reading.Exec(t.Context(), "select * from "+table); err != nil {
		t.Fatal(err)
	}
	applied, err := store.Migrate(t.Context(), url, migrations)
	if len(applied) == 0 || err != nil {
		t.Fatalf("%v, %v", applied, err)
	}
	got := definitions(t, conn, v)
	for _, definition := range want {
		if !slices.Contains(got, definition) {
			t.Errorf("there is no index %s", definition)
		}
	}
	if err := reading.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Migrate(t.Context(), url, migrations); err != nil {
		t.Fatal(err)
	}
	if got := definitions(t, conn, v); !slices.Equal(got, want) {
		t.Errorf("the indexes are\n%q, not\n%q", got, want)
	}
}

// TestAnotherTitle: content that stands already gets the indexes that its new description counts on, and keeps those of the old.
func TestAnotherTitle(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	other := measures
	other.publication = `"title": "note", "geometry": {"type": "Point"}, "index": ["nom", "note"]`
	old, d := describe(t, measures), describe(t, other)
	v := load(t, db, old, measured(100)...)
	had := definitions(t, conn, v)
	if w := load(t, db, d, measured(100)...); w.ID != v.ID {
		t.Fatalf("it is %s, not %s", w, v)
	}
	got := definitions(t, conn, v)
	for _, definition := range append(had, "USING btree (note text_pattern_ops, _ord)", "USING btree (maille.folded(note) text_pattern_ops, _ord)") {
		if !slices.Contains(got, definition) {
			t.Errorf("there is no index %s among %q", definition, got)
		}
	}
	if len(got) != len(had)+2 {
		t.Errorf("%q", got)
	}
	if n := len(read(t, db, v, d, dataset.Query{Sort: []dataset.Sort{{Column: "note"}}, Limit: 10})); n != 10 {
		t.Errorf("%d features", n)
	}
}

// TestMigratingAfterAFailedLoad: a load that led to no version stops nothing.
func TestMigratingAfterAFailedLoad(t *testing.T) {
	t.Parallel()
	db, _, url := openURL(t, store.Options{})
	d := describe(t, measures)
	load(t, db, d, measured(3)...)
	for _, status := range []string{release.Refused, release.Failed} {
		draft, err := db.Begin(t.Context(), d, "test", noon)
		if err != nil {
			t.Fatal(err)
		}
		if err := draft.Abandon(t.Context(), status, "the file has no column id", nil, noon); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := store.Migrate(t.Context(), url, migrations); err != nil {
		t.Error(err)
	}
}
