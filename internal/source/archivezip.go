package source

import (
	"archive/zip"
	"cmp"
	"errors"
	"io"
	"slices"

	"maille/internal/dataset"
)

// zipped reads members of a zip, sorted by their paths.
type zipped struct {
	*content
	whole   *whole
	members []*zip.File
	open    io.Closer // the member being read, or nil
}

func openZip(c *content, r *dataset.Resource) (parts, error) {
	w, err := c.whole()
	if err != nil {
		return nil, err
	}
	p, err := c.unzip(w, r)
	if err != nil {
		w.Close()
	}
	return p, err
}

func (c *content) unzip(w *whole, r *dataset.Resource) (parts, error) {
	c.archive = "zip"
	directory, err := directory(c.file, w)
	if err != nil {
		return nil, err
	}
	if workbook(directory.File) {
		if textual[c.format] != nil {
			return nil, c.refuse("workbook")
		}
		at := sized(io.NewSectionReader(w, 0, w.size))
		return &single{&content{file: file{name: c.name, format: c.format}, at: at, left: c.left, budget: c.budget}, w}, nil
	}
	z := &zipped{content: c, whole: w}
	chosen := choose(c.file, r.Member)
	for _, f := range directory.File {
		if !f.Mode().IsRegular() {
			continue
		}
		wanted, err := chosen.wants(f.Name)
		if err != nil {
			return nil, err
		}
		if wanted {
			z.members = append(z.members, f)
		}
	}
	slices.SortFunc(z.members, func(a, b *zip.File) int { return cmp.Compare(memberName(a.Name), memberName(b.Name)) })
	return z, chosen.settled()
}

// directory reads the list of members, as much of it as any honest archive has.
func directory(f file, w *whole) (*zip.Reader, error) {
	bounded := &directoryReader{ReaderAt: w, left: longestDirectory}
	listed, err := zip.NewReader(bounded, w.size)
	switch {
	case bounded.left < 0:
		return nil, f.refuse("archive.directory", "most", size(longestDirectory))
	case err != nil:
		return nil, f.unreadable(err)
	}
	bounded.read = true
	return listed, nil
}

// directoryReader bounds what zip.NewReader reads, which it keeps in memory.
type directoryReader struct {
	io.ReaderAt
	left int64
	read bool // the directory is read; members may be of any size
}

var errDirectory = errors.New("the archive's directory is too large")

func (d *directoryReader) ReadAt(p []byte, off int64) (int, error) {
	if !d.read {
		if d.left -= int64(len(p)); d.left < 0 {
			return 0, errDirectory
		}
	}
	return d.ReaderAt.ReadAt(p, off)
}

// workbook says whether the zip is an XLSX (ECMA-376 part 2) or OpenDocument (part 2, §3) file itself.
func workbook(files []*zip.File) bool {
	return slices.ContainsFunc(files, func(f *zip.File) bool { return f.Name == "[Content_Types].xml" || f.Name == "META-INF/manifest.xml" })
}

const zipEncrypted = 1 // bit of the flags (APPNOTE 4.4.4)

func (z *zipped) next() (*content, error) {
	z.leave()
	if len(z.members) == 0 {
		return nil, io.EOF
	}
	f := z.members[0]
	z.members = z.members[1:]
	if f.Flags&zipEncrypted != 0 {
		return nil, z.inside("zip", f.Name).refuse("archive.encrypted")
	}
	r, err := f.Open()
	if err != nil {
		return nil, z.inside("zip", f.Name).unreadable(err)
	}
	z.open = r
	return z.within(z.budget.unpacks(unpacking{"zip", r}), "zip", f.Name)
}

func (z *zipped) leave() {
	if z.open != nil {
		z.open.Close()
		z.open = nil
	}
}

func (z *zipped) blame(err error) error { return err }

func (z *zipped) close() {
	z.leave()
	z.whole.Close()
}
