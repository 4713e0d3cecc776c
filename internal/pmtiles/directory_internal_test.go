package pmtiles

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestDirectory: the numbers of §4.2, column by column; an offset that follows on from the entry before is 0.
func TestDirectory(t *testing.T) {
	entries := []entry{{5, 0, 10, 1}, {42, 10, 20, 3}, {69, 0, 10, 1}, {70, 1336, 42, 0}}
	want := []byte{4, 5, 37, 27, 1, 1, 3, 1, 0, 10, 20, 10, 42, 1, 0, 1, 0xb9, 0x0a}
	if got := appendDirectory(nil, entries); !bytes.Equal(got, want) {
		t.Errorf("% x, want % x", got, want)
	}
	if got, err := parseDirectory(want); err != nil || !slices.Equal(got, entries) {
		t.Errorf("%+v (%v)", got, err)
	}
}

// many are entries that no regularity makes small.
func many(n int, longest uint32) []entry {
	r := rand.New(rand.NewPCG(1, 2))
	entries := make([]entry, n)
	id, offset := uint64(0), uint64(0)
	for i := range entries {
		id += 1 + r.Uint64N(1<<30)
		entries[i] = entry{id, offset, 1 + r.Uint32N(longest), 1}
		offset += uint64(entries[i].length)
	}
	return entries
}

// TestRootFits: however small leaf directories are asked, the root is in the beginning of the file, and leads to all.
func TestRootFits(t *testing.T) {
	entries := many(6000, 50_000)
	root, leaves := directories(entries, 1)
	if len(root) > rootEnd-headerSize {
		t.Errorf("a root of %d bytes", len(root))
	}
	a := &Archive{Header: Header{Internal: Gzip}}
	pointers, err := a.directory(root)
	if err != nil {
		t.Fatal(err)
	}
	var all []entry
	for _, p := range pointers {
		leaf, err := a.directory(leaves[p.offset : p.offset+uint64(p.length)])
		if err != nil || p.run != 0 || leaf[0].id != p.id {
			t.Fatalf("%+v: %v", p, err)
		}
		all = append(all, leaf...)
	}
	if !slices.Equal(all, entries) {
		t.Errorf("%d entries, not as they were", len(all))
	}
}

// TestLeavesAreForgotten: what archives keep of leaf directories is bounded, for all together, and one that was forgotten is
// read again; of an archive that was closed nothing is kept.
func TestLeavesAreForgotten(t *testing.T) {
	p := &parts{metadata: said, header: Header{Internal: Gzip, Tiles: Gzip, MaxZoom: 26}}
	entries := many(20_000, 50)
	for leaf := range slices.Chunk(entries, 1000) {
		p.leaves, p.root = append(p.leaves, leaf), append(p.root, entry{id: leaf[0].id})
	}
	last := entries[len(entries)-1]
	p.data = make([]byte, last.offset+uint64(last.length))
	data := p.bytes()
	leaves := NewLeaves(4000)
	var archives [2]*Archive
	for i := range archives {
		var err error
		if archives[i], err = leaves.Open(bytes.NewReader(data), int64(len(data))); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		for _, a := range archives {
			for _, e := range entries {
				tile, _ := TileOf(e.id)
				if offset, length, ok, err := a.Find(tile); !ok || err != nil || uint64(offset) != a.Data.Offset+e.offset || length != int64(e.length) {
					t.Fatalf("%v: %d bytes at %d (%v)", tile, length, offset, err)
				}
			}
			if kept := leaves.read.Len(); leaves.held != 1000*kept || kept != 4 {
				t.Errorf("%d entries of %d leaves are kept", leaves.held, kept)
			}
		}
	}
	first, _ := TileOf(entries[0].id)
	if _, _, _, err := archives[0].Find(first); err != nil {
		t.Fatal(err)
	}
	archives[1].Close()
	if leaves.held != 1000 || leaves.read.Len() != 1 {
		t.Errorf("%d entries are kept of the archive that is not closed", leaves.held)
	}
	archives[0].Close()
	if leaves.held != 0 || leaves.read.Len() != 0 {
		t.Errorf("%d entries are kept of none", leaves.held)
	}
}
