package serve

import (
	"context"
	"io"
	"iter"
	"net/http"
	"strconv"
	"time"

	"maille/internal/dump"
	"maille/internal/fault"
	"maille/internal/store"
)

// exportLimits keep a few clients from taking what is everyone's.
type exportLimits struct {
	first  time.Duration // how long the database may search for the first feature
	lowest pace          // at which a file must be read
}

var usualLimits = exportLimits{first: time.Minute, lowest: pace{bytes: 64 << 10 * 60, within: time.Minute}}

// exporter is the database that exports are read from, where a statement may take its time.
func (s *Server) exporter() *store.DB {
	if s.Exports != nil {
		return s.Exports
	}
	return s.DB
}

// stream has the file made and sends it as it grows, or once it is whole where its first bytes depend on its last row.
// What fails before the first byte is a problem document; after it, the connection is broken, so that the client does not
// take a part for the whole. HTTP/1.0 has no chunks, so that a broken connection is the usual end of what has no length:
// it gets whole files only.
func (s *Server) stream(w http.ResponseWriter, r *request, p *page, f *dump.Format) error {
	return s.grown(w, r, f.Whole, func(ctx context.Context, w io.Writer) error { return s.makeExport(ctx, w, r, p, f) })
}

// grown is stream for any file that is read from the database; whole says that its first bytes depend on its last row.
func (s *Server) grown(w http.ResponseWriter, r *request, whole bool, write func(context.Context, io.Writer) error) error {
	leave, err := s.exporting.enter(r.Context(), network(r.RemoteAddr))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(r.Context())
	file, err := s.exportRoom.grow(ctx, func(ctx context.Context, w io.Writer) error {
		defer leave() // once it is made: how slowly it is read holds up nobody
		return write(ctx, w)
	})
	if err != nil {
		cancel()
		leave()
		return err
	}
	defer file.close()
	defer cancel()
	enough := int64(0)
	if whole || !r.ProtoAtLeast(1, 1) {
		enough = 1 << 62
	}
	written, ended, err := file.beyond(ctx, enough)
	if err != nil {
		return err
	}
	if ended {
		w.Header().Set("Content-Length", strconv.FormatInt(written, 10))
	}
	w.WriteHeader(http.StatusOK)
	return s.follow(ctx, w, r, file)
}

func (s *Server) makeExport(ctx context.Context, w io.Writer, r *request, p *page, f *dump.Format) error {
	late := fault.New(fault.Unavailable, "the database found no first feature within %s; choose with fewer or simpler conditions, or in the usual order", s.limits.first)
	c := s.content(w, r, p, prompt(ctx, s.limits.first, late, func(ctx context.Context) dump.Features {
		return s.exporter().Features(ctx, p.entry.Version, p.d, p.query)
	}))
	c.About.Link = p.permanent(r)
	if p.counted {
		c.Rows = p.matched
	}
	_, err := f.Write(w, c)
	return err
}

// prompt ends a search whose first row does not come in time: a place among the exports is not for that.
func prompt[T any](ctx context.Context, within time.Duration, late *fault.Error, search func(context.Context) iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		ctx, cancel := context.WithCancelCause(ctx)
		defer cancel(nil)
		timer := time.AfterFunc(within, func() { cancel(late) })
		defer timer.Stop()
		for f, err := range search(ctx) {
			timer.Stop()
			if err != nil && context.Cause(ctx) == error(late) {
				err = late.Because(err)
			}
			if !yield(f, err) {
				return
			}
		}
	}
}

// exportPiece is what a client must read within its patience.
const exportPiece = 128 << 10

// follow sends a file while it grows.
func (s *Server) follow(ctx context.Context, w http.ResponseWriter, r *request, file *growing) error {
	sent, reader := int64(0), s.limits.lowest
	for {
		written, ended, err := file.beyond(ctx, sent)
		if err != nil {
			s.brokeOff(r, sent, err)
		}
		next := min(written-sent, exportPiece)
		n, err := pour(w, io.NewSectionReader(file.file, sent, next), next)
		sent += n
		switch {
		case err != nil:
			panic(http.ErrAbortHandler) // the client left, or what was written cannot be read
		case ended && sent == written:
			return nil
		case sent == written:
			reader = s.limits.lowest // it waits for the database
		case !reader.read(time.Now(), n):
			s.brokeOff(r, sent, fault.New(fault.Unavailable, "it is read too slowly"))
		}
	}
}

// brokeOff breaks the connection: no chunk says that it is the last.
func (s *Server) brokeOff(r *request, sent int64, err error) {
	if r.Context().Err() == nil {
		s.Log.Warn("an export broke off", "uri", r.URL.RequestURI(), "sent", sent, "error", err)
	}
	panic(http.ErrAbortHandler)
}

// pace is the least that a client must read of what is there for it, so that what it has not read goes free in the end.
type pace struct {
	bytes  int64
	within time.Duration
	since  time.Time
	sofar  int64
}

// read counts n bytes more, and says whether that is fast enough.
func (p *pace) read(now time.Time, n int64) bool {
	if p.since.IsZero() {
		p.since = now
	}
	if p.sofar += n; now.Sub(p.since) < p.within {
		return true
	}
	enough := p.sofar >= p.bytes
	p.since, p.sofar = now, 0
	return enough
}
