package source

import (
	"strings"
	"testing"
	"unsafe"
)

// TestMemoryKeepsNoRow: what is remembered of a row is a copy of a short text, and no more than a thousand of them.
func TestMemoryKeepsNoRow(t *testing.T) {
	row := strings.Repeat("2026T2;", 1000)
	same := func(text string) string { return text }
	m := memory[string]{known: map[string]*changed[string]{}}
	if got := m.of(row[:6], same); got != "2026T2" || unsafe.StringData(got) == unsafe.StringData(row) {
		t.Errorf("%q is the row's own", got)
	}
	for i := range 3 * mostRemembered {
		text := row[:i%len(row)]
		if first := m.of(text, same); first != text || m.of(text, same) != first {
			t.Fatalf("%q is changed", text)
		}
	}
	for text := range m.known {
		if len(text) > longestRemembered || len(m.known) > mostRemembered {
			t.Fatalf("%d texts are kept, one of %d bytes", len(m.known), len(text))
		}
	}
}
