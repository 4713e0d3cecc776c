package carto

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"sync"

	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
)

// fonts are the Go fonts of Bigelow & Holmes, under the licence that doc/credits.md has.
var fonts = map[string]func() *sfnt.Font{
	"Go Regular": sync.OnceValue(func() *sfnt.Font { return parsed(goregular.TTF) }),
	"Go Bold":    sync.OnceValue(func() *sfnt.Font { return parsed(gobold.TTF) }),
	"Go Italic":  sync.OnceValue(func() *sfnt.Font { return parsed(goitalic.TTF) }),
}

func parsed(ttf []byte) *sfnt.Font {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		panic(err) // of the build
	}
	return f
}

// Fonts are the names of the fonts that labels may use.
func Fonts() []string {
	names := make([]string, 0, len(fonts))
	for name := range fonts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// GlyphsIn is how many characters a file of glyphs is of.
const GlyphsIn = 256

// HasFonts says whether all fonts of a stack ("Go Regular,Go Bold") are there, each at most once, and the stack is written as
// it is here: a file of glyphs has one name.
func HasFonts(stack string) bool {
	names := stacked(stack)
	for i, name := range names {
		if fonts[name] == nil || slices.Contains(names[:i], name) {
			return false
		}
	}
	return true
}

func stacked(stack string) []string {
	return strings.SplitN(stack, ",", len(fonts)+1)
}

// Glyphs is the file of the glyphs of 256 characters, from a multiple of 256 on, of a stack of fonts, as MapLibre reads it:
// each character as the first font has it. Characters that none has are left out.
func Glyphs(stack string, from int) []byte {
	names := stacked(stack)
	body := appendText(nil, 1, strings.Join(names, ","))
	body = appendText(body, 2, fmt.Sprintf("%d-%d", from, from+GlyphsIn-1))
	for char := rune(from); char < rune(from+GlyphsIn); char++ {
		for _, name := range names {
			if g := draw(fonts[name](), char); g != nil {
				body = appendBytes(body, 3, g.append(nil))
				break
			}
		}
	}
	return appendBytes(nil, 1, body)
}

// glyph is a character as a field of distances, of width+2·border by height+2·border bytes.
type glyph struct {
	char          rune
	field         []byte
	width, height int // of the shape, without the border
	left, top     int // where the shape begins, from the pen and from the top of the line, rising
	advance       int
}

// append writes the glyph in Protocol Buffers, as the fields of mapbox/glyph-pbf are numbered.
func (g *glyph) append(dst []byte) []byte {
	dst = appendNumber(dst, 1, uint64(g.char))
	if len(g.field) > 0 {
		dst = appendBytes(dst, 2, g.field)
	}
	dst = appendNumber(dst, 3, uint64(g.width))
	dst = appendNumber(dst, 4, uint64(g.height))
	dst = appendNumber(dst, 5, zigzag(g.left))
	dst = appendNumber(dst, 6, zigzag(g.top))
	return appendNumber(dst, 7, uint64(g.advance))
}

func zigzag(n int) uint64 { return uint64(n)<<1 ^ uint64(n>>63) }

func appendNumber(dst []byte, field int, n uint64) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(dst, uint64(field)<<3), n)
}

func appendBytes(dst []byte, field int, value []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(field)<<3|2)
	return append(binary.AppendUvarint(dst, uint64(len(value))), value...)
}

func appendText(dst []byte, field int, text string) []byte {
	return appendBytes(dst, field, []byte(text))
}
