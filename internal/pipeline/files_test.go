package pipeline_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"maille/internal/dataset"
	"maille/internal/pipeline"
	"maille/internal/release"
)

// dumped are the files that a log says were written.
func dumped(log string) (names []string) {
	for _, m := range regexp.MustCompile(`msg=dump file=(\S+)`).FindAllStringSubmatch(log, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return names
}

func named(e *release.Entry) (names []string) {
	for _, f := range e.Files {
		names = append(names, f.Name)
	}
	return names
}

// forget takes the files whose name is like a pattern of SQL out of the release that is served.
func (w *world) forget(t *testing.T, like string) {
	t.Helper()
	if _, err := w.conn.Exec(t.Context(), `update maille.release set manifest = jsonb_set(manifest, '{datasets}', (select jsonb_agg(jsonb_set(d, '{files}',
		(select jsonb_agg(f) from jsonb_array_elements(d->'files') f where f->>'name' not like $1::text))) from jsonb_array_elements(manifest->'datasets') d))`, like); err != nil {
		t.Fatal(err)
	}
}

// TestAllFormats: a release has every dataset in every format, one that is missing is made alone, and a file bears the day
// of the release that first had its bytes.
func TestAllFormats(t *testing.T) {
	t.Parallel()
	w := settled(t)
	first := w.whole(t)
	w.Formats = nil
	w.Now = func() time.Time { return noon.Add(24 * time.Hour) }
	log := w.told()
	m, published := w.publish(t)
	want := "lieux.csv lieux.geojson lieux.parquet lieux.gpkg lieux.fgb lieux.xlsx lieux.pmtiles lieux.codebook.csv lieux.quality.json"
	if got := strings.Join(named(m.Entry("lieux")), " "); got != want || !published {
		t.Errorf("%v: %s", published, got)
	}
	if got, want := strings.Join(dumped(log.String()), " "), "bilan.gpkg bilan.parquet bilan.xlsx codes.gpkg codes.parquet codes.xlsx "+
		"lieux.fgb lieux.gpkg lieux.parquet lieux.xlsx notes.gpkg notes.parquet notes.xlsx"; got != want {
		t.Errorf("made are %s", got)
	}
	for _, f := range m.Entry("lieux").Files {
		day := noon
		if _, old := first.File(f.Name); old == nil {
			day = day.Add(24 * time.Hour)
		}
		if !f.Made.Equal(day) || f.Rows != 4 && f.Role == release.RoleDump {
			t.Errorf("%+v", f)
		}
	}

	w.forget(t, "%.xlsx")
	w.Now = func() time.Time { return noon.Add(48 * time.Hour) }
	log.Reset()
	again, published := w.publish(t)
	if got := strings.Join(dumped(log.String()), " "); !published || got != "bilan.xlsx codes.xlsx lieux.xlsx notes.xlsx" {
		t.Errorf("%v: %s", published, got)
	}
	for _, f := range again.Entry("lieux").Files {
		if _, old := m.File(f.Name); old.SHA256 != f.SHA256 {
			t.Errorf("%s has other bytes", f.Name)
		}
	}
	if m, published := w.publish(t); published {
		t.Errorf("%s for nothing", m.Release)
	}
}

// TestAFormatThatDoesNotHoldTheRows: the release goes without, says so, and does not try again.
func TestAFormatThatDoesNotHoldTheRows(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.Formats = nil
	w.put("notes.json", `[{"id": "1", "texte": "`+strings.Repeat("é", 40_000)+`"}]`)
	w.run(t)
	log := w.told()
	m, published := w.publish(t)
	e := m.Entry("notes")
	if !published || !slices.Equal(e.LeftOut, []string{"notes.xlsx"}) || slices.Contains(named(e), "notes.xlsx") || !slices.Contains(named(e), "notes.gpkg") {
		t.Errorf("%v %+v", published, e)
	}
	if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "file=notes.xlsx") {
		t.Error(log)
	}
	log.Reset()
	if m, published := w.publish(t); published || log.Len() > 0 && len(dumped(log.String())) > 0 {
		t.Errorf("%s for nothing: %s", m.Release, log)
	}
	w.put("lieux.csv", lieuxCSV+"e,91016,2.02,48.32,,\n")
	w.run(t)
	if m, _ := w.publish(t); !slices.Equal(m.Entry("notes").LeftOut, e.LeftOut) || slices.Contains(dumped(log.String()), "notes.csv") {
		t.Errorf("%+v", m.Entry("notes"))
	}
}

