package pmtiles

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"strings"
	"testing"

	"maille/internal/fault"
)

// TestHostile: what a file announces is not believed: a few kilobytes that unpack into more than anything has, or say that they have as
// many entries, are refused at once.
func TestHostile(t *testing.T) {
	zeros := make([]byte, mostTile+1)
	for because, spoil := range map[string]func(p *parts){
		"a directory of 2^60 entries":    func(p *parts) { p.first = pack(binary.AppendUvarint(nil, 1<<60)) },
		"a directory without end":        func(p *parts) { p.first = pack(zeros[:mostDirectory+1]) },
		"a directory of bytes too few":   func(p *parts) { p.first = pack(append(binary.AppendUvarint(nil, 1<<20), zeros[:1<<20]...)) },
		"metadata without end":           func(p *parts) { p.metadata = "{" + strings.Repeat(" ", mostMetadata) + "}" },
		"a tile without end":             func(p *parts) { p.packed(bytes.Repeat(pack(zeros), 4)) },
		"a tile of gigabytes, not there": raw(func(b []byte) { copy(b[64:72], "\xff\xff\xff\xff\x00") }),
	} {
		p := sound(t)
		spoil(p)
		data := p.bytes()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := verify(data)
		runtime.ReadMemStats(&after)
		if fault.KindOf(err) != fault.Refused {
			t.Errorf("%s: %v", because, err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 10*mostTile {
			t.Errorf("%s takes %d MB", because, took>>20)
		}
	}
	if _, err := Open(bytes.NewReader(nil), -1); fault.KindOf(err) != fault.Refused {
		t.Errorf("a file of less than nothing: %v", err)
	}
}
