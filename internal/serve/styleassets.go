package serve

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"

	"maille/internal/carto"
	"maille/internal/fault"
)

const mediaGlyphs = "application/x-protobuf"

// drawnOnce is the caching of what changes with the program only.
const drawnOnce = "public, max-age=3600"

// glyphs answers the letters of labels: /glyphs/Go%20Regular/0-255.pbf.
func (s *Server) glyphs(w http.ResponseWriter, r *request) error {
	stack, span := r.variable("fontstack"), r.variable("range")
	if err := r.only(); err != nil {
		return err
	}
	from, ok := firstGlyph(span)
	if !ok {
		return fault.New(fault.NotFound, "no glyphs are of the range %s; ranges are 0-255, 256-511 and so on to 65280-65535", shown(span)).About("range")
	}
	if !carto.HasFonts(stack) {
		return fault.New(fault.NotFound, "fonts %s are not there; %s are", shown(stack), listed(carto.Fonts())).About("fontstack")
	}
	return s.send(w, r, answer{mediaType: mediaGlyphs, depends: []string{"glyphs", stack, span}, caching: drawnOnce, anywhere: true,
		produce: func(_ context.Context, w io.Writer) (http.Header, error) {
			_, err := w.Write(carto.Glyphs(stack, from))
			return nil, err
		}})
}

// firstGlyph reads a range of 256 characters of the basic plane, which has one way to be written.
func firstGlyph(span string) (int, bool) {
	first, _, _ := strings.Cut(span, "-")
	from, err := strconv.ParseUint(first, 10, 16)
	if err != nil || from%carto.GlyphsIn != 0 || span != strconv.Itoa(int(from))+"-"+strconv.Itoa(int(from)+carto.GlyphsIn-1) {
		return 0, false
	}
	return int(from), true
}

// sprites are the pictures of styles and their index, at one and at two pixels of the screen for one of CSS.
var sprites = map[string]struct {
	mediaType string
	draw      func(ratio int) []byte
	ratio     int
}{
	"maille.json":    {mediaJSON, carto.Sprite, 1},
	"maille.png":     {"image/png", carto.SpritePNG, 1},
	"maille@2x.json": {mediaJSON, carto.Sprite, 2},
	"maille@2x.png":  {"image/png", carto.SpritePNG, 2},
}

func (s *Server) sprite(w http.ResponseWriter, r *request) error {
	name := r.variable("sprite")
	if err := r.only(); err != nil {
		return err
	}
	file, ok := sprites[name]
	if !ok {
		return fault.New(fault.NotFound, "no sprite is named %s; maille.json and maille.png are, and @2x of both", shown(name)).About("sprite")
	}
	return s.send(w, r, answer{mediaType: file.mediaType, depends: []string{"sprite", name}, caching: drawnOnce, anywhere: true,
		produce: func(_ context.Context, w io.Writer) (http.Header, error) {
			_, err := w.Write(file.draw(file.ratio))
			return nil, err
		}})
}
