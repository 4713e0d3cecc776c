package tile_test

import (
	"bytes"
	"fmt"
	"math"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt/vectortile"

	"maille/internal/schema"
	"maille/internal/tile"
)

// TestLayer: a multipolygon with a hole, a point, and what has no geometry or no id.
func TestLayer(t *testing.T) {
	l := tile.NewLayer("a", "n", "m", "unused")
	for range 2 { // the second time from buffers that were used
		l.Reset()
		l.Polygon(7, [][][2]int32{{{0, 0}, {10, 0}, {10, 10}, {0, 10}}, {{2, 2}, {2, 4}, {4, 4}}, {{-64, 4160}, {20, 4100}, {0, 4160}}}, schema.Int(1), schema.Value{})
		l.Polygon(8, [][][2]int32{{{0, 0}, {1, 1}}}, schema.Value{}, schema.Value{})
		l.Point(0, 4095, 3, schema.Int(1), schema.Int(2))
		l.Point(1<<63, 0, 0, schema.Value{}, schema.Int(1))
	}
	layers := decode(t, l.Bytes())
	got := layers[0].Features
	want := orb.MultiPolygon{
		{{{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}}, {{2, 2}, {2, 4}, {4, 4}, {2, 2}}},
		{{{-64, 4160}, {20, 4100}, {0, 4160}, {-64, 4160}}},
	}
	if len(layers) != 1 || layers[0].Name != "a" || len(got) != 3 {
		t.Fatalf("%d layers, %d features", len(layers), len(got))
	}
	if !orb.Equal(got[0].Geometry, want) || got[0].ID != 7 || fmt.Sprint(got[0].Properties) != "map[n:1]" {
		t.Errorf("%+v", got[0])
	}
	if !orb.Equal(got[1].Geometry, orb.Point{4095, 3}) || got[1].ID != 0 || fmt.Sprint(got[1].Properties) != "map[m:2 n:1]" {
		t.Errorf("%+v", got[1])
	}
	if !orb.Equal(got[2].Geometry, orb.Point{0, 0}) || got[2].ID != 1<<63 || fmt.Sprint(got[2].Properties) != "map[m:1]" {
		t.Errorf("%+v", got[2])
	}
	l.Reset()
	if data := l.Bytes(); len(data) > 0 {
		t.Errorf("a layer without features is %x", data)
	}
}

// TestValues: each is read as what it was, by the protocol's generated code, and written in as few bytes as it may.
func TestValues(t *testing.T) {
	for _, c := range []struct {
		value schema.Value
		want  any
		size  int
	}{
		{schema.Int(0), int64(0), 2}, {schema.Int(127), int64(127), 2}, {schema.Int(-1), int64(-1), 2}, {schema.Int(-64), int64(-64), 2},
		{schema.Int(math.MaxInt64), int64(math.MaxInt64), 10}, {schema.Int(math.MinInt64), int64(math.MinInt64), 11},
		{schema.Float(0), 0.0, 9}, {schema.Float(-0.1), -0.1, 9}, {schema.Bool(true), true, 2}, {schema.Bool(false), false, 2},
		{schema.Text(""), "", 2}, {schema.Text("é"), "é", 4}, {schema.Joined("a;b;c"), "a|b|c", 7}, {schema.DateOf(0), "1970-01-01", 12},
	} {
		data := tile.AppendValue([]byte{1}, c.value, ";")[1:]
		var v vectortile.Tile_Value
		if err := v.Unmarshal(data); err != nil {
			t.Fatal(err)
		}
		if got := decodeValue(t, &v); got != c.want || len(data) != c.size {
			t.Errorf("%v is %T %v, in %d bytes", c.value, got, got, len(data))
		}
	}
	if data := tile.AppendValue(nil, schema.Value{}, ""); len(data) > 0 {
		t.Errorf("null is %x", data)
	}
}

// TestManyValues: each has one number, however many there are, and a small tile after a large one is as it would be before.
func TestManyValues(t *testing.T) {
	l := tile.NewLayer("a", "n", "m")
	fill := func(n int) []byte {
		l.Reset()
		for i := range n {
			l.Point(uint64(i+1), int32(i), 0, schema.Int(int64(i%(n/2+1))), schema.Int(int64(i)))
		}
		return l.Bytes()
	}
	small := fill(10)
	for i, f := range decode(t, fill(20_000))[0].Features {
		if got, want := fmt.Sprint(f.Properties), fmt.Sprintf("map[m:%d n:%d]", i, i%10_001); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
	if !bytes.Equal(fill(10), small) {
		t.Error("the small one is another")
	}
}
