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
	return &flights{kept: otter.Must(&otter.Options[string, *stored]{MaximumSize: 100}), room: &room{left: 1 << 30}}
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
func textOf(s *spool, err error) (string, error) {
	if err != nil {
		return "", err
	}
	defer s.close()
	w := httptest.NewRecorder()
	err = s.send(w, httptest.NewRequest(http.MethodGet, "/", nil))
	return w.Body.String(), err
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

// TestFlightLargeDoesNotQueue: whoever waits for an answer that turns out to be large does not wait for its end.
func TestFlightLargeDoesNotQueue(t *testing.T) {
	f := newFlights()
	overflowed, end := make(chan struct{}), make(chan struct{})
	var first sync.WaitGroup
	first.Go(func() {
		_, _ = textOf(f.do(t.Context(), "k", func(ctx context.Context, w io.Writer) (http.Header, error) {
			_, err := large(ctx, w)
			close(overflowed)
			<-end
			return nil, err
		}))
	})
	<-overflowed
	if body, err := textOf(f.do(t.Context(), "k", large)); len(body) != largeSize || err != nil {
		t.Errorf("%d bytes: %v", len(body), err)
	}
	close(end)
	first.Wait()
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
			s.close()
			t.Errorf("%s: answered", because)
		}
	}
}

// TestLargeAnswersAreBounded: what all of them take has a bound, and comes back when they are sent.
func TestLargeAnswersAreBounded(t *testing.T) {
	f := newFlights()
	f.room.left = largeSize + largeSize/2
	first, err := f.do(t.Context(), "first", large)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.do(t.Context(), "second", large); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("beyond the bound: %v", err)
	}
	first.close()
	if body, err := textOf(f.do(t.Context(), "third", large)); len(body) != largeSize || err != nil {
		t.Errorf("afterwards: %d bytes, %v", len(body), err)
	}
	if f.room.left != largeSize+largeSize/2 {
		t.Errorf("%d bytes are left", f.room.left)
	}
}
