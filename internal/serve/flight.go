package serve

import (
	"bytes"
	"context"
	"net/http"
	"sync"
	"time"

	"io"
)

// spooled is the size beyond which an answer is streamed as it is made, and neither shared nor cached. Below it the
// database's connection is free again before a slow client reads the first byte.
const spooled = 16 << 20

// flights lets the first of many equal requests do the work and gives the others its bytes.
type flights struct {
	mu    sync.Mutex
	calls map[string]*flight
}

type flight struct {
	done chan struct{}
	body []byte // when whole
	err  error  // when producing failed for everyone
}

// do gives the body, or streamed when it was too large to keep and went to w directly.
func (f *flights) do(ctx context.Context, key string, w http.ResponseWriter, produce func(context.Context, io.Writer) error) (body []byte, streamed bool, err error) {
	for {
		call, first := f.join(key)
		if first {
			return f.lead(ctx, key, call, w, produce)
		}
		select {
		case <-call.done:
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
		if call.body != nil || call.err != nil {
			return call.body, false, call.err
		}
		// The first one left, or its answer is too large to share: this one tries in turn.
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

func (f *flights) lead(ctx context.Context, key string, call *flight, w http.ResponseWriter, produce func(context.Context, io.Writer) error) (body []byte, streamed bool, err error) {
	s := &spool{w: w, overflow: func() { f.leave(key, call) }}
	defer f.leave(key, call)
	err = produce(ctx, s)
	switch {
	case s.streaming && err != nil:
		panic(http.ErrAbortHandler) // the client has seen half of it
	case s.streaming:
		return nil, true, s.flush()
	case err != nil:
		if ctx.Err() == nil {
			call.err = err
		}
		return nil, false, err
	}
	call.body = bytes.Clone(s.buf.Bytes())
	return call.body, false, nil
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

// spool keeps an answer in memory while it is small and streams it once it is large.
type spool struct {
	w         http.ResponseWriter
	buf       bytes.Buffer
	streaming bool
	overflow  func()
}

const piece = 256 << 10

func (s *spool) Write(p []byte) (int, error) {
	s.buf.Write(p)
	if !s.streaming && s.buf.Len() > spooled {
		s.streaming = true
		s.overflow()
	}
	if s.streaming && s.buf.Len() >= piece {
		return len(p), s.flush()
	}
	return len(p), nil
}

func (s *spool) flush() error {
	control := http.NewResponseController(s.w)
	for s.buf.Len() > 0 {
		_ = control.SetWriteDeadline(time.Now().Add(patience))
		if _, err := s.w.Write(s.buf.Next(piece)); err != nil {
			return err
		}
	}
	return nil
}
