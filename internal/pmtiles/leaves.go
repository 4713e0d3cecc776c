package pmtiles

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Leaves keeps the leaf directories of archives that were read lately: so many entries between them at most, of 24 bytes.
type Leaves struct {
	mutex sync.Mutex
	read  *simplelru.LRU[leafKey, []entry]
	most  int
	held  int // entries
}

type leafKey struct {
	of     *Archive
	offset uint64
}

// NewLeaves keeps up to so many entries, one at least.
func NewLeaves(most int) *Leaves {
	l := &Leaves{most: max(most, 1)}
	l.read, _ = simplelru.NewLRU(l.most, func(_ leafKey, leaf []entry) { l.held -= len(leaf) }) // it refuses none but 0
	return l
}

func (l *Leaves) get(a *Archive, offset uint64) ([]entry, bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.read.Get(leafKey{a, offset})
}

func (l *Leaves) keep(a *Archive, offset uint64, leaf []entry) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	key := leafKey{a, offset}
	if l.read.Contains(key) {
		return
	}
	l.read.Add(key, leaf)
	for l.held += len(leaf); l.held > l.most; {
		l.read.RemoveOldest()
	}
}

func (l *Leaves) forget(a *Archive) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, key := range l.read.Keys() {
		if key.of == a {
			l.read.Remove(key)
		}
	}
}
