package pmtiles

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"maille/internal/fault"
	"maille/internal/geo"
)

// Verify reads a whole archive of vector tiles, and gives what it has, counted, when it holds all that the specification
// of archives promises, and each of its tiles that of tiles (MVT 2.1), but for rings that cross and features that have the same
// id. It holds 24 bytes for each content. What is wrong first is Refused, in French.
func Verify(r io.ReaderAt, size int64) (_ *Header, err error) {
	defer fault.Wrap(&err, "pmtiles.Verify")
	a, err := Open(r, size)
	if err != nil {
		return nil, err
	}
	v := verifier{Archive: a, found: a.Header}
	v.found.Addressed, v.found.Entries, v.found.Contents = 0, 0, 0
	for _, step := range []func() error{v.header, v.place, v.metadata, v.directories, v.counts, v.data, v.tiles} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return &v.found, nil
}

// Told says in French what an archive that was verified has.
func (h *Header) Told() string {
	return texts.Say("holds", "tiles", h.Addressed, "contents", h.Contents, "min", h.MinZoom, "max", h.MaxZoom)
}

type verifier struct {
	*Archive
	found    Header
	layers   map[string]*saidLayer
	next     uint64 // number that the next tile has at least
	leafEnd  uint64 // where leaf directories that were read end
	dataEnd  uint64 // where contents that were met end, of a clustered archive
	contents []blob // each once, by offset; of an archive that is not clustered, once they are sorted
	sorted   int    // how many of them there were when they were last sorted
}

// blob is the bytes of a tile, and the first tile that has them.
type blob struct {
	offset uint64
	length uint32
	id     uint64
}

// header checks the fields that Open does not need.
func (v *verifier) header() error {
	h := &v.Header
	switch {
	case h.Clustered > 1:
		return refuse("clustered", "value", h.Clustered)
	case h.Type != vector:
		return refuse("type", "value", h.Type)
	case h.Tiles != None && h.Tiles != Gzip:
		return refuse("compression", "what", texts.Say("tiles"), "value", h.Tiles)
	case h.CenterZoom < h.MinZoom || h.CenterZoom > h.MaxZoom:
		return refuse("center-zoom", "zoom", h.CenterZoom, "min", h.MinZoom, "max", h.MaxZoom)
	}
	b := h.Bounds
	if b.West < -180 || b.East > 180 || b.South < -90 || b.North > 90 || b.West >= b.East || b.South >= b.North {
		return refuse("bounds", "bounds", b)
	}
	if h.CenterLongitude < b.West || h.CenterLongitude > b.East || h.CenterLatitude < b.South || h.CenterLatitude > b.North {
		return refuse("center", "center", fmt.Sprint(h.CenterLongitude, ",", h.CenterLatitude))
	}
	return nil
}

// place refuses sections that overlap each other or the header.
func (v *verifier) place() error {
	type part struct {
		Section
		name string
	}
	var parts []part
	for i, s := range v.Header.sections() {
		if s.Length > 0 {
			parts = append(parts, part{s, sectionNames[i]})
		}
	}
	slices.SortFunc(parts, func(a, b part) int { return cmp.Compare(a.Offset, b.Offset) })
	end := uint64(headerSize)
	for _, p := range parts {
		if p.Offset < end {
			return refuse("sections-overlap", "section", texts.Say(p.name))
		}
		end = p.Offset + p.Length
	}
	return nil
}

// directories walks through all entries, and counts.
func (v *verifier) directories() error {
	if err := v.directory(v.root, 1); err != nil {
		return err
	}
	if err := v.sort(); err != nil {
		return err
	}
	if v.leafEnd != v.Header.Leaves.Length {
		return refuse("leaves-gap", "bytes", v.Header.Leaves.Length, "used", v.leafEnd)
	}
	return nil
}

func (v *verifier) directory(entries []entry, depth int) error {
	for _, e := range entries {
		if e.id < v.next {
			return refuse("overlap", "tile", name(e.id))
		}
		v.next = e.id + uint64(max(e.run, 1))
		if e.run > 0 {
			if err := v.entry(e); err != nil {
				return err
			}
			continue
		}
		v.next = e.id
		if err := v.descend(e, depth); err != nil {
			return err
		}
	}
	return nil
}

// descend reads a leaf directory: leaves lie in the order of their tiles, without a gap (§4), and begin with the tile
// that they are found by.
func (v *verifier) descend(e entry, depth int) error {
	if depth == deepest {
		return refuse("depth")
	}
	if e.offset != v.leafEnd {
		return refuse("leaves-gap", "bytes", e.offset, "used", v.leafEnd)
	}
	v.leafEnd += uint64(e.length)
	leaf, err := v.leaf(e)
	if err != nil {
		return err
	}
	if leaf[0].id != e.id {
		return refuse("leaf-start", "tile", name(leaf[0].id), "said", name(e.id))
	}
	return v.directory(leaf, depth+1)
}

