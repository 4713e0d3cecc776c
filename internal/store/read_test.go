package store_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/store"
)

var dots = described{name: "points", columns: []string{"id integer", "jour date"}, publication: `"geometry": {"type": "Point"}, "time": "jour"`}

// scatter gives n points all over the globe from a fixed seed, one in fifty of them nowhere.
func scatter(n int) []*dataset.Feature {
	random := rand.New(rand.NewPCG(1, 2))
	rows := make([]*dataset.Feature, n)
	for i := range rows {
		lon, lat := geo.Snap(random.Float64()*360-180, 1e-7), geo.Snap(random.Float64()*180-90, 1e-7)
		rows[i] = row(int64(i), point(lon, lat), i, day(fmt.Sprintf("%d-06-15", 1990+i%40)))
		if i%50 == 7 {
			rows[i].WKB = nil
		}
		if i%90 == 4 {
			rows[i].Values[1] = values(nil)[0]
		}
	}
	return rows
}

// ids gives the keys of the rows that a condition holds for, as integers in order.
func ids(rows []*dataset.Feature, holds func(*dataset.Feature) bool) (all []int64) {
	for _, f := range rows {
		if holds(f) {
			all = append(all, f.Values[0].Int())
		}
	}
	return all
}

func within(b geo.BBox) func(*dataset.Feature) bool {
	return func(f *dataset.Feature) bool {
		lon, lat, located := geo.PointOf(f.WKB)
		east := lon >= b.West && lon <= b.East
		if b.West > b.East {
			east = lon >= b.West || lon <= b.East
		}
		return !located || east && lat >= b.South && lat <= b.North
	}
}

func integers(all []dataset.Feature) []int64 {
	numbers := make([]int64, len(all))
	for i, f := range all {
		numbers[i] = f.Values[0].Int()
	}
	slices.Sort(numbers)
	return numbers
}

func TestPagesWalkEverythingOnce(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, dots)
	rows := scatter(500)
	v := load(t, db, d, rows...)
	box := &geo.BBox{West: -100, South: -60, East: 120, North: 60}
	for _, q := range []dataset.Query{{}, {BBox: box}, {Time: dataset.Interval{From: "2000-01-01"}}, {BBox: box, Time: dataset.Interval{To: "2010-06-15"}}} {
		whole := read(t, db, v, d, q)
		for _, limit := range []int{1, 7, 100, 499, 500, 501, 10_000} {
			q.Limit, q.After = limit, 0
			var all []dataset.Feature
			for {
				page := read(t, db, v, d, q)
				all = append(all, page...)
				if len(page) < limit {
					break
				}
				q.After = page[len(page)-1].Ord
			}
			if !slices.Equal(keys(d, all), keys(d, whole)) || !slices.IsSortedFunc(all, func(a, b dataset.Feature) int { return int(a.Ord - b.Ord) }) {
				t.Errorf("limit %d: %d features, in one page %d", limit, len(all), len(whole))
			}
		}
	}
}

func TestBoxesEqualABruteForceCheck(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, dots)
	rows := scatter(15_000)
	v := load(t, db, d, rows...)
	boxes := []geo.BBox{
		{West: -180, South: -90, East: 180, North: 90}, {West: 2, South: 48, East: 3, North: 49}, {West: 170, South: -20, East: -170, North: 40},
		{West: 0, South: -90, East: -1, North: 90}, {West: -120, South: -80, East: 170, North: 80}, {West: 179.9, South: 0, East: 180, North: 90},
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range 15 {
		a, b := random.Float64()*180-90, random.Float64()*180-90
		boxes = append(boxes, geo.BBox{West: random.Float64()*360 - 180, South: min(a, b), East: random.Float64()*360 - 180, North: max(a, b)})
	}
	for _, box := range boxes {
		want := ids(rows, within(box))
		if got := integers(read(t, db, v, d, dataset.Query{BBox: &box})); !slices.Equal(got, want) {
			t.Errorf("%s: %d features, want %d", box, len(got), len(want))
		}
		if n, known, err := db.Count(t.Context(), v, d, dataset.Query{BBox: &box, After: 3, Limit: 5}); n != int64(len(want)) || !known || err != nil {
			t.Errorf("%s: count %d, %v, %v; want %d", box, n, known, err, len(want))
		}
		// A page short enough that many matches are read along _ord, and few are sorted.
		page := read(t, db, v, d, dataset.Query{BBox: &box, Limit: 20, After: 2000})
		whole := read(t, db, v, d, dataset.Query{BBox: &box, After: 2000})
		if !slices.Equal(keys(d, page), keys(d, whole[:min(20, len(whole))])) {
			t.Errorf("%s: a page differs from the beginning of the whole", box)
		}
	}
}

