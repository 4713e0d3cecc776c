package serve_test

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/paulmach/orb/geojson"
	"github.com/xuri/excelize/v2"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/schema"
)

// readRow is a row as any reader gives it: values by name, and the positions of its geometry where the format has one.
type readRow struct {
	values map[string]any
	shape  orb.Geometry
}

// TestExportValues exports every collection of the sample in every format: other programs' readers find the rows, the types, the
// nulls, the values and the shapes of the pages of the API.
func TestExportValues(t *testing.T) {
	notRaced(t)
	w := sample(t)
	folder, layers := t.TempDir(), map[string]func(got []readRow){}
	for _, c := range collections(t, w) {
		d := w.Registry.Get(c.ID)
		page := pageRecords(t, ask(t, http.MethodGet, w.address+"/collections/"+c.ID+"/items?limit=10000").body)
		if int64(len(page)) != c.Rows {
			t.Fatalf("%s: a page of %d of %d features", c.ID, len(page), c.Rows)
		}
		for _, f := range dump.Exports {
			body := ask(t, http.MethodGet, w.address+"/collections/"+c.ID+"/export?f="+f.Extension).body
			check := func(got []readRow) {
				located := d.Publication.Geometry != nil && f != dump.CSV && f != dump.XLSX
				sameRows(t, c.ID+"."+f.Extension, rowLines(t, d, got, located), rowLines(t, d, page, located))
			}
			switch f {
			case dump.CSV:
				check(csvRecords(t, d, body))
			case dump.XLSX:
				check(workbookRecords(t, d, body))
			case dump.GeoParquet:
				check(parquetRecords(t, d, body))
			case dump.GeoJSON:
				check(pageRecords(t, body))
			}
			if f == dump.GeoPackage || f == dump.FlatGeobuf {
				path := filepath.Join(folder, c.ID+"."+f.Extension)
				must(t, os.WriteFile(path, body, 0o600))
				layers[path] = check
			}
		}
	}
	readLayers(t, layers)
}

// sameRows compares rows whatever their order.
func sameRows(t *testing.T, name string, got, want []string) {
	t.Helper()
	if slices.Equal(got, want) {
		return
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Errorf("%s: %d rows, want %d; the first that differs\n got %.500s\nwant %.500s", name, len(got), len(want), rowAt(got, i), rowAt(want, i))
			return
		}
	}
}

func rowAt(all []string, i int) string {
	if i < len(all) {
		return all[i]
	}
	return "none"
}

// lines are records in one form, sorted.
func rowLines(t *testing.T, d *dataset.Dataset, all []readRow, located bool) (texts []string) {
	t.Helper()
	for _, r := range all {
		var line strings.Builder
		for i := range d.Schema.Columns {
			c := &d.Schema.Columns[i]
			value, ok := r.values[c.Name]
			if !ok {
				t.Fatalf("%s has no %s", d.Name, c.Name)
			}
			text, err := typed(c, value)
			if err != nil {
				t.Fatalf("%s.%s: %v", d.Name, c.Name, err)
			}
			line.WriteString(text + " · ")
		}
		if located {
			line.WriteString(positionsOf(r.shape))
		}
		texts = append(texts, line.String())
	}
	slices.Sort(texts)
	return texts
}

// typed is a value in one form, if it is of its column's type. An integer may come as a number, a list as its text.
func typed(c *schema.Column, value any) (string, error) {
	if value == nil {
		return "null", nil
	}
	text := fmt.Sprint(value)
	switch v := value.(type) {
	case json.Number:
		value = numberAs(c, v.String())
	case float64:
		value = numberAs(c, strconv.FormatFloat(v, 'g', -1, 64))
	case []any:
		var items []string
		for _, item := range v {
			items = append(items, item.(string))
		}
		value, text = c.Type, strings.Join(items, c.Delimiter)
	case string:
		value = c.Type
		if c.Type == schema.List && strings.HasPrefix(v, `["`) { // JSON, in FlatGeobuf
			var items []any
			if err := json.Unmarshal([]byte(v), &items); err != nil {
				return "", err
			}
			return typed(c, items)
		}
	}
	switch v := value.(type) {
	case schema.Type:
		if v == schema.String || v == schema.Date || v == schema.List {
			return strconv.Quote(text), nil
		}
	case int64:
		if c.Type == schema.Integer {
			return strconv.FormatInt(v, 10), nil
		}
	case float64:
		if c.Type == schema.Number {
			return strconv.FormatFloat(v, 'g', -1, 64), nil
		}
	case bool:
		if c.Type == schema.Boolean {
			return strconv.FormatBool(v), nil
		}
	}
	return "", fmt.Errorf("%T %v, in a column of type %s", value, value, c.Type)
}

func numberAs(c *schema.Column, text string) any {
	if i, err := strconv.ParseInt(text, 10, 64); err == nil && c.Type == schema.Integer {
		return i
	}
	f, _ := strconv.ParseFloat(text, 64)
	return f
}

