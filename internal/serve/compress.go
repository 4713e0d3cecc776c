package serve

import (
	"context"
	"io"
	"net/http"
	"runtime"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// worthwhile is the least size of an answer that is compressed: a smaller one fits in the first packet as it is.
const worthwhile = 1 << 10

// squeezer is a writer that compresses, and may be used again.
type squeezer interface {
	io.WriteCloser
	Reset(io.Writer)
}

// The levels are those beyond which a page costs more time than it saves bytes: a page of 1 000 polygons takes five
// milliseconds in gzip, to 24 % of its size, and seven in zstd, to 17 %. Answers that are kept are compressed once.
var squeezers = [codings]sync.Pool{
	gzipped: {New: func() any {
		w, err := gzip.NewWriterLevel(nil, 3)
		if err != nil {
			panic(err) // the level is right
		}
		return w
	}},
	zstandard: {New: func() any {
		w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20)) // clients hold 8 MiB (RFC 9659)
		if err != nil {
			panic(err) // the options are right
		}
		return w
	}},
}

// turns bounds how many answers are compressed at once: each takes a megabyte or two, and a processor.
var turns = make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))

// compress writes all of from to w in a coding.
func compress(ctx context.Context, c coding, w io.Writer, from io.Reader) error {
	select {
	case turns <- struct{}{}:
		defer func() { <-turns }()
	case <-ctx.Done():
		return ctx.Err()
	}
	s := squeezers[c].Get().(squeezer)
	defer squeezers[c].Put(s)
	s.Reset(w)
	defer s.Reset(nil) // it must not hold the answer
	if _, err := io.Copy(struct{ io.Writer }{s}, left{ctx, from}); err != nil {
		return err
	}
	return s.Close()
}

// left reads until the client leaves.
type left struct {
	ctx  context.Context
	from io.Reader
}

func (l left) Read(p []byte) (int, error) {
	if err := l.ctx.Err(); err != nil {
		return 0, err
	}
	return l.from.Read(p)
}

// coded makes a body in a coding from the same one without, which is made once for all codings. One that is small stays
// as it is for those who take it so.
func (s *Server) coded(f *form, a accepted, plain producer) producer {
	return func(ctx context.Context, w io.Writer) (http.Header, error) {
		body, err := s.flights.do(ctx, f.key, plain)
		if err != nil {
			return nil, err
		}
		defer body.release()
		if body.size < worthwhile && a.takes[identity] {
			return body.repeat(ctx, w)
		}
		return f.headers(body.headers.Clone(), a.best), compress(ctx, a.best, w, body.reader())
	}
}
