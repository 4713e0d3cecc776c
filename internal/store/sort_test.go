package store_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/store"
)

// TestSortedPagesEqualOneOrder walks pages of seven in many orders, with and without a filter.
func TestSortedPagesEqualOneOrder(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	d := describe(t, measures)
	v := load(t, db, d, measured(400)...)
	up, down := func(c string) dataset.Sort { return dataset.Sort{Column: c} }, func(c string) dataset.Sort { return dataset.Sort{Column: c, Descending: true} }
	few := parsed(t, d, "population > 3000")
	for _, c := range []struct {
		sort  []dataset.Sort
		order string
	}{
		{nil, "_ord"},
		{[]dataset.Sort{up("population")}, "population nulls last, _ord"},
		{[]dataset.Sort{down("population")}, "population desc nulls last, _ord"},
		{[]dataset.Sort{up("rang")}, "rang nulls last, _ord"},
		{[]dataset.Sort{down("rang")}, "rang desc nulls last, _ord"},
		{[]dataset.Sort{up("taux")}, "taux nulls last, _ord"},
		{[]dataset.Sort{down("jour")}, "jour desc nulls last, _ord"},
		{[]dataset.Sort{down("actif")}, "actif desc nulls last, _ord"},
		{[]dataset.Sort{up("code")}, `code collate "C" nulls last, _ord`},
		{[]dataset.Sort{down("code")}, `code collate "C" desc nulls last, _ord`},
		{[]dataset.Sort{up("nom")}, `maille.folded(nom) collate "C" nulls last, _ord`},
		{[]dataset.Sort{down("nom")}, `maille.folded(nom) collate "C" desc nulls last, _ord`},
		{[]dataset.Sort{up("note")}, `maille.folded(note) collate "C" nulls last, _ord`},
		{[]dataset.Sort{down("note"), up("population")}, `maille.folded(note) collate "C" desc nulls last, population nulls last, _ord`},
		{[]dataset.Sort{up("code"), down("taux")}, `code collate "C" nulls last, taux desc nulls last, _ord`},
		{[]dataset.Sort{down("code"), down("rang"), up("actif")}, `code collate "C" desc nulls last, rang desc nulls last, actif nulls last, _ord`},
		{[]dataset.Sort{up("jour"), up("fin"), down("nom")}, `jour nulls last, fin nulls last, maille.folded(nom) collate "C" desc nulls last, _ord`},
		{[]dataset.Sort{up("rang"), down("population")}, `rang nulls last, population desc nulls last, _ord`},
		{[]dataset.Sort{down("id")}, `maille.folded(id) collate "C" desc nulls last, _ord`},
	} {
		for _, q := range []struct {
			query dataset.Query
			sql   string
		}{
			{dataset.Query{}, "true"}, {dataset.Query{Filter: few}, "population > 3000"},
			{dataset.Query{BBox: &geo.BBox{West: 2, South: 48, East: 2.5, North: 49}}, "geometry is null or ST_Intersects(geometry, ST_MakeEnvelope(2, 48, 2.5, 49, 4326))"},
		} {
			rows, err := conn.Query(t.Context(), fmt.Sprintf("select id from %s where %s order by %s", pgx.Identifier{"data", v.String()}.Sanitize(), q.sql, c.order))
			if err != nil {
				t.Fatal(err)
			}
			want, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if err != nil {
				t.Fatal(err)
			}
			q.query.Sort = c.sort
			if got := keys(d, read(t, db, v, d, q.query)); !slices.Equal(got, want) {
				t.Errorf("%s: %d features in another order", c.order, len(got))
			}
			q.query.Limit = 7
			if got := walk(t, db, v, d, q.query); !slices.Equal(got, want) {
				t.Errorf("%s, where %s: pages have %d features, want %d", c.order, q.sql, len(got), len(want))
			}
		}
	}
}

// walk reads page after page.
func walk(t *testing.T, db *store.DB, v release.Version, d *dataset.Dataset, q dataset.Query) (all []string) {
	t.Helper()
	for {
		page := read(t, db, v, d, q)
		all = append(all, keys(d, page)...)
		if len(page) < q.Limit || len(all) > 10_000 {
			return all
		}
		q.After = page[len(page)-1].Ord
	}
}

