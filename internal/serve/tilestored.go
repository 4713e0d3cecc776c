package serve

import (
	"bytes"
	"context"
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
	switch packed := accepts.takes[gzipped] && accepts.best != identity; {
	case at.length == 0:
		sendEmpty(w, r)
		return nil
	case !packed:
		r.fleeting = true // who takes gzip comes this way too
		return s.give(w, r, f, func(_ context.Context, w io.Writer) (http.Header, error) { return nil, a.unpack(w, at) })
	}
	tag := f.match(r.Header["If-None-Match"], accepts)
	if tag == "" && hasAny(r.Request) {
		tag = f.tag(gzipped)
	}
	if tag != "" {
		f.unmodified(w, tag)
		return nil
	}
	return a.send(w, r.Request, f, at)
}

// send sends a tile as it is stored. A client that does not read holds a buffer meanwhile, and not the tile.
func (a *archive) send(w http.ResponseWriter, r *http.Request, f *form, at spot) error {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	begin, err := a.read(spot{at.offset, min(at.length, uncounted)}, buf)
	if err != nil {
		return err
	}
	h := w.Header()
	maps.Copy(h, f.headers(nil, gzipped))
	f.vary(h)
	h.Set("Content-Length", strconv.FormatInt(at.length, 10))
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	_, err = w.Write(begin)
	for sent := int64(len(begin)); err == nil && sent < at.length; sent += int64(len(begin)) {
		begin = begin[:min(at.length-sent, uncounted)]
		if _, err = a.file.ReadAt(begin, at.offset+sent); err != nil {
			panic(http.ErrAbortHandler) // the file was cut meanwhile: the client must not take what it has for the tile
		}
		_, err = w.Write(begin)
	}
	return nil // a client that left is told nothing
}

// buffers hold the pieces of tiles that are being sent.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// unpack writes the MVT of a tile.
func (a *archive) unpack(w io.Writer, at spot) error {
	z, err := gzip.NewReader(io.NewSectionReader(a.file, at.offset, at.length))
	if err != nil {
		return a.broken(err)
	}
	mvt := &failing{r: io.LimitReader(z, mostTile)}
	if _, err = io.Copy(w, mvt); mvt.err != nil {
		return a.broken(mvt.err)
	}
	return err // of who takes it
}

// failing notes what a reader failed of, to tell it from what its writer failed of.
type failing struct {
	r   io.Reader
	err error
}

func (f *failing) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}

// mvt is that of a tile, empty where there is none.
func (a *archive) mvt(at spot) ([]byte, error) {
	if at.length == 0 {
		return nil, nil
	}
	var mvt bytes.Buffer
	err := a.unpack(&mvt, at)
	return mvt.Bytes(), err
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
