package store_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/store"
)

// differ collects the differences, and holds the counts to them.
func differ(t *testing.T, db *store.DB, x store.Difference) (all []release.RowChange) {
	t.Helper()
	counts := map[string]int64{}
	for c, err := range db.Differences(t.Context(), x) {
		if err != nil {
			t.Fatal(err)
		}
		copied := *c
		copied.Fields = slices.Clone(c.Fields)
		all = append(all, copied)
		counts[c.Kind]++
	}
	added, removed, changed, err := db.CountDifferences(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	if x.Limit == 0 && (added != counts[release.RowAdded] || removed != counts[release.RowRemoved] || changed != counts[release.RowChanged]) {
		t.Errorf("counted %d, %d, %d; %v were given", added, removed, changed, counts)
	}
	return all
}

// lines are the differences as one reads them.
func lines(all []release.RowChange) string {
	var b strings.Builder
	for _, c := range all {
		fmt.Fprintf(&b, "%s %s (%s, %s)", c.Kind, c.ID, c.Title, c.Commune)
		for _, f := range c.Fields {
			fmt.Fprintf(&b, " %s: %q > %q", f.Field, f.Before, f.After)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func expectLines(t *testing.T, because, got string, want ...string) {
	t.Helper()
	if got != strings.Join(want, "\n")+"\n" && (len(want) > 0 || got != "") {
		t.Errorf("%s:\n%s", because, got)
	}
}

var listed = described{name: "lieux", columns: []string{"id string", "nom string", "code_insee string", "places integer", "note number", "ouvert boolean", "depuis date", "services list"},
	publication: `"title": "nom", "commune": "code_insee", "geometry": {"type": "Point"}`}

func TestDifferences(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, listed)
	before := load(t, db, d,
		row(1, point(2.1, 48.1), "a", "Mairie", "91001", 3, 1.5, true, day("2026-01-02"), list("x|y")),
		row(2, point(2.2, 48.2), "b", "École", "91002", nil, nil, nil, nil, nil),
		row(3, point(2.3, 48.3), "c:é", "Parti", "91003", 1, 1.0, false, nil, nil),
		row(4, nil, "d", "Déménage", "91001", 0, nil, nil, nil, nil),
		row(5, point(2.4, 48.4), "e", "Pareil", "91001", 7, 2.0, true, day("1999-12-31"), list("z")))
	after := load(t, db, d,
		row(1, point(2.1, 48.1), "a", "Mairie", "91001", 4, 48.0, nil, day("2026-01-03"), list("y|x")),
		row(2, point(2.2, 48.25), "b", "École", "91002", 0, nil, nil, nil, nil),
		row(3, point(2.0, 48.0), "f", "Nouveau", "91004", 1, nil, nil, nil, nil),
		row(4, nil, "d", "Déménage", "91005", 0, nil, nil, nil, nil),
		row(5, point(2.4, 48.4), "e", "Pareil", "91001", 7, 2.0, true, day("1999-12-31"), list("z")))
	x := store.Difference{Before: store.Side{Version: before, Dataset: d}, After: store.Side{Version: after, Dataset: d}}
	mairie := `changed a (Mairie, 91001) places: "3" > "4" note: "1.5" > "48.0" ouvert: "true" > "" depuis: "2026-01-02" > "2026-01-03" services: "x|y" > "y|x"`
	ecole := `changed b (École, 91002) places: "" > "0" geometry: "2.2 48.2" > "2.2 48.25"`
	moved := `changed d (Déménage, 91005) code_insee: "91001" > "91005"`
	added, removed := "added f (Nouveau, 91004)", "removed c%3A%C3%A9 (Parti, 91003)"
	var order []string // of the version after
	for _, id := range keys(d, read(t, db, after, d, dataset.Query{})) {
		order = append(order, map[string]string{"a": mairie, "b": ecole, "d": moved, "f": added}[id])
	}
	order = append(slices.DeleteFunc(order, func(s string) bool { return s == "" }), removed)
	expectLines(t, "all", lines(differ(t, db, x)), order...)
	x.Limit = 2
	expectLines(t, "the first", lines(differ(t, db, x)), order[:2]...)
	x.Limit = 0
	for commune, want := range map[string][]string{"91001": {mairie, moved}, "91005": {moved}, "91003": {removed}, "91999": nil, "'": nil} {
		x.Commune = commune
		got := strings.Split(strings.TrimSpace(lines(differ(t, db, x))), "\n")
		slices.Sort(got)
		slices.Sort(want)
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s: %q", commune, got)
		}
	}
	x.Commune, x.After = "", x.Before
	expectLines(t, "a version and itself", lines(differ(t, db, x)))
}

// TestDifferencesOfColumns: columns that come, go, or are of another type.
func TestDifferencesOfColumns(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	old := describe(t, described{name: "lieux", columns: []string{"id string", "nom string", "rang string", "vieux integer", "mots list"}, publication: `"title": "nom"`})
	recent := describe(t, described{name: "lieux", columns: []string{"id string", "rang integer", "neuf boolean", "nom string", "mots string"}, publication: `"title": "nom"`})
	before := load(t, db, old, row(1, nil, "a", "A", "12", 1, list("x|y")), row(2, nil, "b", "B", "012", nil, nil), row(3, nil, "c", "C", nil, nil, list("z")))
	after := load(t, db, recent, row(1, nil, "a", 12, nil, "A", "x|y"), row(2, nil, "b", 12, true, "B", nil), row(3, nil, "c", nil, nil, "C", "z"))
	x := store.Difference{Before: store.Side{Version: before, Dataset: old}, After: store.Side{Version: after, Dataset: recent}}
	want := []string{`changed a (A, ) vieux: "1" > ""`, `changed b (B, ) rang: "012" > "12" neuf: "" > "true"`}
	expectLines(t, "columns", lines(differ(t, db, x)), want...)
	x.Limit = 1
	expectLines(t, "the first", lines(differ(t, db, x)), want[0])
	x.Commune = "91001"
	expectLines(t, "no commune", lines(differ(t, db, x)))
}

// TestDifferencesOfKeys: rows whose keys are of other columns, or of another type, are others.
func TestDifferencesOfKeys(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	old := describe(t, described{name: "lieux", columns: []string{"id string", "rang integer"}})
	for i, columns := range [][]string{{"rang integer", "id string"}, {"id integer", "rang integer"}} {
		recent := describe(t, described{name: "lieux", columns: columns})
		before := load(t, db, old, row(1, nil, "1", 5), row(2, nil, "2", 6))
		after := load(t, db, recent, row(1, nil, [][]any{{5, "1"}, {1, 5}}[i]...))
		x := store.Difference{Before: store.Side{Version: before, Dataset: old}, After: store.Side{Version: after, Dataset: recent}}
		expectLines(t, fmt.Sprint(columns), lines(differ(t, db, x)), "added "+[]string{"5", "1"}[i]+" (, )", "removed 1 (, )", "removed 2 (, )")
	}
}

// TestDifferencesOfShapes: polygons are compared byte for byte; what is shown tells apart shapes of equal areas.
func TestDifferencesOfShapes(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, described{name: "zones", columns: []string{"id string"}, publication: `"geometry": {"type": "MultiPolygon"}`})
	turned := polygons(t, "[[[[2.1,48],[2.1,48.1],[2,48.1],[2,48],[2.1,48]]]]") // the same square from another corner
	before := load(t, db, d, row(1, square(t, 2, 48, 2.1, 48.1), "a"), row(2, square(t, 3, 48, 3.1, 48.1), "b"), row(3, nil, "c"), row(4, square(t, 5, 48, 5.1, 48.1), "d"))
	after := load(t, db, d, row(1, turned, "a"), row(2, square(t, 3, 48, 3.2, 48.1), "b"), row(3, square(t, 4, 48, 4.1, 48.1), "c"), row(4, square(t, 5, 48, 5.1, 48.1), "d"))
	all := differ(t, db, store.Difference{Before: store.Side{Version: before, Dataset: d}, After: store.Side{Version: after, Dataset: d}})
	if len(all) != 3 {
		t.Fatal(lines(all))
	}
	for _, c := range all {
		f := c.Fields[0]
		area, hash, _ := strings.Cut(f.After, " km² ")
		if f.Field != "geometry" || f.Before == f.After || len(hash) != 12 || c.ID == "c" && f.Before != "" {
			t.Errorf("%+v", c)
		}
		if was, _, _ := strings.Cut(f.Before, " km² "); c.ID == "a" && was != area || c.ID == "b" && (was != "83.0046" && was != "82.9922" || area == was) {
			t.Logf("%s: %s, then %s", c.ID, was, area)
		}
	}
}

// TestCoordinatesAreSaidOnce: where columns say where a point is, the geometry does not say it again.
func TestCoordinatesAreSaidOnce(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, described{name: "lieux", columns: []string{"id string", "lon number", "lat number"},
		publication: `"geometry": {"type": "Point", "longitude": "lon", "latitude": "lat", "crs": "EPSG:4326"}`})
	before := load(t, db, d, row(1, point(2, 48), "a", 2.0, 48.0), row(2, point(3, 48), "b", 3.0, 48.0))
	after := load(t, db, d, row(1, point(2, 48.5), "a", 2.0, 48.5), row(2, point(3, 48.5), "b", 3.0, 48.0))
	got := differ(t, db, store.Difference{Before: store.Side{Version: before, Dataset: d}, After: store.Side{Version: after, Dataset: d}})
	slices.SortFunc(got, func(a, b release.RowChange) int { return strings.Compare(a.ID, b.ID) })
	expectLines(t, "coordinates", lines(got), `changed a (, ) lat: "48.0" > "48.5"`, `changed b (, ) geometry: "3.0 48.0" > "3.0 48.5"`)
}

