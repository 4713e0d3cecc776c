package source

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"maille/internal/fault"
)

// Bundle is a mirror in the making: a folder of files, their index, and their lineage, by which the next run asks only for
// what changed. Each file, and the index after it, is written aside and renamed: whatever is killed when, the folder is a
// mirror of what it has.
type Bundle struct {
	mu      sync.Mutex
	dir     string
	lock    *os.File
	index   map[string]string
	lineage map[string]Artefact
}

const (
	lineageName = "bundle.json"
	lockName    = ".lock"
	partPattern = ".part-*"
	partLife    = 24 * time.Hour // the age at which a file aside belongs to no living program
)

// OpenBundle opens a folder, which is made when it is not there, to add to what it has. One program at a time may: each
// would write the index without what the other takes. Close lets the next one.
func OpenBundle(dir string) (b *Bundle, err error) {
	defer fault.Wrap(&err, "source.OpenBundle %s", dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fault.New(fault.Invalid, "the folder %s cannot be made: %s", dir, reason(err)).About(dir).Because(err)
	}
	b = &Bundle{dir: dir, index: map[string]string{}, lineage: map[string]Artefact{}}
	if b.lock, err = hold(filepath.Join(dir, lockName)); err != nil {
		return nil, fault.New(fault.Unavailable, "the folder %s cannot be locked, as when another maille bundle writes there: %s", dir, reason(err)).About(dir).Because(err)
	}
	if err := b.recall(); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	b.sweep()
	return b, nil
}

// hold takes the exclusive flock(2) of a file: the kernel lets go of it when the program dies, however it dies.
func hold(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|os.O_CREATE|syscall.O_NOFOLLOW, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// Close lets another program add to the folder.
func (b *Bundle) Close() error { return b.lock.Close() }

// recall reads what the folder has.
func (b *Bundle) recall() error {
	if _, err := os.Stat(filepath.Join(b.dir, indexName)); !errors.Is(err, fs.ErrNotExist) {
		m, err := OpenMirror(b.dir)
		if err != nil {
			return err
		}
		b.index = m.index
	}
	if text, err := readBounded(filepath.Join(b.dir, lineageName), largestIndex); err != nil || json.Unmarshal(text, &b.lineage) != nil || b.lineage == nil {
		b.lineage = map[string]Artefact{} // all is asked again
	}
	return nil
}

// Take brings the file of a place into the folder; kept says that the one that was there is still the publisher's. Many
// may be taken at once. When it fails, the file that was there stays, and remains in the index.
func (b *Bundle) Take(ctx context.Context, f *Fetcher, place string, progress func(bytes int)) (a Artefact, kept bool, err error) {
	defer fault.Wrap(&err, "source.Bundle %s", b.dir)
	key, name := shown(place), fileName(place)
	previous := b.previous(key, name)
	part, err := os.CreateTemp(b.dir, partPattern)
	if err != nil {
		return a, false, err
	}
	defer os.Remove(part.Name()) // of no effect once renamed
	defer part.Close()
	a, err = f.Fetch(ctx, place, previous, &partFile{part, progress})
	if err != nil {
		return a, false, err
	}
	if !a.Unchanged {
		err = b.settle(part, name, a.LastModified)
	}
	if err == nil {
		kept = previous != nil && previous.SHA256 == a.SHA256
		err = b.list(key, name, a)
	}
	return a, kept, err
}

// previous is what was taken from a place before, when its bytes are still in the folder as they came.
func (b *Bundle) previous(key, name string) *Artefact {
	b.mu.Lock()
	a, known := b.lineage[key]
	known = known && b.index[key] == name
	b.mu.Unlock()
	if !known {
		return nil
	}
	file, err := os.Open(filepath.Join(b.dir, name))
	if err != nil {
		return nil
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, file); err != nil || hex.EncodeToString(sum.Sum(nil)) != a.SHA256 {
		return nil
	}
	return &a
}

// settle gives a file its name, and the time at which its publisher changed it, where that is known.
func (b *Bundle) settle(part *os.File, name, modified string) error {
	if err := errors.Join(part.Chmod(0o644), part.Sync(), part.Close()); err != nil {
		return err
	}
	if t, err := http.ParseTime(modified); err == nil {
		if err := os.Chtimes(part.Name(), t, t); err != nil {
			return err
		}
	}
	return os.Rename(part.Name(), filepath.Join(b.dir, name))
}

func (b *Bundle) list(key, name string, a Artefact) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	a.Unchanged = false
	b.index[key], b.lineage[key] = name, a
	return errors.Join(b.write(lineageName, b.lineage), b.write(indexName, b.index))
}

func (b *Bundle) write(name string, content any) error {
	part, err := os.CreateTemp(b.dir, partPattern)
	if err != nil {
		return err
	}
	defer os.Remove(part.Name())
	defer part.Close()
	e := json.NewEncoder(part)
	e.SetIndent("", " ")
	e.SetEscapeHTML(false)
	if err := e.Encode(content); err != nil {
		return err
	}
	return b.settle(part, name, "")
}

func (b *Bundle) sweep() {
	parts, _ := filepath.Glob(filepath.Join(b.dir, partPattern)) // its only error is that of a wrong pattern
	for _, part := range parts {
		if info, err := os.Stat(part); err == nil && time.Since(info.ModTime()) > partLife {
			_ = os.Remove(part)
		}
	}
}

var unsafeInName = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

const longestName = 100

// fileName is a name that a person knows the place by, that no other place has, and that any file system takes:
// geo.api.gouv.fr-1f2e3d4c5b6a-communes.json.
func fileName(place string) string {
	host, base := "", path.Base(filepath.ToSlash(place))
	if u, err := url.Parse(place); err == nil && u.Host != "" {
		host, base = u.Hostname()+"-", path.Base(u.Path)
	}
	sum := sha256.Sum256([]byte(place))
	base = strings.TrimLeft(unsafeInName.ReplaceAllString(base, "-"), ".-")
	base = base[max(0, len(base)-longestName):] // its end, which has the extension
	host = unsafeInName.ReplaceAllString(host[:min(len(host), longestName)], "-")
	return host + hex.EncodeToString(sum[:6]) + "-" + base
}

// partFile is a file aside, which a download may begin again.
type partFile struct {
	*os.File
	progress func(bytes int)
}

func (p *partFile) Write(b []byte) (int, error) {
	n, err := p.File.Write(b)
	p.progress(n)
	return n, err
}

// Restart drops what was written.
func (p *partFile) Restart() error {
	if err := p.Truncate(0); err != nil {
		return err
	}
	_, err := p.Seek(0, io.SeekStart)
	return err
}
