package serve

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"sync"

	"github.com/maypok86/otter/v2"

	"maille/internal/fault"
)

// spooled is the size beyond which an answer is streamed as it is made, and neither shared nor cached. Below it the
// database's connection is free again before a slow client reads the first byte.
const spooled = 16 << 20

// flights lets the first of many equal requests do the work and gives the others its bytes.
type flights struct {
	mu    sync.Mutex
	calls map[string]*flight
	kept  *otter.Cache[string, []byte] // where whole answers go
}

type flight struct {
	done  chan struct{}
	body  []byte // when whole
	err   error  // when producing failed for everyone
	large bool   // too large to share
}

type producer func(context.Context, io.Writer) error

// do gives the body, or streamed when it was too large to keep and went to w directly; streamed with an error has sent
// only half of it.
func (f *flights) do(ctx context.Context, key string, w http.ResponseWriter, produce producer) (body []byte, streamed bool, err error) {
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
		switch {
		case call.body != nil || call.err != nil:
			return call.body, false, call.err
		case call.large:
			s := &spool{w: w, streaming: true}
			return nil, true, s.stream(ctx, produce)
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

func (f *flights) lead(ctx context.Context, key string, call *flight, w http.ResponseWriter, produce producer) (body []byte, streamed bool, err error) {
	defer f.leave(key, call)
	if body, ok := f.kept.GetIfPresent(key); ok { // another one ended between the look at the cache and the join
		call.body = body
		return body, false, nil
	}
	s := &spool{w: w, overflow: func() { call.large = true; f.leave(key, call) }}
	err = safely(ctx, produce, s)
	switch {
	case s.streaming && err == nil:
		return nil, true, s.flush()
	case s.streaming:
		return nil, true, err
	case err != nil:
		if ctx.Err() == nil {
			call.err = err
		}
		return nil, false, err
	}
	call.body = bytes.Clone(s.buf.Bytes())
	f.kept.Set(key, call.body) // before others may begin again
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

// safely makes an error of a panic: those who wait must hear of it, and a half answer must not end like a whole one.
func safely(ctx context.Context, produce producer, w io.Writer) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fault.New(fault.Internal, "panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return produce(ctx, w)
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

// stream sends an answer that is known to be large as it is made.
func (s *spool) stream(ctx context.Context, produce producer) error {
	if err := safely(ctx, produce, s); err != nil {
		return err
	}
	return s.flush()
}

func (s *spool) flush() error {
	for s.buf.Len() > 0 {
		extend(s.w)
		if _, err := s.w.Write(s.buf.Next(piece)); err != nil {
			return fmt.Errorf("the client takes no more: %w", err)
		}
	}
	return nil
}