// entry checks where a run of tiles is, in the world and in the file.
func (v *verifier) entry(e entry) error {
	if !v.Header.Data.holds(e) {
		return refuse("outside", "tile", name(e.id))
	}
	for _, id := range []uint64{e.id, e.id + uint64(e.run) - 1} {
		t, ok := TileOf(id)
		if !ok || int(t.Z) < v.MinZoom || int(t.Z) > v.MaxZoom {
			return refuse("beyond-zooms", "tile", name(id), "min", v.Header.MinZoom, "max", v.Header.MaxZoom)
		}
		if !meets(t.Padded(buffer), v.Header.Bounds) {
			return refuse("beyond-bounds", "tile", t, "bounds", v.Header.Bounds)
		}
		if v.found.Addressed == 0 {
			v.found.MinZoom = int(t.Z)
		}
		v.found.Addressed++
		v.found.MaxZoom = int(t.Z)
	}
	v.found.Addressed += uint64(e.run) - 2
	v.found.Entries++
	return v.content(e)
}

// buffer is how far around a tile, in widths of one, what it holds may be: 1/16, for outlines on the edge are whole in
// tiles that have a buffer.
const buffer = 1. / 16

func meets(a, b geo.BBox) bool {
	return a.West <= b.East && b.West <= a.East && a.South <= b.North && b.South <= a.North
}

// leastGzip is the bytes of nothing in gzip (RFC 1952 §2.3).
const leastGzip = 20

// content keeps the place of the bytes of tiles. Where the archive is clustered those that are new follow the last (§3.2).
func (v *verifier) content(e entry) error {
	if v.Header.Tiles == Gzip && e.length < leastGzip {
		return refuse("tile-packed", "tile", name(e.id))
	}
	if v.Header.Clustered == 0 || e.offset == v.dataEnd {
		v.contents = append(v.contents, blob{e.offset, e.length, e.id})
		v.dataEnd = e.offset + uint64(e.length)
		if v.Header.Clustered == 0 && len(v.contents) > 2*v.sorted+1<<16 {
			return v.sort()
		}
		return nil
	}
	at, known := slices.BinarySearchFunc(v.contents, e.offset, func(b blob, offset uint64) int { return cmp.Compare(b.offset, offset) })
	switch {
	case !known:
		return refuse("unclustered", "tile", name(e.id))
	case v.contents[at].length != e.length:
		return refuse("data-overlap", "tile", name(e.id))
	}
	return nil
}

// sort puts contents in order, each once, and refuses bytes that are of two in part.
func (v *verifier) sort() error {
	slices.SortFunc(v.contents, func(a, b blob) int { return cmp.Or(cmp.Compare(a.offset, b.offset), cmp.Compare(a.id, b.id)) })
	v.contents = slices.CompactFunc(v.contents, func(a, b blob) bool { return a.offset == b.offset && a.length == b.length })
	v.sorted = len(v.contents)
	for i := 1; i < len(v.contents); i++ {
		if before := v.contents[i-1]; v.contents[i].offset < before.offset+uint64(before.length) {
			return refuse("data-overlap", "tile", name(v.contents[i].id))
		}
	}
	return nil
}

func (v *verifier) counts() error {
	v.found.Contents = uint64(len(v.contents))
	for _, c := range []struct {
		what        string
		said, found uint64
	}{{"addressed", v.Header.Addressed, v.found.Addressed}, {"entries", v.Header.Entries, v.found.Entries}, {"contents", v.Header.Contents, v.found.Contents}} {
		if c.said != 0 && c.said != c.found {
			return refuse("count", "what", texts.Say(c.what), "said", c.said, "found", c.found)
		}
	}
	if v.found.MinZoom != v.Header.MinZoom || v.found.MaxZoom != v.Header.MaxZoom {
		return refuse("zooms-found", "min", v.Header.MinZoom, "max", v.Header.MaxZoom, "foundmin", v.found.MinZoom, "foundmax", v.found.MaxZoom)
	}
	return nil
}

// data refuses bytes that are of no tile.
func (v *verifier) data() error {
	end := uint64(0)
	for _, b := range v.contents {
		if b.offset > end {
			return refuse("data-gap", "bytes", b.offset-end)
		}
		end = b.offset + uint64(b.length)
	}
	if end != v.Header.Data.Length {
		return refuse("data-gap", "bytes", v.Header.Data.Length-end)
	}
	return nil
}

// tiles reads every tile, once where several are the same.
func (v *verifier) tiles() error {
	var packed unpacker
	for _, b := range v.contents {
		data, err := v.read(v.Header.Data, b.offset, uint64(b.length), mostTile)
		if err != nil {
			return err
		}
		plain, err := packed.unpack(data, v.Header.Tiles, mostTile)
		if err != nil {
			return refuse("tile-packed", "tile", name(b.id)).Because(err)
		}
		at, _ := TileOf(b.id)
		if err := checkTile(plain, int(at.Z), v.layers); err != nil {
			return refuse("tile", "tile", name(b.id), "why", fault.Message(err)).Because(err)
		}
	}
	return nil
}
