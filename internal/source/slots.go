package source

import (
	"cmp"
	"context"
	"sync"
)

const (
	defaultPerHost = 2
	defaultAtOnce  = 4
)

// slots bound how many downloads go on at once, in all and from one server.
type slots struct {
	mu    sync.Mutex
	all   chan struct{}
	hosts map[string]chan struct{}
}

// enter waits for a slot, first the server's, so that those who wait for a busy server keep nobody from another.
func (f *Fetcher) enter(ctx context.Context, host string) (leave func(), err error) {
	all, one := f.slotsOf(host)
	for _, slot := range []chan struct{}{one, all} {
		select {
		case slot <- struct{}{}:
			continue
		case <-ctx.Done():
		}
		if slot == all {
			<-one
		}
		return nil, ctx.Err()
	}
	return func() { <-all; <-one }, nil
}

func (f *Fetcher) slotsOf(host string) (all, one chan struct{}) {
	s := &f.slots
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all, s.hosts = make(chan struct{}, cmp.Or(f.AtOnce, defaultAtOnce)), map[string]chan struct{}{}
	}
	if s.hosts[host] == nil {
		s.hosts[host] = make(chan struct{}, cmp.Or(f.PerHost, defaultPerHost))
	}
	return s.all, s.hosts[host]
}
