package serve

import (
	"context"
	"io"
	"net/http"
	"sync"

	"github.com/maypok86/otter/v2"
)

// flights lets the first of many equal requests do the work and gives the others its bytes.
type flights struct {
	mu     sync.Mutex
	calls  map[string]*flight
	kept   *otter.Cache[string, *stored] // where whole answers go
	memory *room                         // for those that are made or sent
	room   *room                         // on disk, for large ones
}

type flight struct {
	done chan struct{}
	body *stored // when whole
	err  error   // when producing failed for everyone
}

// producer writes a body, whole before its first byte leaves, and gives the headers that are known once it is written.
type producer func(context.Context, io.Writer) (http.Header, error)

// do gives the body, whole; release it in the end.
func (f *flights) do(ctx context.Context, key string, produce producer) (*stored, error) {
	for {
		call, first := f.join(key)
		if first {
			return f.lead(ctx, key, call, produce)
		}
		select {
		case <-call.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		switch {
		case call.err != nil:
			return nil, call.err
		case call.body != nil && call.body.hold():
			return call.body, nil
		}
		f.forget(key, call) // the first one left, or all who had the body: this one tries in turn
	}
}

func (f *flights) join(key string) (call *flight, first bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if call, ok := f.calls[key]; ok {
		return call, false
	}
	if f.calls == nil {
		f.calls = map[string]*flight{}
	}
	call = &flight{done: make(chan struct{})}
	f.calls[key] = call
	return call, true
}

func (f *flights) lead(ctx context.Context, key string, call *flight, produce producer) (*stored, error) {
	defer f.end(key, call)
	if body, ok := f.kept.GetIfPresent(key); ok { // another one ended between the look at the cache and the join
		if body.hold() {
			call.body = body
			return body, nil
		}
		produce = body.repeat // memory has no room for one more that is sent: to a file
	}
	s := &spool{memory: claim{room: f.memory}, disk: claim{room: f.room}}
	body, err := s.fill(ctx, produce)
	if err != nil {
		if ctx.Err() == nil {
			call.err = err
		}
		return nil, err
	}
	if call.body = body; body.file == nil {
		f.kept.Set(key, body) // before others may begin again
	} else {
		body.forget = func() { f.forget(key, call) }
	}
	return body, nil
}

// end wakes those who wait. A body that no cache has can be joined as long as someone sends it.
func (f *flights) end(key string, call *flight) {
	if call.body == nil || call.body.file == nil {
		f.forget(key, call)
	}
	close(call.done)
}

func (f *flights) forget(key string, call *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.calls[key] == call {
		delete(f.calls, key)
	}
}
