package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/store"
)

var (
	left  = described{name: "les-communes", columns: []string{"code string", "epci string", "habitants integer"}, publication: `"geometry": {"type": "MultiPolygon"}`}
	right = described{name: "secret", columns: []string{"id string"}}
	made  = described{name: "epci", columns: []string{"epci string", "communes integer", "habitants integer", "codes list"},
		publication: `"geometry": {"type": "MultiPolygon"}`, from: []string{"les-communes"},
		sql: `select epci, count(*) as communes, sum(habitants)::bigint as habitants, array_agg(code order by code) as codes,
			st_union(geometry order by code) as geometry
			from les_communes group by epci -- the end`}
)

// workshop holds a version of each input, loaded from rows in the order that the test gives them.
type workshop struct {
	*store.DB
	r         *dataset.Registry
	inputs    map[string]release.Version
	described map[string]*dataset.Dataset
}

func equip(t *testing.T, db *store.DB, reverse bool) workshop {
	t.Helper()
	w := workshop{db, registry(t, left, right, made), map[string]release.Version{}, map[string]*dataset.Dataset{}}
	rows := []*dataset.Feature{
		row(1, square(t, 2, 48, 2.5, 49), "91001", "A", 1000), row(2, square(t, 2.5, 48, 3, 49), "91002", "A", 234),
		row(3, square(t, 3, 48, 3.7654321, 49), "91003", "B", nil), row(4, nil, "91004", "B", 5),
	}
	if reverse {
		slices.Reverse(rows)
	}
	w.described["les-communes"] = w.r.Get("les-communes")
	w.inputs["les-communes"] = load(t, db, w.r.Get("les-communes"), rows...)
	load(t, db, w.r.Get("secret"), row(1, nil, "hush"))
	return w
}

// derive runs SQL in place of the dataset's own; the descriptor's check of the words is not what is tested here.
func (w workshop) derive(t *testing.T, sql string) (*store.Draft, int64, error) {
	t.Helper()
	d := *w.r.Get("epci")
	if sql != "" {
		d.SQL = sql
	}
	draft := draftOf(t, w.DB, &d)
	rows, err := draft.Derive(t.Context(), w.inputs, w.described)
	return draft, rows, err
}

func TestDeriveMakesTheSameOfTheSame(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	var hashes []string
	for _, reverse := range []bool{false, false, true} {
		w := equip(t, db, reverse)
		draft, rows, err := w.derive(t, "")
		if err != nil || rows != 2 || draft.Rows() != 2 {
			t.Fatalf("%d rows, %v", rows, err)
		}
		v := sealed(t, draft, nil)
		hashes = append(hashes, v.Hash)
		d := w.r.Get("epci")
		got := read(t, db, v, d, dataset.Query{Geometry: dataset.AsGeoJSON})
		if !slices.Equal(got[1].Values, values("A", 2, 1234, list("91001|91002"))) || !slices.Equal(got[0].Values, values("B", 2, 5, list("91003|91004"))) {
			t.Errorf("%v", got)
		}
		if g := string(got[0].GeoJSON); g != `{"type":"MultiPolygon","coordinates":[[[[3,48],[3.7654321,48],[3.7654321,49],[3,49],[3,48]]]]}` {
			t.Errorf("geometry = %s", g)
		}
	}
	if hashes[0] != hashes[1] || hashes[0] != hashes[2] {
		t.Errorf("hashes = %v", hashes)
	}
}

