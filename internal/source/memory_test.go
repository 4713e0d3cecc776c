package source_test

import (
	"context"
	"fmt"
	"io"
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
