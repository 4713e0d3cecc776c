package serve

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/maypok86/otter/v2"

	"maille/internal/fault"
)

func newFlights() *flights {
	return &flights{kept: otter.Must(&otter.Options[string, *stored]{MaximumSize: 100}), memory: newRoom("", 1<<30), room: newRoom("", 1<<30)}
}

// TestFlightOnce: two hundred ask for the same cold answer, wherever they are between the cache and the flight, and it is
// made once.
func TestFlightOnce(t *testing.T) {
	for range 50 {
		f := newFlights()
		var made atomic.Int64
		var all sync.WaitGroup
		start := make(chan struct{})
		for range 200 {
			all.Go(func() {
				<-start
				body, err := textOf(f.do(t.Context(), "k", func(_ context.Context, w io.Writer) (http.Header, error) {
					made.Add(1)
					_, err := io.WriteString(w, "answer")
					return nil, err
				}))
				if body != "answer" || err != nil {
					t.Errorf("%q %v", body, err)
				}
			})
		}
		close(start)
		all.Wait()
		if made.Load() != 1 {
			t.Fatalf("made %d times", made.Load())
		}
	}
}

// TestFlightLeaderLeaves: the client for whom the work was done leaves, and those who waited for it get their answer.
func TestFlightLeaderLeaves(t *testing.T) {
	f := newFlights()
	ctx, leave := context.WithCancel(t.Context())
	working, ended := make(chan struct{}), make(chan error)
	go func() {
		_, err := f.do(ctx, "k", func(ctx context.Context, _ io.Writer) (http.Header, error) {
			close(working)
			<-ctx.Done()
			return nil, ctx.Err()
		})
		ended <- err
	}()
	<-working
	var all sync.WaitGroup
	var made atomic.Int64
	for range 20 {
		all.Go(func() {
			body, err := textOf(f.do(t.Context(), "k", func(_ context.Context, w io.Writer) (http.Header, error) {
				made.Add(1)
				_, err := io.WriteString(w, "answer")
				return nil, err
			}))
			if body != "answer" || err != nil {
				t.Errorf("%q %v", body, err)
			}
		})
	}
	leave()
	all.Wait()
	if err := <-ended; !errors.Is(err, context.Canceled) || made.Load() != 1 {
		t.Errorf("the first one: %v; then made %d times", err, made.Load())
	}
}

func TestFlightFollowerLeaves(t *testing.T) {
	f := newFlights()
	working, end := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		if body, err := textOf(f.do(t.Context(), "k", func(_ context.Context, w io.Writer) (http.Header, error) {
			close(working)
			<-end
			_, err := io.WriteString(w, "answer")
			return nil, err
		})); body != "answer" || err != nil {
			t.Errorf("%q %v", body, err)
		}
	})
	<-working
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if _, err := f.do(ctx, "k", nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(end)
	all.Wait()
}

// TestFlightFails: a failure is for all who wait, and for no one after them; a panic is a failure.
func TestFlightFails(t *testing.T) {
	f := newFlights()
	for _, produce := range []producer{
		func(context.Context, io.Writer) (http.Header, error) {
			return nil, fault.New(fault.Unavailable, "away")
		},
		func(context.Context, io.Writer) (http.Header, error) { panic("broken") },
	} {
		if body, err := f.do(t.Context(), "k", produce); err == nil {
			t.Errorf("%v", body)
		}
	}
	if body, err := textOf(f.do(t.Context(), "k", func(_ context.Context, w io.Writer) (http.Header, error) {
		_, err := io.WriteString(w, "answer")
		return nil, err
	})); body != "answer" || err != nil {
		t.Errorf("after the failures: %q %v", body, err)
	}
}

// textOf is the answer that a client gets.
func textOf(a *stored, err error) (string, error) {
	if err != nil {
		return "", err
	}
	defer a.release()
	w := httptest.NewRecorder()
	a.send(w, httptest.NewRequest(http.MethodGet, "/", nil))
	return w.Body.String(), nil
}

const largeSize = 20 << 20

func large(_ context.Context, w io.Writer) (http.Header, error) {
	text := strings.Repeat("x", 1<<20)
	for range largeSize >> 20 {
		if _, err := io.WriteString(w, text); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// TestFlightLarge: each client gets an answer larger than the spool whole, and it is not kept.
func TestFlightLarge(t *testing.T) {
	f := newFlights()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			body, err := textOf(f.do(t.Context(), "k", large))
			if len(body) != largeSize || err != nil {
				t.Errorf("%d bytes: %v", len(body), err)
			}
		})
	}
	all.Wait()
	if _, kept := f.kept.GetIfPresent("k"); kept {
		t.Error("kept")
	}
}

