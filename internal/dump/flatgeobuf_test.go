package dump_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	flatbuffers "github.com/google/flatbuffers/go"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/geo"
)

// fgbFile is a file taken apart: its header's table, its tree and its features.
type fgbFile struct {
	header   flatbuffers.Table
	tree     []fgbNode
	features []byte
}

type fgbNode struct {
	Box    [4]float64
	Offset uint64
}

func openFGB(t *testing.T, path string) *fgbFile {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil || string(data[:8]) != "fgb\x03fgb\x00" {
		t.Fatalf("begins with %q (%v)", data[:8], err)
	}
	size := binary.LittleEndian.Uint32(data[8:])
	header := data[12 : 12+size]
	f := &fgbFile{header: flatbuffers.Table{Bytes: header, Pos: flatbuffers.GetUOffsetT(header)}, features: data[12+size:]}
	if f.number(9, 16) > 0 {
		n := int(f.number(8, 0))
		for nodes := n; ; {
			n += (nodes + 15) / 16
			if nodes = (nodes + 15) / 16; nodes <= 1 {
				break
			}
		}
		f.tree = make([]fgbNode, n)
		if _, err := binary.Decode(f.features, binary.LittleEndian, f.tree); err != nil {
			t.Fatal(err)
		}
		f.features = f.features[n*40:]
	}
	return f
}

func (f *fgbFile) number(slot int, otherwise uint16) uint64 {
	switch o := flatbuffers.UOffsetT(f.header.Offset(flatbuffers.VOffsetT(4 + 2*slot))); {
	case o == 0:
		return uint64(otherwise)
	case slot == 8:
		return f.header.GetUint64(f.header.Pos + o)
	case slot == 9:
		return uint64(f.header.GetUint16(f.header.Pos + o))
	default:
		return uint64(f.header.GetByte(f.header.Pos + o))
	}
}

func (f *fgbFile) text(slot int) string {
	o := flatbuffers.UOffsetT(f.header.Offset(flatbuffers.VOffsetT(4 + 2*slot)))
	if o == 0 {
		return ""
	}
	return string(f.header.ByteVector(f.header.Pos + o))
}

func TestFlatGeobufHeader(t *testing.T) {
	const none, point, multiPolygon = 0, 1, 6
	for _, c := range []struct {
		geometry            string
		n                   int
		wantType, wantNodes uint64
	}{
		{"Point", 100, point, 16},
		{"MultiPolygon", 100, multiPolygon, 16},
		{"MultiPolygon", 0, multiPolygon, 0},
		{"", 100, none, 0},
	} {
		f := openFGB(t, made(t, dump.FlatGeobuf, of(t, layer(t, c.geometry), given(placed(t, c.n, c.geometry), nil)), c.n))
		if f.number(8, 0) != uint64(c.n) || f.number(9, 16) != c.wantNodes || f.number(2, 0) != c.wantType {
			t.Errorf("%d of %q: %d features, nodes of %d, type %d", c.n, c.geometry, f.number(8, 0), f.number(9, 16), f.number(2, 0))
		}
		if f.text(0) != "lieux-publics" || f.text(11) != "Lieux d'été" || f.text(12) != "Où l'on va." {
			t.Errorf("name %q, title %q, description %q", f.text(0), f.text(11), f.text(12))
		}
		const metadata = `{"name":"lieux-publics","title":"Lieux d'été","description":"Où l'on va.",` +
			`"licenses":[{"name":"etalab-2.0","title":"Licence Ouverte 2.0","path":"https://example.org/licence"}],` +
			`"sources":[{"title":"Mairie de Saint-Étienne","path":"https://example.org/"}],` +
			`"publisher":"Maille","release":"2026-11-22.1","published":"2026-11-22T08:30:00Z","version":"lieux@1","path":"https://example.org/r"}`
		if f.text(13) != metadata {
			t.Errorf("metadata = %s", f.text(13))
		}
	}
}

// TestFlatGeobufMixed: the type of a file of several types is unknown, and each feature says its own.
func TestFlatGeobufMixed(t *testing.T) {
	all := append(placed(t, 20, "Point"), placed(t, 40, "MultiPolygon")[20:]...)
	path := made(t, dump.FlatGeobuf, of(t, layer(t, "MultiPolygon"), given(all, nil)), 40)
	if got := openFGB(t, path).number(2, 0); got != 0 {
		t.Errorf("type = %d", got)
	}
	got := read(t, path, "", "")
	for _, f := range all {
		same(t, dump.FlatGeobuf, layer(t, "Point"), f, got[f.Values[0].Text()])
	}
}

