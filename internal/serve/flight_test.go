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
	return &flights{kept: otter.Must(&otter.Options[string, []byte]{MaximumSize: 100})}
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
				body, streamed, err := f.do(t.Context(), "k", httptest.NewRecorder(), func(_ context.Context, w io.Writer) error {
					made.Add(1)
					_, err := io.WriteString(w, "answer")
					return err
				})
				if string(body) != "answer" || streamed || err != nil {
					t.Errorf("%q %v %v", body, streamed, err)
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
		_, _, err := f.do(ctx, "k", httptest.NewRecorder(), func(ctx context.Context, _ io.Writer) error {
			close(working)
			<-ctx.Done()
			return ctx.Err()
		})
		ended <- err
	}()
	<-working
	var all sync.WaitGroup
	var made atomic.Int64
	for range 20 {
		all.Go(func() {
			body, _, err := f.do(t.Context(), "k", httptest.NewRecorder(), func(_ context.Context, w io.Writer) error {
				made.Add(1)
				_, err := io.WriteString(w, "answer")
				return err
			})
			if string(body) != "answer" || err != nil {
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
		if body, _, err := f.do(t.Context(), "k", httptest.NewRecorder(), func(_ context.Context, w io.Writer) error {
			close(working)
			<-end
			_, err := io.WriteString(w, "answer")
			return err
		}); string(body) != "answer" || err != nil {
			t.Errorf("%q %v", body, err)
		}
	})
	<-working
	ctx, leave := context.WithCancel(t.Context())
	leave()
	if _, _, err := f.do(ctx, "k", httptest.NewRecorder(), nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(end)
	all.Wait()
}

// TestFlightFails: a failure is for all who wait, and for no one after them; a panic is a failure.
func TestFlightFails(t *testing.T) {
	f := newFlights()
	for _, produce := range []producer{
		func(context.Context, io.Writer) error { return fault.New(fault.Unavailable, "away") },
		func(context.Context, io.Writer) error { panic("broken") },
	} {
		body, streamed, err := f.do(t.Context(), "k", httptest.NewRecorder(), produce)
		if body != nil || streamed || err == nil {
			t.Errorf("%q %v %v", body, streamed, err)
		}
	}
	if body, _, err := f.do(t.Context(), "k", httptest.NewRecorder(), func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "answer")
		return err
	}); string(body) != "answer" || err != nil {
		t.Errorf("after the failures: %q %v", body, err)
	}
}

// counter is a client that reads all it is given.
type counter struct{ bytes int }

func (c *counter) Header() http.Header         { return http.Header{} }
func (c *counter) WriteHeader(int)             {}
func (c *counter) Write(p []byte) (int, error) { c.bytes += len(p); return len(p), nil }

func large(_ context.Context, w io.Writer) error {
	text := strings.Repeat("x", 1<<20)
	for range 20 {
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	return nil
}

// TestFlightLarge: an answer larger than the spool goes to each client as it is made, whole, and is not kept.
func TestFlightLarge(t *testing.T) {
	f := newFlights()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			w := &counter{}
			body, streamed, err := f.do(t.Context(), "k", w, large)
			if body != nil || !streamed || err != nil || w.bytes != 20<<20 {
				t.Errorf("%d bytes, streamed %v: %v", w.bytes, streamed, err)
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
		_, _, _ = f.do(t.Context(), "k", &counter{}, func(ctx context.Context, w io.Writer) error {
			err := large(ctx, w)
			close(overflowed)
			<-end
			return err
		})
	})
	<-overflowed
	w := &counter{}
	if _, streamed, err := f.do(t.Context(), "k", w, large); !streamed || err != nil || w.bytes != 20<<20 {
		t.Errorf("%d bytes, streamed %v: %v", w.bytes, streamed, err)
	}
	close(end)
	first.Wait()
}

// TestFlightBreaks: half of a large answer is sent when it fails; the caller must break the connection.
func TestFlightBreaks(t *testing.T) {
	for because, fail := range map[string]producer{
		"an error": func(context.Context, io.Writer) error { return errors.New("away") },
		"a panic":  func(context.Context, io.Writer) error { panic("broken") },
	} {
		_, streamed, err := newFlights().do(t.Context(), "k", &counter{}, func(ctx context.Context, w io.Writer) error {
			return errors.Join(large(ctx, w), fail(ctx, w))
		})
		if !streamed || err == nil {
			t.Errorf("%s: streamed %v, %v", because, streamed, err)
		}
	}
}