func TestBoxesAreExactToTheirEdges(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, dots)
	v := load(t, db, d, row(1, point(2.4, 48.6), 1, nil), row(2, point(2.4000001, 48.6), 2, nil), row(3, point(2.4, 48.6000001), 3, nil), row(4, point(2.3999999, 48.6), 4, nil))
	for _, c := range []struct {
		box  geo.BBox
		want []int64
	}{
		{geo.BBox{West: 2, South: 48, East: 2.4, North: 48.6}, []int64{1, 4}},
		{geo.BBox{West: 2.4, South: 48.6, East: 3, North: 49}, []int64{1, 2, 3}},
		{geo.BBox{West: 2.4, South: 48.6, East: 2.4, North: 48.6}, []int64{1}},
		{geo.BBox{West: 2.4000001, South: 48, East: 3, North: 49}, []int64{2}},
	} {
		if got := integers(read(t, db, v, d, dataset.Query{BBox: &c.box})); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.box, got, c.want)
		}
	}
}

func TestBoxesOfSurfaces(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, contours)
	triangle := polygons(t, "[[[[2,48],[3,48],[2,49],[2,48]]]]")
	v := load(t, db, d, row(1, triangle, "triangle"), row(2, square(t, 5, 48, 6, 49), "carre"))
	for _, c := range []struct {
		name string
		box  geo.BBox
		want string
	}{
		{"touches its box but not the triangle", geo.BBox{West: 2.9, South: 48.9, East: 3, North: 49}, ""},
		{"crosses the long side", geo.BBox{West: 2.5, South: 48.5, East: 3, North: 49}, "triangle"},
		{"inside", geo.BBox{West: 2.1, South: 48.1, East: 2.2, North: 48.2}, "triangle"},
		{"a point inside", geo.BBox{West: 2.1, South: 48.1, East: 2.1, North: 48.1}, "triangle"},
		{"a point outside", geo.BBox{West: 2.9, South: 48.9, East: 2.9, North: 48.9}, ""},
		{"a line through both", geo.BBox{West: 0, South: 48.2, East: 10, North: 48.2}, "carre triangle"},
		{"the corner of a neighbour", geo.BBox{West: 6, South: 49, East: 7, North: 50}, "carre"},
		{"round the other side of the globe", geo.BBox{West: 5.5, South: 40, East: 2.1, North: 50}, "carre triangle"},
	} {
		got := keys(d, read(t, db, v, d, dataset.Query{BBox: &c.box}))
		slices.Sort(got)
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %q", c.name, got, c.want)
		}
	}
}

func TestIntervals(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, dots)
	rows := scatter(400)
	v := load(t, db, d, rows...)
	for _, c := range []dataset.Interval{{From: "2000-06-15", To: "2000-06-15"}, {From: "2000-06-16"}, {To: "1995-01-01"}, {From: "1991-01-01", To: "1993-12-31"},
		{From: "2100-01-01"}, {From: "0000-01-01", To: "9999-12-31"}} {
		want := ids(rows, func(f *dataset.Feature) bool {
			text := f.Values[1].String()
			return text == "" || (c.From == "" || text >= c.From) && (c.To == "" || text <= c.To)
		})
		if got := integers(read(t, db, v, d, dataset.Query{Time: c})); !slices.Equal(got, want) {
			t.Errorf("%v: %d features, want %d", c, len(got), len(want))
		}
	}
}

