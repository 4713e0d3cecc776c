package store_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"maille/internal/cql2"
	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/store"
)

var measures = described{
	name: "mesures",
	columns: []string{"id string", "nom string", "note string", "code string", "population integer", "rang integer", "taux number", "surface number",
		"actif boolean", "jour date", "fin date", "mots list"},
	publication: `"title": "nom", "time": "jour", "geometry": {"type": "Point"}, "index": ["nom", "code", "population", "taux", "jour", "mots"]`,
}

// plots are the squares of a chessboard, which share their borders.
var plots = described{
	name:        "carreaux",
	columns:     []string{"id string", "nom string", "population integer"},
	publication: `"geometry": {"type": "MultiPolygon"}, "index": ["nom"]`,
}

var samples = []any{"Évry", "evry", "ÉVRY", "Evry-Courcouronnes", "Saint-Étienne", "SAINT-ETIENNE", "L'Haÿ-les-Roses", "Œuilly", "œuilly", "oeuilly", "Straße", "STRASSE",
	"100 %", "100 €", "a_b", "aXb", `c\d`, `c\\d`, "O'Brien", "", nil, "Zuydcoote", "Ça", "ca", "naïve", "Naive", "Οδος", "ΟΔΟΣ", "Ærø", "aero", " espace", "tab\tici", "ligne\nici"}

// measured gives n rows of all that a filter may meet: nulls, empty texts, accents, integers that no double holds, days before
// Christ's, and points on the crossings of a grid from 2 to 3 degrees east and 48 to 49 north, and overseas.
func measured(n int) []*dataset.Feature {
	random := rand.New(rand.NewPCG(5, 6))
	some := func(one int, value any) any {
		if random.IntN(one) == 0 {
			return nil
		}
		return value
	}
	dates := func(least, most int) day {
		return day(fmt.Sprintf("%04d-%02d-%02d", least+random.IntN(most-least+1), 1+random.IntN(12), 1+random.IntN(28)))
	}
	lists := []any{nil, list("fibre"), list("fibre|câble"), list("câble|fibre"), list("adsl"), list("fibre|adsl|câble"), list("O'Brien|50 %")}
	odd := []int{math.MaxInt64, math.MinInt64, 9007199254740993, 9007199254740992, 0, -1, 1, 2, 3, 1000, 1001}
	rows := make([]*dataset.Feature, n)
	for i := range rows {
		population := random.IntN(5000) - 100
		if i < 4*len(odd) {
			population = odd[i%len(odd)]
		}
		first := dates(2019, 2026)
		if i%97 == 0 {
			first = dates(1, 9999)
		}
		rows[i] = row(int64(i), point(2+float64(i%101)/100, 48+float64(i/101%51)/50), fmt.Sprint("m", i), samples[i%len(samples)], some(3, fmt.Sprint("note ", i%17)),
			fmt.Sprintf("%02d", i%95), some(9, population), some(5, random.IntN(7)-3), some(7, float64(random.IntN(2000)-500)/10), some(8, random.Float64()*10),
			some(4, i%3 == 0), some(6, first), some(6, dates(2020, 2027)), lists[i%len(lists)])
		if i%40 == 39 {
			rows[i].WKB = nil
		}
		if i%60 == 30 {
			far := overseas[i/60%len(overseas)]
			rows[i].WKB = point(far[0], far[1])
		}
	}
	return rows
}

// overseas are Guadeloupe, Martinique, Guyane, La Réunion, Mayotte, Saint-Pierre, Nouméa, Papeete, Wallis, Kerguelen,
// Clipperton and Terre-Adélie.
var overseas = [][2]float64{{-61.53, 16.24}, {-61.06, 14.6}, {-52.33, 4.93}, {55.45, -20.88}, {45.23, -12.78}, {-56.18, 46.78}, {166.45, -22.27}, {-149.57, -17.53},
	{-176.17, -13.28}, {70.22, -49.35}, {-109.22, 10.3}, {140, -66.66}}

