package store

import (
	"bytes"
	"encoding/binary"
	"testing"

	"maille/internal/geo"
)

// tuples writes a binary COPY of rows, whose fields are nil for null.
func tuples(rows ...[][]byte) []byte {
	b := bytes.Clone(copyHeader)
	for _, fields := range rows {
		b = binary.BigEndian.AppendUint16(b, uint16(len(fields)))
		for _, field := range fields {
			b = appendBytes(b, field)
		}
	}
	return append(b, 0xff, 0xff)
}

func digestOf(t *testing.T, data []byte, chunk int) *digest {
	t.Helper()
	g := &digest{geometry: true}
	for len(data) > 0 {
		n := min(chunk, len(data))
		if _, err := g.Write(data[:n]); err != nil {
			t.Fatalf("chunks of %d: %v", chunk, err)
		}
		data = data[n:]
	}
	if !g.ended {
		t.Fatalf("chunks of %d: the end is not seen", chunk)
	}
	return g
}

var (
	here  = [][]byte{[]byte("91228"), {}, nil, geo.AppendPoint(nil, 2.25, 48.5)}
	there = [][]byte{[]byte("91477"), []byte("Palaiseau"), nil, geo.AppendPoint(nil, 2.5, 48.75)}
	lost  = [][]byte{[]byte("91999"), nil, nil, nil}
)

func TestDigestWhateverTheChunks(t *testing.T) {
	data := tuples(here, there, lost)
	whole := digestOf(t, data, len(data)).version("d", "s")
	if whole.Rows != 3 || whole.Unlocated != 1 || *whole.Extent != (geo.BBox{West: 2.25, South: 48.5, East: 2.5, North: 48.75}) {
		t.Errorf("version = %+v", whole)
	}
	for chunk := 1; chunk < len(data); chunk++ {
		if got := digestOf(t, data, chunk).version("d", "s"); got.Hash != whole.Hash || got.Rows != whole.Rows || *got.Extent != *whole.Extent {
			t.Errorf("chunks of %d: %+v", chunk, got)
		}
	}
}

func TestDigestOfSets(t *testing.T) {
	base := digestOf(t, tuples(here, there, lost), 64).version("d", "s").Hash
	for _, c := range []struct {
		name    string
		rows    [][][]byte
		dataset string
		schema  string
		same    bool
	}{
		{"another order", [][][]byte{lost, here, there}, "d", "s", true},
		{"one row less", [][][]byte{here, there}, "d", "s", false},
		{"a row twice", [][][]byte{here, there, lost, lost}, "d", "s", false},
		{"another dataset", [][][]byte{here, there, lost}, "e", "s", false},
		{"another schema", [][][]byte{here, there, lost}, "d", "r", false},
		{"null where the text was empty", [][][]byte{{here[0], nil, nil, here[3]}, there, lost}, "d", "s", false},
		{"a byte that moved to the next cell", [][][]byte{{[]byte("9122"), []byte("8"), nil, here[3]}, there, lost}, "d", "s", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := digestOf(t, tuples(c.rows...), 7).version(c.dataset, c.schema).Hash; (got == base) != c.same {
				t.Errorf("same = %v", !c.same)
			}
		})
	}
}

func TestDigestOfNothing(t *testing.T) {
	if v := digestOf(t, tuples(), 5).version("d", "s"); v.Rows != 0 || v.Extent != nil || len(v.ID) != 12 {
		t.Errorf("version = %+v", v)
	}
}

func TestDigestRefusesWhatIsNoCopy(t *testing.T) {
	for name, data := range map[string][]byte{
		"a negative length":           append(bytes.Clone(copyHeader), 0, 1, 0xff, 0xff, 0xff, 0xf0),
		"a negative number of fields": append(bytes.Clone(copyHeader), 0xff, 0xf0),
		"a geometry that is none":     tuples([][]byte{[]byte("x")}),
	} {
		g := &digest{geometry: true}
		if _, err := g.Write(data); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}
