package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"os"
	"path/filepath"
	"time"
)

// draft is an object on its way, in a temporary file.
type draft struct {
	file *os.File
	sum  hash.Hash
	n    int64
}

// newDraft writes one. Nothing is left when write fails or the context ends.
func newDraft(ctx context.Context, folder string, write func(io.Writer) error) (_ *draft, err error) {
	file, err := os.CreateTemp(folder, "put-*")
	if err != nil {
		return nil, err
	}
	d := &draft{file: file, sum: sha256.New()}
	if err = write(d); err == nil {
		err = ctx.Err()
	}
	if err != nil {
		d.drop()
		return nil, err
	}
	return d, nil
}

func (d *draft) Write(p []byte) (int, error) {
	n, err := d.file.Write(p)
	d.sum.Write(p[:n])
	d.n += int64(n)
	return n, err
}

// Restart drops what was written.
func (d *draft) Restart() error {
	if err := d.file.Truncate(0); err != nil {
		return err
	}
	_, err := d.file.Seek(0, io.SeekStart)
	d.sum.Reset()
	d.n = 0
	return err
}

func (d *draft) hash() string { return hex.EncodeToString(d.sum.Sum(nil)) }

func (d *draft) object() Object { return Object{SHA256: d.hash(), Bytes: d.n} }

func (d *draft) drop() {
	_ = d.file.Close() // twice does no harm
	_ = os.Remove(d.file.Name())
}

// stale is the age at which a temporary file belongs to no living program.
const stale = 24 * time.Hour

// temporary makes a folder of drafts when it is not there, and drops those of programs that were killed.
func temporary(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if info, wrong := e.Info(); wrong == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > stale {
			err = errors.Join(err, ignoreAbsent(os.Remove(filepath.Join(dir, e.Name()))))
		}
	}
	return err
}

// ignoreAbsent is for what another program may remove at the same time.
func ignoreAbsent(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}