// chessboard is a square of side*side plots from 2 degrees east and 48 north, a tenth of a degree each.
func chessboard(t *testing.T, side int) (rows []*dataset.Feature) {
	for i := range side * side {
		west, south := geo.Snap(2+float64(i%side)/10, 1e-7), geo.Snap(48+float64(i/side)/10, 1e-7)
		rows = append(rows, row(int64(i), square(t, west, south, geo.Snap(west+0.1, 1e-7), geo.Snap(south+0.1, 1e-7)), fmt.Sprint("c", i), samples[i%len(samples)], i))
	}
	rows = append(rows, row(9000, polygons(t, "[[[[2,48],[2.35,48],[2,48.35],[2,48]]]]"), "triangle", "triangle", -1),
		row(9001, polygons(t, "[[[[2,48],[3,48],[3,49],[2,49],[2,48]],[[2.2,48.2],[2.2,48.4],[2.4,48.4],[2.4,48.2],[2.2,48.2]]]]"), "trou", "trou", -2),
		row(9002, nil, "nulle-part", nil, nil))
	return rows
}

// filterCase is a filter and the condition that a person would write in psql.
type filterCase struct{ filter, sql string }

// parsed is a filter as the server would have it.
func parsed(t testing.TB, d *dataset.Dataset, text string) cql2.Expr {
	t.Helper()
	e, err := cql2.ParseText(text)
	if err == nil {
		e, err = cql2.Check(e, d.Queryables())
	}
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return e
}

func TestFiltersEqualSQL(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	points := describe(t, measures)
	squares := describe(t, plots)
	v, w := load(t, db, points, measured(6000)...), load(t, db, squares, chessboard(t, 20)...)
	lambert, latLon := geo.FindOGCCRS("http://www.opengis.net/def/crs/EPSG/0/2154"), geo.FindOGCCRS("http://www.opengis.net/def/crs/EPSG/0/4326")
	mercator := geo.FindOGCCRS("http://www.opengis.net/def/crs/EPSG/0/3857")
	for _, group := range []struct {
		name  string
		d     *dataset.Dataset
		v     release.Version
		crs   *geo.OGCCRS
		cases []filterCase
	}{
		{"texts", points, v, nil, textFilters}, {"numbers", points, v, nil, numberFilters}, {"logic", points, v, nil, logicFilters},
		{"times", points, v, nil, timeFilters}, {"lists", points, v, nil, listFilters}, {"points", points, v, nil, pointFilters},
		{"surfaces", squares, w, nil, surfaceFilters}, {"latitude first", points, v, latLon, latLonFilters}, {"latitude first, surfaces", squares, w, latLon, latLonSurfaces},
		{"Lambert-93", points, v, lambert, lambertFilters}, {"Lambert-93, surfaces", squares, w, lambert, lambertSurfaces},
		{"Web Mercator", points, v, mercator, mercatorFilters},
	} {
		t.Run(group.name, func(t *testing.T) {
			nothing := 0
			for _, c := range group.cases {
				if equalSQL(t, db, conn, group.v, group.d, dataset.Query{Filter: parsed(t, group.d, c.filter), FilterCRS: group.crs}, c) == 0 {
					nothing++
				}
			}
			if nothing > 1+len(group.cases)/4 {
				t.Errorf("%d of %d filters match nothing", nothing, len(group.cases))
			}
		})
	}
	total := 0
	for _, all := range [][]filterCase{textFilters, numberFilters, logicFilters, timeFilters, listFilters, pointFilters, surfaceFilters, latLonFilters, latLonSurfaces, lambertFilters, lambertSurfaces, mercatorFilters} {
		total += len(all)
	}
	if total < 200 {
		t.Errorf("%d filters", total)
	}
}

// equalSQL reads what a filter matches, whole, as a page along _ord, and as a count, and compares it with SQL.
func equalSQL(t *testing.T, db *store.DB, conn *pgx.Conn, v release.Version, d *dataset.Dataset, q dataset.Query, c filterCase) int {
	t.Helper()
	table := pgx.Identifier{"data", v.String()}.Sanitize()
	rows, err := conn.Query(t.Context(), "select id from "+table+" where "+c.sql+" order by _ord")
	if err != nil {
		t.Fatal(err)
	}
	want, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", c.sql, err)
	}
	got := keys(d, read(t, db, v, d, q))
	if !slices.Equal(got, want) {
		t.Errorf("%s\n%d features %.100s\n%s\n%d rows     %.100s", c.filter, len(got), strings.Join(got, " "), c.sql, len(want), strings.Join(want, " "))
	}
	if n, known, err := db.Count(t.Context(), v, d, q); n != int64(len(want)) || !known || err != nil {
		t.Errorf("%s: %d counted, %v %v", c.filter, n, known, err)
	}
	q.Limit = 2
	if page := keys(d, read(t, db, v, d, q)); !slices.Equal(page, want[:min(2, len(want))]) {
		t.Errorf("%s: the first page is %v, not %v", c.filter, page, want[:min(2, len(want))])
	}
	return len(want)
}