// TestFlightLargeIsShared: an answer larger than the spool is made once for those who ask before it is whole, and for those
// who ask while someone still reads it; then no more is known of it.
func TestFlightLargeIsShared(t *testing.T) {
	f := newFlights()
	var made atomic.Int64
	produce := func(ctx context.Context, w io.Writer) (http.Header, error) { made.Add(1); return large(ctx, w) }
	slow, err := f.do(t.Context(), "k", produce)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if body, err := textOf(f.do(t.Context(), "k", produce)); len(body) != largeSize || err != nil {
				t.Errorf("%d bytes: %v", len(body), err)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("made %d times", made.Load())
	}
	if slow.release(); len(f.calls) > 0 || f.room.left != f.room.size {
		t.Errorf("%d answers are known afterwards, %d bytes of %d left", len(f.calls), f.room.left, f.room.size)
	}
	if body, err := textOf(f.do(t.Context(), "k", produce)); len(body) != largeSize || err != nil || made.Load() != 2 {
		t.Errorf("the next: %d bytes, %v", len(body), err)
	}
}

// TestFlightMemory: what all answers under way take in memory has a bound, whether they are made, shared or come from the
// cache; beyond it they go by the disk.
func TestFlightMemory(t *testing.T) {
	f := newFlights()
	f.memory, f.room = newRoom("", 4<<20), newRoom("", 4<<20)
	medium := strings.Repeat("x", 1<<20)
	produce := func(_ context.Context, w io.Writer) (http.Header, error) {
		_, err := io.WriteString(w, medium)
		return nil, err
	}
	take := func(key string) *stored {
		t.Helper()
		a, err := f.do(t.Context(), key, produce)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	var held []*stored
	for _, key := range []string{"a", "a", "b", "c", "d", "e"} {
		held = append(held, take(key))
	}
	if used := f.memory.size - f.memory.left; used != 4<<20 {
		t.Errorf("%d bytes in memory", used)
	}
	if last := held[len(held)-1]; last.file == nil {
		t.Error("the fifth is in memory")
	}
	if _, kept := f.kept.GetIfPresent("e"); kept {
		t.Error("what went to the disk is kept")
	}
	held[2].release() // b is in the cache now, and f takes its room
	held[2] = take("f")
	fromCache := take("b")
	if fromCache.file == nil {
		t.Error("an answer from the cache is not counted")
	}
	if text, err := textOf(fromCache, nil); text != medium || err != nil {
		t.Errorf("%d bytes of it, %v", len(text), err)
	}
	for _, a := range held {
		a.release()
	}
	if f.memory.left != f.memory.size || f.room.left != f.room.size {
		t.Errorf("%d and %d bytes left", f.memory.left, f.room.left)
	}
}

// TestFlightLargeFails: nothing is sent of a large answer that fails in the end.
func TestFlightLargeFails(t *testing.T) {
	for because, fail := range map[string]producer{
		"an error": func(context.Context, io.Writer) (http.Header, error) { return nil, errors.New("away") },
		"a panic":  func(context.Context, io.Writer) (http.Header, error) { panic("broken") },
	} {
		s, err := newFlights().do(t.Context(), "k", func(ctx context.Context, w io.Writer) (http.Header, error) {
			_, begun := large(ctx, w)
			_, failed := fail(ctx, w)
			return nil, errors.Join(begun, failed)
		})
		if err == nil {
			s.release()
			t.Errorf("%s: answered", because)
		}
	}
}

// TestLargeAnswersAreBounded: what all of them take has a bound, and comes back when they are sent.
func TestLargeAnswersAreBounded(t *testing.T) {
	f := newFlights()
	f.room = newRoom("", largeSize+largeSize/2)
	first, err := f.do(t.Context(), "first", large)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.do(t.Context(), "second", large); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("beyond the bound: %v", err)
	}
	first.release()
	if body, err := textOf(f.do(t.Context(), "third", large)); len(body) != largeSize || err != nil {
		t.Errorf("afterwards: %d bytes, %v", len(body), err)
	}
	if f.room.left != f.room.size {
		t.Errorf("%d bytes are left", f.room.left)
	}
	f.room = newRoom("", largeSize-1)
	if _, err := f.do(t.Context(), "fourth", large); fault.KindOf(err) != fault.Invalid {
		t.Errorf("alone larger than all the room: %v", err)
	}
}
