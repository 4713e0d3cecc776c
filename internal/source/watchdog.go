package source

import (
	"context"
	"io"
	"sync/atomic"
	"time"
)

// watchdog cancels a download that makes no progress. It looks away while the bytes are written down: a slow disk is not
// the server's fault.
type watchdog struct {
	stall  time.Duration
	timer  *time.Timer
	cancel context.CancelFunc
	barked atomic.Bool // it did cancel
}

// watch gives the context for the download, and its watchdog, which must leave in the end.
func watch(parent context.Context, stall time.Duration) (context.Context, *watchdog) {
	ctx, cancel := context.WithCancel(parent)
	d := &watchdog{stall: stall, cancel: cancel}
	d.timer = time.AfterFunc(stall, d.bark)
	return ctx, d
}

func (d *watchdog) bark() {
	d.barked.Store(true)
	d.cancel()
}

func (d *watchdog) leave() {
	d.timer.Stop()
	d.cancel()
}

func (d *watchdog) guarding(r io.Reader) io.Reader { return guarded{r, d} }

type guarded struct {
	r   io.Reader
	dog *watchdog
}

func (g guarded) Read(p []byte) (int, error) {
	g.dog.timer.Reset(g.dog.stall)
	n, err := g.r.Read(p)
	g.dog.timer.Stop()
	return n, err
}