// TestManySortedFeatures: where many match, a page is read along the index of its first key, filter or not.
func TestManySortedFeatures(t *testing.T) {
	t.Parallel()
	db, conn, v, d := grand(t)
	for _, c := range []struct {
		sort  dataset.Sort
		order string
	}{
		{dataset.Sort{Column: "code"}, "code nulls last, _ord"}, {dataset.Sort{Column: "code", Descending: true}, "code desc nulls last, _ord"},
		{dataset.Sort{Column: "population", Descending: true}, "population desc nulls last, _ord"}, {dataset.Sort{Column: "nom"}, `maille.folded(nom) collate "C" nulls last, _ord`},
	} {
		filter := parsed(t, d, "population < 90000 OR population IS NULL")
		rows, err := conn.Query(t.Context(), fmt.Sprintf("select id::text from %s where population < 90000 or population is null order by %s", pgx.Identifier{"data", v.String()}.Sanitize(), c.order))
		if err != nil {
			t.Fatal(err)
		}
		want, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		if got := walk(t, db, v, d, dataset.Query{Sort: []dataset.Sort{c.sort}, Filter: filter, Limit: 9000, Columns: []int{0}}); !slices.Equal(got, want[:min(len(want), len(got))]) || len(got) < 10_000 {
			t.Errorf("%s: %d features in another order than %d", c.order, len(got), len(want))
		}
	}
}

// grand is a dataset of more rows than may be sorted for each page.
func grand(t *testing.T) (*store.DB, *pgx.Conn, release.Version, *dataset.Dataset) {
	t.Helper()
	db, conn := open(t, store.Options{CountBudget: 20e9})
	d := describe(t, described{name: "grand", columns: []string{"id integer", "nom string", "code string", "population integer", "jour date"},
		publication: `"title": "nom", "geometry": {"type": "Point"}, "index": ["nom", "code", "population", "jour"]`})
	const n = 120_000
	names := []string{"Évry", "Evry", "Zuydcoote", "Œuilly", "L'Haÿ-les-Roses", "Bordeaux", "Aÿ"}
	rows := make([]*dataset.Feature, n)
	for i := range rows {
		var population any = i * 7919 % n
		if i%10 == 3 {
			population = nil
		}
		rows[i] = row(int64(i), point(float64(i%347)/347*5, 43+float64(i/347)/346*7), i, fmt.Sprintf("%s %d", names[i%len(names)], i%1000), fmt.Sprintf("%05d", i%5000), population, day("2026-01-01"))
	}
	return db, conn, load(t, db, d, rows...), d
}