// TestFlatGeobufTree: leaves are the features' boxes and places, and each node above holds the sixteen that it names.
func TestFlatGeobufTree(t *testing.T) {
	for _, n := range []int{1, 16, 17, 256, 257, 5000} {
		all := placed(t, n, "Point")
		all[0].WKB = geo.AppendPoint(nil, 2, 48)
		f := openFGB(t, made(t, dump.FlatGeobuf, of(t, layer(t, "Point"), given(all, nil)), n))
		leaves := len(f.tree) - n
		for i, node := range f.tree[:leaves] {
			end := levelEnd(n, int(node.Offset))
			if want := around(f.tree[node.Offset:min(int(node.Offset)+16, end)]); node.Box != want {
				t.Fatalf("%d features: node %d is %v, of children %v", n, i, node.Box, want)
			}
		}
		offset, boxes := uint64(0), map[string]bool{}
		for _, leaf := range f.tree[leaves:] {
			if leaf.Offset != offset {
				t.Fatalf("%d features: a leaf at %d, not %d", n, leaf.Offset, offset)
			}
			offset += 4 + uint64(binary.LittleEndian.Uint32(f.features[offset:]))
			boxes[fmt.Sprint(leaf.Box)] = true
		}
		if offset != uint64(len(f.features)) {
			t.Errorf("%d features: %d bytes of %d", n, offset, len(f.features))
		}
		for _, feature := range all {
			box := [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)} // of a feature without geometry
			if x, y, ok := geo.PointOf(feature.WKB); ok {
				box = [4]float64{x, y, x, y}
			}
			if !boxes[fmt.Sprint(box)] {
				t.Fatalf("%d features: no leaf is %v", n, box)
			}
		}
	}
}

// levelEnd is where the level of a node ends, in the tree over n leaves.
func levelEnd(n, node int) int {
	sizes := []int{n}
	for more := true; more; more = sizes[len(sizes)-1] > 1 {
		sizes = append(sizes, (sizes[len(sizes)-1]+15)/16)
	}
	end := 0
	for _, size := range slices.Backward(sizes) {
		if end += size; node < end {
			break
		}
	}
	return end
}

func around(nodes []fgbNode) [4]float64 {
	b := nodes[0].Box
	for _, n := range nodes {
		b = [4]float64{min(b[0], n.Box[0]), min(b[1], n.Box[1]), max(b[2], n.Box[2]), max(b[3], n.Box[3])}
	}
	return b
}

// TestFlatGeobufFollowsTheCurve: neighbours in the file are neighbours on the map, in whatever order they came.
func TestFlatGeobufFollowsTheCurve(t *testing.T) {
	const side = 64
	var all []*dataset.Feature
	for i := range side * side {
		j := i * 2731 % (side * side) // scattered: 2731 is odd
		all = append(all, &dataset.Feature{Values: placed(t, 1, "")[0].Values, WKB: geo.AppendPoint(nil, float64(j%side), float64(j/side))})
	}
	f := openFGB(t, made(t, dump.FlatGeobuf, of(t, layer(t, "Point"), given(all, nil)), len(all)))
	leaves := f.tree[len(f.tree)-len(all):]
	var steps []float64
	for i := range leaves[1:] {
		a, b := leaves[i].Box, leaves[i+1].Box
		steps = append(steps, math.Abs(a[0]-b[0])+math.Abs(a[1]-b[1]))
	}
	if far := slices.Max(steps); far != 1 {
		t.Errorf("the curve jumps over %v cells", far)
	}
}

// TestFlatGeobufLong: features are put in order from a spool that is longer than what is kept of it.
func TestFlatGeobufLong(t *testing.T) {
	const n = 100_000
	f := openFGB(t, made(t, dump.FlatGeobuf, of(t, layer(t, "Point"), many(n)), n))
	for i, leaf := range f.tree[len(f.tree)-n:] {
		var point [16]byte
		binary.LittleEndian.PutUint64(point[:], math.Float64bits(leaf.Box[0]))
		binary.LittleEndian.PutUint64(point[8:], math.Float64bits(leaf.Box[1]))
		feature := f.features[leaf.Offset:]
		if size := binary.LittleEndian.Uint32(feature); int(size) > len(feature)-4 || !bytes.Contains(feature[4:4+size], point[:]) {
			t.Fatalf("leaf %d is not where its feature is", i)
		}
	}
}
