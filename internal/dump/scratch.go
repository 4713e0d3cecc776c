package dump

import (
	"bufio"

	scratchfile "maille/internal/scratch"
)

// scratch is a temporary file that is written once and read by pieces.
type scratch struct {
	*scratchfile.File
	in     *bufio.Writer
	size   int64
	blocks []block
	across []byte // a piece that is in no single block
}

func newScratch(folder string) (*scratch, error) {
	f, err := scratchfile.New(folder)
	if err != nil {
		return nil, err
	}
	return &scratch{File: f, in: bufio.NewWriterSize(f, chunk)}, nil
}

// Write appends to the file. Flush comes before anything is read.
func (s *scratch) Write(p []byte) (int, error) {
	n, err := s.in.Write(p)
	s.size += int64(n)
	return n, err
}

func (s *scratch) Flush() error { return s.in.Flush() }

// block is a piece of the file that is kept.
type block struct {
	rank int64 // from 1; 0 for none
	data []byte
}

const (
	blockSize = 4 << 10
	keptBlock = 4 << 10 // so many are kept: 16 MiB
)

// at gives size bytes from offset, good until the next call. Pieces that follow a curve over the map come out of blocks
// that were just read, one read for a hundred of them; scattered ones take a read each.
func (s *scratch) at(offset, size int64) ([]byte, error) {
	rank, from := offset/blockSize, offset%blockSize
	if from+size > blockSize {
		s.across = sized(s.across, size)
		_, err := s.ReadAt(s.across, offset)
		return s.across, err
	}
	if s.blocks == nil {
		s.blocks = make([]block, keptBlock)
	}
	b := &s.blocks[rank%keptBlock]
	if b.rank != rank+1 {
		b.rank, b.data = rank+1, sized(b.data, min(blockSize, s.size-rank*blockSize))
		if _, err := s.ReadAt(b.data, rank*blockSize); err != nil {
			return nil, err
		}
	}
	return b.data[from : from+size], nil
}

func sized(buf []byte, n int64) []byte {
	if int64(cap(buf)) < n {
		return make([]byte, n)
	}
	return buf[:n]
}
