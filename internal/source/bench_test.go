package source_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"maille/internal/source"
)

const benchRows = 200000

var benchSchema = columns("code_insee", "trimestre", "technologie", "locaux", "nom")

func benchFile(row func(i int) string, begin, join, end string) string {
	var b strings.Builder
	b.WriteString(begin)
	for i := range benchRows {
		if i > 0 {
			b.WriteString(join)
		}
		b.WriteString(row(i))
	}
	return b.String() + end
}

// BenchmarkRowsCSV compares reading into rows with encoding/csv alone, in the same run: "ratio" is how many times
// longer it takes.
func BenchmarkRowsCSV(b *testing.B) {
	text := benchFile(func(i int) string { return fmt.Sprintf("%05d,2026-06-30,ftth,%d,Évry-Courcouronnes", i%99999, i) },
		"code_insee,date,technologie,locaux,nom\n", "\n", "\n")
	for _, c := range []struct{ name, mapping string }{
		{"plain", `{"trimestre": "date"}`},
		{"mapped", `{"trimestre": {"column": "date", "as": "quarter"}, "technologie": {"column": "technologie", "terms": {"ftth": "FttH"}}}`},
	} {
		b.Run(c.name, func(b *testing.B) { benchmark(b, text, `{"format": "csv", "map": `+c.mapping+`}`, parseOnly) })
	}
}

// parseOnly is what any reader of CSV in Go pays.
func parseOnly(text string) time.Duration {
	start := time.Now()
	r := csv.NewReader(strings.NewReader(text))
	r.ReuseRecord = true
	for {
		if _, err := r.Read(); err == io.EOF {
			return time.Since(start)
		}
	}
}

func BenchmarkRowsJSON(b *testing.B) {
	text := benchFile(func(i int) string {
		return fmt.Sprintf(`{"code_insee":"%05d","trimestre":"2026T2","technologie":"ftth","locaux":%d,"nom":"Évry-Courcouronnes"}`, i%99999, i)
	}, "[", ",\n", "]")
	benchmark(b, text, `{"format": "json"}`, nil)
}

func BenchmarkRowsGeoJSON(b *testing.B) {
	text, err := io.ReadAll(shared(b, "mirror/communes-1000m.geojson.gz"))
	if err != nil {
		b.Fatal(err)
	}
	s, r := schemaOf(b, columns("code", "nom")), resourceOf(b, `{"format": "geojson"}`)
	rows := 0
	for b.Loop() {
		for _, err := range source.Rows(context.Background(), bytes.NewReader(text), r, 0, s, "f") {
			if err != nil {
				b.Fatal(err)
			}
			rows++
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

func benchmark(b *testing.B, text, resource string, reference func(string) time.Duration) {
	s, r := schemaOf(b, benchSchema), resourceOf(b, resource)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	var own, other time.Duration
	for b.Loop() {
		start, rows := time.Now(), 0
		for _, err := range source.Rows(context.Background(), strings.NewReader(text), r, 0, s, "f") {
			if err != nil {
				b.Fatal(err)
			}
			rows++
		}
		if rows != benchRows {
			b.Fatalf("%d rows", rows)
		}
		own += time.Since(start)
		b.StopTimer()
		if reference != nil {
			other += reference(text)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(benchRows*b.N)/own.Seconds(), "rows/s")
	if reference != nil {
		b.ReportMetric(float64(own)/float64(other), "ratio")
	}
}
