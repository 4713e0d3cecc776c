package dump

import (
	"sync/atomic"
	"unsafe"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// A batch of features ends when it has so many, or takes so many bytes.
const (
	fanRows  = 1 << 9
	fanBytes = 256 << 10
)

const featureSize, valueSize = int(unsafe.Sizeof(dataset.Feature{})), int(unsafe.Sizeof(schema.Value{}))

// fanBatch is some features, copied into arenas that never grow, and are used again: what they have no room for is by itself.
type fanBatch struct {
	features []dataset.Feature
	values   []schema.Value
	bytes    []byte
	beside   int          // bytes that are in no arena
	taken    int          // bytes of all features
	weight   int64        // what the batch counts for in the room of all, while readers have it
	readers  atomic.Int32 // that still read it
}

// add copies a feature, and says whether there is room for more.
func (b *fanBatch) add(f *dataset.Feature) bool {
	if b.features == nil {
		b.features, b.bytes = make([]dataset.Feature, 0, fanRows), make([]byte, 0, fanBytes/2)
	}
	kept := *f
	kept.Values = b.row(len(f.Values))
	for i, v := range f.Values {
		if v.HasText() {
			v = v.WithText(b.text(v.Text()))
		}
		kept.Values[i] = v
	}
	kept.WKB, kept.GeoJSON = b.copied(f.WKB), b.copied(f.GeoJSON)
	b.features = append(b.features, kept)
	b.taken += featureSize + len(f.Values)*valueSize
	return len(b.features) < fanRows && b.taken < fanBytes
}

// row is room for the values of a feature.
func (b *fanBatch) row(n int) []schema.Value {
	if b.values == nil {
		b.values = make([]schema.Value, 0, min(fanRows*n, fanBytes/valueSize))
	}
	from := len(b.values)
	if cap(b.values)-from < n {
		b.beside += n * valueSize
		return make([]schema.Value, n)
	}
	b.values = b.values[:from+n]
	return b.values[from : from+n : from+n]
}

func (b *fanBatch) text(s string) string {
	if s == "" {
		return ""
	}
	kept := b.room(len(s))
	copy(kept, s)
	return unsafe.String(&kept[0], len(s))
}

// copied is nil of nil.
func (b *fanBatch) copied(from []byte) []byte {
	if from == nil {
		return nil
	}
	kept := b.room(len(from))
	copy(kept, from)
	return kept
}

func (b *fanBatch) room(n int) []byte {
	b.taken += n
	from := len(b.bytes)
	if cap(b.bytes)-from < n {
		b.beside += n
		return make([]byte, n)
	}
	b.bytes = b.bytes[:from+n]
	return b.bytes[from : from+n : from+n]
}

// memory is what the batch takes, as far as there is room for it.
func (b *fanBatch) memory() int64 {
	return min(int64(cap(b.features)*featureSize+cap(b.values)*valueSize+cap(b.bytes)+b.beside), fanRoom)
}

// clear empties the batch, and lets go what is beside the arenas.
func (b *fanBatch) clear() {
	clear(b.features)
	clear(b.values)
	b.features, b.values, b.bytes, b.beside, b.taken = b.features[:0], b.values[:0], b.bytes[:0], 0, 0
}

func (b *fanBatch) each(yield func(*dataset.Feature, error) bool) bool {
	for i := range b.features {
		if !yield(&b.features[i], nil) {
			return false
		}
	}
	return true
}
