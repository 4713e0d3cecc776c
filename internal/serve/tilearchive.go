package serve

import (
	"context"
	"encoding/json"
	"runtime/debug"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"maille/internal/blob"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/pmtiles"
	"maille/internal/release"
	"maille/internal/tile"
)

// mostArchives is how many archives are kept open: those of the current release, and of some others.
const mostArchives = 64

// archives are the tiles of versions. One that was opened stays open, for all releases that name it, until others were asked
// since; who reads it meanwhile reads on.
type archives struct {
	blobs  blob.Store
	leaves *pmtiles.Leaves
	mu     sync.Mutex
	open   *simplelru.LRU[string, *archive] // by SHA-256
}

// mostLeaves is how many entries of directories are kept, of all archives: 24 MB.
const mostLeaves = 1 << 20

func newArchives(blobs blob.Store, most int) (*archives, error) {
	open, err := simplelru.NewLRU(most, func(_ string, a *archive) { a.leave() })
	return &archives{blobs: blobs, leaves: pmtiles.NewLeaves(mostLeaves), open: open}, err
}

// archive is one of them. Who reads it holds it.
type archive struct {
	name, sha string
	opening   sync.Once
	err       error
	file      blob.Reader
	tiles     *pmtiles.Archive
	cells     map[int]int // of points: by zoom, the width of the cells in which they were merged

	mu    *sync.Mutex // of all archives
	users int         // the list of the open ones is one
}

// of holds the archive of a version; nil when it has none. Release it in the end.
func (s *archives) of(e *release.Entry) (*archive, error) {
	if f := e.Dump("pmtiles"); f != nil {
		return s.hold(f)
	}
	return nil, nil
}

func (s *archives) hold(f *release.File) (*archive, error) {
	a := s.join(f)
	a.opening.Do(func() { a.open(s, f.Bytes) })
	if a.err != nil {
		a.release()
		return nil, a.err
	}
	return a, nil
}

// open loads the archive, or says in err why it cannot be read: it is done once, even when it panics.
func (a *archive) open(s *archives, size int64) {
	var err error
	defer func() {
		if cause := recover(); cause != nil {
			err = fault.New(fault.Internal, "panic: %v\n%s", cause, debug.Stack())
		}
		if err != nil {
			a.err = a.broken(err)
			s.forget(a) // it may have been restored when it is asked next
		}
	}()
	err = a.load(s, size)
}

func (s *archives) join(f *release.File) *archive {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, ok := s.open.Get(f.SHA256)
	if !ok {
		a = &archive{name: f.Name, sha: f.SHA256, mu: &s.mu, users: 1}
		s.open.Add(f.SHA256, a)
	}
	a.users++
	return a
}

func (s *archives) forget(a *archive) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if standing, ok := s.open.Peek(a.sha); ok && standing == a {
		s.open.Remove(a.sha)
	}
}

// only forgets the archives that a release does not name: others may be gone from the store, and a file that is open takes its
// place on the disk. Who asks for one that is there opens it again.
func (s *archives) only(m *release.Manifest) {
	named := map[string]bool{}
	for i := range m.Datasets {
		for _, f := range m.Datasets[i].Files {
			named[f.SHA256] = true
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sha := range s.open.Keys() {
		if !named[sha] {
			s.open.Remove(sha)
		}
	}
}

// release is for a reader that is done.
func (a *archive) release() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.leave()
}

// leave is for a reader, or the list, that is done; the last one closes the file.
func (a *archive) leave() {
	if a.users--; a.users > 0 {
		return
	}
	if a.tiles != nil {
		a.tiles.Close()
	}
	if a.file != nil {
		_ = a.file.Close() // it was only read
	}
}

// load opens the file and reads what an archive says of itself.
func (a *archive) load(s *archives, size int64) error {
	file, err := s.blobs.Get(context.Background(), a.sha) // for all who ask
	if err != nil {
		return err
	}
	a.file = file
	if a.tiles, err = s.leaves.Open(file, size); err != nil {
		return err
	}
	text, err := a.tiles.Metadata()
	if err != nil {
		return err
	}
	var about struct {
		Maille struct{ Report tile.Report }
	}
	if err := json.Unmarshal(text, &about); err != nil {
		return err
	}
	a.cells = map[int]int{}
	for _, z := range about.Maille.Report.Zooms {
		a.cells[z.Zoom] = z.Cell
	}
	return nil
}

func (a *archive) first() int { return int(a.tiles.Header.MinZoom) }
func (a *archive) last() int  { return int(a.tiles.Header.MaxZoom) }

// spot is where a tile is in the file; without length where there is none.
type spot struct{ offset, length int64 }

// mostTile is many times what any budget leaves of a tile: a longer one is an archive that lies.
const mostTile = 64 << 20

// above is a tile that the archive may have: this one, or the one of its last zoom that holds it.
func (a *archive) above(t geo.Tile) geo.Tile {
	for int(t.Z) > a.last() {
		t = t.Parent()
	}
	return t
}

// find is where a tile is, or the tile of the archive's last zoom that holds it.
func (a *archive) find(t geo.Tile) (spot, error) {
	t = a.above(t)
	offset, length, ok, err := a.tiles.Find(t)
	switch {
	case err != nil:
		return spot{}, a.broken(err)
	case !ok:
		return spot{}, nil
	case length > mostTile:
		return spot{}, a.broken(fault.New(fault.Internal, "tile %s has %d bytes", t, length))
	}
	return spot{offset, length}, nil
}

// read reads the beginning of a tile as it is stored, in gzip, over buf, which grows.
func (a *archive) read(at spot, buf *[]byte) ([]byte, error) {
	if int64(cap(*buf)) < at.length {
		*buf = make([]byte, at.length)
	}
	begin := (*buf)[:at.length]
	_, err := a.file.ReadAt(begin, at.offset)
	if err == nil && (len(begin) < 2 || begin[0] != 0x1f || begin[1] != 0x8b) { // RFC 1952 §2.3.1
		err = fault.New(fault.Internal, "the tile at %d is not in gzip", at.offset)
	}
	if err != nil {
		return nil, a.broken(err)
	}
	return begin, nil
}

// broken is for what is wrong with a file of ours: no matter of the client's.
func (a *archive) broken(err error) error {
	return fault.New(fault.Internal, "the archive %s of the store cannot be read", a.name).Because(err)
}
