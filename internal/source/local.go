package source

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"math"
	"net/http"
	"os"
	"path/filepath"

	"maille/internal/fault"
)

// local is a file of this machine, or one that is embedded in the program.
type local struct {
	info fs.FileInfo
	open func() (io.ReadCloser, error)
}

// read copies a local file.
func (f *Fetcher) read(ctx context.Context, place string, a *Artefact, out *output) error {
	file, err := f.find(place)
	return f.copyLocal(ctx, file, err, a, out)
}

func (f *Fetcher) copyLocal(ctx context.Context, file local, err error, a *Artefact, out *output) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return failed(fault.Refused, a, "file.missing").Because(err)
	case err != nil:
		return failed(fault.Refused, a, "file.unreadable").Because(err)
	case file.info.IsDir():
		return failed(fault.Refused, a, "file.directory")
	case !file.info.Mode().IsRegular(): // reading a pipe or a device may never end
		return failed(fault.Refused, a, "file.irregular")
	case file.info.Size() > f.most():
		return f.tooLarge(a)
	}
	if t := file.info.ModTime(); !t.IsZero() { // embedded files have none
		a.LastModified = t.UTC().Format(http.TimeFormat)
	}
	r, err := file.open()
	if err != nil {
		return failed(fault.Refused, a, "file.unreadable").Because(err)
	}
	defer r.Close()
	err = out.save(&guard{left: ctx.Err, r: r, limit: math.MaxInt})
	if errors.Is(err, errTooMuch) {
		return f.tooLarge(a)
	}
	return err
}

// find looks for a relative place among Files, then in the mirrors' indexes, in their folders, and in the working folder.
func (f *Fetcher) find(place string) (local, error) {
	name := filepath.Clean(place)
	if slashed := filepath.ToSlash(name); f.Files != nil && fs.ValidPath(slashed) {
		info, err := fs.Stat(f.Files, slashed)
		if !errors.Is(err, fs.ErrNotExist) {
			return local{info, func() (io.ReadCloser, error) { return f.Files.Open(slashed) }}, err
		}
	}
	if path, found := f.indexed(place); found {
		return onDisk(path)
	}
	for _, m := range f.Mirrors {
		if filepath.IsAbs(name) {
			break
		}
		if file, err := onDisk(filepath.Join(m.dir, name)); !errors.Is(err, fs.ErrNotExist) {
			return file, err
		}
	}
	return onDisk(place)
}

func onDisk(path string) (local, error) {
	info, err := os.Stat(path)
	return local{info, func() (io.ReadCloser, error) { return os.Open(path) }}, err
}
