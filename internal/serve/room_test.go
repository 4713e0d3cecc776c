package serve

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"maille/internal/fault"
)

func TestClaim(t *testing.T) {
	r := newRoom("", 100)
	one, other := claim{room: r}, claim{room: r}
	if err := errors.Join(one.take(60), other.take(40)); err != nil {
		t.Fatal(err)
	}
	if err := one.take(1); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("all is taken: %v", err)
	}
	if err := one.take(41); fault.KindOf(err) != fault.Invalid || fault.Subject(err) != "limit" {
		t.Errorf("more than there is: %v", err)
	}
	one.settle(10)
	if err := other.take(50); err != nil || r.left != 0 {
		t.Errorf("%v, %d left", err, r.left)
	}
	one.settle(0)
	other.settle(0)
	if r.left != 100 {
		t.Errorf("%d left of 100", r.left)
	}
}

// TestDiskIsFull: an answer for which the disk has no space is one to ask again.
func TestDiskIsFull(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("this system has no disk that is always full: ", err)
	}
	s := &spool{file: full, disk: claim{room: newRoom("", 1<<20)}}
	_, err = s.fill(t.Context(), func(_ context.Context, w io.Writer) (http.Header, error) {
		_, err := io.WriteString(w, "answer")
		return nil, err
	})
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a page: %v", err)
	}
	if s.disk.room.left != 1<<20 {
		t.Errorf("%d bytes are left", s.disk.room.left)
	}
	if err := shortage(io.ErrUnexpectedEOF); fault.KindOf(err) != fault.Internal {
		t.Errorf("another failure: %v", err)
	}
}

// TestGrowingRoom: what a format's own files take is counted with the answer, and freed before it is.
func TestGrowingRoom(t *testing.T) {
	r := newRoom(t.TempDir(), 100)
	wrote, end := make(chan struct{}), make(chan struct{})
	g, err := r.grow(t.Context(), func(_ context.Context, w io.Writer) error {
		if err := w.(worker).work(70); err != nil {
			return err
		}
		_, err := io.WriteString(w, strings.Repeat("x", 20))
		close(wrote)
		<-end
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	<-wrote
	if other := (claim{room: r}); fault.KindOf(other.take(11)) != fault.Unavailable {
		t.Error("working files are not counted")
	}
	close(end)
	if _, _, err := g.beyond(t.Context(), 1<<62); err != nil || r.left != 80 {
		t.Errorf("%v, %d left while it is sent", err, r.left)
	}
	if g.close(); r.left != 100 {
		t.Errorf("%d left afterwards", r.left)
	}
	g, err = r.grow(t.Context(), func(_ context.Context, w io.Writer) error { return w.(worker).work(101) })
	if err != nil {
		t.Fatal(err)
	}
	defer g.close()
	if _, _, err := g.beyond(t.Context(), 0); fault.KindOf(err) != fault.Invalid {
		t.Errorf("working files larger than the room: %v", err)
	}
}
