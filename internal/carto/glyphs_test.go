package carto

import (
	"encoding/binary"
	"fmt"
	"math"
	"testing"
)

// readGlyphs reads a file of glyphs by the fields of mapbox/glyph-pbf.
func readGlyphs(t testing.TB, data []byte) (name, span string, glyphs map[rune]glyph) {
	t.Helper()
	glyphs = map[rune]glyph{}
	each(t, data, func(field int, _ uint64, stack []byte) {
		each(t, stack, func(field int, _ uint64, value []byte) {
			switch field {
			case 1:
				name = string(value)
			case 2:
				span = string(value)
			case 3:
				var g glyph
				each(t, value, func(field int, n uint64, value []byte) {
					signed := int(n>>1) ^ -int(n&1)
					switch field {
					case 1:
						g.char = rune(n)
					case 2:
						g.field = value
					case 3:
						g.width = int(n)
					case 4:
						g.height = int(n)
					case 5:
						g.left = signed
					case 6:
						g.top = signed
					case 7:
						g.advance = int(n)
					default:
						t.Errorf("field %d", field)
					}
				})
				glyphs[g.char] = g
			}
		})
	})
	return name, span, glyphs
}

func each(t testing.TB, data []byte, of func(field int, n uint64, value []byte)) {
	t.Helper()
	for len(data) > 0 {
		tag, size := binary.Uvarint(data)
		data = data[size:]
		n, size := binary.Uvarint(data)
		if size <= 0 || tag&7 != 0 && tag&7 != 2 || tag&7 == 2 && n > uint64(len(data)-size) {
			t.Fatalf("not Protocol Buffers")
		}
		data = data[size:]
		if tag&7 == 0 {
			of(int(tag>>3), n, nil)
			continue
		}
		of(int(tag>>3), n, data[:n])
		data = data[n:]
	}
}

// TestFrenchIsThere: what French names and numbers are written with.
func TestFrenchIsThere(t *testing.T) {
	for _, font := range Fonts() {
		cache := map[int]map[rune]glyph{}
		for _, char := range "ABCXYZabcxyz0123456789 .,:;!?'()/-+&%°ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸÆŒàâäçéèêëîïôöùûüÿæœ’‘“”«»–—…€ĀŐ\u00a0\u202f\u2009\u2011" {
			from := int(char) / GlyphsIn * GlyphsIn
			if cache[from] == nil {
				name, span, glyphs := readGlyphs(t, Glyphs(font, from))
				if name != font || span != fmt.Sprintf("%d-%d", from, from+255) {
					t.Errorf("%q %q", name, span)
				}
				cache[from] = glyphs
			}
			g, ok := cache[from][char]
			if !ok || g.advance <= 0 {
				t.Errorf("%s has no %q (%U)", font, char, char)
			}
			empty := len(g.field) == 0
			if blank := char == ' ' || char == '\u00a0' || char == '\u202f' || char == '\u2009'; empty != blank {
				t.Errorf("%s: %q is empty: %v", font, char, empty)
			}
			if !empty && len(g.field) != (g.width+2*glyphBorder)*(g.height+2*glyphBorder) {
				t.Errorf("%s: %q has %d bytes for %d by %d", font, char, len(g.field), g.width, g.height)
			}
		}
	}
}

// TestDistances: 191 on the outline, 32 for each pixel towards the inside, as MapLibre expects of a glyph.
func TestDistances(t *testing.T) {
	square := []line{{0, -10, 10, -10}, {10, -10, 10, 0}, {10, 0, 0, 0}, {0, 0, 0, -10}}
	var g glyph
	g.fill(square)
	if g.width != 10 || g.height != 10 || g.left != 0 || g.top != 10-glyphTop {
		t.Fatalf("%+v", g)
	}
	at := func(x, y int) float64 { return float64(g.field[(y+glyphBorder)*(g.width+2*glyphBorder)+x+glyphBorder]) }
	for _, c := range []struct {
		x, y     int
		distance float64 // of the pixel's centre, above 0 outside
	}{{0, 5, -0.5}, {-1, 5, 0.5}, {-3, 5, 2.5}, {5, -3, 2.5}, {5, 12, 2.5}, {5, 5, -4.5}, {-3, -3, 2.5 * math.Sqrt2}} {
		want := min(max(191-32*c.distance, 0), 255)
		if got := at(c.x, c.y); math.Abs(got-want) > 1 {
			t.Errorf("at %d,%d: %v, want %v", c.x, c.y, got, want)
		}
	}
}

// TestHoles: the inside of an o is outside of it, and a letter looks the same whichever way its outline turns.
func TestHoles(t *testing.T) {
	_, _, glyphs := readGlyphs(t, Glyphs("Go Bold", 0))
	o := glyphs['o']
	wide := o.width + 2*glyphBorder
	middle := o.field[(glyphBorder+o.height/2)*wide+wide/2]
	stem := o.field[(glyphBorder+o.height/2)*wide+glyphBorder+1]
	if middle > 150 || stem < 192 {
		t.Errorf("the hole of an o is %d, its stem %d", middle, stem)
	}
}

// TestHyphensAreShort: French names are full of them.
func TestHyphensAreShort(t *testing.T) {
	for _, font := range Fonts() {
		_, _, glyphs := readGlyphs(t, Glyphs(font, 0))
		if h, n := glyphs['-'], glyphs['n']; h.char != '-' || h.advance*4 > n.advance*3 {
			t.Errorf("%s: a hyphen takes %d, an n %d", font, h.advance, n.advance)
		}
	}
}

func TestStacks(t *testing.T) {
	for stack, want := range map[string]bool{"Go Regular": true, "Go Bold,Go Regular": true, "Go Bold, Go Regular": false, " Go Regular": false, "Go Regular\t": false, "": false, "Arial": false,
		"Go Regular,Arial": false, "Go Regular,Go Regular": false, "Go Regular,": false, "Go Bold,Go Italic,Go Regular,Go Bold": false} {
		if got := HasFonts(stack); got != want {
			t.Errorf("%q: %v", stack, got)
		}
	}
	_, _, both := readGlyphs(t, Glyphs("Go Bold,Go Regular", 0))
	_, _, bold := readGlyphs(t, Glyphs("Go Bold", 0))
	if string(both['A'].field) != string(bold['A'].field) || len(both) != len(bold) {
		t.Error("the first font that has a character does not draw it")
	}
	if name, span, none := readGlyphs(t, Glyphs("Go Regular", 0x4e00)); name != "Go Regular" || span != "19968-20223" || len(none) != 0 {
		t.Errorf("a range without glyphs: %q %q %d", name, span, len(none))
	}
}

func BenchmarkGlyphs(b *testing.B) {
	for b.Loop() {
		Glyphs("Go Regular", 0)
	}
}
