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

// read copies a local file.
func (f *Fetcher) read(ctx context.Context, place string, a *Artefact, w io.Writer) error {
	info, open, err := f.find(place)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return failed(fault.Refused, a, "file.missing").Because(err)
	case err != nil:
		return failed(fault.Refused, a, "file.unreadable").Because(err)
	case info.IsDir():
		return failed(fault.Refused, a, "file.directory")
	case !info.Mode().IsRegular(): // reading a pipe or a device may never end
		return failed(fault.Refused, a, "file.irregular")
	case info.Size() > f.most():
		return f.tooLarge(a)
	}
	if t := info.ModTime(); !t.IsZero() { // embedded files have none
		a.LastModified = t.UTC().Format(http.TimeFormat)
	}
	r, err := open()
	if err != nil {
		return failed(fault.Refused, a, "file.unreadable").Because(err)
	}
	defer r.Close()
	return f.save(a, &guard{left: ctx.Err, r: r, limit: math.MaxInt}, w)
}

// find looks for a relative place among Files, then in the working folder.
func (f *Fetcher) find(place string) (fs.FileInfo, func() (io.ReadCloser, error), error) {
	if name := filepath.ToSlash(filepath.Clean(place)); f.Files != nil && fs.ValidPath(name) {
		info, err := fs.Stat(f.Files, name)
		if err == nil {
			return info, func() (io.ReadCloser, error) { return f.Files.Open(name) }, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, nil, err
		}
	}
	info, err := os.Stat(place)
	return info, func() (io.ReadCloser, error) { return os.Open(place) }, err
}
