package serve

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"

	"maille/internal/fault"
)

// TestSlots: one client has a few of the places, who comes when all are taken waits for a while, and who leaves takes none.
func TestSlots(t *testing.T) {
	s := newSlots(3, 2, 20*time.Millisecond)
	one, other := network("203.0.113.7:4000"), network("203.0.113.8:4000")
	enter := func(from netip.Prefix) func() {
		t.Helper()
		leave, err := s.enter(t.Context(), from)
		if err != nil {
			t.Fatal(err)
		}
		return leave
	}
	first, second := enter(one), enter(one)
	if _, err := s.enter(t.Context(), one); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a third of one client: %v", err)
	}
	third := enter(other)
	if _, err := s.enter(t.Context(), other); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("all are taken: %v", err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := s.enter(gone, other); !errors.Is(err, context.Canceled) {
		t.Errorf("a client that leaves: %v", err)
	}
	s.wait = 10 * time.Second
	time.AfterFunc(10*time.Millisecond, first)
	fourth := enter(other)
	second()
	third()
	fourth()
	if len(s.by) > 0 || len(s.taken) > 0 {
		t.Errorf("%v and %d places are taken", s.by, len(s.taken))
	}
}

func TestNetwork(t *testing.T) {
	for address, want := range map[string]string{
		"203.0.113.7:1": "203.0.113.7/32", "[::ffff:203.0.113.7]:1": "203.0.113.7/32", "[2001:db8:1:2:3::4]:1": "2001:db8:1:2::/64",
		"127.0.0.1:1": "", "[::1]:1": "", "10.0.0.1:1": "", "192.168.1.1:1": "", "[fd00::1]:1": "", "[fe80::1%eth0]:1": "", "@": "",
	} {
		var text string
		if got := network(address); got.IsValid() {
			text = got.String()
		}
		if text != want {
			t.Errorf("%s: %q, not %q", address, text, want)
		}
	}
}

// TestPace: a client may rest, but not be slow for as long as it is looked at.
func TestPace(t *testing.T) {
	now := time.Now()
	p := pace{bytes: 60, within: time.Minute}
	for second := range 600 {
		if !p.read(now.Add(time.Duration(second)*time.Second), 1) {
			t.Fatalf("too slow after %d seconds", second)
		}
	}
	p = pace{bytes: 60, within: time.Minute}
	for second := range 60 {
		if !p.read(now.Add(time.Duration(second)*time.Second), int64(second%3/2)) {
			t.Fatalf("too slow after %d seconds of its first minute", second)
		}
	}
	if p.read(now.Add(time.Minute), 1) {
		t.Error("a third of the pace is enough")
	}
}
