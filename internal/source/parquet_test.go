package source_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"maille/internal/fault"
)

const parquetOfAll = `{"format": "parquet"}`

// parquetOf writes rows of a struct.
func parquetOf[T any](t testing.TB, rows []T, options ...parquet.WriterOption) []byte {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[T](&b, options...)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type commune struct {
	Code       string   `parquet:"code"`
	Nom        *string  `parquet:"nom,optional,dict"`
	Population *int32   `parquet:"population,optional"`
	Codes      []string `parquet:"codes,list"`
}

func some[T any](v T) *T { return &v }

var someCommunes = []commune{
	{"91228", some("Évry"), some(int32(66919)), []string{"91000", "91080"}},
	{"01004", nil, nil, nil},
	{"2A004", some(""), some(int32(-1)), []string{"", "x", ""}},
}

var readCommunes = []string{"1: 91228/Évry/66919/91000|91080", "2: 01004///", "3: 2A004//-1/|x|"}

func TestParquetCodecs(t *testing.T) {
	for _, codec := range []compress.Codec{&parquet.Uncompressed, &parquet.Snappy, &parquet.Gzip, &parquet.Brotli, &parquet.Zstd, &parquet.Lz4Raw} {
		for version := 1; version <= 2; version++ {
			for _, group := range []int64{1, 100} {
				t.Run(fmt.Sprintf("%s/%d/%d", codec, version, group), func(t *testing.T) {
					data := parquetOf(t, someCommunes, parquet.Compression(codec), parquet.DataPageVersion(version), parquet.MaxRowsPerRowGroup(group))
					checkShaped(t, data, parquetOfAll, readCommunes...)
				})
			}
		}
	}
}

func TestParquetPacked(t *testing.T) {
	data := parquetOf(t, someCommunes)
	checkShaped(t, zipOf(t, "a/b.parquet", data), parquetOfAll, readCommunes...)
	checkShaped(t, []byte(gzipped(string(data))), parquetOfAll, readCommunes...)
	checkShaped(t, data, `{"format": "parquet", "where": [{"column": "nom", "is": "empty"}]}`, readCommunes[1:]...)
}

func TestParquetCells(t *testing.T) {
	type row struct {
		Code  string  `parquet:"code"`
		B     bool    `parquet:"b"`
		I     int64   `parquet:"i,delta"`
		U     uint64  `parquet:"u"`
		F     float32 `parquet:"f"`
		D     float64 `parquet:"d"`
		Jour  int32   `parquet:"jour,date"`
		Ms    int64   `parquet:"ms,timestamp(millisecond)"`
		Us    int64   `parquet:"us,timestamp(microsecond)"`
		Ns    int64   `parquet:"ns,timestamp(nanosecond)"`
		Prix  int64   `parquet:"prix,decimal(2:10)"`
		Texte []byte  `parquet:"texte"`
		Delta string  `parquet:"delta,delta"`
	}
	noon := time.Date(2026, 6, 30, 12, 0, 0, 5e6, time.UTC)
	day := time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)
	data := parquetOf(t, []row{
		{"a", true, -5, 1<<64 - 1, 0.1, 1e21, 20634, noon.UnixMilli(), noon.UnixMicro(), noon.UnixNano(), 1250, []byte("x"), "préfixe-a"},
		{"b", false, 1 << 60, 0, float32(nan()), 12, -1, day.UnixMilli(), day.UnixMicro(), day.UnixNano(), -5, nil, "préfixe-b"},
	})
	checkShaped(t, data, `{"format": "parquet", "map": {"nom": {"template": "{b} {i} {u} {f} {d} {jour} {texte} {delta}"}, "codes": {"template": "{ms} {us} {ns} {prix}"}}}`,
		"1: a/true -5 18446744073709551615 0.1 1000000000000000000000 2026-06-30 x préfixe-a//2026-06-30T12:00:00.005 2026-06-30T12:00:00.005 2026-06-30T12:00:00.005 12.5",
		"2: b/false 1152921504606846976 0  12 1969-12-31  préfixe-b//2026-06-30 2026-06-30 2026-06-30 -0.05")
}

