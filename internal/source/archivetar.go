package source

import (
	"archive/tar"
	"bytes"
	"cmp"
	"io"
	"strings"
)

// tarred reads members of a tar as they come, in the archive's order: its bytes pass once.
type tarred struct {
	*content
	blocks *blocks
	r      *tar.Reader
	choice *choice
}

func openTar(c *content, pattern string) *tarred {
	c.archive = "tar"
	b := &blocks{r: c.Reader}
	return &tarred{content: c, blocks: b, r: tar.NewReader(b), choice: choose(c.file, pattern)}
}

func (t *tarred) next() (*content, error) {
	for {
		header, err := t.r.Next()
		if err == io.EOF {
			return nil, t.end()
		}
		if err != nil {
			return nil, t.unreadable(err)
		}
		if header.Typeflag != tar.TypeReg && header.Typeflag != tar.TypeGNUSparse {
			continue
		}
		wanted, err := t.choice.wants(header.Name)
		if err != nil {
			return nil, err
		}
		if wanted && (t.choice.pattern != "" || len(t.choice.chosen) == 1) {
			return t.enter(header)
		}
	}
}

func (t *tarred) enter(header *tar.Header) (*content, error) {
	if sparse(header) {
		return nil, t.blame(t.inside("tar", header.Name).refuse("archive.sparse"))
	}
	return t.within(t.budget.unpacks(unpacking{"tar", t.r}), "tar", header.Name)
}

// sparse says whether the file has holes, which archive/tar fills with as many zeros as the header names: in the way of
// old GNU tars, or in records of pax (GNU tar manual, "Sparse Formats").
func sparse(header *tar.Header) bool {
	for name := range header.PAXRecords {
		if strings.HasPrefix(name, "GNU.sparse.") {
			return true
		}
	}
	return header.Typeflag == tar.TypeGNUSparse
}

// end reads to the end of the file, so that one cut short never passes for a whole one; it returns io.EOF.
func (t *tarred) end() error {
	if err := t.choice.settled(); err != nil {
		return err
	}
	if !t.blocks.ended() {
		return t.unreadable(io.ErrUnexpectedEOF)
	}
	if _, err := io.Copy(io.Discard, t.Reader); err != nil {
		return t.unreadable(err)
	}
	return io.EOF
}

// blame prefers, to what is wrong with the first of several files, that none of them was chosen.
func (t *tarred) blame(err error) error {
	if err == nil || t.choice.pattern != "" {
		return err
	}
	_, _ = t.next() // which sees the others
	return cmp.Or(t.choice.settled(), err)
}

func (t *tarred) close() {}

// blocks counts the zeros that end a tar (POSIX.1-2017, pax), which archive/tar does not ask for.
type blocks struct {
	r     io.Reader
	zeros int // at the end of what was read
}

const tarBlock = 512

func (b *blocks) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	trailing := n - len(bytes.TrimRight(p[:n], "\x00"))
	if trailing == n {
		trailing += b.zeros
	}
	b.zeros = trailing
	return n, err
}

func (b *blocks) ended() bool { return b.zeros >= tarBlock }
