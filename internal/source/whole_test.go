package source_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"maille/internal/fault"
)

// standing is a file on disk: read from its start it counts bytes, and anywhere it may fail.
type standing struct {
	*strings.Reader
	read    int
	failure error
}

func (s *standing) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	s.read += n
	return n, err
}

func (s *standing) ReadAt(p []byte, off int64) (int, error) {
	if s.failure != nil {
		return 0, s.failure
	}
	return s.Reader.ReadAt(p, off)
}

// TestFilesAreReadWhereTheyStand: what can be read anywhere is not copied; a stream and a gzip are.
func TestFilesAreReadWhereTheyStand(t *testing.T) {
	text := zipWith(packed{"a.csv", "code\n1\n"}, packed{"b.bin", strings.Repeat(noise(10000), 2)})
	const resource = `{"format": "csv", "member": "*.csv"}`
	for _, r := range []io.Reader{&standing{Reader: strings.NewReader(text)}, io.MultiReader(strings.NewReader(text)), strings.NewReader(gzipped(text))} {
		got, err := lines(t, r, resource, places)
		if err != nil || len(got) != 1 {
			t.Errorf("%T: %q, %v", r, got, err)
		}
		if s, ok := r.(*standing); ok && s.read > 64<<10 {
			t.Errorf("%d bytes of %d are read from the start", s.read, len(text))
		}
	}
	_, err := lines(t, &standing{Reader: strings.NewReader(text), failure: errors.New("the disk fails")}, resource, places)
	if fault.KindOf(err) != fault.Internal {
		t.Errorf("a failure of our side is %v: %v", fault.KindOf(err), err)
	}
}