func nan() float64 { return float64(0) / zero }

var zero float64

func TestParquetLists(t *testing.T) {
	type row struct {
		Code  string   `parquet:"code"`
		Codes []string `parquet:"codes"` // repeated, without LIST
		Bbox  struct {
			Xmin float64 `parquet:"xmin"`
		} `parquet:"bbox"`
	}
	var rows []row
	for i := range 1000 { // lists that go on in the next page, and the next buffer
		rows = append(rows, row{Code: fmt.Sprint(i), Codes: strings.Split(strings.Repeat("x", i%50), "")})
	}
	var want []string
	for i, r := range rows {
		want = append(want, fmt.Sprintf("%d: %s///%s", i+1, r.Code, strings.Join(r.Codes, "|")))
	}
	data := parquetOf(t, rows, parquet.PageBufferSize(512), parquet.MaxRowsPerRowGroup(300))
	checkShaped(t, data, parquetOfAll, want...)
}

func TestParquetGeometries(t *testing.T) {
	type row struct {
		Code     string `parquet:"code"`
		Geometry []byte `parquet:"geom,optional"`
	}
	bytesOf := func(g orb.Geometry) []byte {
		data, err := wkb.Marshal(g, binary.LittleEndian)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	degrees, lambert := bytesOf(orb.Point{2.4, 48.7}), bytesOf(orb.Point{700000, 6600000})
	const point, here = "1: a/// POINT(2.4 48.7)", "1: a/// POINT(3 46.5)"
	geom := func(rest string) string {
		return `{"version": "1.1.0", "primary_column": "geom", "columns": {"geom": {"encoding": "WKB"` + rest + `}}}`
	}
	for _, c := range []struct {
		name     string
		geo      string
		resource string
		geometry []byte
		want     string
	}{
		{"no metadata", "", parquetOfAll, degrees, "1: a///"},
		{"CRS84", geom(``), parquetOfAll, degrees, point},
		{"no geometry", geom(``), parquetOfAll, nil, "1: a///"},
		{"a line", geom(``), parquetOfAll, bytesOf(orb.LineString{{0, 0}, {1, 1}}), "1: a/// a LineString"},
		{"PROJJSON of OGC", geom(`, "crs": {"id": {"authority": "OGC", "code": "CRS84"}}`), parquetOfAll, degrees, point},
		{"PROJJSON of EPSG", geom(`, "crs": {"type": "ProjectedCRS", "name": "RGF93 v1 / Lambert-93", "id": {"authority": "EPSG", "code": 2154}}`), parquetOfAll, lambert, here},
		{"a code as text", geom(`, "crs": {"id": {"authority": "EPSG", "code": "2154"}}`), parquetOfAll, lambert, here},
		{"unknown, declared", geom(`, "crs": null`), `{"format": "parquet", "crs": "EPSG:2154"}`, lambert, here},
		{"unknown", geom(`, "crs": null`), parquetOfAll, lambert, "f : le système de coordonnées « null » n'est pas lu"},
		{"not read", geom(`, "crs": {"name": "NTF (Paris)", "id": {"authority": "EPSG", "code": 27572}}`), parquetOfAll, lambert, "f : le système de coordonnées « NTF (Paris) » n'est pas lu"},
		{"another encoding", strings.Replace(geom(``), "WKB", "point", 1), parquetOfAll, degrees, "f : la géométrie « geom » est encodée en point, il faut WKB"},
		{"no such column", strings.ReplaceAll(geom(``), "geom", "autre"), parquetOfAll, degrees, "f : les métadonnées « geo » du fichier sont altérées"},
		{"a column that is no text", strings.ReplaceAll(geom(``), `"geom"`, `"n"`), parquetOfAll, degrees, "f : les métadonnées « geo » du fichier sont altérées"},
		{"no JSON", "{", parquetOfAll, degrees, "f : les métadonnées « geo » du fichier sont altérées"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var options []parquet.WriterOption
			if c.geo != "" {
				options = append(options, parquet.KeyValueMetadata("geo", c.geo))
			}
			checkParquet(t, parquetOf(t, []row{{"a", c.geometry}}, options...), c.resource, c.want)
		})
	}
	for crs, want := range map[string]string{
		"": point, "OGC:CRS84": point, "srid:4326": point, "EPSG:4171": point, "projjson:clef": point,
		`{"id": {"authority": "EPSG", "code": 4326}}`: point, "inconnu": "f : le système de coordonnées « inconnu » n'est pas lu",
	} {
		schema := parquet.NewSchema("a", parquet.Group{"code": parquet.String(), "geom": parquet.Geometry(crs)})
		var b bytes.Buffer
		w := parquet.NewWriter(&b, schema, parquet.KeyValueMetadata("clef", `{"id": {"authority": "EPSG", "code": 4258}}`))
		if _, err := w.WriteRows([]parquet.Row{{parquet.ValueOf("a").Level(0, 0, 0), parquet.ValueOf(degrees).Level(0, 0, 1)}}); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		checkParquet(t, b.Bytes(), parquetOfAll, want)
	}
}

