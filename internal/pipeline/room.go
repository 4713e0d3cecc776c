package pipeline

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"maille/internal/fault"
)

// full gives its kind to the failure of a disk that has no room: it goes through once there is some.
func (p *Pipeline) full(err *error) {
	if !noRoom(*err) || fault.KindOf(*err) == fault.Unavailable {
		return
	}
	*err = fault.New(fault.Unavailable, "the disk of %s is full: make room there, then run it again", p.fullFolder(*err)).Because(*err)
}

func noRoom(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// fullFolder is where the file was to be; that of temporary files when the error does not say.
func (p *Pipeline) fullFolder(err error) string {
	var at *fs.PathError
	if !errors.As(err, &at) {
		return p.Blobs.Temporary()
	}
	if info, err := os.Stat(at.Path); err == nil && info.IsDir() { // of a file without a name
		return at.Path
	}
	return filepath.Dir(at.Path)
}
