package pmtiles

import (
	"io"
	"strconv"

	"golang.org/x/sync/singleflight"

	"maille/internal/fault"
	"maille/internal/geo"
)

// Archive is one that is open for reading, by any number of goroutines at once. It keeps the root directory, and leaf
// directories that were read lately, where others may keep theirs.
type Archive struct {
	Header

	r       io.ReaderAt
	root    []entry
	flights singleflight.Group
	leaves  *Leaves
}

// Open reads the header and the root directory. A file that is no archive, or not as it says, is Refused, in French.
// It keeps up to a million entries of leaf directories, which take 24 MB.
func Open(r io.ReaderAt, size int64) (*Archive, error) { return NewLeaves(1<<20).Open(r, size) }

// Open is as the function, but leaf directories are kept among these.
func (l *Leaves) Open(r io.ReaderAt, size int64) (_ *Archive, err error) {
	defer fault.Wrap(&err, "pmtiles.Open")
	start := make([]byte, min(max(size, 0), rootEnd))
	if _, err := r.ReadAt(start, 0); err != nil && err != io.EOF {
		return nil, err
	}
	a := &Archive{r: r, leaves: l}
	if a.Header, err = parseHeader(start); err != nil {
		return nil, err
	}
	if err := a.check(uint64(size)); err != nil {
		return nil, err
	}
	root := a.Root
	a.root, err = a.directory(start[root.Offset : root.Offset+root.Length])
	return a, err
}

// Close forgets the leaf directories that are kept of the archive. Its file is the caller's.
func (a *Archive) Close() { a.leaves.forget(a) }

// check refuses what cannot be read.
func (h *Header) check(size uint64) error {
	for i, s := range h.sections() {
		if s.Offset > size || s.Length > size-s.Offset {
			return refuse("section", "section", texts.Say(sectionNames[i]))
		}
	}
	switch {
	case h.Root.Offset < headerSize || h.Root.Offset+h.Root.Length > rootEnd:
		return refuse("root", "most", rootEnd)
	case h.Internal != None && h.Internal != Gzip:
		return refuse("compression", "what", texts.Say("internal"), "value", h.Internal)
	case h.MinZoom > h.MaxZoom || h.MaxZoom > geo.MaxZoom:
		return refuse("zooms", "min", h.MinZoom, "max", h.MaxZoom)
	}
	return nil
}

var sectionNames = [4]string{"section.root", "section.metadata", "section.leaves", "section.data"}

func (a *Archive) directory(data []byte) ([]entry, error) {
	plain, err := unpack(data, a.Internal, mostDirectory)
	if err != nil {
		return nil, refuse("directory").Because(err)
	}
	return parseDirectory(plain)
}

// Metadata is the JSON that describes the archive, as text.
func (a *Archive) Metadata() (_ []byte, err error) {
	defer fault.Wrap(&err, "pmtiles.Metadata")
	data, err := a.read(a.Header.Metadata, 0, a.Header.Metadata.Length, mostMetadata)
	if err != nil {
		return nil, err
	}
	plain, err := unpack(data, a.Internal, mostMetadata)
	if err != nil {
		return nil, refuse("metadata").Because(err)
	}
	return plain, nil
}

// Find is where the bytes of a tile are in the file; false when there is no such tile.
func (a *Archive) Find(t geo.Tile) (offset, length int64, ok bool, err error) {
	if !t.Valid() || int(t.Z) < a.MinZoom || int(t.Z) > a.MaxZoom {
		return 0, 0, false, nil
	}
	defer fault.Wrap(&err, "pmtiles.Find %v", t)
	id, directory := ID(t), a.root
	for range deepest {
		e, found := find(directory, id)
		switch {
		case !found:
			return 0, 0, false, nil
		case e.run > 0 && !a.Data.holds(e):
			return 0, 0, false, refuse("outside", "tile", t)
		case e.run > 0:
			return int64(a.Data.Offset + e.offset), int64(e.length), true, nil
		}
		if directory, err = a.leaf(e); err != nil {
			return 0, 0, false, err
		}
	}
	return 0, 0, false, refuse("depth")
}

// deepest is how many directories lead to a tile at most, as in other readers; writers have no use for more than two (§4).
const deepest = 4

// Tile is the bytes of a tile as they are stored, nil when there is none.
func (a *Archive) Tile(t geo.Tile) ([]byte, error) {
	offset, length, ok, err := a.Find(t)
	if !ok || err != nil {
		return nil, err
	}
	return a.read(a.Data, uint64(offset)-a.Data.Offset, uint64(length), mostTile)
}

// leaf gives a leaf directory, read once for all who ask at once, and kept.
func (a *Archive) leaf(e entry) ([]entry, error) {
	if !a.Leaves.holds(e) {
		return nil, refuse("leaf-outside", "tile", name(e.id))
	}
	if leaf, ok := a.leaves.get(a, e.offset); ok {
		return leaf, nil
	}
	leaf, err, _ := a.flights.Do(strconv.FormatUint(e.offset, 10), func() (any, error) {
		data, err := a.read(a.Leaves, e.offset, uint64(e.length), mostDirectory)
		if err != nil {
			return nil, err
		}
		leaf, err := a.directory(data)
		if err == nil {
			a.leaves.keep(a, e.offset, leaf)
		}
		return leaf, err
	})
	if err != nil {
		return nil, err
	}
	return leaf.([]entry), nil
}

// holds says whether what an entry points to is in the section.
func (s Section) holds(e entry) bool {
	return e.offset <= s.Length && uint64(e.length) <= s.Length-e.offset
}

// read reads a part of a section, which is known to hold it.
func (a *Archive) read(s Section, offset, length uint64, most int) ([]byte, error) {
	if length > uint64(most) {
		return nil, refuse("large", "bytes", length)
	}
	data := make([]byte, length)
	n, err := a.r.ReadAt(data, int64(s.Offset+offset))
	switch {
	case n == len(data):
		return data, nil
	case err == io.EOF:
		return nil, refuse("truncated").Because(err)
	}
	return nil, err
}