// checkParquet reads rows, or the sentence of a refusal.
func checkParquet(t *testing.T, data []byte, resource string, want ...string) {
	t.Helper()
	got, err := shaped(t, data, resource, places, 1e-6)
	if err != nil {
		if fault.KindOf(err) != fault.Refused {
			t.Errorf("kind of %v", err)
		}
		got = append(got, fault.Message(err))
	}
	if !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
}

func TestParquetRefuses(t *testing.T) {
	type odd struct {
		Code struct {
			A string `parquet:"a"`
		} `parquet:"code"`
	}
	type wrong struct {
		Insee string `parquet:"insee"`
	}
	sound := parquetOf(t, someCommunes, parquet.Compression(&parquet.Snappy))
	footer := len(sound) - 8 - int(binary.LittleEndian.Uint32(sound[len(sound)-8:]))
	changed := func(at int, with ...byte) []byte {
		data := slices.Clone(sound)
		copy(data[at:], with)
		return data
	}
	const altered = "f : le fichier Parquet est altéré"
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"nothing", nil, "f : le fichier est vide"},
		{"a page", []byte("<!doctype html>" + strings.Repeat(" ", 5000)), "f : le fichier est une page HTML, pas du Parquet"},
		{"a text", []byte("code,nom\n91228,Évry\n"), "f : le fichier n'est pas du Parquet, ou il est tronqué"},
		{"its magic alone", []byte("PAR1PAR1"), "f : le fichier n'est pas du Parquet, ou il est tronqué"},
		{"cut short", sound[:len(sound)-20], "f : le fichier n'est pas du Parquet, ou il est tronqué"},
		{"encrypted", changed(len(sound)-4, []byte("PARE")...), "f : le fichier est chiffré"},
		{"a footer of four gigabytes", changed(len(sound)-8, 255, 255, 255, 255), altered},
		{"a footer longer than the file", changed(len(sound)-8, 255, 255, 0, 0), altered},
		{"a footer of nothing", changed(len(sound)-8, 0, 0, 0, 0), altered},
		{"a footer of another kind", changed(footer, bytes.Repeat([]byte{0xff}, 40)...), altered},
		{"pages of another kind", changed(4, bytes.Repeat([]byte{0xff}, footer-4)...), altered},
		{"pages of zeros", changed(4, make([]byte, footer-4)...), altered},
		{"a structure for a column", parquetOf(t, []odd{{}}), "f : la colonne « code » est de type structure, qui n'est pas lu"},
		{"another column", parquetOf(t, []wrong{{"a"}}), "f : l'en-tête n'a pas de colonne « code » ; il a « insee »"},
	} {
		t.Run(c.name, func(t *testing.T) { checkParquet(t, c.data, parquetOfAll, c.want) })
	}
}
