package dump

import (
	"bufio"
	"io"
)

// spill keeps records of one size in a temporary file: what is known of each row would fill the memory. Those that lie near
// each other are read fast in any order.
type spill struct {
	*scratch
	width int64 // of a record
	err   error // the first
}

func newSpill(folder string, width int64) (*spill, error) {
	s, err := newScratch(folder)
	return &spill{scratch: s, width: width}, err
}

func (s *spill) len() int64 { return s.size / s.width }

// record is one by its rank, good until the next is asked for. After an error it is zeros, and err tells.
func (s *spill) record(rank uint32) []byte {
	r, err := s.at(int64(rank)*s.width, s.width)
	if err == nil {
		return r
	}
	if s.err == nil {
		s.err = err
	}
	return make([]byte, s.width)
}

// each shows all records in order.
func (s *spill) each(show func(record []byte)) error {
	if err := s.Flush(); err != nil {
		return err
	}
	in, record := bufio.NewReaderSize(io.NewSectionReader(s, 0, s.size), chunk), make([]byte, s.width)
	for range s.len() {
		if _, err := io.ReadFull(in, record); err != nil {
			return err
		}
		show(record)
	}
	return nil
}
