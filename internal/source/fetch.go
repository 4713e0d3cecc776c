package source

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"maille/internal/fault"
)

// Fetcher brings publishers' bytes here. The zero Fetcher works.
type Fetcher struct {
	Client    *http.Client     // nil for one that knows the environment's proxy and gives up on servers that do not answer
	Files     fs.FS            // where relative places are looked for first, such as an embedded sample; may be nil
	MaxBytes  int64            // larger files are refused; 8 GiB unless said
	Stall     time.Duration    // without a byte for so long, a server is given up; a minute unless said
	UserAgent string           // "maille" unless said
	Now       func() time.Time // time.Now unless said
}

// Artefact is what was fetched, and its lineage, fit to be published: addresses are without secrets, and files are without
// the folders of the machine.
type Artefact struct {
	Place        string    `json:"place"`              // as asked
	FinalURL     string    `json:"finalUrl,omitempty"` // after redirections
	ETag         string    `json:"etag,omitempty"`
	LastModified string    `json:"lastModified,omitempty"` // as HTTP writes it; of a file, its modification time
	MediaType    string    `json:"mediaType,omitempty"`    // what the server says
	RetrievedAt  time.Time `json:"retrievedAt"`
	Bytes        int64     `json:"bytes"`
	SHA256       string    `json:"sha256"`              // hexadecimal
	Unchanged    bool      `json:"unchanged,omitempty"` // the server says it is what previous was; nothing was written
}

const (
	defaultMaxBytes = 8 << 30
	defaultStall    = time.Minute
)

// Fetch writes to w the bytes of place, an http(s) address or a file, as the publisher has them, and tells what they are.
// With previous, which may be nil, the server is asked for the bytes only if they changed.
//
// The error is Refused when place is wrong or gone, Unavailable when the same call may go through later; w then holds
// some of the bytes, to be thrown away.
func (f *Fetcher) Fetch(ctx context.Context, place string, previous *Artefact, w io.Writer) (a Artefact, err error) {
	defer fault.Wrap(&err, "source.Fetch %s", shown(place))
	a = Artefact{Place: shown(place), RetrievedAt: f.now()}
	if strings.Contains(place, "://") {
		err = f.download(ctx, place, previous, &a, w)
	} else {
		err = f.read(ctx, place, &a, w)
		a.Place = published(a.Place)
	}
	return a, err
}

func (f *Fetcher) now() time.Time {
	if f.Now != nil {
		return f.Now()
	}
	return time.Now()
}

func (f *Fetcher) most() int64 { return cmp.Or(f.MaxBytes, defaultMaxBytes) }

// failed says in French what went wrong with the artefact's place.
func failed(kind fault.Kind, a *Artefact, text string, pairs ...any) *fault.Error {
	return fault.New(kind, "%s", texts.Say(text, append(pairs, "place", a.Place)...)).About(a.Place)
}

// save copies r to w. Failures of w are not the publisher's: they pass as they are, in a writeError.
func (f *Fetcher) save(a *Artefact, r io.Reader, w io.Writer) error {
	sum := sha256.New()
	n, err := io.CopyBuffer(io.MultiWriter(sink{w}, sum), io.LimitReader(r, f.most()+1), make([]byte, chunk))
	a.Bytes, a.SHA256 = n, hex.EncodeToString(sum.Sum(nil))
	if n > f.most() {
		return f.tooLarge(a)
	}
	return err
}

func (f *Fetcher) tooLarge(a *Artefact) error {
	return failed(fault.Refused, a, "too-large", "most", size(f.most()))
}

type sink struct{ w io.Writer }

type writeError struct{ error }

func (e writeError) Unwrap() error { return e.error }

func (s sink) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	if err != nil {
		err = writeError{err}
	}
	return n, err
}
