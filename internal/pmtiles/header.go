package pmtiles

import (
	"encoding/binary"
	"math"

	"maille/internal/geo"
)

const (
	headerSize = 127
	magic      = "PMTiles\x03"
	e7         = 10_000_000 // §3.4: degrees are kept as so many parts
)

// Section is a part of an archive.
type Section struct{ Offset, Length uint64 }

// Header is the first bytes of an archive (§3).
type Header struct {
	Root, Metadata, Leaves, Data Section

	Addressed uint64 // tiles that have an answer; 0 of an archive that does not say, as of the next two
	Entries   uint64 // of directories that are of tiles
	Contents  uint64 // different tiles

	Clustered        byte // 1 when tiles are in the order of their numbers
	Internal         Compression
	Tiles            Compression
	Type             byte
	MinZoom, MaxZoom int

	Bounds          geo.BBox
	CenterZoom      int
	CenterLongitude float64
	CenterLatitude  float64
}

func (h *Header) sections() [4]Section { return [4]Section{h.Root, h.Metadata, h.Leaves, h.Data} }

// append writes the header.
func (h *Header) append(dst []byte) []byte {
	dst = append(dst, magic...)
	for _, s := range h.sections() {
		dst = binary.LittleEndian.AppendUint64(dst, s.Offset)
		dst = binary.LittleEndian.AppendUint64(dst, s.Length)
	}
	for _, n := range []uint64{h.Addressed, h.Entries, h.Contents} {
		dst = binary.LittleEndian.AppendUint64(dst, n)
	}
	dst = append(dst, h.Clustered, byte(h.Internal), byte(h.Tiles), h.Type, byte(h.MinZoom), byte(h.MaxZoom))
	const rounding = 1e-3 // that of binary numbers
	for _, n := range []float64{math.Floor(h.Bounds.West*e7 + rounding), math.Floor(h.Bounds.South*e7 + rounding),
		math.Ceil(h.Bounds.East*e7 - rounding), math.Ceil(h.Bounds.North*e7 - rounding)} {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(int32(n)))
	}
	dst = append(dst, byte(h.CenterZoom))
	dst = binary.LittleEndian.AppendUint32(dst, uint32(int32(math.Round(h.CenterLongitude*e7))))
	return binary.LittleEndian.AppendUint32(dst, uint32(int32(math.Round(h.CenterLatitude*e7))))
}

// parseHeader reads what append writes; it believes nothing yet.
func parseHeader(b []byte) (h Header, err error) {
	if len(b) < headerSize || string(b[:7]) != magic[:7] {
		return h, refuse("magic")
	}
	if b[7] != magic[7] {
		return h, refuse("version", "version", b[7])
	}
	section := func(at int) Section {
		return Section{binary.LittleEndian.Uint64(b[at:]), binary.LittleEndian.Uint64(b[at+8:])}
	}
	degrees := func(at int) float64 { return float64(int32(binary.LittleEndian.Uint32(b[at:]))) / e7 }
	return Header{
		Root: section(8), Metadata: section(24), Leaves: section(40), Data: section(56),
		Addressed: binary.LittleEndian.Uint64(b[72:]), Entries: binary.LittleEndian.Uint64(b[80:]), Contents: binary.LittleEndian.Uint64(b[88:]),
		Clustered: b[96], Internal: Compression(b[97]), Tiles: Compression(b[98]), Type: b[99], MinZoom: int(b[100]), MaxZoom: int(b[101]),
		Bounds:     geo.BBox{West: degrees(102), South: degrees(106), East: degrees(110), North: degrees(114)},
		CenterZoom: int(b[118]), CenterLongitude: degrees(119), CenterLatitude: degrees(123),
	}, nil
}

// frame sets bounds and centre of what lies in a box: bounds that have a width, within the world and on one side of the
// antimeridian, which an archive cannot say that it crosses.
func (h *Header) frame(box geo.BBox) {
	if box.West > box.East {
		box.West, box.East = -180, 180
	}
	if box.West == box.East {
		box.West, box.East = max(box.West-1./e7, -180), min(box.East+1./e7, 180)
	}
	if box.South == box.North {
		box.South, box.North = max(box.South-1./e7, -90), min(box.North+1./e7, 90)
	}
	h.Bounds = box
	h.look(box)
}

// look sets the centre to the middle of a box, and the zoom at which it takes about four tiles.
func (h *Header) look(box geo.BBox) {
	h.CenterLongitude, h.CenterLatitude = (box.West+box.East)/2, (box.South+box.North)/2
	west, north := geo.WorldPosition(box.West, box.North)
	east, south := geo.WorldPosition(box.East, box.South)
	whole := -math.Log2(max(east-west, south-north)) // the zoom at which one tile is as wide
	h.CenterZoom = int(min(max(math.Floor(whole)+1, float64(h.MinZoom)), float64(h.MaxZoom)))
}