func TestDeriveSeesOnlyItsInputs(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	w := equip(t, db, false)
	secret := one[string](t, conn, `select format('%I', tablename) from pg_tables where schemaname = 'data' and tablename like 'secret@%'`)
	input := one[string](t, conn, `select format('%I', tablename) from pg_tables where schemaname = 'data' and tablename like 'les_communes@%' or tablename like 'les-communes@%'`)
	execute(t, conn, "create table public.private (id text)")
	read := func(from string) string {
		return "select 'x' as epci, 1 as communes, 1 as habitants, null::text[] as codes, null::geometry as geometry from " + from
	}
	for _, c := range []struct{ name, sql, sentence string }{
		{"the bookkeeping", read("maille.load"), "datasets/epci.sql: permission denied for schema maille"},
		{"passwords", read("pg_authid"), "datasets/epci.sql: permission denied for table pg_authid"},
		{"another dataset", read("secret"), `datasets/epci.sql: relation "secret" does not exist`},
		{"another dataset's data", read("data." + secret), "datasets/epci.sql: permission denied for schema data"},
		{"its input behind the view", read("data." + input), "datasets/epci.sql: permission denied for schema data"},
		{"what is published", read("opendata.secret"), "datasets/epci.sql: permission denied for schema opendata"},
		{"an operator's own table", read("public.private"), "datasets/epci.sql: permission denied for table private"},
		{"a file of the server", read("pg_read_file('/etc/passwd')"), "datasets/epci.sql: permission denied for function pg_read_file"},
		{"writing in a with", "with w as (insert into les_communes (code) values ('x') returning code) " + read("w"),
			"datasets/epci.sql: WITH clause containing a data-modifying statement must be at the top level"},
		{"a second statement", read("les_communes") + ") d; reset role; delete from maille.load; select (1", "datasets/epci.sql: cannot insert multiple commands into a prepared statement"},
		{"a column that is not there", "select epci from les_communes", `datasets/epci.sql: column "communes" does not exist`},
		{"no SQL at all", "selekt", `datasets/epci.sql: syntax error at or near ")"`},
		{"a null in the key", strings.Replace(read("les_communes limit 1"), "'x'", "null", 1),
			`datasets/epci.sql: null value in column "epci" of relation "epci~ID" violates not-null constraint`},
	} {
		t.Run(c.name, func(t *testing.T) {
			loads := one[int](t, conn, "select count(*) from maille.load")
			draft, rows, err := w.derive(t, c.sql)
			want := strings.Replace(c.sentence, "~ID", strings.TrimPrefix(draftTable(draft), "epci"), 1)
			if fault.KindOf(err) != fault.Invalid || fault.Message(err) != want || rows != 0 {
				t.Errorf("%d rows, %v", rows, err)
			}
			abandon(t, draft)
			if n := one[int](t, conn, "select count(*) from maille.load"); n != loads+1 {
				t.Errorf("%d loads, then %d", loads, n)
			}
		})
	}
	if v := tablesIn(t, conn, "draft"); v != 0 {
		t.Errorf("%d drafts stay", v)
	}
}

func draftTable(draft *store.Draft) string { return strings.Trim(draft.Table(), `"`)[len(`draft"."`):] }

func TestDeriveLeavesTheSessionAsItWas(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{Connections: 2})
	w := equip(t, db, false)
	for range 3 { // neither the role nor the views of one stay for the next
		draft, _, err := w.derive(t, "")
		if err != nil {
			t.Fatal(err)
		}
		sealed(t, draft, nil)
		if draft, _, err = w.derive(t, "select 1 / 0"); err == nil {
			t.Error("it divides by zero")
		}
		abandon(t, draft)
	}
}

func TestDeriveKeepsNullsAndNumbersSayable(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	r := registry(t, left, described{name: "mesures", columns: []string{"id string", "x number", "mots list", "texte string"},
		from: []string{"les-communes"}, sql: "select code as id, 0.0::double precision * -1 as x, array(select 'a' where false) as mots, '' as texte from les_communes"})
	input := load(t, db, r.Get("les-communes"), row(1, nil, "91001", "A", 1))
	d := *r.Get("mesures")
	inputs, described := map[string]release.Version{"les-communes": input}, map[string]*dataset.Dataset{"les-communes": r.Get("les-communes")}
	draft := draftOf(t, db, &d)
	if _, err := draft.Derive(t.Context(), inputs, described); err != nil {
		t.Fatal(err)
	}
	got := read(t, db, sealed(t, draft, nil), &d, dataset.Query{})
	if want := values("91001", 0.0, nil, nil); !slices.Equal(got[0].Values, want) { // an empty list or text is null, minus zero is zero
		t.Errorf("%v, want %v", got[0].Values, want)
	}
	for _, bad := range []string{"NaN", "Infinity", "-Infinity"} {
		d.SQL = "select code as id, '" + bad + "'::double precision as x, null::text[] as mots, null as texte from les_communes"
		draft := draftOf(t, db, &d)
		_, err := draft.Derive(t.Context(), inputs, described)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), `violates check constraint "x is a finite number"`) {
			t.Errorf("%s: %v", bad, err)
		}
		abandon(t, draft)
	}
}

