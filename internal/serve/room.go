package serve

import (
	"errors"
	"os"
	"sync"
	"syscall"

	"maille/internal/fault"
)

// room bounds what all answers of a kind take while they are made and sent: in memory, or on disk.
type room struct {
	folder string // of their files; "" for the system's
	size   int64
	mu     sync.Mutex
	left   int64
}

func newRoom(folder string, size int64) *room { return &room{folder: folder, size: size, left: size} }

// state is what is taken, of how much.
func (r *room) state() (taken, most int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.size - r.left, r.size
}

// temporary makes a file without a name: the system frees it when it is closed, even by a kill.
func (r *room) temporary() (*os.File, error) {
	file, err := os.CreateTemp(r.folder, "answer-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

// claim is what one answer takes of a room. The zero claim is on no room, and takes nothing.
type claim struct {
	room  *room
	taken int64
}

// take asks for n bytes more. Where one answer alone would take all, to ask again is of no use.
func (c *claim) take(n int64) error {
	if c.room == nil {
		return nil
	}
	c.room.mu.Lock()
	defer c.room.mu.Unlock()
	switch {
	case c.taken+n > c.room.size:
		return fault.New(fault.Invalid, "limit: this answer takes more than the %d MB that the service has for such answers; choose fewer features, or fewer properties",
			c.room.size/1_000_000).About("limit")
	case n > c.room.left:
		return fault.New(fault.Unavailable, "too many large answers are under way")
	}
	c.room.left -= n
	c.taken += n
	return nil
}

// settle gives back all but n bytes of what was taken.
func (c *claim) settle(n int64) {
	if c.room == nil {
		return
	}
	c.room.mu.Lock()
	defer c.room.mu.Unlock()
	c.room.left += c.taken - n
	c.taken = n
}

// shortage gives its kind to the failure of a disk that is full: others will free theirs.
func shortage(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return fault.New(fault.Unavailable, "there is no space on the service's disk for this answer now").Because(err)
	}
	return err
}