// spread are places in several départements, in no order, with some in none.
func spread(n int, codes ...string) string {
	var text strings.Builder
	text.WriteString("id,code_insee,longitude,latitude,services,date_maj\n")
	for i := range n {
		fmt.Fprintf(&text, "l%04d,%s,%g,%g,Aide,2026-01-01\n", i, codes[i%len(codes)], 2+float64(i*37%n)/float64(n), 48+float64(i*11%n)/float64(n))
	}
	return text.String()
}

// known are communes of these codes.
func known(codes ...string) string {
	text := "code_insee,nom,population\n"
	for _, code := range codes {
		if code != "" {
			text += code + ",Commune,1\n"
		}
	}
	return text
}

// TestParts: a version too large for those who look into files has parts besides, by département, with all its rows in its
// order; once there, their addresses stay.
func TestParts(t *testing.T) {
	codes := []string{"91001", "2A004", "97411", "75056", ""}
	w := settled(t)
	w.put("codes.csv", known(codes...))
	w.put("lieux.csv", spread(1000, codes...))
	w.run(t)
	small, _ := w.publish(t)
	if i := slices.IndexFunc(small.Entry("lieux").Files, func(f release.File) bool { return f.Role == release.RolePart }); i >= 0 {
		t.Errorf("a small version has %s", small.Entry("lieux").Files[i].Name)
	}

	pipeline.PartsSooner(t, 5000)
	m, published := w.publish(t)
	if !published {
		t.Error("the parts are not published")
	}
	whole := w.rows(t, m, "lieux.csv")
	var parts, departements []string
	for _, f := range m.Entry("lieux").Files {
		if f.Role != release.RolePart || !strings.HasSuffix(f.Name, ".csv") {
			continue
		}
		parts = append(parts, f.Name)
		rows := w.rows(t, m, f.Name)
		code := strings.TrimPrefix(strings.Split(f.Name, "/")[1], "code_departement=")
		departements = append(departements, code)
		of := slices.DeleteFunc(slices.Clone(whole), func(row []string) bool {
			is := dataset.DepartementOf(row[1])
			return is != code && !(is == "" && code == "__HIVE_DEFAULT_PARTITION__")
		})
		if !slices.EqualFunc(rows, of, slices.Equal) || len(rows) != 200 || f.Rows != 200 {
			t.Errorf("%s has %d rows, of %d", f.Name, len(rows), len(of))
		}
		for _, other := range []string{"geojson", "parquet"} {
			if _, file := m.File(strings.TrimSuffix(f.Name, "csv") + other); file == nil || file.Rows != 200 || file.Role != release.RolePart {
				t.Errorf("%s in %s: %+v", f.Name, other, file)
			}
		}
	}
	if want := []string{"2A", "75", "91", "974", "__HIVE_DEFAULT_PARTITION__"}; !slices.Equal(departements, want) {
		t.Errorf("parts of %q", departements)
	}
	if m, published := w.publish(t); published {
		t.Errorf("%s for nothing", m.Release)
	}

	pipeline.PartsSooner(t, 1)
	w.put("lieux.csv", spread(30, "91001"))
	w.put("codes.csv", known("91001"))
	w.Accept = []string{"lieux", "codes", "bilan"}
	w.run(t)
	after, _ := w.publish(t)
	for _, name := range parts {
		_, f := after.File(name)
		if f == nil {
			t.Errorf("%s is gone", name)
		} else if want := map[bool]int64{true: 30}[strings.Contains(name, "=91/")]; f.Rows != want || int64(len(w.rows(t, after, name))) != want {
			t.Errorf("%s has %d rows", name, f.Rows)
		}
	}
}

