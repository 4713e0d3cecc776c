package serve_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"testing"
	"time"

	"maille/internal/pgtest"
)

const exportedPoints = 1_000_000

// BenchmarkExport downloads a choice of features in each format over HTTP, against psql's COPY of the same rows to a pipe,
// alternated. The metric export/copy is our speed over COPY's. The filter, which all rows meet, keeps the ready-made files
// out of it.
func BenchmarkExport(b *testing.B) {
	psql := needsPsql(b)
	url := pgtest.URL(b)
	server, table := benchServing(b, url, benchPointsDataset(b), benchPoints(exportedPoints))
	at := server.URL + "/collections/points/export?filter=population%3E%3D0&f="
	from := " from " + table + " where population >= 0 order by _ord) to stdout "
	asText := "copy (select id, nom, population, taux" + from + "(format csv)"
	asJSON := "copy (select id, nom, population, taux, ST_AsGeoJSON(geometry)" + from
	asBinary := "copy (select id, nom, population, taux, geometry" + from + "(format binary)"
	for _, c := range []struct{ format, copy string }{
		{"csv", asText}, {"geojson", asJSON}, {"parquet", asBinary}, {"fgb", asBinary}, {"gpkg", asBinary},
	} {
		b.Run("points/"+c.format, func(b *testing.B) { exported(b, server, at+c.format, psql, url, c.copy) })
	}
	few := server.URL + "/collections/points/export?limit=200000&filter=population%3E%3D0&f=xlsx"
	copyFew := "copy (select id, nom, population, taux from " + table + " where population >= 0 order by _ord limit 200000) to stdout (format csv)"
	b.Run("points/xlsx of 200 000", func(b *testing.B) { exported(b, server, few, psql, url, copyFew) })
}

// BenchmarkExportPolygons is BenchmarkExport of polygons.
func BenchmarkExportPolygons(b *testing.B) {
	psql := needsPsql(b)
	url := pgtest.URL(b)
	server, table := benchServer(b, url)
	at := server.URL + "/collections/polygones/export?filter=population%3E%3D0&f="
	for _, c := range []struct{ format, copy string }{
		{"geojson", "ST_AsGeoJSON(geometry)" + " from " + table + " where population >= 0 order by _ord) to stdout"},
		{"parquet", "geometry from " + table + " where population >= 0 order by _ord) to stdout (format binary)"},
		{"fgb", "geometry from " + table + " where population >= 0 order by _ord) to stdout (format binary)"},
		{"gpkg", "geometry from " + table + " where population >= 0 order by _ord) to stdout (format binary)"},
	} {
		b.Run(c.format, func(b *testing.B) {
			exported(b, server, at+c.format, psql, url, "copy (select code_insee, nom, population, taux, "+c.copy)
		})
	}
}

func exported(b *testing.B, server *httptest.Server, address, psql, url, copyTo string) {
	for b.Loop() {
		var ours, theirs []time.Duration
		for range 5 {
			theirs = append(theirs, copied(b, psql, url, copyTo))
			ours = append(ours, downloaded(b, server, address))
		}
		b.ReportMetric(median(theirs).Seconds(), "copy-s")
		b.ReportMetric(median(ours).Seconds(), "export-s")
		b.ReportMetric(median(theirs).Seconds()/median(ours).Seconds(), "export/copy")
	}
}

// copied is how long psql takes to write the rows to a pipe that is read and forgotten, connection included.
func copied(b *testing.B, psql, url, statement string) time.Duration {
	cmd := exec.CommandContext(b.Context(), psql, "-X", "-q", url, "-c", statement)
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, out); err != nil {
		b.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// downloaded is how long a client takes to read the whole export and forget it.
func downloaded(b *testing.B, server *httptest.Server, address string) time.Duration {
	start := time.Now()
	response, err := server.Client().Get(address)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	n, err := io.Copy(io.Discard, response.Body)
	if err != nil || response.StatusCode != http.StatusOK || n < 1000 {
		b.Fatalf("%s: %d, %d bytes, %v", address, response.StatusCode, n, err)
	}
	return time.Since(start)
}
