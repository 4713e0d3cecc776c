package serve

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"

	"github.com/maypok86/otter/v2"
)

// flights lets the first of many equal requests do the work and gives the others its bytes.
type flights struct {
	mu    sync.Mutex
	calls map[string]*flight
	kept  *otter.Cache[string, *stored] // where whole answers go
	room  *room                         // for large ones
}

type flight struct {
	done  chan struct{}
	body  *stored // when whole
	err   error   // when producing failed for everyone
	large bool    // too large to share
}

// producer writes a body, whole before its first byte leaves, and gives the headers that are known once it is written.
type producer func(context.Context, io.Writer) (http.Header, error)

// do gives the body, whole; close it in the end.
func (f *flights) do(ctx context.Context, key string, produce producer) (*spool, error) {
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
		case call.body != nil:
			return whole(call.body), nil
		case call.large:
			s := &spool{room: f.room}
			return s, s.fill(ctx, produce)
		}
		// The first one left: this one tries in turn.
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

func (f *flights) lead(ctx context.Context, key string, call *flight, produce producer) (*spool, error) {
	defer f.leave(key, call)
	if body, ok := f.kept.GetIfPresent(key); ok { // another one ended between the look at the cache and the join
		call.body = body
		return whole(body), nil
	}
	s := &spool{room: f.room, overflow: func() { call.large = true; f.leave(key, call) }}
	if err := s.fill(ctx, produce); err != nil {
		if ctx.Err() == nil && !call.large { // those who waited for a large one have left
			call.err = err
		}
		return nil, err
	}
	if s.file == nil {
		call.body = keep(s.headers, bytes.Clone(s.buf.Bytes()))
		f.kept.Set(key, call.body) // before others may begin again
		return whole(call.body), nil
	}
	return s, nil
}

// leave ends the call, once, and wakes those who wait.
func (f *flights) leave(key string, call *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.calls[key] == call {
		delete(f.calls, key)
		close(call.done)
	}
}