func TestOneFeatureByItsKey(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	mixed := `{"fields": [{"name": "lieu", "type": "string", "constraints": {"required": true}}, {"name": "jour", "type": "date", "constraints": {"required": true}},
		{"name": "rang", "type": "integer", "constraints": {"required": true}}, {"name": "vrai", "type": "boolean", "constraints": {"required": true}}]}`
	d := withSchema(t, "cles", mixed, `"key": ["lieu", "jour", "rang", "vrai"], "index": ["jour"]`)
	long := strings.Repeat("é:/%?", 1500) // 9 000 bytes, where an entry of a B-tree holds 2 704
	v := load(t, db, d, row(1, nil, "a", day("2026-01-01"), 1, true), row(2, nil, "a", day("2026-01-01"), 1, false),
		row(3, nil, long, day("0001-12-31"), math.MinInt64, true), row(4, nil, long+"x", day("0001-12-31"), math.MinInt64, true))
	for _, c := range []struct {
		id   []string
		want int
	}{
		{[]string{"a", "2026-01-01", "1", "true"}, 1},
		{[]string{"a", "2026-01-01", "1", "false"}, 1},
		{[]string{long, "0001-12-31", "-9223372036854775808", "true"}, 1},
		{[]string{"a", "2026-01-02", "1", "true"}, 0},
		{[]string{"A", "2026-01-01", "1", "true"}, 0},
		{[]string{"", "2026-01-01", "1", "true"}, 0},
		{[]string{"a", "1 janvier", "1", "true"}, 0},
		{[]string{"a", "0000-01-01", "1", "true"}, 0},
		{[]string{"a", "2026-01-01", "99999999999999999999", "true"}, 0},
		{[]string{"a", "2026-01-01", "un", "true"}, 0},
		{[]string{"a", "2026-01-01", "1", "peut-être"}, 0},
		{[]string{"a\x00", "2026-01-01", "1", "true"}, 0},
		{[]string{"\xff", "2026-01-01", "1", "true"}, 0},
	} {
		got := read(t, db, v, d, dataset.Query{ID: c.id})
		if len(got) != c.want {
			t.Errorf("%.40q: %d features", c.id, len(got))
		}
		if len(got) == 1 {
			if parts, ok := d.ParseID(d.ID(got[0].Values)); !ok || !slices.Equal(parts, c.id) {
				t.Errorf("id %.60q reads as %.40q", d.ID(got[0].Values), parts)
			}
		}
	}
}

func TestAListsDelimiterMayBeAnything(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	for i, delimiter := range []string{"|", ",", "'", `\\`, "; ", "%s"} {
		schema := `{"fields": [{"name": "id", "type": "string", "constraints": {"required": true}}, {"name": "mots", "type": "list", "delimiter": "` + delimiter + `"}]}`
		d := withSchema(t, fmt.Sprint("listes", i), schema, `"key": ["id"], "index": ["mots"]`)
		text := strings.Join([]string{"un", "deux \"trois\""}, d.Schema.Columns[1].Delimiter)
		v := load(t, db, d, row(1, nil, "a", list(text)))
		if got := read(t, db, v, d, dataset.Query{}); got[0].Values[1].Text() != text {
			t.Errorf("%q reads as %q", text, got[0].Values[1].Text())
		}
	}
}

func TestReadingWhatIsNotThere(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	for _, err := range db.Features(t.Context(), release.Version{Dataset: "points", ID: "000000000000"}, describe(t, dots), dataset.Query{}) {
		if err == nil || !strings.HasPrefix(err.Error(), "store.Features points@000000000000: ") {
			t.Errorf("%v", err)
		}
		return
	}
	t.Error("nothing is said")
}

// TestLocated: of a box, those that are nowhere are left out where that is asked, whatever is asked besides.
func TestLocated(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := describe(t, dots)
	v := load(t, db, d, row(1, point(2.4, 48.6), 1, nil), row(2, nil, 2, nil), row(3, point(5, 45), 3, nil))
	box := geo.BBox{West: 2, South: 48, East: 3, North: 49}
	for located, want := range map[bool][]int64{false: {1, 2}, true: {1}} {
		if got := integers(read(t, db, v, d, dataset.Query{BBox: &box, Located: located})); !slices.Equal(got, want) {
			t.Errorf("located %v: %v, not %v", located, got, want)
		}
	}
	ranks, err := db.Ranks(t.Context(), v, d, dataset.Query{}, box)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for ord := range uint64(3) {
		if ranks.Has(1 + ord) {
			n++
		}
	}
	if n != 1 {
		t.Errorf("ranks of %d features", n)
	}
}
