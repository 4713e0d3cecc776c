package store_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"maille/internal/cql2"
	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/pgtest"
	"maille/internal/release"
	"maille/internal/store"
)

// FuzzFilter gives the store what strangers write and, where that is no filter, one that grows from the seed: whatever it is,
// PostgreSQL answers, or the filter is refused.
func FuzzFilter(f *testing.F) {
	d := registryOf(f, measures).Get(measures.name)
	db := pgtest.Open(f, store.Options{StatementTimeout: 5 * time.Second})
	v := loaded(f, db, d, measured(300))
	for i, all := range [][]filterCase{textFilters, numberFilters, logicFilters, timeFilters, listFilters, pointFilters, lambertFilters} {
		for j := range all {
			if j%8 == 0 {
				f.Add(uint64(i), all[j].filter)
			}
		}
	}
	for seed := range uint64(100) {
		f.Add(seed, "")
	}
	for _, text := range []string{"nom = '\x00'", "nom = ''''", "nom LIKE '\\", "population > 1e308 * 1e308", "taux ^ 1e308 > 1", "length(nom) ^ length(nom) > 0",
		"1e-300 * 1e-300 > 0", "area(POLYGON((0 0, 1e9 1e9, 0 1, 0 0))) > 0", "S_TOUCHES(geometry, POLYGON((0 0, 0 0, 0 0, 0 0)))", "S_CROSSES(geometry, LINESTRING(0 0, 0 0))",
		"S_EQUALS(geometry, MULTIPOINT EMPTY)", "S_WITHIN(geometry, POLYGON EMPTY)", "year(TIMESTAMP('2024-01-01T00:00:00Z')) = 2024", "distance(geometry, POINT(0 91)) > 1",
		"distance(geometry, GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 1 1))) > 1", "centroid(MULTIPOINT EMPTY) IS NULL", "abs(-9223372036854775808) > 0",
		nested("(%s IN (TRUE,FALSE))", 20), nested("A_EQUALS((%s),(TRUE))", 20)} {
		f.Add(uint64(0), text)
	}
	f.Fuzz(func(t *testing.T, seed uint64, text string) {
		e, err := cql2.ParseText(text)
		if err != nil {
			text = (&grower{rand.New(rand.NewPCG(seed, 1)), 0}).condition()
			e, err = cql2.ParseText(text)
		}
		if err == nil {
			e, err = cql2.Check(e, d.Queryables())
		}
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("%s: %v", text, err)
			}
			return
		}
		q := dataset.Query{Filter: e, FilterCRS: geo.OGCCRSs[seed%uint64(len(geo.OGCCRSs))], Limit: 5, Sort: []dataset.Sort{{Column: "population"}}[:seed%2]}
		for _, err := range db.Features(t.Context(), v, d, q) {
			if err != nil && fault.KindOf(err) != fault.Invalid {
				t.Fatalf("%s: %v", text, err)
			}
		}
		if n, known, err := db.Count(t.Context(), v, d, q); err != nil && fault.KindOf(err) != fault.Invalid || n > v.Rows || err == nil && !known {
			t.Fatalf("%s: %d, %v", text, n, err)
		}
	})
}

