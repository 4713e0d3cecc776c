package dump

import (
	"testing"

	"maille/internal/geo"
)

// Definition is the WKT of a system in files.
func Definition(crs *geo.OGCCRS) string { return systemOf(crs).wkt }

// HoldingAtMost bounds what files with a packed index hold, until the test ends.
func HoldingAtMost(t testing.TB, rows int64) {
	before := mostPlaces
	mostPlaces = rows
	t.Cleanup(func() { mostPlaces = before })
}

// ParquetCodec compresses pages.
var ParquetCodec = parquetCodec
