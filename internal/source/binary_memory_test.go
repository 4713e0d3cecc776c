package source_test

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/paulmach/orb"

	"maille/internal/source"
)

// TestMemoryOfBinaryFiles reads two hundred thousand rows of each format.
func TestMemoryOfBinaryFiles(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("reads hundreds of megabytes, in one goroutine")
	}
	const rows = 200_000
	type row struct {
		Code  string   `parquet:"code"`
		Codes []string `parquet:"codes,list"`
		Geom  []byte   `parquet:"geom"`
	}
	for _, c := range []struct {
		resource string
		make     func() []byte
	}{
		{shapefileOfAll, func() []byte {
			shapes, cells := make([][]byte, rows), make([][]string, rows)
			for i := range rows {
				shapes[i], cells[i] = polygon(5, 0, one, hole), []string{fmt.Sprintf("%05d", i%100000)}
			}
			return zipOf(t, "a.shp", shpOf(5, shapes...), "a.dbf", dbfOf(0, codes, cells...))
		}},
		{gpkg, func() []byte {
			return sqlite(t, communesOf("3857"), fmt.Sprintf(`with recursive r(n) as (select 1 union all select n + 1 from r where n < %d)
				insert into communes (code, geom, nom) select n, %s, 'Évry-Courcouronnes' from r`, rows, blob(t, 1, 3857, 0, orb.Point{2, 48})))
		}},
		{parquetOfAll, func() []byte {
			all := make([]row, rows)
			for i := range all {
				all[i] = row{fmt.Sprint(i), []string{"91000", fmt.Sprint(i)}, make([]byte, 21)}
			}
			return parquetOf(t, all, parquet.MaxRowsPerRowGroup(50_000), parquet.Compression(&parquet.Zstd))
		}},
	} {
		data := c.make()
		before, most, read := heap(), uint64(0), 0
		for row, err := range source.Rows(context.Background(), bytes.NewReader(data), resourceOf(t, c.resource), 0, schemaOf(t, places), "f") {
			if err != nil {
				t.Fatal(err)
			}
			if read++; int64(read) != row.Line {
				t.Fatalf("row %d is of line %d", read, row.Line)
			}
			if read%40_000 == 0 {
				most = max(most, heap())
			}
		}
		if read != rows || most > before+flat {
			t.Errorf("%s: %d rows, the heap grew by %d MiB", c.resource, read, (most-before)>>20)
		}
		t.Logf("%s: %d rows of %d MiB, %d MiB of heap", c.resource, read, len(data)>>20, int64(most-before)>>20)
	}
}
