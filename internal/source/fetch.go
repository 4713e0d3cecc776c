package source

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"maille/internal/fault"
)

// Fetcher brings publishers' bytes here. The zero Fetcher works. It may be used by many at once, and must not be copied.
type Fetcher struct {
	Client    *http.Client     // nil for one that knows the environment's proxy and gives up on servers that do not answer
	Files     fs.FS            // where relative places are looked for first, such as an embedded sample; may be nil
	Mirrors   []*Mirror        // when there are any, the network is not asked: an address that none of them has is absent
	MaxBytes  int64            // larger files are refused; 8 GiB unless said
	Stall     time.Duration    // without a byte for so long, a server is given up; a minute unless said
	Total     time.Duration    // for one file, waits and new attempts included; two hours unless said
	Attempts  int              // at one file, in a row without getting further; 4 unless said
	Base      time.Duration    // the longest wait before the second attempt, which doubles with each; a second unless said
	PerHost   int              // files at once from one server; 2 unless said
	AtOnce    int              // files at once in all; 4 unless said
	UserAgent string           // "maille" unless said
	Now       func() time.Time // time.Now unless said

	Pause func(context.Context, time.Duration) error // waits between attempts; by the clock unless said

	slots slots
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
	defaultTotal    = 2 * time.Hour
)

// Restarter is a writer that can drop what was written to it. A download that was cut and cannot be continued starts over
// only where the writer can.
type Restarter interface {
	io.Writer
	Restart() error
}

// ErrAbsent is in the error of a place that no mirror has.
var ErrAbsent = errors.New("no mirror has it")

var errWrong = errors.New("another attempt, or another place, would hide a mistake")

// Missing says whether an error of Fetch means that the file cannot be had there now: nothing is there, or the server
// refuses or is away. Another place, or an older copy, may then stand in. A file that is too large is not missing, nor is
// what goes wrong on our side.
func Missing(err error) bool {
	var told *fault.Error
	return errors.As(err, &told) && !errors.Is(err, errWrong) && !errors.As(err, new(writeError))
}

// Shown is what an artefact says of the place it was asked at.
func Shown(place string) string {
	if strings.Contains(place, "://") {
		return shown(place)
	}
	return published(place)
}

// Origin tells places apart that are shown alike, such as files of one name in two folders, without naming them. A new
// password in an address makes no other place of it.
func Origin(place string) string {
	sum := sha256.Sum256([]byte(shown(place)))
	return hex.EncodeToString(sum[:])
}

// Fetch writes to w the bytes of place, an http(s) address or a file, as the publisher has them, and tells what they are.
// With previous, which may be nil, the server is asked for the bytes only if they changed. What is worth another attempt
// gets it, after a wait; a download that was cut is continued where it stopped, and starts over when it cannot be, if w is
// a Restarter.
//
// The error is Refused when place is wrong or gone, Unavailable when the same call may go through later; w then holds
// some of the bytes, to be thrown away.
func (f *Fetcher) Fetch(ctx context.Context, place string, previous *Artefact, w io.Writer) (a Artefact, err error) {
	defer fault.Wrap(&err, "source.Fetch %s", shown(place))
	a = Artefact{Place: shown(place), RetrievedAt: f.now()}
	out := newOutput(w, f.most())
	switch {
	case !strings.Contains(place, "://"):
		err = f.read(ctx, place, &a, out)
	case len(f.Mirrors) > 0:
		err = f.mirrored(ctx, place, &a, out)
	default:
		err = f.download(ctx, place, previous, &a, out)
	}
	if !a.Unchanged {
		a.Bytes, a.SHA256 = out.n, out.hash()
	}
	a.Place = Shown(place) // a sentence for the operator has the whole path of a file
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

func (f *Fetcher) tooLarge(a *Artefact) error {
	return failed(fault.Refused, a, "too-large", "most", size(f.most())).Because(errWrong)
}
