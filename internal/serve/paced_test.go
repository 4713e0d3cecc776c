package serve

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// clocked is a writer that notes the deadlines that it is given, and what it is given to read from.
type clocked struct {
	*httptest.ResponseRecorder
	deadlines []time.Time
	files     int
	pieces    []int
}

func (c *clocked) SetWriteDeadline(t time.Time) error {
	c.deadlines = append(c.deadlines, t)
	return nil
}

func (c *clocked) Write(p []byte) (int, error) {
	c.pieces = append(c.pieces, len(p))
	return c.ResponseRecorder.Write(p)
}

func (c *clocked) ReadFrom(from io.Reader) (int64, error) {
	if limited, ok := from.(*io.LimitedReader); ok { // as net/http and package net look for a file
		if _, ok := limited.R.(*os.File); ok {
			c.files++
		}
	}
	n, err := io.Copy(c.ResponseRecorder, from)
	c.pieces = append(c.pieces, int(n))
	return n, err
}

// TestEveryAnswerHasADeadline: whatever is answered, a client that does not read is left.
func TestEveryAnswerHasADeadline(t *testing.T) {
	s := bare(t, Options{})
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/nothing", 404}, {"HEAD", "/nothing", 404}, {"GET", "/healthz", 200}, {"HEAD", "/healthz", 200}, {"OPTIONS", "/", 204},
		{"POST", "/", 405}, {"GET", "/collections", 503}, {"GET", "/" + strings.Repeat("x", 20<<10), 414},
	} {
		w := &clocked{ResponseRecorder: httptest.NewRecorder()}
		s.ServeHTTP(w, httptest.NewRequest(c.method, "http://a.example"+c.path, nil))
		if w.Code != c.status || len(w.deadlines) == 0 || time.Until(w.deadlines[0]) < patience-5*time.Second {
			t.Errorf("%s %.20s: %d, deadlines %v", c.method, c.path, w.Code, w.deadlines)
		}
	}
	w := &clocked{ResponseRecorder: httptest.NewRecorder()}
	unmodified(&paced{ResponseWriter: w}, nil)
	if len(w.deadlines) != 1 {
		t.Errorf("304: %v", w.deadlines)
	}
}

// TestPacedPieces: a large body goes in pieces, each with a deadline once time passes; those of a file are left whole to
// the writer beneath, which has the system send them.
func TestPacedPieces(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789abcdef"), 5<<20/32)
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.Write(body); err != nil {
		t.Fatal(err)
	}
	for name, send := range map[string]func(http.ResponseWriter) (int64, error){
		"bytes": func(w http.ResponseWriter) (int64, error) { n, err := w.Write(body); return int64(n), err },
		"a file": func(w http.ResponseWriter) (int64, error) {
			_, _ = file.Seek(0, io.SeekStart)
			return pour(w, file, int64(len(body)))
		},
		"a file, to its end": func(w http.ResponseWriter) (int64, error) {
			_, _ = file.Seek(0, io.SeekStart)
			return io.Copy(w, struct{ io.Reader }{file})
		},
	} {
		w := &clocked{ResponseRecorder: httptest.NewRecorder()}
		n, err := send(&paced{ResponseWriter: w})
		if err != nil || n != int64(len(body)) || !bytes.Equal(w.Body.Bytes(), body) {
			t.Errorf("%s: %d of %d bytes, %v", name, n, len(body), err)
		}
		if len(w.pieces) < 3 || w.pieces[0] != piece || name == "a file" && w.files != 3 {
			t.Errorf("%s: pieces %v, %d of them of a file", name, w.pieces, w.files)
		}
	}
	w := &clocked{ResponseRecorder: httptest.NewRecorder()}
	p := &paced{ResponseWriter: w}
	for range 100 {
		_, _ = p.Write([]byte("x"))
	}
	if len(w.deadlines) != 1 {
		t.Errorf("a hundred bytes at once have %d deadlines", len(w.deadlines))
	}
	p.extended = p.extended.Add(-2 * time.Second)
	if _, _ = p.Write([]byte("x")); len(w.deadlines) != 2 {
		t.Errorf("two seconds later: %d", len(w.deadlines))
	}
}
