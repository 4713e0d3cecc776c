package source_test

import (
	"archive/zip"
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"maille/internal/source"
)

const flat = 32 << 20 // bytes that the heap may grow by

// TestMemoryStaysFlat streams files far larger than the memory they may take.
func TestMemoryStaysFlat(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("reads hundreds of megabytes, in one goroutine")
	}
	object := `{"code":"91228","nom":"Évry-Courcouronnes","population":66919,"codes":["91000","91080"]}`
	feature := `{"type":"Feature","properties":` + object + `,"geometry":{"type":"Point","coordinates":[2.4,48.6]}}`
	for _, c := range []struct {
		resource, begin, row, end string
		size                      int64
	}{
		{`{"format": "csv"}`, "code,nom,population,codes\n", "91228,\"Évry-\nCourcouronnes\",66919,91000|91080\n", "", 300 << 20},
		{`{"format": "csv"}`, "code,nom,population,codes\n", "91228\n", "", 5 << 20}, // every row is ragged
		{`{"format": "json"}`, "[" + object, "," + object, "]", 100 << 20},
		{`{"format": "json", "rows": "/b"}`, `{"a":[` + object, "," + object, `],"b":[]}`, 50 << 20},
		{`{"format": "geojson"}`, `{"type":"FeatureCollection","features":[` + feature, "," + feature, "]}", 100 << 20},
		{`{"format": "jsonl"}`, "", object + "\n", "", 50 << 20},
		{`{"format": "geojsonseq"}`, "\x1e", feature + "\n\x1e", "", 50 << 20},
		{`{"format": "csv", "encoding": "detect"}`, "code,nom,population,codes\n", "91228,\xc9vry,66919,91000|91080\n", "", 50 << 20},
	} {
		r := io.MultiReader(strings.NewReader(c.begin), io.LimitReader(repeat(c.row), c.size/int64(len(c.row))*int64(len(c.row))), strings.NewReader(c.end))
		before, most, rows := heap(), uint64(0), 0
		for _, err := range source.Rows(context.Background(), r, resourceOf(t, c.resource), 0, schemaOf(t, places), "f") {
			if err != nil {
				t.Log(err)
			}
			if rows++; rows%200000 == 0 {
				most = max(most, heap())
			}
		}
		if most > before+flat {
			t.Errorf("%s: the heap grew by %d MiB", c.resource, (most-before)>>20)
		}
		t.Logf("%s: %d rows", c.resource, rows)
	}
}

// heap is what is allocated once the garbage is gone.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestMemoryOfOneRecord checks that a record without end is given up before it takes more than a few times its limit.
func TestMemoryOfOneRecord(t *testing.T) {
	for _, c := range []struct{ format, begin, repeated string }{
		{"csv", "code\n\"", "Évry\n "},
		{"csv", "code\n", ","},
		{"json", `[{"code":"`, "Évry "},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := lines(t, io.MultiReader(strings.NewReader(c.begin), repeat(c.repeated)), fmt.Sprintf(`{"format": %q}`, c.format), places)
		runtime.ReadMemStats(&after)
		if grown := after.TotalAlloc - before.TotalAlloc; err == nil || grown > 256<<20 {
			t.Errorf("%s: %d MiB allocated, %v", c.format, grown>>20, err)
		}
	}
}

// TestMemoryOfWorkbooks reads sheets of 200 000 rows, which stand on disk as an ingest finds them.
func TestMemoryOfWorkbooks(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("reads hundreds of megabytes")
	}
	for _, c := range []struct {
		resource, begin, end string
		part                 string
		row                  func(i int) string
	}{
		{`{"format": "ods"}`, `<office:a><table:table table:name="A">` + odsRow(odsText("code"), odsText("nom"), odsText("population")), "</table:table></office:a>", "content.xml",
			func(i int) string {
				return odsRow(odsText(fmt.Sprintf("%05d", i)), odsText(fmt.Sprint("Évry-Courcouronnes ", i)), odsValue("float", "value", fmt.Sprint(i*7919), fmt.Sprint(i*7919)))
			}},
		{`{"format": "xlsx"}`, `<worksheet><sheetData><row><c t="str"><v>code</v></c><c t="str"><v>nom</v></c><c t="str"><v>population</v></c></row>`, "</sheetData></worksheet>", "xl/s.xml",
			func(i int) string {
				return fmt.Sprintf(`<row r="%d"><c r="A%[1]d" t="inlineStr"><is><t>%05[1]d</t></is></c><c r="B%[1]d" t="s"><v>%[2]d</v></c><c r="C%[1]d"><v>%[3]d</v></c></row>`, i+2, i%1000, i*7919)
			}},
	} {
		const rows = 200_000
		path := filepath.Join(t.TempDir(), "book")
		out, err := os.Create(path)
		must(t, err)
		z := zip.NewWriter(out)
		for _, f := range []packed{{"META-INF/manifest.xml", "<m/>"}, {"_rels/.rels", `<R><Relationship Type="/officeDocument" Target="xl/b.xml"/></R>`}, {"xl/b.xml", `<w><sheet name="A" id="1"/></w>`},
			{"xl/_rels/b.xml.rels", `<R><Relationship Id="1" Target="s.xml"/><Relationship Type="/sharedStrings" Target="t.xml"/></R>`},
			{"xl/t.xml", "<sst>" + strings.Repeat("<si><t>Évry-Courcouronnes</t></si>", 1000) + "</sst>"}} {
			w, err := z.Create(f.name)
			must(t, err)
			io.WriteString(w, f.text)
		}
		w, err := z.Create(c.part)
		must(t, err)
		buffered := bufio.NewWriter(w)
		buffered.WriteString(c.begin)
		for i := range rows {
			buffered.WriteString(c.row(i))
		}
		buffered.WriteString(c.end)
		buffered.Flush()
		must(t, z.Close())
		_, err = out.Seek(0, io.SeekStart)
		must(t, err)
		before, most, read := heap(), uint64(0), 0
		for _, err := range source.Rows(context.Background(), out, resourceOf(t, c.resource), 0, schemaOf(t, places), "f") {
			must(t, err)
			if read++; read%20000 == 0 {
				most = max(most, heap())
			}
		}
		if read != rows || most > before+flat {
			t.Errorf("%s: %d rows, the heap grew by %d MiB", c.resource, read, (most-before)>>20)
		}
	}
}
