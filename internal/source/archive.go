package source

import (
	"context"
	"io"
	"math"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"maille/internal/dataset"
)

const (
	mostFiles         = 100_000 // of an archive
	longestMember     = 4 << 10 // bytes of a member's path
	longestMembers    = 20      // members worth listing
	longestDirectory  = 32 << 20
	memberSeparator   = " > "
	tarMagic, ustarAt = "ustar", 257
)

// parts gives the files to read of what a publisher sent.
type parts interface {
	next() (*content, error) // io.EOF follows the last
	blame(err error) error   // says of a failure in the last part what explains it better, or the same
	close()
}

// unfold recognises an archive by its bytes. A file that is none is read as it is, whatever member says: publishers pack
// today what they did not yesterday.
func (g *reading) unfold(ctx context.Context, r io.Reader, f file) (parts, error) {
	c, err := receive(ctx, r, f)
	if err != nil {
		return nil, err
	}
	head, err := c.head()
	switch {
	case err != nil:
		return nil, err
	case begins(head, zipMagics...) && f.format != dataset.Shapefile: // whose zip is the format
		return openZip(c, g.resource)
	case isTar(head):
		return openTar(c, g.resource.Member), nil
	}
	return &single{c: c}, nil
}

func isTar(head []byte) bool {
	return len(head) > ustarAt+len(tarMagic) && string(head[ustarAt:ustarAt+len(tarMagic)]) == tarMagic
}

// single is a file that stands alone.
type single struct {
	c     *content
	whole *whole // that the content stands in, or nil
}

func (s *single) next() (*content, error) {
	c := s.c
	if s.c = nil; c == nil {
		return nil, io.EOF
	}
	return c, nil
}

func (s *single) blame(err error) error { return err }

func (s *single) close() {
	if s.whole != nil {
		s.whole.Close()
	}
}

// choice says which members of an archive are read: those that a pattern matches, or without one the only file.
type choice struct {
	file
	pattern string
	seen    int
	names   []string // the first members, for sentences
	chosen  map[string]bool
}

func choose(f file, pattern string) *choice {
	return &choice{file: f, pattern: pattern, chosen: map[string]bool{}}
}

// wants says whether the member, a regular file, is to be read.
func (c *choice) wants(name string) (bool, error) {
	if c.seen++; c.seen > mostFiles {
		return false, c.refuse("archive.many", "most", mostFiles)
	}
	if name = memberName(name); len(name) > longestMember || litter(name) {
		return false, nil
	}
	if len(c.names) <= longestMembers {
		c.names = append(c.names, name)
	}
	if c.pattern != "" && !doublestar.MatchUnvalidated(c.pattern, name) {
		return false, nil
	}
	if c.chosen[name] {
		return false, c.refuse("archive.twice", "member", guillemets([]string{name}))
	}
	c.chosen[name] = true
	return true, nil
}

// settled complains of a choice that no file met, or that several did when one was to stand alone.
func (c *choice) settled() error {
	switch {
	case len(c.names) == 0:
		return c.refuse("archive.none")
	case len(c.chosen) == 0:
		return c.refuse("archive.no-match", "pattern", c.pattern, "members", c.listed())
	case c.pattern == "" && len(c.chosen) > 1:
		return c.refuse("archive.several", "members", c.listed())
	}
	return nil
}

func (c *choice) listed() string {
	names := slices.Sorted(slices.Values(c.names[:min(len(c.names), longestMembers)]))
	if len(c.names) > longestMembers {
		return guillemets(names) + ", …"
	}
	return guillemets(names)
}

// memberName is a member's path as patterns and sentences have it. It names nothing on this machine.
func memberName(name string) string {
	return strings.TrimPrefix(path.Clean(strings.ReplaceAll(name, `\`, "/")), "/")
}

// litter says whether a desktop left the file in the archive without anyone's wish.
func litter(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(name, "__MACOSX/") || strings.HasPrefix(base, "._") || slices.Contains([]string{".DS_Store", "Thumbs.db", "desktop.ini"}, base)
}

// inside is what sentences call a file of an archive.
func (f file) inside(archive, name string) file {
	f.archive, f.member = archive, memberName(name)
	f.name += memberSeparator + quoted(f.member)
	return f
}

// within is the content of one file of an archive. One level of gzip is taken off it; an archive in it is not read.
func (c *content) within(r io.Reader, archive, name string) (*content, error) {
	m := &content{file: c.inside(archive, name), left: c.left, budget: c.budget}
	if _, err := m.gunzip(&guard{left: c.left, r: r, limit: math.MaxInt}); err != nil {
		return nil, err
	}
	head, err := m.head()
	if err != nil {
		return nil, err
	}
	if isTar(head) || begins(head, zipMagics...) && textual[m.format] != nil {
		return nil, m.refuse("archive.nested")
	}
	return m, nil
}
