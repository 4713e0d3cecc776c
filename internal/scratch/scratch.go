// Package scratch knows a temporary file that has no name.
package scratch

import "os"

// File is a temporary file of which nothing stays when the process ends, however that comes. Where an open file cannot be
// removed it has its name until Close.
type File struct {
	*os.File
	named bool
}

// New makes one in a folder; "" for the system's.
func New(folder string) (*File, error) {
	if f, err := unnamed(folder); err == nil {
		return &File{f, false}, nil
	}
	return unlinked(folder)
}

// unlinked makes one that loses its name at once, or keeps it where an open file must.
func unlinked(folder string) (*File, error) {
	f, err := os.CreateTemp(folder, "maille-*")
	if err != nil {
		return nil, err
	}
	return &File{f, os.Remove(f.Name()) != nil}, nil
}

// Close leaves alone what has the name by now.
func (f *File) Close() error {
	err := f.File.Close()
	if f.named {
		_ = os.Remove(f.Name())
	}
	return err
}
