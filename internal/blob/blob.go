// Package blob keeps content-addressed bytes, in a folder or in an S3-compatible store.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"maille/internal/fault"
)

// Store keeps objects by the SHA-256 of their bytes. An object that is there has its bytes, whole, whatever was killed when;
// nothing is ever written over.
type Store interface {
	// Put keeps what write writes, to a writer that can also Restart, which drops what was written. Nothing is kept when write
	// fails or the context ends. An object that is there already is not written again.
	Put(ctx context.Context, write func(io.Writer) error) (Object, error)
	// Get opens an object. It is NotFound when there is none.
	Get(ctx context.Context, hash string) (Reader, error)
	// Has says whether an object is kept. An error says that nobody knows.
	Has(ctx context.Context, hash string) (bool, error)
	// Delete forgets an object; one that is not there is no error.
	Delete(ctx context.Context, hash string) error
	// All are the objects that are kept, in no order. Nothing that serves needs it.
	All(ctx context.Context) iter.Seq2[Object, error]
	// Temporary is a folder of this machine for files that are not kept: what a killed program left there is dropped a day later.
	Temporary() string
}

// Reader reads an object from any place.
type Reader interface {
	io.ReadSeekCloser
	io.ReaderAt
}

// Folder keeps objects by the SHA-256 of their bytes: objects/ab/abcdef…. An object is written under a temporary name,
// synced and renamed, so a name that is there has its bytes, whole, whatever was killed when.
type Folder struct{ dir string }

// Object is what was kept.
type Object struct {
	SHA256 string // hexadecimal
	Bytes  int64
}

// Open makes the folder when it is not there, and drops the temporary files of programs that were killed.
func Open(dir string) (_ *Folder, err error) {
	defer fault.Wrap(&err, "blob.Open %s", dir)
	f := &Folder{dir: dir}
	return f, errors.Join(os.MkdirAll(filepath.Join(dir, "tmp"), 0o755), f.sweep())
}

// Temporary is the folder of files that are not kept.
func (f *Folder) Temporary() string { return filepath.Join(f.dir, "tmp") }

// Put keeps what write writes.
func (f *Folder) Put(ctx context.Context, write func(io.Writer) error) (o Object, err error) {
	defer fault.Wrap(&err, "blob.Put")
	tmp, err := os.CreateTemp(filepath.Join(f.dir, "tmp"), "put-*")
	if err != nil {
		return o, err
	}
	defer os.Remove(tmp.Name()) // of no effect once renamed
	defer tmp.Close()
	out := &object{file: tmp, sum: sha256.New()}
	if err := write(out); err != nil {
		return o, err
	}
	if err := ctx.Err(); err != nil {
		return o, err
	}
	o = Object{SHA256: hex.EncodeToString(out.sum.Sum(nil)), Bytes: out.n}
	if err := errors.Join(tmp.Chmod(0o644), tmp.Sync(), tmp.Close()); err != nil {
		return o, err
	}
	return o, f.settle(tmp.Name(), o.SHA256)
}

func (f *Folder) settle(tmp, hash string) error {
	final := f.path(hash)
	if err := os.Mkdir(filepath.Dir(final), 0o755); err == nil {
		err = syncDir(f.dir)
		if err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := os.Rename(tmp, final); err != nil {
		return err
	}
	return syncDir(filepath.Dir(final))
}

// syncDir makes a rename last through a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Get opens an object for reading and seeking. It is NotFound when there is none.
func (f *Folder) Get(_ context.Context, hash string) (_ Reader, err error) {
	defer fault.Wrap(&err, "blob.Get %s", hash)
	if !hashForm.MatchString(hash) {
		return nil, fault.New(fault.NotFound, "no such object")
	}
	file, err := os.Open(f.path(hash))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "no such object")
	}
	return file, err
}

// Has says whether an object is kept.
func (f *Folder) Has(_ context.Context, hash string) (has bool, err error) {
	defer fault.Wrap(&err, "blob.Has %s", hash)
	if !hashForm.MatchString(hash) {
		return false, nil
	}
	_, err = os.Stat(f.path(hash))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Delete forgets an object.
func (f *Folder) Delete(_ context.Context, hash string) (err error) {
	defer fault.Wrap(&err, "blob.Delete %s", hash)
	if !hashForm.MatchString(hash) {
		return nil
	}
	if err := os.Remove(f.path(hash)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// All are the objects that are kept.
func (f *Folder) All(ctx context.Context) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		err := filepath.WalkDir(f.dir, func(_ string, e fs.DirEntry, err error) error {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil || !e.Type().IsRegular() || !hashForm.MatchString(e.Name()) {
				return err
			}
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err == nil && !yield(Object{SHA256: e.Name(), Bytes: info.Size()}, nil) {
				return fs.SkipAll
			}
			return err
		})
		if err != nil {
			yield(Object{}, fmt.Errorf("blob.All: %w", err))
		}
	}
}

var hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (f *Folder) path(hash string) string { return filepath.Join(f.dir, hash[:2], hash) }

// object is one on its way.
type object struct {
	file *os.File
	sum  hash.Hash
	n    int64
}

func (o *object) Write(p []byte) (int, error) {
	n, err := o.file.Write(p)
	o.sum.Write(p[:n])
	o.n += int64(n)
	return n, err
}

// Restart drops what was written.
func (o *object) Restart() error {
	if err := o.file.Truncate(0); err != nil {
		return err
	}
	_, err := o.file.Seek(0, io.SeekStart)
	o.sum.Reset()
	o.n = 0
	return err
}

// stale is the age at which a temporary file belongs to no living program.
const stale = 24 * time.Hour

func (f *Folder) sweep() error {
	entries, err := os.ReadDir(filepath.Join(f.dir, "tmp"))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && time.Since(info.ModTime()) > stale {
			_ = os.Remove(filepath.Join(f.dir, "tmp", e.Name()))
		}
	}
	return nil
}
