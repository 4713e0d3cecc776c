package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"maille/internal/cql2"
	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/store"
)

// nested writes a filter in itself, so many times.
func nested(form string, times int) string {
	f := "actif"
	for range times {
		f = fmt.Sprintf(form, f)
	}
	return f
}

// TestFiltersGrowWithTheirLength: what a filter becomes is as long as the filter, give or take a factor.
func TestFiltersGrowWithTheirLength(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, measures)
	v := load(t, db, d, measured(100)...)
	sum := strings.Repeat("population+", 60) + "population"
	for _, text := range []string{
		nested("(%s IN (TRUE,FALSE))", 20), nested("(%s IN (TRUE,FALSE))", 60), nested("A_EQUALS((%s),(TRUE))", 20), nested("A_EQUALS((%s),(TRUE))", 30),
		nested("(TRUE IN (%s,FALSE))", 30), nested("((%s) = TRUE)", 60), nested("A_EQUALS((TRUE),(%s))", 30), nested("NOT (%s)", 60),
		"(" + sum + ") IN (1" + strings.Repeat(",1", 800) + ")", "(" + sum + ") BETWEEN " + sum + " AND " + sum,
	} {
		q := dataset.Query{Filter: parsed(t, d, text), Limit: 5}
		s, err := db.PlanRanks(t.Context(), v, d, q)
		if err != nil {
			t.Fatalf("%.80s: %v", text, err)
		}
		if most := 300 + 40*len(text); len(s.SQL) > most {
			t.Errorf("%.80s of %d bytes becomes %d bytes of SQL", text, len(text), len(s.SQL))
		}
		start := time.Now()
		read(t, db, v, d, q)
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("%.80s took %v", text, took)
		}
	}
}

// TestFiltersThatAreTooLarge: a tree that package cql2 never makes is not given to PostgreSQL.
func TestFiltersThatAreTooLarge(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, measures)
	v := load(t, db, d, measured(10)...)
	one := cql2.Number{Value: 1, Text: "1"}
	all := cql2.Call{Op: "or", Args: make([]cql2.Expr, 200_000)}
	for i := range all.Args {
		all.Args[i] = cql2.Call{Op: "=", Args: []cql2.Expr{cql2.Property{Name: "population"}, one}}
	}
	err := failure(t, db, v, d, dataset.Query{Filter: all})
	if fault.KindOf(err) != fault.Invalid || fault.Subject(err) != "filter" || fault.Message(err) != "filter: it is too large" {
		t.Errorf("%.200v", err)
	}
}

// TestFiltersAreNotKept: a connection keeps nothing of a filter that was asked once.
func TestFiltersAreNotKept(t *testing.T) {
	t.Parallel()
	loader, _, url := openURL(t, store.Options{})
	d := describe(t, measures)
	v := load(t, loader, d, measured(300)...)
	db := dial(t, url, store.Options{Connections: 1})
	kept := db.Prepared(t)
	for i := range 20 {
		text := "population > 0" + strings.Repeat(" AND population >= 0", i)
		for _, sort := range [][]dataset.Sort{nil, {{Column: "code"}}, {{Column: "rang"}}} {
			read(t, db, v, d, dataset.Query{Filter: parsed(t, d, text), Sort: sort, Limit: 3})
			read(t, db, v, d, dataset.Query{Filter: parsed(t, d, text), Sort: sort})
		}
		if _, _, err := db.Count(t.Context(), v, d, dataset.Query{Filter: parsed(t, d, text)}); err != nil {
			t.Fatal(err)
		}
	}
	if more := db.Prepared(t) - kept; more > 10 {
		t.Errorf("%d statements are kept", more)
	}
	for columns := range 1 << 7 { // these have shapes of ours, but many
		var some []int
		for i := range 7 {
			if columns>>i&1 == 1 {
				some = append(some, i)
			}
		}
		read(t, db, v, d, dataset.Query{Columns: some, Limit: 1})
	}
	if n := db.Prepared(t); n > 70 {
		t.Errorf("%d statements are kept", n)
	}
}