// TestPlans: the indexes are used, and a page far away costs what the first costs.
func TestPlans(t *testing.T) {
	t.Parallel()
	db, conn, v, d := grand(t)
	table := pgx.Identifier{"data", v.String()}.Sanitize()
	for _, c := range []struct {
		filter string
		crs    *geo.OGCCRS
		index  string
	}{
		{"population = 4242", nil, "population__ord_idx"},
		{"population IN (1, 2, 3)", nil, "population__ord_idx"},
		{"population BETWEEN 10.5 AND 20.5", nil, "population__ord_idx"},
		{"code = '00042'", nil, "code__ord_idx"},
		{"code IN ('00042', '00043')", nil, "code__ord_idx"},
		{"code < '00002'", nil, "code__ord_idx"},
		{"code LIKE '0004%' AND population < 100", nil, "_idx"},
		{"jour = '2025-03-04'", nil, "jour__ord_idx"},
		{"T_AFTER(jour, DATE('2026-03-04'))", nil, "jour__ord_idx"},
		{"T_INTERSECTS(jour, INTERVAL('2025-01-01T00:00:00Z', '2025-06-01T00:00:00Z'))", nil, "jour__ord_idx"},
		{"S_INTERSECTS(geometry, BBOX(2, 48, 2.1, 48.1))", nil, "geometry_idx"},
		{"S_WITHIN(geometry, POLYGON((2 48, 2.1 48, 2 48.1, 2 48)))", nil, "geometry_idx"},
		{"S_CONTAINS(BBOX(2, 48, 2.1, 48.1), geometry)", nil, "geometry_idx"},
		{"S_EQUALS(geometry, POINT(2.1 48.1))", nil, "geometry_idx"},
		{"distance(geometry, POINT(2.1 48.1)) < 5000", nil, "geometry_idx"},
		{"5000 >= distance(POINT(2.1 48.1), geometry)", nil, "geometry_idx"},
		{"S_INTERSECTS(geometry, POLYGON((650000 6800000, 660000 6800000, 660000 6810000, 650000 6800000)))", geo.FindOGCCRS("http://www.opengis.net/def/crs/EPSG/0/2154"), "geometry_idx"},
	} {
		if plan := finding(t, db, conn, v, d, dataset.Query{Filter: parsed(t, d, c.filter), FilterCRS: c.crs}); !strings.Contains(plan.text, c.index) || strings.Contains(plan.text, "Seq Scan") {
			t.Errorf("%s:\n%s", c.filter, plan.text)
		}
	}
	box := dataset.Query{BBox: &geo.BBox{West: 650000, South: 6800000, East: 660000, North: 6810000}, BBoxCRS: geo.FindOGCCRS("http://www.opengis.net/def/crs/EPSG/0/2154"), Limit: 10}
	if plan := finding(t, db, conn, v, d, box); !strings.Contains(plan.text, "geometry_idx") {
		t.Errorf("a box in Lambert-93:\n%s", plan.text)
	}
	if plan := explain(t, db, conn, v, d, box); !strings.Contains(plan.text, "_pkey") || plan.buffers > 100 {
		t.Errorf("a page of a box is not read by its ranks:\n%s", plan.text)
	}
	worlds := dataset.Query{BBox: &geo.BBox{West: 1e6, South: 5e6, East: 3e7, North: 5.01e6}, BBoxCRS: geo.FindOGCCRS("http://www.opengis.net/def/crs/EPSG/0/3857")}
	if plan := finding(t, db, conn, v, d, worlds); !strings.Contains(plan.text, "geometry_idx") {
		t.Errorf("a box in Web Mercator beyond the world:\n%s", plan.text)
	}
	crowd := dataset.Query{Filter: parsed(t, d, "id >= 60000"), Limit: 10} // too many for their ranks, and all in the north
	if plan := explain(t, db, conn, v, d, crowd); plan.buffers > 200 || !strings.Contains(plan.text, "_ord <=") {
		t.Errorf("a page of a crowd reads %d blocks:\n%s", plan.buffers, plan.text)
	}
	for _, sort := range [][]dataset.Sort{nil, {{Column: "code"}}, {{Column: "code", Descending: true}}, {{Column: "population"}}, {{Column: "population", Descending: true}}, {{Column: "nom"}},
		{{Column: "nom", Descending: true}}, {{Column: "code"}, {Column: "population", Descending: true}}} {
		first := explain(t, db, conn, v, d, dataset.Query{Sort: sort, Limit: 10})
		for _, place := range []float64{0.3, 0.7} {
			after := one[int64](t, conn, fmt.Sprintf("select _ord from %s order by %s _ord offset %d limit 1", table, orderBy(sort), int(place*120_000)))
			deep := explain(t, db, conn, v, d, dataset.Query{Sort: sort, Limit: 10, After: after})
			if strings.Contains(deep.text, "Seq Scan") || deep.buffers > 2*first.buffers+150 {
				t.Errorf("%v: the first page reads %d blocks, one at %g reads %d:\n%s", sort, first.buffers, place, deep.buffers, deep.text)
			}
		}
	}
}

func orderBy(sorts []dataset.Sort) (sql string) {
	for _, s := range sorts {
		column := s.Column
		if column == "nom" {
			column = `maille.folded(nom) collate "C"`
		}
		if s.Descending {
			column += " desc"
		}
		sql += column + " nulls last, "
	}
	return sql
}

// plan is what PostgreSQL did for a page.
type plan struct {
	text    string
	buffers int
}

var sharedHit = regexp.MustCompile(`Buffers: shared (?:hit=(\d+))?(?: read=(\d+))?`)

