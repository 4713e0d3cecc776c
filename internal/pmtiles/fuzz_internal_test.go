package pmtiles

import (
	"bytes"
	"testing"

	"maille/internal/fault"
)

// FuzzArchive: whatever the bytes, reading ends with what is in the file, or with a refusal in French.
func FuzzArchive(f *testing.F) {
	f.Add(sound(f).bytes())
	bare := sound(f)
	bare.bare(f)
	f.Add(bare.bytes())
	flat := sound(f)
	flat.bare(f)
	flat.root, flat.leaves = append(flat.leaves[0], flat.leaves[1]...), nil
	f.Add(flat.bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		refused := func(err error) bool {
			if err != nil && (fault.KindOf(err) != fault.Refused || fault.Message(err) == "") {
				t.Fatalf("not a refusal: %v", err)
			}
			return err != nil
		}
		_, err := verify(data)
		good := !refused(err)
		a, err := Open(bytes.NewReader(data), int64(len(data)))
		if refused(err) {
			return
		}
		_, err = a.Metadata()
		refused(err)
		for id := range uint64(30) {
			tile, _ := TileOf(id)
			offset, length, ok, err := a.Find(tile)
			if refused(err) && good || ok && (offset < 0 || length < 1 || offset+length > int64(len(data))) {
				t.Fatalf("%v: %d bytes at %d of %d (%v)", tile, length, offset, len(data), err)
			}
			if got, err := a.Tile(tile); err == nil && int64(len(got)) != length {
				t.Fatalf("%v: %d bytes for %d", tile, len(got), length)
			}
		}
	})
}

// FuzzDirectory: what is read is in order, and reads back as itself.
func FuzzDirectory(f *testing.F) {
	f.Add(appendDirectory(nil, []entry{{0, 0, 10, 1}, {1, 10, 20, 3}, {5, 0, 10, 1}, {1 << 53, 30, 5, 0}}))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := parseDirectory(data)
		if err != nil {
			return
		}
		for i, e := range entries {
			if e.length == 0 || i > 0 && e.id < entries[i-1].id+max(uint64(entries[i-1].run), 1) {
				t.Fatalf("entry %d: %+v", i, entries)
			}
			if got, ok := find(entries, e.id); !ok || got != e {
				t.Fatalf("%+v is found as %+v", e, got)
			}
		}
		again, err := parseDirectory(appendDirectory(nil, entries))
		if err != nil || len(again) != len(entries) || again[len(again)-1] != entries[len(entries)-1] {
			t.Fatalf("%+v (%v) of %+v", again, err, entries)
		}
	})
}

// FuzzTile: whatever the bytes of a tile, checking it ends.
func FuzzTile(f *testing.F) {
	f.Add(square(f, "a", 0))
	f.Add(oneLayer(shape(1, 9, 50, 34)))
	f.Add(oneLayer(shape(2, 9, 4, 4, 18, 0, 16, 16, 0)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := checkTile(data, 0, lieux()); err != nil && fault.KindOf(err) != fault.Refused {
			t.Fatal(err)
		}
	})
}
