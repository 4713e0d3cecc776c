package dump_test

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/geo"
	"maille/internal/schema"
)

const pointSchema = `{"fields": [
	{"name": "id", "type": "string", "constraints": {"required": true}},
	{"name": "code_insee", "type": "string"},
	{"name": "etat", "type": "string"},
	{"name": "locaux", "type": "integer"},
	{"name": "longitude", "type": "number"},
	{"name": "latitude", "type": "number"}
]}`

const pointDescriptor = `{"name": "premises", "title": "Locaux", "publication": {"key": ["id"], "geometry": {"type": "Point", "longitude": "longitude", "latitude": "latitude"}}}`

// points are premises, near the one before as they are in Hilbert order.
func points(t testing.TB, n int) (*dataset.Dataset, []*dataset.Feature) {
	t.Helper()
	d, err := dataset.Restore([]byte(pointDescriptor), []byte(pointSchema))
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	states := []string{"deploye", "en cours de deploiement", "raccordable sur demande", "cible"}
	all := make([]*dataset.Feature, n)
	lon, lat := 2.3, 48.6
	for i := range all {
		lon, lat = geo.Snap(lon+(r.Float64()-0.5)*1e-3, 1e-7), geo.Snap(lat+(r.Float64()-0.5)*1e-3, 1e-7)
		all[i] = &dataset.Feature{
			WKB:     geo.AppendPoint(nil, lon, lat),
			GeoJSON: geo.AppendPointJSON(nil, lon, lat),
			Values: []schema.Value{schema.Text(fmt.Sprintf("LOC-%012d", r.Int64N(1e12))), schema.Text(fmt.Sprintf("%05d", 91000+i/500%700)),
				schema.Text(states[r.IntN(4)]), schema.Int(r.Int64N(40)), schema.Float(lon), schema.Float(lat)},
		}
	}
	return d, all
}

const shapeDescriptor = `{"name": "contours", "title": "Contours", "publication": {"key": ["id", "n"], "geometry": {"type": "MultiPolygon"}}}`

// shapes are polygons of so many vertices, with values of every type.
func shapes(t testing.TB, n, vertices int) (*dataset.Dataset, []*dataset.Feature) {
	t.Helper()
	d, err := dataset.Restore([]byte(shapeDescriptor), []byte(places))
	if err != nil {
		t.Fatal(err)
	}
	all := random(d, n)
	for i, f := range all {
		ring := circle(float64(i%100)/20, 45+float64(i/100)/20, 0.02, vertices)
		f.WKB = multiPolygon([][][][2]float64{{ring}})
		f.GeoJSON = fmt.Appendf(nil, `{"type":"MultiPolygon","coordinates":[[%s]]}`, ringJSON(ring))
	}
	return d, all
}

func circle(x, y, radius float64, vertices int) (ring [][2]float64) {
	for i := range vertices {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(vertices))
		ring = append(ring, [2]float64{geo.Snap(x+radius*cos, 1e-7), geo.Snap(y+radius*sin, 1e-7)})
	}
	return append(ring, ring[0])
}

func ringJSON(ring [][2]float64) []byte {
	text := []byte{'['}
	for i, p := range ring {
		if i > 0 {
			text = append(text, ',')
		}
		text = fmt.Appendf(text, "[%v,%v]", p[0], p[1])
	}
	return append(text, ']')
}

// multiPolygon is EWKB as PostGIS writes it.
func multiPolygon(polygons [][][][2]float64) []byte {
	wkb := head(6, true)
	wkb = binary.LittleEndian.AppendUint32(wkb, uint32(len(polygons)))
	for _, rings := range polygons {
		wkb = append(append(wkb, head(3, false)...), ringsWKB(rings)...)
	}
	return wkb
}

func polygon(rings [][][2]float64) []byte { return append(head(3, true), ringsWKB(rings)...) }

func head(kind uint32, srid bool) []byte {
	if !srid {
		return binary.LittleEndian.AppendUint32([]byte{1}, kind)
	}
	return binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32([]byte{1}, kind|0x20000000), geo.SRID)
}

func ringsWKB(rings [][][2]float64) []byte {
	wkb := binary.LittleEndian.AppendUint32(nil, uint32(len(rings)))
	for _, ring := range rings {
		wkb = binary.LittleEndian.AppendUint32(wkb, uint32(len(ring)))
		for _, p := range ring {
			wkb = binary.LittleEndian.AppendUint64(wkb, math.Float64bits(p[0]))
			wkb = binary.LittleEndian.AppendUint64(wkb, math.Float64bits(p[1]))
		}
	}
	return wkb
}

// BenchmarkPoints writes premises, BenchmarkPolygons shapes of 300 vertices, from memory. b.N is a number of features.
func BenchmarkPoints(b *testing.B) {
	d, all := points(b, 100_000)
	bench(b, d, all)
}

func BenchmarkPolygons(b *testing.B) {
	d, all := shapes(b, 2000, 300)
	bench(b, d, all)
}

func bench(b *testing.B, d *dataset.Dataset, all []*dataset.Feature) {
	for _, f := range []*dump.Format{dump.CSV, dump.GeoJSON, dump.GeoJSONSeq, dump.GeoParquet, dump.XLSX} {
		b.Run(f.Extension, func(b *testing.B) {
			b.ReportAllocs()
			again := func(yield func(*dataset.Feature, error) bool) {
				for i := range b.N {
					if !yield(all[i%len(all)], nil) {
						return
					}
				}
			}
			var size counter
			if _, err := f.Write(&size, content(d, again)); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.ReportMetric(float64(size)/float64(b.N), "bytes/row")
		})
	}
}

type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }
