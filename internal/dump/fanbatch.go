package dump

import (
	"sync/atomic"
	"unsafe"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// A batch of features ends when it has so many, or takes so many bytes.
const (
	fanRows  = 1 << 10
	fanBytes = 512 << 10
)

// fanBatch is some features, copied into two arenas. One that grows leaves what it had where it is, so that nothing moves.
type fanBatch struct {
	features []dataset.Feature
	values   []schema.Value
	bytes    []byte
	taken    int          // bytes of the arenas
	readers  atomic.Int32 // that still read it
}

// add copies a feature, and says whether there is room for more.
func (b *fanBatch) add(f *dataset.Feature) bool {
	from := len(b.values)
	for _, v := range f.Values {
		if v.HasText() {
			v = v.WithText(b.text(v.Text()))
		}
		b.values = append(b.values, v)
	}
	kept := *f
	kept.Values = b.values[from:len(b.values):len(b.values)]
	kept.WKB, kept.GeoJSON = b.copied(f.WKB), b.copied(f.GeoJSON)
	b.features = append(b.features, kept)
	b.taken += int(unsafe.Sizeof(kept)) + len(f.Values)*int(unsafe.Sizeof(schema.Value{}))
	return len(b.features) < fanRows && b.taken < fanBytes
}

func (b *fanBatch) text(s string) string {
	if s == "" {
		return ""
	}
	from := len(b.bytes)
	b.bytes = append(b.bytes, s...)
	b.taken += len(s)
	return unsafe.String(&b.bytes[from], len(s))
}

// copied is nil of nil.
func (b *fanBatch) copied(from []byte) []byte {
	if from == nil {
		return nil
	}
	at := len(b.bytes)
	b.bytes = append(b.bytes, from...)
	b.taken += len(from)
	return b.bytes[at:len(b.bytes):len(b.bytes)]
}

// weight is what the batch counts for in the room of all.
func (b *fanBatch) weight() int64 { return min(int64(b.taken), fanRoom) }

// clear empties the batch. An arena that a large shape made is let go.
func (b *fanBatch) clear() {
	if cap(b.bytes) > 4*fanBytes {
		b.bytes = nil
	}
	b.features, b.values, b.bytes, b.taken = b.features[:0], b.values[:0], b.bytes[:0], 0
}

func (b *fanBatch) each(yield func(*dataset.Feature, error) bool) bool {
	for i := range b.features {
		if !yield(&b.features[i], nil) {
			return false
		}
	}
	return true
}
