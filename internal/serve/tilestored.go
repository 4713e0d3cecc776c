package serve

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"strconv"
	"sync"

	"github.com/klauspost/compress/gzip"

	"maille/internal/geo"
)

// sendStored answers a tile of an archive. It is read each time: what the system has of the file in memory is as near as
// a cache of ours would be. Its tag says of which archive and where it is, so that a client that has it costs no read.
func (s *Server) sendStored(w http.ResponseWriter, r *request, a *archive, t geo.Tile) error {
	at, err := a.find(t)
	if err != nil {
		return err
	}
	f := &form{key: a.sha[:20] + "." + strconv.FormatInt(at.offset, 36), mediaType: mediaMVT, caching: caching, compressible: true, negotiated: r.offers != nil}
	accepts := f.accepts(r.Request)
	if tag := f.match(r.Header["If-None-Match"], accepts); tag != "" {
		f.unmodified(w, tag)
		return nil
	}
	coding := identity
	if accepts.takes[gzipped] && accepts.best != identity && at.length > 0 {
		coding = gzipped
	}
	if hasAny(r.Request) {
		f.unmodified(w, f.tag(coding))
		return nil
	}
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	body, err := a.body(at, coding, buf)
	if err != nil {
		return err
	}
	h := w.Header()
	maps.Copy(h, f.headers(nil, coding))
	f.vary(h)
	short(w, r.Request, http.StatusOK, mediaMVT, body)
	return nil
}

// buffers hold the tiles that are being sent; a large one is not kept.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// keptBuffer is more than what most tiles take.
const keptBuffer = 1 << 20

// body is a tile in a coding; it may be in buf, which grows.
func (a *archive) body(at spot, c coding, buf *[]byte) ([]byte, error) {
	if at.length == 0 {
		return nil, nil
	}
	packed, err := a.read(at, *buf)
	if err != nil {
		return nil, err
	}
	if cap(packed) <= keptBuffer {
		*buf = packed[:0]
	}
	if c == gzipped {
		return packed, nil
	}
	return a.unpack(packed)
}

// unpack gives the MVT of a tile.
func (a *archive) unpack(packed []byte) ([]byte, error) {
	var mvt bytes.Buffer
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err == nil {
		_, err = io.Copy(&mvt, io.LimitReader(z, mostTile))
	}
	if err != nil {
		return nil, a.broken(err)
	}
	return mvt.Bytes(), nil
}

// sendEmpty answers a tile without features: no layer (MVT 2.1 §4.1), of which there is nothing to keep.
func sendEmpty(w http.ResponseWriter, r *request) {
	f := &form{key: "vide", mediaType: mediaMVT, caching: caching, compressible: true, negotiated: r.offers != nil}
	if tag := f.match(r.Header["If-None-Match"], f.accepts(r.Request)); tag != "" || hasAny(r.Request) {
		f.unmodified(w, f.tag(identity))
		return
	}
	maps.Copy(w.Header(), f.headers(nil, identity))
	f.vary(w.Header())
	short(w, r.Request, http.StatusOK, mediaMVT, nil)
}