// TestFiltersThatLookAlike have counts of their own, whichever was asked first.
func TestFiltersThatLookAlike(t *testing.T) {
	t.Parallel()
	_, _, url := openURL(t, store.Options{})
	loader := dial(t, url, store.Options{})
	d := describe(t, measures)
	var rows []*dataset.Feature
	for i, name := range []string{"Dourdan", "Corbreuse", "a b", `a" "b`} {
		rows = append(rows, row(int64(i), nil, name, name, nil, nil, i, nil, nil, nil, nil, nil, nil, list(name+"|x")))
	}
	v := load(t, loader, d, rows...)
	for _, pair := range [][2]string{
		{"nom IN ('Dourdan', 'Corbreuse')", "nom IN ('Dourdan Corbreuse')"},
		{"nom IN ('a b')", "nom IN ('a', 'b')"},
		{`nom IN ('a" "b')`, "nom IN ('a', 'b')"},
		{"A_CONTAINS(mots, ('a b'))", "A_CONTAINS(mots, ('a', 'b'))"},
		{"A_CONTAINS(mots, ('x'))", "A_CONTAINS(mots, ())"},
		{"population + 0 = 1", "population + 0 = 1.0000000000000002"},
	} {
		for order := range 2 {
			db := dial(t, url, store.Options{}) // which remembers nothing
			for i := range 2 {
				q := dataset.Query{Filter: parsed(t, d, pair[i^order])}
				want := int64(len(read(t, db, v, d, dataset.Query{Filter: parsed(t, d, pair[i^order]), Sort: []dataset.Sort{{Column: "rang"}}, ID: nil})))
				fresh, _, err := dial(t, url, store.Options{}).Count(t.Context(), v, d, q)
				if err != nil {
					t.Fatal(err)
				}
				if n, _, err := db.Count(t.Context(), v, d, q); n != fresh || n != want || err != nil {
					t.Errorf("%s: %d counted, %d read, %d of a fresh start, %v", pair[i^order], n, want, fresh, err)
				}
			}
		}
	}
}

// TestAFilterThatTakesTooLong is refused, in words: to try it again would take as long.
func TestAFilterThatTakesTooLong(t *testing.T) {
	t.Parallel()
	loader, conn, url := openURL(t, store.Options{})
	d := describe(t, measures)
	v := load(t, loader, d, measured(50)...)
	db := dial(t, url, store.Options{StatementTimeout: 50 * time.Millisecond, CountBudget: 20 * time.Millisecond})
	defer lockTable(t, conn, v)()
	for _, c := range []struct {
		q              dataset.Query
		about, message string
	}{
		{dataset.Query{Filter: parsed(t, d, "note = 'x'")}, "filter", "filter: it takes too long on 50 features; add a bbox or a condition on an indexed property (nom, code)"},
		{dataset.Query{Filter: parsed(t, d, "note = 'x'"), BBox: &world, Limit: 10}, "filter", "filter: it takes too long on 50 features; add a condition on an indexed property (nom, code)"},
		{dataset.Query{Search: "évry"}, "q", "q: it takes too long on 50 features; add a bbox or a condition on an indexed property (nom, code)"},
		{dataset.Query{Equal: []dataset.Equal{{Column: "code", Value: "1"}, {Column: "note", Value: "x"}}}, "note",
			"note: it takes too long on 50 features; add a bbox or a condition on an indexed property (nom, code)"},
		{dataset.Query{Equal: []dataset.Equal{{Column: "code", Value: "1"}}}, "", "the database took too long over this"},
		{dataset.Query{BBox: &world}, "", "the database took too long over this"},
	} {
		err := failure(t, db, v, d, c.q)
		kind := fault.Invalid
		if c.about == "" {
			kind = fault.Unavailable
		}
		if fault.KindOf(err) != kind || fault.Subject(err) != c.about || fault.Message(err) != c.message {
			t.Errorf("%v %q: %v", fault.KindOf(err), fault.Subject(err), err)
		}
	}
}
