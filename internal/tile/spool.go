package tile

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"io"

	"maille/internal/geo"
	"maille/internal/scratch"
)

// spool keeps the tiles of a zoom until all of them are known to be within the budget, and accounts for them.
type spool struct {
	file *scratch.File
	out  *bufio.Writer
	held bool // it is whole, and within the budget
	made func(bytes int)
	over LeftOut // the first tile over the budget when it was last tried
	Zoom         // its Tiles, Bytes, Heaviest and Where are those of the tiles that came
}

func newSpool(o Options, zoom int) (*spool, error) {
	file, err := scratch.New(o.Folder)
	if err != nil {
		return nil, err
	}
	return &spool{file: file, out: bufio.NewWriterSize(file, 64<<10), made: o.Made, Zoom: Zoom{Zoom: zoom}}, nil
}

// add keeps a tile.
func (s *spool) add(t geo.Tile, gzipped []byte) error {
	if s.made != nil {
		s.made(len(gzipped))
	}
	s.Tiles++
	s.Bytes += int64(len(gzipped))
	if size := int64(len(gzipped)); size > s.Heaviest {
		s.Heaviest, s.Where = size, t.String()
	}
	var head [12]byte
	binary.LittleEndian.PutUint32(head[:], t.X)
	binary.LittleEndian.PutUint32(head[4:], t.Y)
	binary.LittleEndian.PutUint32(head[8:], uint32(len(gzipped)))
	if _, err := s.out.Write(head[:]); err != nil {
		return err
	}
	_, err := s.out.Write(gzipped)
	return err
}

// empty forgets the tiles.
func (s *spool) empty() error {
	s.Zoom, s.held, s.over = Zoom{Zoom: s.Zoom.Zoom}, false, LeftOut{}
	s.out.Reset(s.file)
	if err := s.file.Truncate(0); err != nil {
		return err
	}
	_, err := s.file.Seek(0, io.SeekStart)
	return err
}

// pour gives the tiles to a sink, in the order they came, and lets go of the file: what is poured is somewhere else.
func (s *spool) pour(sink Sink, stop func() error) error {
	if err := s.out.Flush(); err != nil {
		return err
	}
	in := bufio.NewReaderSize(io.NewSectionReader(s.file, 0, 1<<62), 256<<10)
	var head [12]byte
	for range s.Tiles {
		if _, err := io.ReadFull(in, head[:]); err != nil {
			return err
		}
		gzipped := make([]byte, binary.LittleEndian.Uint32(head[8:])) // the sink's
		if _, err := io.ReadFull(in, gzipped); err != nil {
			return err
		}
		t := geo.Tile{Z: uint8(s.Zoom.Zoom), X: binary.LittleEndian.Uint32(head[:]), Y: binary.LittleEndian.Uint32(head[4:])}
		if err := stop(); err != nil {
			return err
		}
		if err := sink(t, gzipped); err != nil {
			return err
		}
	}
	return s.Close()
}

// Close lets go of the file, once.
func (s *spool) Close() error {
	if s.file == nil {
		return nil
	}
	file := s.file
	s.file = nil
	return file.Close()
}

func closeAll(spools []*spool) (err error) {
	for _, s := range spools {
		err = cmp.Or(err, s.Close())
	}
	return err
}
