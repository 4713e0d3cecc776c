package serve_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
	_ "github.com/ncruces/go-sqlite3/embed"
	"github.com/parquet-go/parquet-go"
	"github.com/xuri/excelize/v2"

	"maille/internal/dataset"
	"maille/internal/dump"
)

// TestExportIDs exports every collection of the sample in every format and finds the same ids, in the same order.
func TestExportIDs(t *testing.T) {
	notRaced(t)
	w := sample(t)
	for _, c := range collections(t, w) {
		d := w.Registry.Get(c.ID)
		want := idsOf(walk(t, w.address+"/collections/"+c.ID+"/items?limit=10000").Features)
		for _, f := range dump.Exports {
			a := ask(t, http.MethodGet, w.address+"/collections/"+c.ID+"/export?f="+f.Extension)
			if a.StatusCode != 200 {
				t.Errorf("%s.%s: %s %s", c.ID, f.Extension, a.Status, a.body)
				continue
			}
			got := exportedIDs(t, d, f, a.body)
			if f == dump.FlatGeobuf { // in the order of its index
				slices.Sort(got)
				if sorted := slices.Sorted(slices.Values(want)); got != nil && !slices.Equal(got, sorted) {
					t.Errorf("%s.%s: %d ids, not %d", c.ID, f.Extension, len(got), len(want))
				}
			} else if !slices.Equal(got, want) {
				t.Errorf("%s.%s: %d ids, not %d: %.200q", c.ID, f.Extension, len(got), len(want), got)
			}
		}
	}
}

// exportedIDs reads the ids in a file with another program's reader; nil when there is none.
func exportedIDs(t *testing.T, d *dataset.Dataset, f *dump.Format, body []byte) (ids []string) {
	t.Helper()
	key := d.Publication.Key
	switch f {
	case dump.CSV:
		return csvIDs(t, body, key)
	case dump.GeoJSON:
		return geojsonIDs(t, body)
	case dump.XLSX:
		book, err := excelize.OpenReader(bytes.NewReader(body))
		must(t, err)
		rows, err := book.GetRows(book.GetSheetName(0))
		must(t, err)
		return rowIDs(t, rows, key)
	case dump.GeoParquet:
		return parquetIDs(t, body, key)
	case dump.GeoPackage:
		return geoPackageIDs(t, body, d)
	}
	ogr2ogr, err := exec.LookPath("ogr2ogr")
	if err != nil {
		return nil
	}
	path := filepath.Join(t.TempDir(), "file.fgb")
	must(t, os.WriteFile(path, body, 0o600))
	out, err := exec.CommandContext(t.Context(), ogr2ogr, "-f", "CSV", "/vsistdout/", path).Output()
	if failed := new(exec.ExitError); errors.As(err, &failed) {
		t.Fatalf("%s: %s", d.Name, failed.Stderr)
	}
	must(t, err)
	rows, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	must(t, err)
	for _, row := range rows {
		for i, cell := range row {
			row[i] = slashes.ReplaceAllString(cell, "$1-$2-$3")
		}
	}
	return rowIDs(t, rows, key)
}

// slashes are in the dates that GDAL writes.
var slashes = regexp.MustCompile(`^(\d{4})/(\d\d)/(\d\d)( .*)?$`)

func geojsonIDs(t *testing.T, body []byte) []string {
	t.Helper()
	var whole features
	must(t, json.Unmarshal(body, &whole))
	return idsOf(whole.Features)
}

// rowIDs are the ids of a table with a header.
func rowIDs(t *testing.T, rows [][]string, key []string) (ids []string) {
	t.Helper()
	for _, row := range rows[1:] {
		var parts []string
		for _, name := range key {
			parts = append(parts, escapedPart(row[slices.Index(rows[0], name)]))
		}
		ids = append(ids, strings.Join(parts, ":"))
	}
	return ids
}

func parquetIDs(t *testing.T, body []byte, key []string) (ids []string) {
	t.Helper()
	file, err := parquet.OpenFile(bytes.NewReader(body), int64(len(body)))
	must(t, err)
	rows := parquet.NewReader(file)
	defer rows.Close()
	buf := make([]parquet.Row, 100)
	for {
		n, err := rows.ReadRows(buf)
		for _, row := range buf[:n] {
			var parts []string
			for _, name := range key {
				leaf, _ := file.Schema().Lookup(name)
				i := slices.IndexFunc(row, func(v parquet.Value) bool { return v.Column() == leaf.ColumnIndex })
				text := row[i].String()
				if leaf.Node.Type().String() == "DATE" {
					text = time.Unix(int64(row[i].Int32())*86400, 0).UTC().Format(time.DateOnly)
				}
				parts = append(parts, escapedPart(text))
			}
			ids = append(ids, strings.Join(parts, ":"))
		}
		if errors.Is(err, io.EOF) {
			return ids
		}
		must(t, err)
	}
}

func geoPackageIDs(t *testing.T, body []byte, d *dataset.Dataset) (ids []string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.gpkg")
	must(t, os.WriteFile(path, body, 0o600))
	db, err := sqlite3.Open(path)
	must(t, err)
	defer db.Close()
	rows, _, err := db.Prepare("select " + strings.Join(d.Publication.Key, ", ") + " from " + d.Relation() + " order by 0+rowid")
	must(t, err)
	defer rows.Close()
	for rows.Step() {
		var parts []string
		for i := range d.Publication.Key {
			parts = append(parts, escapedPart(rows.ColumnText(i)))
		}
		ids = append(ids, strings.Join(parts, ":"))
	}
	must(t, rows.Err())
	return ids
}
