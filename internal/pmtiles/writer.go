package pmtiles

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"io"
	"math"
	"slices"

	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/scratch"
)

// Writer makes an archive of gzip MVT tiles that come in any order. Tiles wait in a temporary file, those with the same
// bytes once; what stays in memory is some 120 bytes for each tile.
type Writer struct {
	spool    *scratch.File
	in       *bufio.Writer
	size     uint64
	tiles    []placed
	contents []content
	known    map[[16]byte]uint32 // by the beginning of the SHA-256
}

type placed struct {
	id      uint64
	content uint32
}

// content is the bytes of one or more tiles, and where they are in the spool.
type content struct {
	offset uint64
	length uint32
}

// About is what an archive says besides its tiles.
type About struct {
	Bounds   *geo.BBox // CRS84; the world when nil
	Metadata []byte    // JSON, with vector_layers (§5)
}

// NewWriter begins an archive; temporary files go to the folder, "" for the system's.
func NewWriter(folder string) (_ *Writer, err error) {
	defer fault.Wrap(&err, "pmtiles.NewWriter")
	f, err := scratch.New(folder)
	if err != nil {
		return nil, err
	}
	return &Writer{spool: f, in: bufio.NewWriterSize(f, 256<<10), known: map[[16]byte]uint32{}}, nil
}

// Close forgets the temporary file.
func (w *Writer) Close() error { return w.spool.Close() }

// Len is how many tiles came.
func (w *Writer) Len() int { return len(w.tiles) }

// Size is how many bytes the temporary file has.
func (w *Writer) Size() int64 { return int64(w.size) }

// Add takes a tile; the bytes are free again when it returns.
func (w *Writer) Add(t geo.Tile, gzipped []byte) error {
	if !t.Valid() || len(gzipped) == 0 || len(gzipped) > math.MaxUint32 {
		return fault.New(fault.Internal, "no tile for an archive: %v of %d bytes", t, len(gzipped))
	}
	sum := sha256.Sum256(gzipped)
	n, known := w.known[[16]byte(sum[:])]
	if !known {
		n = uint32(len(w.contents))
		if _, err := w.in.Write(gzipped); err != nil {
			return err
		}
		w.contents = append(w.contents, content{w.size, uint32(len(gzipped))})
		w.known[[16]byte(sum[:])] = n
		w.size += uint64(len(gzipped))
	}
	w.tiles = append(w.tiles, placed{ID(t), n})
	return nil
}

// WriteArchive writes the archive, clustered: tiles in the order of their numbers, and equal ones where the first is. The
// same tiles make the same bytes, whatever the order in which they came. There must be one at least (§4.2).
func (w *Writer) WriteArchive(out io.Writer, about About) (err error) {
	defer fault.Wrap(&err, "pmtiles.WriteArchive")
	if err := w.in.Flush(); err != nil {
		return err
	}
	entries, order, err := w.arrange()
	if err != nil {
		return err
	}
	root, leaves := directories(entries, leafEntries)
	metadata := pack(about.Metadata)
	b := bufio.NewWriterSize(out, 256<<10)
	h := w.header(about, entries)
	for i, length := range []int{len(root), len(metadata), len(leaves), int(w.size)} {
		section := []*Section{&h.Root, &h.Metadata, &h.Leaves, &h.Data}[i]
		section.Offset, section.Length = headerSize, uint64(length)
		if i > 0 {
			before := h.sections()[i-1]
			section.Offset = before.Offset + before.Length
		}
	}
	for _, part := range [][]byte{h.append(nil), root, metadata, leaves} {
		_, _ = b.Write(part) // an error stays with the bufio.Writer
	}
	if err := w.copy(b, order); err != nil {
		return err
	}
	return b.Flush()
}

// arrange gives the entries of all tiles, and the order of their contents.
func (w *Writer) arrange() (entries []entry, order []uint32, err error) {
	if len(w.tiles) == 0 {
		return nil, nil, fault.New(fault.Internal, "an archive has one tile at least")
	}
	slices.SortFunc(w.tiles, func(a, b placed) int { return cmp.Compare(a.id, b.id) })
	const unplaced = math.MaxUint64
	offsets := make([]uint64, len(w.contents))
	for i := range offsets {
		offsets[i] = unplaced
	}
	end, last := uint64(0), placed{}
	for i, t := range w.tiles {
		if i > 0 && t.id == last.id {
			return nil, nil, fault.New(fault.Internal, "tile %s came twice", name(t.id))
		}
		length := w.contents[t.content].length
		if offsets[t.content] == unplaced {
			offsets[t.content] = end
			end += uint64(length)
			order = append(order, t.content)
		}
		if i > 0 && t == (placed{last.id + 1, last.content}) && entries[len(entries)-1].run < math.MaxUint32 {
			entries[len(entries)-1].run++
		} else {
			entries = append(entries, entry{t.id, offsets[t.content], length, 1})
		}
		last = t
	}
	return entries, order, nil
}

func (w *Writer) header(about About, entries []entry) *Header {
	lowest, _ := TileOf(w.tiles[0].id)
	highest, _ := TileOf(w.tiles[len(w.tiles)-1].id)
	h := &Header{Addressed: uint64(len(w.tiles)), Entries: uint64(len(entries)), Contents: uint64(len(w.contents)),
		Clustered: 1, Internal: Gzip, Tiles: Gzip, Type: vector, MinZoom: int(lowest.Z), MaxZoom: int(highest.Z)}
	box := geo.Tile{}.Bounds()
	if about.Bounds != nil {
		box = *about.Bounds
	}
	h.frame(box)
	h.look(heart(entries, h.MinZoom, h.MaxZoom, h.Bounds))
	return h
}

// leafEntries are those of a leaf directory: some 12 KB, compressed, that a reader of a remote archive fetches on its way.
const leafEntries = 4096

// directories are the root, and the leaves end to end when one directory does not fit in the beginning of the file: of so
// many entries, or of twice as many as long as the root does not fit.
func directories(entries []entry, size int) (root, leaves []byte) {
	if len(entries) <= 8*leafEntries { // more never fit
		if root = pack(appendDirectory(nil, entries)); len(root) <= rootEnd-headerSize {
			return root, nil
		}
	}
	for ; ; size *= 2 {
		var pointers []entry
		leaves = nil
		for leaf := range slices.Chunk(entries, size) {
			packed := pack(appendDirectory(nil, leaf))
			pointers = append(pointers, entry{id: leaf[0].id, offset: uint64(len(leaves)), length: uint32(len(packed))})
			leaves = append(leaves, packed...)
		}
		if root = pack(appendDirectory(nil, pointers)); len(root) <= rootEnd-headerSize {
			return root, leaves
		}
	}
}

// copy writes the contents in an order, those that follow each other in the spool together.
func (w *Writer) copy(out *bufio.Writer, order []uint32) error {
	for len(order) > 0 {
		first := w.contents[order[0]]
		end, n := first.offset+uint64(first.length), 1
		for n < len(order) && w.contents[order[n]].offset == end {
			end += uint64(w.contents[order[n]].length)
			n++
		}
		if _, err := io.Copy(out, io.NewSectionReader(w.spool, int64(first.offset), int64(end-first.offset))); err != nil {
			return err
		}
		order = order[n:]
	}
	return nil
}