// TestDerivedValuesAreThoseThatFilesGiveBack: a version whose list or date no file can say would never be restored.
func TestDerivedValuesAreThoseThatFilesGiveBack(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	r := registry(t, left, described{name: "mesures", columns: []string{"id string", "mots list", "jour date"}, from: []string{"les-communes"}, sql: "select 1 from les_communes"})
	input := load(t, db, r.Get("les-communes"), row(1, nil, "91001", "A", 1))
	inputs, described := map[string]release.Version{"les-communes": input}, map[string]*dataset.Dataset{"les-communes": r.Get("les-communes")}
	derived := func(list, date string) (*dataset.Dataset, *store.Draft, error) {
		d := *r.Get("mesures")
		d.SQL = "select code as id, " + list + " as mots, " + date + " as jour from les_communes"
		draft := draftOf(t, db, &d)
		_, err := draft.Derive(t.Context(), inputs, described)
		return &d, draft, err
	}
	hashes := map[string]string{}
	for sql, want := range map[string]any{
		"array[null, 'b', '', 'a', null]": list("b|a"), "'[0:1]={b,a}'::text[]": list("b|a"), "array['b', 'a']": list("b|a"), "array[['b'], ['a']]": list("b|a"),
		"array[null]::text[]": nil, "array['', null]": nil, "'{}'::text[]": nil, "null::text[]": nil, "array[' ', 'a b']::varchar[]": list(" |a b"),
	} {
		d, draft, err := derived(sql, "date '9999-12-31'")
		if err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
		v := sealed(t, draft, nil)
		if got := read(t, db, v, d, dataset.Query{}); !slices.Equal(got[0].Values[1:2], values(want)) {
			t.Errorf("%s gives %v", sql, got[0].Values)
		}
		if said := fmt.Sprint(want); hashes[said] != "" && hashes[said] != v.Hash {
			t.Errorf("%s has another hash than its equal", sql)
		} else {
			hashes[said] = v.Hash
		}
	}
	for _, c := range []struct{ list, date, constraint string }{
		{"array['a|b']", "null::date", "mots has no delimiter within an item"},
		{"null::text[]", "'infinity'::date", "jour is a date of years 1 to 9999"},
		{"null::text[]", "'-infinity'::date", "jour is a date of years 1 to 9999"},
		{"null::text[]", "'0044-03-15 BC'::date", "jour is a date of years 1 to 9999"},
		{"null::text[]", "'10000-01-01'::date", "jour is a date of years 1 to 9999"},
	} {
		_, draft, err := derived(c.list, c.date)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), `violates check constraint "`+c.constraint+`"`) {
			t.Errorf("%s, %s: %v", c.list, c.date, err)
		}
		abandon(t, draft)
	}
}

// TestDerivedShapesAreThoseThatFilesGiveBack: an empty one is none, and none is off the globe.
func TestDerivedShapesAreThoseThatFilesGiveBack(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	w := equip(t, db, false)
	derived := func(shape string) (*store.Draft, error) {
		draft, _, err := w.derive(t, "select epci || code as epci, 1 as communes, habitants, null::text[] as codes, "+shape+" as geometry from les_communes")
		return draft, err
	}
	hashes := map[string]string{}
	for _, shape := range []string{"null::geometry", "st_setsrid('MULTIPOLYGON EMPTY'::geometry, 4326)", "st_setsrid('POLYGON EMPTY'::geometry, 4326)", "st_makeenvelope(2, 48, 2.00000000001, 48.00000000001, 4326)"} {
		draft, err := derived(shape)
		if err != nil {
			t.Fatalf("%s: %v", shape, err)
		}
		v := sealed(t, draft, nil)
		if v.Unlocated != v.Rows {
			t.Errorf("%s: %d of %d rows have no shape", shape, v.Unlocated, v.Rows)
		}
		hashes[v.Hash] = shape
	}
	if len(hashes) != 1 {
		t.Errorf("%v", hashes)
	}
	if draft, err := derived("st_makeenvelope(-180, -90, 180, 90, 4326)"); err != nil {
		t.Errorf("the globe: %v", err)
	} else {
		abandon(t, draft)
	}
	for _, shape := range []string{"st_makeenvelope(2, 48, 180.0001, 49, 4326)", "st_makeenvelope(2, -90.0001, 3, 49, 4326)"} {
		draft, err := derived(shape)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), `violates check constraint "geometry is on the globe"`) {
			t.Errorf("%s: %v", shape, err)
		}
		abandon(t, draft)
	}
}

func TestADerivedKeyThatStandsTwiceIsTheSQLsFault(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	w := equip(t, db, false)
	draft, _, err := w.derive(t, "select epci, 1 as communes, habitants, null::text[] as codes, geometry from les_communes")
	if err != nil {
		t.Fatal(err)
	}
	_, err = draft.Check(t.Context(), store.References{}, &dataset.Report{})
	abandon(t, draft)
	if fault.KindOf(err) != fault.Invalid || fault.Message(err) != "datasets/epci.sql: several rows have the key A" {
		t.Errorf("%v", err)
	}
}

func TestDeriveInAnotherCRSIsAnError(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	r := registry(t, left, described{name: "centres", columns: []string{"id string"}, publication: `"geometry": {"type": "Point"}`,
		from: []string{"les-communes"}, sql: "select code as id, st_transform(st_setsrid(st_point(2, 48), 4326), 2154) as geometry from les_communes"})
	input := load(t, db, r.Get("les-communes"), row(1, nil, "91001", "A", 1))
	draft := draftOf(t, db, r.Get("centres"))
	defer abandon(t, draft)
	_, err := draft.Derive(t.Context(), map[string]release.Version{"les-communes": input}, map[string]*dataset.Dataset{"les-communes": r.Get("les-communes")})
	if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Message(err), "SRID (2154)") {
		t.Errorf("%v", err)
	}
}