// TestFiltersThatCannotBeComputed: whatever a stranger asks, PostgreSQL's refusal is the filter's.
func TestFiltersThatCannotBeComputed(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, measures)
	v := load(t, db, d, measured(300)...)
	lambert, reunion := geo.FindOGCCRS("http://www.opengis.net/def/crs/EPSG/0/2154"), geo.FindOGCCRS("http://www.opengis.net/def/crs/EPSG/0/2975")
	for _, c := range []struct {
		filter string
		crs    *geo.OGCCRS
	}{
		{"taux * 1e308 * 1e308 > 1", nil},
		{"S_WITHIN(geometry, GEOMETRYCOLLECTION(POINT(2 48), POLYGON((2 48, 3 48, 3 49, 2 48))))", nil},
		{"S_INTERSECTS(geometry, POINT(900000000 900000000))", reunion},
		{"S_INTERSECTS(geometry, BBOX(2, 49, 3, 48))", nil},
		{"S_INTERSECTS(geometry, BBOX(800000, 6000000, 700000, 6100000))", lambert},
	} {
		if err := failure(t, db, v, d, dataset.Query{Filter: parsed(t, d, c.filter), FilterCRS: c.crs}); fault.KindOf(err) != fault.Invalid || fault.Subject(err) != "filter" {
			t.Errorf("%s: %v", c.filter, err)
		}
		if _, _, err := db.Count(t.Context(), v, d, dataset.Query{Filter: parsed(t, d, c.filter), FilterCRS: c.crs}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("counting %s: %v", c.filter, err)
		}
	}
}

// TestTreesThatNobodyChecked are refused, by a store that trusts no caller to have asked package cql2 first.
func TestTreesThatNobodyChecked(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, measures)
	v := load(t, db, d, measured(10)...)
	property := func(name string) cql2.Expr { return cql2.Property{Name: name} }
	for _, e := range []cql2.Expr{
		property("nom"), property(`nom" or true --`), cql2.Text{Value: "x"}, cql2.Number{Value: 1, Text: "1"},
		cql2.Call{Op: "drop table", Args: []cql2.Expr{property("nom")}},
		cql2.Call{Op: "=", Args: []cql2.Expr{property("nom"), cql2.Number{Value: 1, Text: "1"}}},
		cql2.Call{Op: "=", Args: []cql2.Expr{property("nom"), cql2.Text{Value: "a\x00b"}}},
		cql2.Call{Op: "=", Args: []cql2.Expr{property("nom"), cql2.Text{Value: "\xff"}}},
		cql2.Call{Op: "in", Args: []cql2.Expr{property("nom"), cql2.Array{Items: []cql2.Expr{cql2.Text{Value: "a\x00b"}}}}},
		cql2.Call{Op: ">", Args: []cql2.Expr{cql2.Call{Op: "+", Args: []cql2.Expr{property("nom"), cql2.Number{Value: 1, Text: "1"}}}, cql2.Number{Value: 1, Text: "1"}}},
		cql2.Call{Op: ">", Args: []cql2.Expr{cql2.Call{Op: "+", Args: []cql2.Expr{property("taux"), cql2.Number{Value: math.Inf(1), Text: "1e400"}}}, cql2.Number{Value: 1, Text: "1"}}},
		cql2.Call{Op: "s_within", Args: []cql2.Expr{property("geometry"), property("nom")}},
		cql2.Call{Op: "t_after", Args: []cql2.Expr{property("jour"), property("nom")}},
		cql2.Call{Op: "a_contains", Args: []cql2.Expr{property("nom"), property("mots")}},
		cql2.Call{Op: "like", Args: []cql2.Expr{property("nom"), property("note")}},
	} {
		err := failure(t, db, v, d, dataset.Query{Filter: e})
		if fault.KindOf(err) != fault.Invalid || fault.Subject(err) != "filter" || errors.As(err, new(*pgconn.PgError)) {
			t.Errorf("%+v: %v", e, err)
		}
	}
}

// failure is the error of a query that must have one.
func failure(t *testing.T, db *store.DB, v release.Version, d *dataset.Dataset, q dataset.Query) error {
	t.Helper()
	for _, err := range db.Features(t.Context(), v, d, q) {
		return err
	}
	return nil
}

