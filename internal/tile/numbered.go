package tile

import (
	"math"
	"math/bits"

	"github.com/paulmach/orb"
)

// numbered gives numbers to keys as they come, from 0. It is what a map would be, in a third of its time and memory.
type numbered[K comparable] struct {
	keys  []K
	slots []int32 // by hash, the number plus one; a power of two of them
	hash  func(K) uint64
}

const fewKeys = 64

// number finds the key, or adds it.
func (n *numbered[K]) number(key K) int32 {
	if 2*len(n.keys) >= len(n.slots) {
		n.resize(max(fewKeys, 4*len(n.slots)))
	}
	slot := n.slot(key)
	if n.slots[slot] == 0 {
		n.keys = append(n.keys, key)
		n.slots[slot] = int32(len(n.keys))
	}
	return n.slots[slot] - 1
}

// find is the number of a key, or -1.
func (n *numbered[K]) find(key K) int32 {
	if len(n.keys) == 0 {
		return -1
	}
	return n.slots[n.slot(key)] - 1
}

// slot is that of the key, or the empty one that it may take.
func (n *numbered[K]) slot(key K) uint64 {
	mask := uint64(len(n.slots) - 1)
	for slot := n.hash(key) & mask; ; slot = (slot + 1) & mask {
		if at := n.slots[slot]; at == 0 || n.keys[at-1] == key {
			return slot
		}
	}
}

// reset forgets the keys; a large table is not cleared for a few.
func (n *numbered[K]) reset() {
	n.keys = n.keys[:0]
	n.resize(fewKeys)
}

func (n *numbered[K]) resize(slots int) {
	if cap(n.slots) < slots {
		n.slots = make([]int32, slots)
	}
	n.slots = n.slots[:slots]
	clear(n.slots)
	for i, key := range n.keys {
		n.slots[n.slot(key)] = int32(i + 1)
	}
}

func hashPoint(p orb.Point) uint64 {
	return mix(math.Float64bits(p[0]+0) ^ bits.RotateLeft64(mix(math.Float64bits(p[1]+0)), 31)) // + 0: minus zero is zero
}

func hashPixel(p pixel) uint64 { return mix(uint64(uint32(p[0]))<<32 | uint64(uint32(p[1]))) }

// mix is the last step of SplitMix64 (Steele, Lea and Flood, 2014): each bit depends on all.
func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
