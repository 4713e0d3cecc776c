package serve

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"maille/internal/fault"
)

// slots are the places of the exports that are read from the database: so many at once, of which one client has a few.
type slots struct {
	each  int           // of one client
	wait  time.Duration // for a place
	taken chan struct{}
	mu    sync.Mutex
	by    map[netip.Prefix]int
}

func newSlots(all, each int, wait time.Duration) *slots {
	return &slots{each: each, wait: wait, taken: make(chan struct{}, all), by: map[netip.Prefix]int{}}
}

// enter waits for a place, for a while; leave it once.
func (s *slots) enter(ctx context.Context, client netip.Prefix) (leave func(), err error) {
	if !s.count(client) {
		return nil, fault.New(fault.Unavailable, "%d exports of yours are under way", s.each)
	}
	timer := time.NewTimer(s.wait)
	defer timer.Stop()
	select {
	case s.taken <- struct{}{}:
		return func() { <-s.taken; s.uncount(client) }, nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-timer.C:
		err = fault.New(fault.Unavailable, "too many exports are under way")
	}
	s.uncount(client)
	return nil, err
}

func (s *slots) count(client netip.Prefix) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if client.IsValid() && s.by[client] >= s.each {
		return false
	}
	s.by[client]++
	return true
}

func (s *slots) uncount(client netip.Prefix) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.by[client]--; s.by[client] == 0 {
		delete(s.by, client)
	}
}

// network is who a request comes from, as far as an address tells; none where it is that of a proxy that stands before us,
// on this machine or beside it, which all share.
func network(address string) netip.Prefix {
	at, err := netip.ParseAddrPort(address)
	from := at.Addr().Unmap().WithZone("")
	if err != nil || from.IsLoopback() || from.IsPrivate() || from.IsLinkLocalUnicast() {
		return netip.Prefix{}
	}
	bits := 64 // what one subscriber has of IPv6
	if from.Is4() {
		bits = 32
	}
	prefix, _ := from.Prefix(bits) // it has so many
	return prefix
}
