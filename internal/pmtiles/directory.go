package pmtiles

import (
	"encoding/binary"
	"math"
	"sort"
)

// entry is a line of a directory (§4.1): a run of tiles that are the same, or a leaf directory when Run is 0. Offset is
// within the section of tiles, or of leaves.
type entry struct {
	id     uint64
	offset uint64
	length uint32
	run    uint32
}

// appendDirectory writes a directory (§4.2), not compressed.
func appendDirectory(dst []byte, entries []entry) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(entries)))
	last := uint64(0)
	for _, e := range entries {
		dst = binary.AppendUvarint(dst, e.id-last)
		last = e.id
	}
	for _, e := range entries {
		dst = binary.AppendUvarint(dst, uint64(e.run))
	}
	for _, e := range entries {
		dst = binary.AppendUvarint(dst, uint64(e.length))
	}
	for i, e := range entries {
		if i > 0 && e.offset == entries[i-1].offset+uint64(entries[i-1].length) {
			dst = append(dst, 0)
		} else {
			dst = binary.AppendUvarint(dst, e.offset+1)
		}
	}
	return dst
}

// parseDirectory reads a directory. Numbers rise, runs do not overlap and lengths are above 0 in what it gives; where
// entries point is not known to be in the file.
func parseDirectory(data []byte) ([]entry, error) {
	c := columns{data: data}
	n := c.next(uint64(len(data) / 4)) // each entry takes four bytes at least
	if c.broken || n == 0 {
		return nil, refuse("directory")
	}
	entries := make([]entry, n)
	id := uint64(0)
	for i := range entries {
		step := c.next(math.MaxUint64 - id)
		if i > 0 && step == 0 {
			return nil, refuse("unsorted")
		}
		id += step
		entries[i].id = id
	}
	for i := range entries {
		entries[i].run = uint32(c.next(math.MaxUint32))
	}
	for i := range entries {
		entries[i].length = uint32(c.next(math.MaxUint32))
	}
	for i := range entries {
		if entries[i].offset = c.next(math.MaxUint64) - 1; entries[i].offset == math.MaxUint64 {
			if i == 0 {
				return nil, refuse("directory")
			}
			entries[i].offset = entries[i-1].offset + uint64(entries[i-1].length)
		}
	}
	if c.broken || len(c.data) > 0 {
		return nil, refuse("directory")
	}
	return entries, checkRuns(entries)
}

func checkRuns(entries []entry) error {
	for i, e := range entries {
		switch {
		case e.length == 0:
			return refuse("empty-entry", "tile", name(e.id))
		case i+1 < len(entries) && uint64(e.run) > entries[i+1].id-e.id:
			return refuse("overlap", "tile", name(entries[i+1].id))
		}
	}
	return nil
}

// columns reads varints, and remembers that one was wrong.
type columns struct {
	data   []byte
	broken bool
}

func (c *columns) next(most uint64) uint64 {
	v, n := binary.Uvarint(c.data)
	if n <= 0 || v > most {
		c.broken, c.data = true, nil
		return 0
	}
	c.data = c.data[n:]
	return v
}

// find is the entry that a tile's number falls in: its own, its run's, or a leaf directory's.
func find(entries []entry, id uint64) (entry, bool) {
	i := sort.Search(len(entries), func(i int) bool { return entries[i].id > id }) - 1
	if i < 0 || entries[i].run > 0 && id-entries[i].id >= uint64(entries[i].run) {
		return entry{}, false
	}
	return entries[i], true
}

// name is a tile as people write it.
func name(id uint64) string {
	t, ok := TileOf(id)
	if !ok {
		return "?"
	}
	return t.String()
}