// positionsOf are those of a shape to a centimetre, sorted: GeoJSON turns rings, and cuts the last bits of what PostGIS rounds.
func positionsOf(g orb.Geometry) string {
	var all []orb.Point
	switch g := g.(type) {
	case orb.Point:
		all = append(all, g)
	case orb.MultiPolygon:
		for _, p := range g {
			for _, ring := range p {
				all = append(all, ring...)
			}
		}
	}
	slices.SortFunc(all, func(a, b orb.Point) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	var text strings.Builder
	for _, p := range all {
		fmt.Fprintf(&text, "%.7f %.7f ", p[0]+0, p[1]+0)
	}
	return text.String()
}

func pageRecords(t *testing.T, body []byte) (all []readRow) {
	t.Helper()
	var page struct {
		Features []struct {
			Geometry   *geojson.Geometry
			Properties map[string]any
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	must(t, decoder.Decode(&page))
	for _, f := range page.Features {
		r := readRow{values: f.Properties}
		if f.Geometry != nil {
			r.shape = f.Geometry.Geometry()
		}
		all = append(all, r)
	}
	return all
}

// csvRecords reads texts as a reader that has the Table Schema does.
func csvRecords(t *testing.T, d *dataset.Dataset, body []byte) (all []readRow) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	must(t, err)
	for _, row := range rows[1:] {
		r := readRow{values: map[string]any{}}
		for i, name := range rows[0] {
			c := d.Schema.Column(name)
			switch {
			case row[i] == "":
				r.values[name] = nil
			case c.Type == schema.Number && !strings.Contains(row[i], "."):
				t.Errorf("%s.%s: %s has no decimals", d.Name, name, row[i])
			case c.Type == schema.Number || c.Type == schema.Integer:
				r.values[name] = json.Number(row[i])
			case c.Type == schema.Boolean:
				r.values[name] = row[i] == "true"
			default:
				r.values[name] = row[i]
			}
		}
		all = append(all, r)
	}
	return all
}

func workbookRecords(t *testing.T, d *dataset.Dataset, body []byte) (all []readRow) {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(body))
	must(t, err)
	defer book.Close()
	sheet := book.GetSheetName(0)
	rows, err := book.GetRows(sheet, excelize.Options{RawCellValue: true})
	must(t, err)
	for i, row := range rows[1:] {
		r := readRow{values: map[string]any{}}
		for j, name := range rows[0] {
			r.values[name] = nil
			if j < len(row) && row[j] != "" {
				at, _ := excelize.CoordinatesToCellName(j+1, i+2)
				kind, err := book.GetCellType(sheet, at)
				must(t, err)
				r.values[name] = workbookValue(kind, d.Schema.Column(name), row[j])
			}
		}
		all = append(all, r)
	}
	return all
}

// workbookValue is a cell by the type that it has in the workbook.
func workbookValue(kind excelize.CellType, c *schema.Column, raw string) any {
	days, err := strconv.Atoi(raw)
	switch {
	case kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString:
		return raw
	case kind == excelize.CellTypeBool:
		return raw == "1" || raw == "TRUE"
	case c.Type == schema.Date && err == nil:
		return time.Date(1899, 12, 30+days, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	}
	return json.Number(raw)
}

// parquetRecords reads rows as parquet-go's reader of any file does, which knows nothing of how it was written.
func parquetRecords(t *testing.T, d *dataset.Dataset, body []byte) (all []readRow) {
	t.Helper()
	file, err := parquet.OpenFile(bytes.NewReader(body), int64(len(body)))
	must(t, err)
	names := make([]string, 0, 64)
	for _, path := range file.Schema().Columns() {
		names = append(names, path[0])
	}
	for _, group := range file.RowGroups() {
		rows := group.Rows()
		buffer := make([]parquet.Row, 100)
		for err == nil {
			var n int
			n, err = rows.ReadRows(buffer)
			for _, row := range buffer[:n] {
				all = append(all, recordOf(t, d, names, row))
			}
		}
		rows.Close()
		if err != io.EOF {
			t.Fatal(err)
		}
		err = nil
	}
	return all
}

func recordOf(t *testing.T, d *dataset.Dataset, names []string, row parquet.Row) readRow {
	t.Helper()
	r := readRow{values: map[string]any{}}
	for _, v := range row {
		name := names[v.Column()]
		c := d.Schema.Column(name)
		switch {
		case c == nil && name == "geometry" && !v.IsNull():
			shape, err := wkb.Unmarshal(v.ByteArray())
			must(t, err)
			r.shape = shape
		case c == nil:
		case v.IsNull():
			r.values[name] = nil
		case c.Type == schema.List:
			items, _ := r.values[name].([]any)
			r.values[name] = append(items, string(v.ByteArray()))
		case v.Kind() == parquet.Int32:
			r.values[name] = time.Unix(int64(v.Int32())*86400, 0).UTC().Format(time.DateOnly)
		case v.Kind() == parquet.Int64:
			r.values[name] = v.Int64()
		case v.Kind() == parquet.Double:
			r.values[name] = v.Double()
		case v.Kind() == parquet.Boolean:
			r.values[name] = v.Boolean()
		default:
			r.values[name] = string(v.ByteArray())
		}
	}
	return r
}

// readLayers reads the files that a GIS opens with GDAL, all in one run, and hands each its rows.
func readLayers(t *testing.T, layers map[string]func(got []readRow)) {
	t.Helper()
	const python = "/usr/bin/python3" // which GDAL's packages install for
	if exec.Command(python, "-c", "from osgeo import ogr").Run() != nil {
		t.Skip("osgeo (python3-gdal) is not installed")
	}
	read := map[string][]readRow{}
	out, err := exec.CommandContext(t.Context(), python, append([]string{"testdata/readlayers.py"}, slices.Collect(maps.Keys(layers))...)...).Output()
	if failed := new(exec.ExitError); errors.As(err, &failed) {
		t.Fatalf("%s", failed.Stderr)
	}
	must(t, err)
	decoder := json.NewDecoder(bytes.NewReader(out))
	decoder.UseNumber()
	for decoder.More() {
		var f struct {
			File       string
			WKB        *string
			Properties map[string]any
		}
		must(t, decoder.Decode(&f))
		r := readRow{values: f.Properties}
		if f.WKB != nil {
			bytes, err := hex.DecodeString(*f.WKB)
			must(t, err)
			r.shape, err = wkb.Unmarshal(bytes)
			must(t, err)
		}
		read[f.File] = append(read[f.File], r)
	}
	for path, check := range layers {
		check(read[path])
	}
}
