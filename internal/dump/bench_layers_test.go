package dump_test

import (
	"io"
	"testing"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/geo"
	"maille/internal/schema"
)

// many is a feature so many times, moved and renumbered.
func many(n int) dump.Features {
	return func(yield func(*dataset.Feature, error) bool) {
		f := dataset.Feature{Values: make([]schema.Value, 8)}
		x := uint32(1)
		for i := range n {
			x = x*1664525 + 1013904223
			f.Values[0] = schema.Text("56fe0bba0b5ee1b1d6a4c1b0")
			f.Values[1] = schema.Text("Médiathèque intercommunale")
			f.Values[2] = schema.Int(int64(i))
			f.Values[3] = schema.Float(float64(x) / 7)
			f.Values[4] = schema.Bool(i%2 == 0)
			f.Values[5] = schema.DateOf(20000 + int32(i%400))
			f.Values[6] = schema.Joined("Utilisation sécurisée du numérique|Aide aux démarches")
			f.Values[7] = schema.Text("mairie")
			f.WKB = geo.AppendPoint(f.WKB[:0], geo.Snap(-4+12*float64(x>>16)/65536, 1e-7), geo.Snap(42+8*float64(i)/float64(n), 1e-7))
			if !yield(&f, nil) {
				return
			}
		}
	}
}

func BenchmarkLayers(b *testing.B) {
	for _, format := range layers {
		b.Run(format.Extension, func(b *testing.B) {
			d := layer(b, "Point")
			const n = 1_000_000
			for b.Loop() {
				if _, err := format.Write(io.Discard, of(b, d, many(n))); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