func loaded(tb testing.TB, db *store.DB, d *dataset.Dataset, rows []*dataset.Feature) release.Version {
	tb.Helper()
	draft, err := db.Begin(tb.Context(), d, "test", noon)
	if err == nil {
		_, err = draft.Load(tb.Context(), sequence(rows...))
	}
	if err != nil {
		tb.Fatal(err)
	}
	v, err := draft.Seal(tb.Context(), nil, clock)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// grower writes filters at random that are well formed, and mostly well typed.
type grower struct {
	*rand.Rand
	depth int
}

func (g *grower) one(of ...string) string { return of[g.IntN(len(of))] }

func (g *grower) condition() string {
	if g.depth++; g.depth > 12 {
		return g.one("actif", "true", "nom IS NULL")
	}
	switch g.IntN(12) {
	case 0:
		return "(" + g.condition() + g.one(" AND ", " OR ") + g.condition() + ")"
	case 1:
		return "NOT (" + g.condition() + ")"
	case 2:
		return g.number() + g.one(" = ", " <> ", " < ", " > ", " <= ", " >= ") + g.number()
	case 3:
		return g.text() + g.one(" = ", " <> ", " < ", " > ", " <= ", " >= ") + g.text()
	case 4:
		return g.text() + g.one(" LIKE ", " NOT LIKE ") + g.one("'%e%'", "'_'", `'%\%'`, `'\\'`, `'\\\\\\'`, "CASEI('É%')", "ACCENTI(CASEI('%Œ_'))")
	case 5:
		return g.number() + " BETWEEN " + g.number() + " AND " + g.number()
	case 6:
		return g.number() + " IN (" + g.number() + ", " + g.number() + ")"
	case 7:
		return g.text() + " IN (" + g.text() + ", " + g.text() + ")"
	case 8:
		return fmt.Sprintf("S_%s(%s, %s)", g.one("INTERSECTS", "WITHIN", "CONTAINS", "TOUCHES", "EQUALS", "DISJOINT", "CROSSES", "OVERLAPS"), g.shape(), g.shape())
	case 9:
		return fmt.Sprintf("T_%s(%s, %s)", g.one("AFTER", "BEFORE", "CONTAINS", "DISJOINT", "DURING", "EQUALS", "FINISHEDBY", "FINISHES", "INTERSECTS", "MEETS", "METBY", "OVERLAPPEDBY",
			"OVERLAPS", "STARTEDBY", "STARTS"), g.span(), g.span())
	case 10:
		return fmt.Sprintf("A_%s(%s, %s)", g.one("CONTAINS", "CONTAINEDBY", "EQUALS", "OVERLAPS"), g.list(), g.list())
	}
	return g.one(g.text(), g.number(), g.shape(), g.instant(), "actif", "mots") + g.one(" IS NULL", " IS NOT NULL")
}

func (g *grower) number() string {
	if g.depth++; g.depth > 12 {
		return g.one("1", "population")
	}
	switch g.IntN(7) {
	case 0:
		return g.one("0", "1", "-1", "2.5", "1e18", "1e308", "-1e-300", "9223372036854775807", "99999999999999999999", "9007199254740993", "0.1")
	case 1, 2:
		return g.one("population", "rang", "taux", "surface")
	case 3, 4:
		return "(" + g.number() + g.one(" + ", " - ", " * ", " / ", " % ", " div ", " ^ ") + g.number() + ")"
	case 5:
		return g.one("round", "floor", "ceil", "abs") + "(" + g.number() + ")"
	}
	return g.one("length("+g.text()+")", "year("+g.instant()+")", "month(jour)", "area("+g.shape()+")", "perimeter("+g.shape()+")", "distance("+g.shape()+", "+g.shape()+")")
}

func (g *grower) text() string {
	if g.depth++; g.depth > 12 {
		return "nom"
	}
	switch g.IntN(4) {
	case 0:
		return "'" + g.one("Évry", "", "O''Brien", "%", "$1", `\\`, "; drop table x; --", strings.Repeat("é", 300)) + "'"
	case 1:
		return g.one("CASEI", "ACCENTI", "lower", "upper") + "(" + g.text() + ")"
	}
	return g.one("nom", "note", "code", "id")
}

func (g *grower) instant() string {
	return g.one("jour", "fin", "DATE('2024-02-29')", "DATE('0001-01-01')", "DATE('9999-12-31')", "TIMESTAMP('2024-03-05T12:00:00Z')", "TIMESTAMP('2024-03-05T00:00:00Z')", "TIMESTAMP('9999-12-31T23:59:59.999Z')")
}

func (g *grower) span() string {
	if g.IntN(2) == 0 {
		return g.instant()
	}
	return fmt.Sprintf("INTERVAL(%s, %s)", g.one("'2020-01-01'", "'2020-01-01T00:00:00Z'", "jour", "'..'"), g.one("'2026-01-01'", "'2026-01-01T06:00:00Z'", "fin", "'..'"))
}

func (g *grower) list() string {
	return g.one("mots", "('fibre')", "(nom, 'adsl')", "('fibre', 'câble', 'O''Brien')", "(1, 2)", "(true)", "(DATE('2024-01-01'), jour)", "(casei(nom))")
}

func (g *grower) shape() string {
	far := func() float64 {
		return []float64{g.Float64() * 10, 2 + g.Float64(), 48 + g.Float64(), g.Float64()*400 - 200, g.Float64() * 1e6, 6e6 + g.Float64()*1e6, 1e9, 0}[g.IntN(8)]
	}
	at := func() string { return fmt.Sprintf("%g %g", far(), far()) }
	switch g.IntN(11) {
	case 0, 1, 2:
		return "geometry"
	case 3:
		return "POINT(" + at() + ")"
	case 4:
		return "LINESTRING(" + at() + ", " + at() + ", " + at() + ")"
	case 5, 6:
		first := at()
		return "POLYGON((" + first + ", " + at() + ", " + at() + ", " + at() + ", " + first + "))"
	case 7:
		return "MULTIPOINT((" + at() + "), (" + at() + "))"
	case 8:
		first := at()
		return "GEOMETRYCOLLECTION(POINT(" + at() + "), POLYGON((" + first + ", " + at() + ", " + at() + ", " + first + ")))"
	case 9:
		x, y := far(), far()
		return fmt.Sprintf("BBOX(%g, %g, %g, %g)", x, y, x+g.Float64(), y+g.Float64())
	}
	return g.one("centroid(geometry)", "centroid(BBOX(2, 48, 3, 49))", "MULTIPOINT EMPTY", "POLYGON EMPTY", "BBOX(170, -20, -170, 20)", "BBOX(2, 48, 2, 48)")
}