// TestDifferencesCompose: those from the first of three versions to the last are those of the two steps, put together.
func TestDifferencesCompose(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, described{name: "lieux", columns: []string{"a string", "n integer", "texte string"}, publication: `"geometry": {"type": "Point"}`})
	d.Publication.Key = []string{"a", "n"}
	r := rand.New(rand.NewPCG(1, 2))
	var versions []release.Version
	var states []map[string]string
	for range 3 {
		var rows []*dataset.Feature
		state := map[string]string{}
		for i := range 300 {
			if r.IntN(5) == 0 {
				continue
			}
			text, lon := fmt.Sprint(r.IntN(3)), float64(r.IntN(3))
			key := fmt.Sprintf("k%d:%d", i/2, i%2)
			state[key] = text + fmt.Sprint(lon)
			rows = append(rows, row(int64(i), geo.AppendPoint(nil, lon, 48), fmt.Sprint("k", i/2), i%2, text))
		}
		versions, states = append(versions, load(t, db, d, rows...)), append(states, state)
	}
	diff := func(i, j int) map[string]release.RowChange {
		found := map[string]release.RowChange{}
		for _, c := range differ(t, db, store.Difference{Before: store.Side{Version: versions[i], Dataset: d}, After: store.Side{Version: versions[j], Dataset: d}}) {
			found[c.ID] = c
		}
		for key := range states[i] {
			after, stays := states[j][key]
			if c, is := found[key]; is != (after != states[i][key]) || is && (c.Kind == release.RowRemoved) == stays {
				t.Errorf("%d to %d, %s: %+v", i, j, key, c)
			}
		}
		for key := range states[j] {
			if _, was := states[i][key]; !was && found[key].Kind != release.RowAdded {
				t.Errorf("%d to %d, %s: %+v", i, j, key, found[key])
			}
		}
		return found
	}
	first, second, whole := diff(0, 1), diff(1, 2), diff(0, 2)
	for key, c := range whole {
		if c.Kind != release.RowChanged || first[key].Kind != release.RowChanged || second[key].Kind != release.RowChanged {
			continue
		}
		if got := compose(first[key].Fields, second[key].Fields); got != text(t, c.Fields) {
			t.Errorf("%s: %s, not %s", key, got, text(t, c.Fields))
		}
	}
}