// TestLargeParts: a département too large for those who look into files has several parts, in order, each within the limit,
// and keeps their addresses; its first part has the name it always had.
func TestLargeParts(t *testing.T) {
	const smaller = 5000
	pipeline.PartsSooner(t, smaller)
	pipeline.PartsSmaller(t, smaller)
	w := settled(t)
	w.put("codes.csv", known("91001", "75056"))
	w.put("lieux.csv", spread(900, "91001", "91001", "91001", "75056"))
	w.run(t)
	m, _ := w.publish(t)
	var joined, wanted [][]string
	for _, row := range w.rows(t, m, "lieux.csv") {
		if strings.HasPrefix(row[1], "91") {
			wanted = append(wanted, row)
		}
	}
	limits := map[string]int64{".csv": 100 << 20 / smaller, ".geojson": 100 << 20 / smaller}
	var names []string
	for number := 1; ; number++ {
		name := "lieux/code_departement=91/lieux"
		if number > 1 {
			name += fmt.Sprint("-", number)
		}
		if _, f := m.File(name + ".csv"); f == nil {
			break
		}
		names = append(names, name)
		joined = append(joined, w.rows(t, m, name+".csv")...)
		_, csvFile := m.File(name + ".csv")
		for _, extension := range []string{".csv", ".geojson", ".parquet"} {
			_, f := m.File(name + extension)
			if f == nil || f.Rows != csvFile.Rows || f.Rows == 0 {
				t.Errorf("%s%s: %+v", name, extension, f)
			} else if most := limits[extension]; most > 0 && f.Bytes > most {
				t.Errorf("%s%s has %d bytes, more than %d", name, extension, f.Bytes, most)
			}
		}
	}
	if len(names) < 3 || !slices.EqualFunc(joined, wanted, slices.Equal) {
		t.Errorf("%d parts with %d rows of %d", len(names), len(joined), len(wanted))
	}
	if m, published := w.publish(t); published {
		t.Errorf("%s for nothing", m.Release)
	}

	w.put("lieux.csv", spread(30, "91001", "75056"))
	w.Accept = []string{"lieux", "codes", "bilan"}
	w.run(t)
	after, _ := w.publish(t)
	for i, name := range names {
		if _, f := after.File(name + ".csv"); f == nil || (f.Rows > 0) != (i == 0) {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// rows are those of a file of CSV, without the header.
func (w *world) rows(t *testing.T, m *release.Manifest, name string) [][]string {
	t.Helper()
	_, f := m.File(name)
	if f == nil {
		t.Fatalf("no %s", name)
	}
	rows, err := csv.NewReader(bytes.NewReader(w.object(t, f.SHA256))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// TestFilesAreTheSameForAll: whoever makes them, on whatever day and in whatever release.
func TestFilesAreTheSameForAll(t *testing.T) {
	t.Parallel()
	made := func(day time.Duration, code, first string) map[string]string {
		w := build(t, small())
		w.Formats, w.Code = nil, code
		w.Now = func() time.Time { return noon.Add(day) }
		w.put("codes.csv", codesCSV)
		w.put("lieux.csv", lieuxCSV)
		w.put("notes.json", first)
		w.run(t)
		w.publish(t)
		w.put("notes.json", notesJSON)
		w.Accept = []string{"notes"}
		w.run(t)
		m, _ := w.publish(t)
		sums := map[string]string{}
		for _, e := range m.Datasets {
			for _, f := range e.Files {
				if f.Role == release.RoleDump || f.Role == release.RoleCodebook {
					sums[f.Name] = f.SHA256
				}
			}
		}
		return sums
	}
	one, other := made(0, "one", notesJSON), made(1000*time.Hour, "two", `[{"id": "3", "texte": "x"}]`)
	if len(one) < 20 || !maps.Equal(one, other) {
		t.Errorf("%v\n%v", one, other)
	}
}
