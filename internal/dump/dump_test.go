package dump_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/schema"
)

// places has a column of each type.
const places = `{"fields": [
	{"name": "id", "type": "string", "constraints": {"required": true}},
	{"name": "nom", "type": "string"},
	{"name": "n", "type": "integer"},
	{"name": "taux", "type": "number"},
	{"name": "ouvert", "type": "boolean"},
	{"name": "date_maj", "type": "date"},
	{"name": "services", "type": "list", "delimiter": "|"}
]}`

const header = "id,nom,n,taux,ouvert,date_maj,services\r\n"

// content is all of the features of a dataset.
func content(d *dataset.Dataset, f dump.Features) *dump.Content {
	return &dump.Content{Dataset: d, Geometries: true, Features: f, Rows: -1}
}

func restore(t testing.TB) *dataset.Dataset {
	t.Helper()
	d, err := dataset.Restore([]byte(`{"name": "places", "publication": {"key": ["id", "n"]}}`), []byte(places))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// full is a feature with a value in each column, empty one with its key alone.
func full() *dataset.Feature {
	return &dataset.Feature{GeoJSON: []byte(`{"type":"Point","coordinates":[2.4,48.6]}`), Values: []schema.Value{
		schema.Text("a:b"), schema.Text("L'été, \"ici\""), schema.Int(-7), schema.Float(48), schema.Bool(false), schema.DateOf(-1),
		schema.Joined("Se présenter|Téléphoner"),
	}}
}

func empty() *dataset.Feature {
	return &dataset.Feature{Values: []schema.Value{schema.Text("c"), {}, schema.Int(0), {}, {}, {}, {}}}
}

// features gives each feature, then err if there is one, through one Feature that is used again, as store does.
func features(all []*dataset.Feature, err error) dump.Features {
	return func(yield func(*dataset.Feature, error) bool) {
		var f dataset.Feature
		var lent []byte
		for _, next := range all {
			lent = lent[:0]
			f.GeoJSON, lent = lend(next.GeoJSON, lent)
			f.WKB, lent = lend(next.WKB, lent)
			f.Values = f.Values[:0]
			for _, v := range next.Values {
				var text []byte
				text, lent = lend([]byte(v.Text()), lent)
				f.Values = append(f.Values, v.WithText(unsafe.String(unsafe.SliceData(text), len(text))))
			}
			if !yield(&f, nil) {
				return
			}
			for i := range lent {
				lent[i] = 0xff // as a connection's buffer is written over by the next row
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

// lend copies bytes to the end of those that are lent.
func lend(b, lent []byte) (copied, now []byte) {
	if b == nil {
		return nil, lent
	}
	lent = append(lent, b...)
	return lent[len(lent)-len(b):], lent
}

// TestFormats: what each dataset has in a release; those whose bytes can be given as they grow, which the tests below hold
// to end well, are text.
func TestFormats(t *testing.T) {
	places, _ := points(t, 1)
	for _, c := range []struct {
		*dataset.Dataset
		want string
	}{
		{restore(t), "csv geojson parquet gpkg xlsx"},
		{places, "csv geojson parquet gpkg fgb xlsx pmtiles"},
	} {
		var got []string
		for _, f := range dump.Formats(c.Dataset) {
			got = append(got, f.Extension)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s has %q", c.Name, got)
		}
	}
	for _, c := range []struct {
		*dump.Format
		media    string
		rows     int64
		fits     bool
		encoding dataset.Encoding
	}{
		{dump.CSV, "text/csv; charset=utf-8; header=present", 1 << 40, true, dataset.NoGeometry},
		{dump.GeoJSON, "application/geo+json", 1 << 40, true, dataset.AsGeoJSON},
		{dump.XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 1_048_575, true, dataset.NoGeometry},
		{dump.XLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 1_048_576, false, dataset.NoGeometry},
		{dump.GeoPackage, "application/geopackage+sqlite3", 5_000_001, false, dataset.AsWKB},
		{dump.FlatGeobuf, "application/flatgeobuf", 5_000_000, true, dataset.AsWKB},
	} {
		if c.MediaType != c.media || c.Holds(c.rows) != c.fits || c.Encoding != c.encoding {
			t.Errorf("%s: %s, holds %d rows %v, reads geometries as %v", c.Extension, c.MediaType, c.rows, c.Holds(c.rows), c.Encoding)
		}
	}
}

var texts = []*dump.Format{dump.CSV, dump.GeoJSON}

func TestWriteCSV(t *testing.T) {
	for _, c := range []struct {
		name string
		all  []*dataset.Feature
		want string
	}{
		{"no rows: a header only", nil, header},
		{"values in their one textual form", []*dataset.Feature{full()},
			header + `a:b,"L'été, ""ici""",-7,48.0,false,1969-12-31,Se présenter|Téléphoner` + "\r\n"},
		{"nothing for null, and zero for zero", []*dataset.Feature{empty()}, header + "c,,0,,,,\r\n"},
		{"rows in their order", []*dataset.Feature{empty(), full(), empty()},
			header + "c,,0,,,,\r\n" + `a:b,"L'été, ""ici""",-7,48.0,false,1969-12-31,Se présenter|Téléphoner` + "\r\n" + "c,,0,,,,\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			rows, err := dump.WriteCSV(&b, content(restore(t), features(c.all, nil)))
			if err != nil || rows != int64(len(c.all)) {
				t.Errorf("%d rows (%v)", rows, err)
			}
			if b.String() != c.want {
				t.Errorf("\n got %q\nwant %q", b.String(), c.want)
			}
		})
	}
}

// TestCSVQuoting: RFC 4180 §2, 5 to 7.
func TestCSVQuoting(t *testing.T) {
	for _, c := range []struct{ name, cell, want string }{
		{"plain", "abc", "abc"},
		{"a comma", "a,b", `"a,b"`},
		{"a quote inside", `a"b`, `"a""b"`},
		{"a quote alone", `"`, `""""`},
		{"quotes at both ends", `"a"`, `"""a"""`},
		{"a line feed", "a\nb", "\"a\nb\""},
		{"a carriage return alone", "a\rb", "\"a\rb\""},
		{"spaces are part of a cell", " a ", " a "},
		{"a semicolon needs nothing", "a;b", "a;b"},
		{"bytes of other characters that hold none of these", "日本😀", "日本😀"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := csvRow(t, "x", c.cell, c.cell); got != "x,"+c.want+","+c.want+"\r\n" {
				t.Errorf("row = %q", got)
			}
		})
	}
}

// csvRow is how a row of three texts is written.
func csvRow(t testing.TB, a, b, c string) string {
	t.Helper()
	d, err := dataset.Restore([]byte(`{"name": "texts", "publication": {"key": ["a"]}}`),
		[]byte(`{"fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "list", "delimiter": "|"}, {"name": "c", "type": "string"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	f := &dataset.Feature{Values: []schema.Value{schema.Text(a), schema.Joined(b), schema.Text(c)}}
	var out strings.Builder
	if rows, err := dump.WriteCSV(&out, content(d, features([]*dataset.Feature{f}, nil))); rows != 1 || err != nil {
		t.Fatalf("%d rows (%v)", rows, err)
	}
	return strings.TrimPrefix(out.String(), "a,b,c\r\n")
}

// TestCSVReadsBack: encoding/csv reads the texts of the values, over many chunks.
func TestCSVReadsBack(t *testing.T) {
	d := restore(t)
	all := random(d, 3000)
	var b bytes.Buffer
	rows, err := dump.WriteCSV(&b, content(d, features(all, nil)))
	if err != nil || rows != 3000 {
		t.Fatalf("%d rows (%v)", rows, err)
	}
	r := csv.NewReader(&b)
	if got, err := r.Read(); err != nil || !slices.Equal(got, d.Schema.Names()) {
		t.Fatalf("header = %q (%v)", got, err)
	}
	for i, f := range all {
		got, err := r.Read()
		if err != nil {
			t.Fatal(err)
		}
		for j, v := range f.Values {
			if want := asCSVReads(v.String()); got[j] != want {
				t.Fatalf("row %d, %s = %q, want %q", i, d.Schema.Columns[j].Name, got[j], want)
			}
		}
	}
	if _, err := r.Read(); err != io.EOF {
		t.Errorf("after the last row: %v", err)
	}
}

// asCSVReads is what encoding/csv makes of a cell: it takes \r\n inside quotes for \n.
func asCSVReads(cell string) string { return strings.ReplaceAll(cell, "\r\n", "\n") }

func TestWriteGeoJSON(t *testing.T) {
	const one = `{"type":"Feature","id":"a%3Ab:-7","geometry":{"type":"Point","coordinates":[2.4,48.6]},"properties":` +
		`{"id":"a:b","nom":"L'été, \"ici\"","n":-7,"taux":48.0,"ouvert":false,"date_maj":"1969-12-31","services":["Se présenter","Téléphoner"]}}`
	const other = `{"type":"Feature","id":"c:0","geometry":null,"properties":` +
		`{"id":"c","nom":null,"n":0,"taux":null,"ouvert":null,"date_maj":null,"services":null}}`
	for _, c := range []struct {
		name string
		all  []*dataset.Feature
		want string
	}{
		{"no features", nil, "{\"type\":\"FeatureCollection\",\"features\":[\n]}\n"},
		{"every property in schema order, null where there is none", []*dataset.Feature{full(), empty()},
			"{\"type\":\"FeatureCollection\",\"features\":[\n" + one + ",\n" + other + "\n]}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b bytes.Buffer
			rows, err := dump.WriteGeoJSON(&b, content(restore(t), features(c.all, nil)))
			if err != nil || rows != int64(len(c.all)) {
				t.Errorf("%d rows (%v)", rows, err)
			}
			if b.String() != c.want {
				t.Errorf("\n got %s\nwant %s", b.String(), c.want)
			}
		})
	}
}

// TestGeoJSONReadsBack: encoding/json reads the values, and ids that are all different, over many chunks.
func TestGeoJSONReadsBack(t *testing.T) {
	d := restore(t)
	all := random(d, 3000)
	var b bytes.Buffer
	if rows, err := dump.WriteGeoJSON(&b, content(d, features(all, nil))); err != nil || rows != 3000 {
		t.Fatalf("%d rows (%v)", rows, err)
	}
	var got struct {
		Type     string
		Features []struct {
			Type       string
			ID         string
			Geometry   json.RawMessage
			Properties map[string]any
		}
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Type != "FeatureCollection" || len(got.Features) != len(all) {
		t.Fatalf("a %s of %d", got.Type, len(got.Features))
	}
	for i, f := range all {
		g := got.Features[i]
		if g.Type != "Feature" || g.ID != d.ID(f.Values) || string(g.Geometry) != string(f.GeoJSON) || len(g.Properties) != len(f.Values) {
			t.Fatalf("feature %d = %+v", i, g)
		}
		for j, v := range f.Values {
			c := &d.Schema.Columns[j]
			if !equal(g.Properties[c.Name], v, c.Delimiter) {
				t.Fatalf("feature %d, %s = %#v, want %v", i, c.Name, g.Properties[c.Name], v)
			}
		}
	}
}

func equal(got any, v schema.Value, delimiter string) bool {
	switch got := got.(type) {
	case nil:
		return v.IsNull()
	case bool:
		return v.Type() == schema.Boolean && got == v.Bool()
	case float64:
		return v.Type() == schema.Integer && got == float64(v.Int()) || v.Type() == schema.Number && got == v.Float()
	case string:
		return (v.Type() == schema.String || v.Type() == schema.Date) && got == v.String()
	case []any:
		var items []string
		for _, item := range got {
			items = append(items, item.(string))
		}
		return v.Type() == schema.List && strings.Join(items, delimiter) == v.Text()
	}
	return false
}

func TestFeatureEncoderAppends(t *testing.T) {
	d := restore(t)
	e := dump.NewFeatureEncoder(d, nil)
	plain := string(e.Append([]byte("x"), empty()))
	if !strings.HasPrefix(plain, `x{"type":"Feature","id":"c:0",`) || !json.Valid([]byte(plain[1:])) {
		t.Errorf("Append = %s", plain)
	}
	with := string(e.AppendWith([]byte("x"), empty(), `,"links":[]`))
	if with != strings.TrimSuffix(plain, "}")+`,"links":[]}` {
		t.Errorf("AppendWith = %s", with)
	}
	if got := string(e.Properties([]byte("x"), empty())); got != `x{"id":"c","nom":null,"n":0,"taux":null,"ouvert":null,"date_maj":null,"services":null}` {
		t.Errorf("Properties = %s", got)
	}
	if again := string(e.Append([]byte("x"), empty())); again != plain {
		t.Errorf("the encoder remembers: %s", again)
	}
}

// TestAFailureIsReturnedAndNothingIsClaimed: the error of the sequence comes back as it is, and what was written does
// not pass for a whole file.
func TestAFailureIsReturnedAndNothingIsClaimed(t *testing.T) {
	cause := errors.New("the connection broke")
	d := restore(t)
	for _, f := range texts {
		for _, n := range []int{0, 1, 3000} {
			var b bytes.Buffer
			all := random(d, n)
			if _, err := f.Write(&b, content(d, features(all, cause))); !errors.Is(err, cause) {
				t.Errorf("%s after %d rows: %v", f.Extension, n, err)
			}
			var whole bytes.Buffer
			if _, err := f.Write(&whole, content(d, features(all, nil))); err != nil {
				t.Fatal(err)
			}
			if b.Len() >= whole.Len() || !bytes.HasPrefix(whole.Bytes(), b.Bytes()) {
				t.Errorf("%s after %d rows: %d bytes of %d", f.Extension, n, b.Len(), whole.Len())
			}
			if f.Extension == "geojson" && json.Valid(b.Bytes()) {
				t.Errorf("a broken GeoJSON of %d rows is whole", n)
			}
		}
	}
}

var errFull = errors.New("no space left on device")

// narrow takes so many bytes, then fails as a full disk does.
type narrow struct{ room int }

func (n *narrow) Write(p []byte) (int, error) {
	if n.room -= len(p); n.room < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestAFullDiskStopsTheDump(t *testing.T) {
	d := restore(t)
	all := random(d, 3000)
	for _, f := range texts {
		for _, room := range []int{0, 100_000} {
			asked := 0
			counted := func(yield func(*dataset.Feature, error) bool) {
				for feature, err := range features(all, nil) {
					asked++
					if !yield(feature, err) {
						return
					}
				}
			}
			if _, err := f.Write(&narrow{room: room}, content(d, counted)); !errors.Is(err, errFull) {
				t.Errorf("%s: %v", f.Extension, err)
			}
			if asked == len(all) {
				t.Errorf("%s reads on when its disk is full", f.Extension)
			}
		}
	}
	if _, err := dump.WriteCSV(&narrow{}, content(d, features(nil, nil))); !errors.Is(err, errFull) {
		t.Errorf("a header that cannot be written: %v", err)
	}
	if _, err := dump.WriteGeoJSON(&narrow{}, content(d, features(nil, nil))); !errors.Is(err, errFull) {
		t.Errorf("a frame that cannot be written: %v", err)
	}
}

// FuzzCSVRow: encoding/csv reads any text back, in any place of the row.
func FuzzCSVRow(f *testing.F) {
	for _, cell := range []string{"", `"`, `""`, "a,b", "\r\n", "\n", `a"b,"`, "é\u2028", "\xff\""} {
		f.Add(cell, "x")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		row := []string{a, b, "end"}
		data := csvRow(t, a, b, "end")
		got, err := csv.NewReader(strings.NewReader(data)).ReadAll()
		if err != nil || len(got) != 1 {
			t.Fatalf("%q: %d rows (%v)", data, len(got), err)
		}
		for i := range row {
			if got[0][i] != asCSVReads(row[i]) {
				t.Fatalf("%q reads back as %q, want %q", data, got[0], row)
			}
		}
	})
}

// random are features of random values, null one time in four; their ids differ.
func random(d *dataset.Dataset, n int) []*dataset.Feature {
	r := rand.New(rand.NewPCG(1, 2))
	all := make([]*dataset.Feature, n)
	for i := range all {
		f := &dataset.Feature{GeoJSON: []byte("null")}
		if r.IntN(4) > 0 {
			f.GeoJSON = []byte(`{"type":"Point","coordinates":[` + strconv.Itoa(i%180) + `,1]}`)
		}
		for j := range d.Schema.Columns {
			f.Values = append(f.Values, randomValue(r, d.Schema.Columns[j].Type))
		}
		f.Values[0] = schema.Text(strconv.Itoa(i) + randomText(r))
		all[i] = f
	}
	return all
}

func randomValue(r *rand.Rand, kind schema.Type) schema.Value {
	if r.IntN(4) == 0 {
		return schema.Value{}
	}
	switch kind {
	case schema.Integer:
		return schema.Int(int64(int32(r.Uint32())))
	case schema.Number:
		return schema.Float((r.Float64() - 0.5) * math.Pow10(r.IntN(40)-20))
	case schema.Boolean:
		return schema.Bool(r.IntN(2) == 0)
	case schema.Date:
		return schema.DateOf(r.Int32N(30000))
	case schema.List:
		return schema.Joined(randomText(r) + "|" + randomText(r))
	}
	return schema.Text(randomText(r))
}

func randomText(r *rand.Rand) string {
	trouble := []rune("\",;\r\n\t \\/é日😀\u2028ab")
	var b strings.Builder
	for range 1 + r.IntN(10) {
		b.WriteRune(trouble[r.IntN(len(trouble))])
	}
	return b.String()
}