// compose puts two changes of a row together.
func compose(first, second []release.FieldChange) string {
	var all []release.FieldChange
	for _, name := range []string{"texte", "geometry"} {
		in := func(f release.FieldChange) bool { return f.Field == name }
		i, j := slices.IndexFunc(first, in), slices.IndexFunc(second, in)
		f := release.FieldChange{Field: name}
		switch {
		case i >= 0 && j >= 0:
			f.Before, f.After = first[i].Before, second[j].After
		case i >= 0:
			f = first[i]
		case j >= 0:
			f = second[j]
		}
		if f.Before != f.After {
			all = append(all, f)
		}
	}
	b, _ := json.Marshal(all)
	return string(b)
}

func text(t *testing.T, fields []release.FieldChange) string {
	t.Helper()
	b, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestLeavingDifferences: a caller who has enough gives the connection back.
func TestLeavingDifferences(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{Connections: 2})
	d := describe(t, described{name: "lieux", columns: []string{"id string"}})
	before := load(t, db, d, row(1, nil, "a"))
	var rows []*dataset.Feature
	for i := range 20_000 {
		rows = append(rows, row(int64(i), nil, fmt.Sprint("k", i)))
	}
	x := store.Difference{Before: store.Side{Version: before, Dataset: d}, After: store.Side{Version: load(t, db, d, rows...), Dataset: d}}
	for range 5 {
		for c, err := range db.Differences(t.Context(), x) {
			if err != nil || c.Kind != release.RowAdded {
				t.Fatal(c, err)
			}
			break
		}
	}
}
