package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"time"

	"maille/internal/fault"
)

// Folder keeps objects by the SHA-256 of their bytes: objects/ab/abcdef…. An object is written under a temporary name,
// synced and renamed, so a name that is there has its bytes, whole, whatever was killed when.
type Folder struct{ dir string }

// Open makes the folder when it is not there, and drops the temporary files of programs that were killed.
func Open(dir string) (_ *Folder, err error) {
	defer fault.Wrap(&err, "blob.Open %s", dir)
	f := &Folder{dir: dir}
	return f, temporary(f.Temporary())
}

// Temporary is the folder of files that are not kept.
func (f *Folder) Temporary() string { return filepath.Join(f.dir, "tmp") }

// Put keeps what write writes.
func (f *Folder) Put(ctx context.Context, write func(io.Writer) error) (o Object, err error) {
	defer fault.Wrap(&err, "blob.Put")
	made, err := newDraft(ctx, f.Temporary(), write)
	if err != nil {
		return o, err
	}
	defer made.drop() // of no effect once renamed
	if err := errors.Join(made.file.Chmod(0o644), made.file.Sync(), made.file.Close()); err != nil {
		return o, err
	}
	return made.object(), f.settle(made)
}

// settle gives an object its name. One that is there is only said to be of today, for who drops what is old and unused: it is
// not written again. Folders are synced in either case: who named it may have been killed before it did.
func (f *Folder) settle(made *draft) error {
	final := f.path(made.hash())
	if info, err := os.Stat(final); err == nil && info.Size() == made.n {
		return errors.Join(os.Chtimes(final, time.Time{}, time.Now()), f.sync(final))
	}
	if err := os.MkdirAll(filepath.Dir(final), 0o755); err != nil {
		return err
	}
	if err := os.Rename(made.file.Name(), final); err != nil {
		return err
	}
	return f.sync(final)
}

func (f *Folder) sync(final string) error {
	return errors.Join(syncDir(filepath.Dir(final)), syncDir(f.dir))
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
	return ignoreAbsent(os.Remove(f.path(hash)))
}

// All are the objects that are kept.
func (f *Folder) All(ctx context.Context) iter.Seq2[Object, error] {
	return func(yield func(Object, error) bool) {
		err := filepath.WalkDir(f.dir, func(path string, e fs.DirEntry, err error) error {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil || !e.Type().IsRegular() || !hashForm.MatchString(e.Name()) || path != f.path(e.Name()) {
				return err // a copy that somebody put beside is none of ours
			}
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err == nil && !yield(Object{e.Name(), info.Size(), info.ModTime()}, nil) {
				return fs.SkipAll
			}
			return err
		})
		if err != nil {
			yield(Object{}, fmt.Errorf("blob.All: %w", err))
		}
	}
}

func (f *Folder) path(hash string) string { return filepath.Join(f.dir, hash[:2], hash) }
