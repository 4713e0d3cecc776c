package serve

import (
	"context"
	"io"
	"os"
	"runtime/debug"
	"sync"

	"maille/internal/fault"
)

// growing is a file without a name that is written at the database's speed and read at the client's, at the same time: a
// client begins to read early, and one that is slow holds no connection to PostgreSQL.
type growing struct {
	file  *os.File
	claim claim

	mu      sync.Mutex
	written int64
	ended   bool
	err     error         // why it ended, when it is not whole
	grew    chan struct{} // closed when there is more to know, then replaced
}

// grow begins a file that write fills, until it is whole, fails, or the context ends. Close it in the end.
func (r *room) grow(ctx context.Context, write func(context.Context, io.Writer) error) (*growing, error) {
	file, err := r.temporary()
	if err != nil {
		return nil, shortage(err)
	}
	g := &growing{file: file, claim: claim{room: r}, grew: make(chan struct{})}
	go func() {
		err := shortage(g.fill(ctx, write))
		g.claim.settle(g.written) // what was taken besides were working files
		g.change(func() { g.ended, g.err = true, err })
	}()
	return g, nil
}

func (g *growing) fill(ctx context.Context, write func(context.Context, io.Writer) error) (err error) {
	defer func() {
		if cause := recover(); cause != nil { // it would end the program
			err = fault.New(fault.Internal, "panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return write(ctx, g)
}

// Write takes the next bytes.
func (g *growing) Write(p []byte) (int, error) {
	if err := g.claim.take(int64(len(p))); err != nil {
		return 0, err
	}
	n, err := g.file.Write(p)
	g.change(func() { g.written += int64(n) })
	return n, err
}

// work counts what the temporary files of a format take while it is written.
func (g *growing) work(bytes int64) error { return g.claim.take(bytes) }

// change makes a change and wakes the reader.
func (g *growing) change(f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	f()
	close(g.grew)
	g.grew = make(chan struct{})
}

// state is how much there is to read, and whether that is all; the error says why there is no more.
func (g *growing) state() (written int64, ended bool, grew <-chan struct{}, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.written, g.ended, g.grew, g.err
}

// beyond waits until there is more than n bytes, or all.
func (g *growing) beyond(ctx context.Context, n int64) (written int64, ended bool, err error) {
	for {
		written, ended, grew, err := g.state()
		if err != nil || ended || written > n {
			return written, ended, err
		}
		select {
		case <-grew:
		case <-ctx.Done():
			return written, false, ctx.Err()
		}
	}
}

// close waits for the writer, whose context is over or which is done, and frees the file.
func (g *growing) close() {
	for {
		_, ended, grew, _ := g.state()
		if ended {
			break
		}
		<-grew
	}
	_ = g.file.Close()
	g.claim.settle(0)
}
