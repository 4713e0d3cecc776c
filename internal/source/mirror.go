package source

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"maille/internal/fault"
)

// Mirror is a folder that stands for the network: its index.json is an object that gives, for each place, a file.
//
// Files are named relatively to the folder. One that lies outside of it (../shared.csv) is read all the same, when it is a
// regular file: the index is the operator's own, as maille.toml is. Bundle never writes such a name.
type Mirror struct {
	dir   string
	index map[string]string
}

// indexName is the file of a mirror that says what it has.
const indexName = "index.json"

const largestIndex = 64 << 20

// OpenMirror reads the index of a folder.
func OpenMirror(dir string) (*Mirror, error) {
	m := &Mirror{dir: dir}
	path := filepath.Join(dir, indexName)
	text, err := readBounded(path, largestIndex)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the mirror's index %s cannot be read: %s", path, reason(err)).About(path).Because(err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&m.index); err != nil || m.index == nil {
		return nil, fault.New(fault.Invalid, "%s is no index of a mirror: it is to be a JSON object of places and files", path).About(path).Because(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fault.New(fault.Invalid, "%s: text follows the end of the index", path).About(path)
	}
	for place, name := range m.index {
		if name == "" || filepath.IsAbs(name) {
			return nil, fault.New(fault.Invalid, "%s: the file of %s is to be relative to the folder, not %q", path, shown(place), name).About(path)
		}
	}
	return m, nil
}

func readBounded(path string, most int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && int64(len(text)) > most {
		err = errors.New("it is too large")
	}
	return text, err
}

// reason is what went wrong with a file, without its name.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// indexed finds the file of a place in the first index that has it. An index says the place as it is asked, or without its
// secrets, as a bundle writes it.
func (f *Fetcher) indexed(place string) (path string, found bool) {
	for _, m := range f.Mirrors {
		for _, key := range []string{place, shown(place)} {
			if name, found := m.index[key]; found {
				return filepath.Join(m.dir, filepath.FromSlash(name)), true
			}
		}
	}
	return "", false
}

// mirrored copies the file that stands for an address.
func (f *Fetcher) mirrored(ctx context.Context, place string, a *Artefact, out *output) error {
	path, found := f.indexed(place)
	if !found {
		return failed(fault.Refused, a, "mirror.absent").Because(ErrAbsent)
	}
	a.FinalURL = a.Place
	file, err := onDisk(path)
	return f.copyLocal(ctx, file, err, a, out)
}