// explain runs the statements of a page until it is full.
func explain(t *testing.T, db *store.DB, conn *pgx.Conn, v release.Version, d *dataset.Dataset, q dataset.Query) (p plan) {
	t.Helper()
	statements, err := db.Plan(t.Context(), v, d, q)
	if err != nil {
		t.Fatal(err)
	}
	left := q.Limit
	for _, s := range statements {
		lines := explained(t, conn, s)
		p.text += strings.Join(lines, "\n") + "\n"
		for _, line := range lines {
			if m := sharedHit.FindStringSubmatch(line); m != nil { // the first is of the whole
				hit, _ := strconv.Atoi(m[1])
				miss, _ := strconv.Atoi(m[2])
				p.buffers += hit + miss
				break
			}
		}
		if m := regexp.MustCompile(`actual time=\S+ rows=(\d+)`).FindStringSubmatch(p.text); m != nil {
			n, _ := strconv.Atoi(m[1])
			if left -= n; left <= 0 {
				break
			}
		}
	}
	return p
}

// finding is how PostgreSQL finds which rows match, which a page is then read from.
func finding(t *testing.T, db *store.DB, conn *pgx.Conn, v release.Version, d *dataset.Dataset, q dataset.Query) plan {
	t.Helper()
	s, err := db.PlanRanks(t.Context(), v, d, q)
	if err != nil {
		t.Fatal(err)
	}
	return plan{text: strings.Join(explained(t, conn, s), "\n")}
}

func explained(t *testing.T, conn *pgx.Conn, s store.Statement) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), "explain (analyze, buffers) "+s.SQL, s.Args...)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestTextsAreInTheOrderOfReaders(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, measures)
	var rows []*dataset.Feature
	names := []string{"Zuydcoote", "Évry", "Abbeville", "Œuilly", "evran", "Eze", "Odos", "Ouges"}
	for i, name := range names {
		rows = append(rows, row(int64(i), point(2, 48), name, name, name, name, nil, nil, nil, nil, nil, nil, nil, nil))
	}
	v := load(t, db, d, rows...)
	for column, want := range map[string]string{
		"nom":  "Abbeville evran Évry Eze Odos Œuilly Ouges Zuydcoote", // the title
		"note": "Abbeville evran Évry Eze Odos Œuilly Ouges Zuydcoote", // not indexed
		"code": "Abbeville Eze Odos Ouges Zuydcoote evran Évry Œuilly", // indexed as codes are
	} {
		var got []string
		for _, f := range read(t, db, v, d, dataset.Query{Sort: []dataset.Sort{{Column: column}}}) {
			got = append(got, f.Values[1].Text())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %s", column, strings.Join(got, " "))
		}
	}
}

func TestSortsThatCannotBe(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, measures)
	v := load(t, db, d, measured(10)...)
	for _, column := range []string{"mots", "absent", "_ord", "geometry", `nom"`} {
		if err := failure(t, db, v, d, dataset.Query{Sort: []dataset.Sort{{Column: column}}}); fault.KindOf(err) != fault.Invalid || fault.Subject(err) != "sortby" {
			t.Errorf("%s: %v", column, err)
		}
	}
	if got := read(t, db, v, d, dataset.Query{Sort: []dataset.Sort{{Column: "nom"}}, After: 1 << 60, Limit: 5}); len(got) != 0 {
		t.Errorf("%d features after none", len(got))
	}
}

func TestColumns(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, measures)
	v := load(t, db, d, measured(60)...)
	whole := read(t, db, v, d, dataset.Query{Geometry: dataset.AsGeoJSON})
	for _, columns := range [][]int{{}, {0}, {11}, {0, 4, 11}, {1, 2, 3, 5, 6, 7, 8, 9, 10}} {
		some := read(t, db, v, d, dataset.Query{Columns: columns, Geometry: dataset.AsGeoJSON})
		if len(some) != len(whole) {
			t.Fatalf("%v: %d features", columns, len(some))
		}
		for i := range some {
			for c, value := range some[i].Values {
				want := whole[i].Values[c]
				if !slices.Contains(columns, c) && !value.IsNull() || slices.Contains(columns, c) && value != want {
					t.Fatalf("%v: column %d is %v, not %v", columns, c, value, want)
				}
			}
			if string(some[i].GeoJSON) != string(whole[i].GeoJSON) {
				t.Fatalf("%v: %s, not %s", columns, some[i].GeoJSON, whole[i].GeoJSON)
			}
		}
	}
}