func TestSearch(t *testing.T) {
	t.Parallel()
	db, conn := open(t, store.Options{})
	d := describe(t, measures)
	v := load(t, db, d, measured(700)...)
	for _, c := range []filterCase{
		{"evry", "nom in ('Évry', 'evry', 'ÉVRY', 'Evry-Courcouronnes')"},
		{"ÉVRY", "nom in ('Évry', 'evry', 'ÉVRY', 'Evry-Courcouronnes')"},
		{"  Courcou   vry ", "nom = 'Evry-Courcouronnes'"},
		{"etienne saint", "nom in ('Saint-Étienne', 'SAINT-ETIENNE')"},
		{"evry 14", "nom in ('Évry', 'evry', 'ÉVRY', 'Evry-Courcouronnes') and (note like '%14%' or code like '%14%' or id like '%14%')"},
		{"OEUILLY", "nom in ('Œuilly', 'œuilly', 'oeuilly')"},
		{"œuilly", "nom in ('Œuilly', 'œuilly', 'oeuilly')"},
		{"strasse", "nom in ('Straße', 'STRASSE')"},
		{"100 %", `nom = '100 %' or (id like '%100%' or note like '%100%') and nom like '%\%%'`},
		{"a_b", "nom = 'a_b'"},
		{`c\d`, `nom = 'c\d'`},
		{"%", `nom = '100 %'`},
		{"aro", "false"},
		{"o'brien", "nom = 'O''Brien'"},
		{"fibre", "false"},
		{"", "true"},
		{" \t ", "true"},
	} {
		equalSQL(t, db, conn, v, d, dataset.Query{Search: c.filter}, c)
	}
	for _, wrong := range []string{"a\x00b", "\xff", strings.Repeat("a ", 33)} {
		if err := failure(t, db, v, d, dataset.Query{Search: wrong}); fault.KindOf(err) != fault.Invalid || fault.Subject(err) != "q" {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

// TestTextFunctions holds what a migration made to what readers expect, and to a role that may do no more.
func TestTextFunctions(t *testing.T) {
	t.Parallel()
	_, conn := open(t, store.Options{})
	execute(t, conn, "set role maille_server")
	for _, c := range [][3]string{
		{"lowered", "ÉVRY Œuvre ŁÓDŹ ẞ ΟΔΟ ЖЁ", "évry œuvre łódź ß οδο жё"}, {"raised", "évry œuvre straße λ ж ÿ", "ÉVRY ŒUVRE STRASSE Λ Ж Ÿ"},
		{"casefold", "ÉVRY", "évry"}, {"casefold", "e\u0301vry", "évry"}, {"casefold", "Straße", "strasse"}, {"casefold", "ΟΔΟΣ", "οδοσ"}, {"casefold", "οδος", "οδοσ"},
		{"casefold", "Evry", "evry"}, {"casefold", "", ""}, {"unaccented", "Évry ÇA Haÿ ñ", "Evry CA Hay n"}, {"unaccented", "Œuvre œuf Æ æ", "OEuvre oeuf AE ae"},
		{"unaccented", "Straße Ø đ Ł", "Strasse O d L"}, {"unaccented", "ΟΔΌΣ 100 €", "ΟΔΟΣ 100 €"}, {"folded", "L'HAŸ-LÈS-Œ", "l'hay-les-oe"}, {"folded", "Tiếng Việt", "tieng viet"},
	} {
		if got := one[string](t, conn, "select maille."+c[0]+"($1)", c[1]); got != c[2] {
			t.Errorf("%s(%q) is %q, not %q", c[0], c[1], got, c[2])
		}
	}
	for _, c := range []struct {
		a, b float64
		want *float64
	}{{2, 10, ptr(1024.0)}, {0, -1, nil}, {0, 0, ptr(1.0)}, {-8, 0.5, nil}, {-2, 3, ptr(-8.0)}, {10, 400, nil}, {10, -400, nil}, {math.Inf(1), 2, nil}} {
		got := one[*float64](t, conn, "select maille.power($1, $2)", c.a, c.b)
		if (got == nil) != (c.want == nil) || got != nil && math.Abs(*got-*c.want) > 1e-9 {
			t.Errorf("%g ^ %g is %v", c.a, c.b, got)
		}
	}
}

func ptr[T any](v T) *T { return &v }
