package serve

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"sync"
	"testing"

	"maille/internal/blob"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/pmtiles"
	"maille/internal/release"
)

// TestArchivesAreBounded: however many archives are asked, and by however many at once, only so many stay open; one that is
// put away while it is read is read on.
func TestArchivesAreBounded(t *testing.T) {
	blobs, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var entries []*release.Entry
	for i := range 8 {
		entries = append(entries, &release.Entry{Version: release.Version{Dataset: "d"}, Files: []release.File{smallArchive(t, blobs, byte(i))}})
	}
	const most = 3
	s, err := newArchives(blobs, most)
	if err != nil {
		t.Fatal(err)
	}
	held, err := s.of(entries[0])
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for g := range 16 {
		chance := rand.New(rand.NewPCG(1, uint64(g)))
		all.Go(func() {
			for range 200 {
				n := chance.IntN(len(entries))
				if err := readOne(s, entries[n], byte(n)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := s.open.Len(); n != most {
		t.Errorf("%d are listed", n)
	}
	if open := openBlobs(t, blobs, entries); open != most+1 && open != most { // the one that is held may be listed again
		t.Errorf("%d files are open", open)
	}
	at, err := held.find(geo.Tile{Z: 3})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := held.read(at, new([]byte)); err != nil {
		t.Error(err)
	}
	held.release()
	if open := openBlobs(t, blobs, entries); open != most {
		t.Errorf("%d files are open in the end", open)
	}
	if err := readOne(s, entries[2], 2); err != nil {
		t.Error(err)
	}
	s.only(&release.Manifest{Datasets: []release.Entry{*entries[2], *entries[7]}})
	if open := openBlobs(t, blobs, entries); open < 1 || open > 2 || openBlobs(t, blobs, entries[2:3]) != 1 {
		t.Errorf("%d files are open of a release that names two", open)
	}
}

// TestArchivePanics: an archive whose opening panics is a fault each time that it is asked, leaves nothing open, and is there
// again once it is mended.
func TestArchivePanics(t *testing.T) {
	blobs, err := blob.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	e := &release.Entry{Version: release.Version{Dataset: "d"}, Files: []release.File{smallArchive(t, blobs, 1)}}
	s, err := newArchives(blobs, 3)
	if err != nil {
		t.Fatal(err)
	}
	s.blobs = nil // so that to open panics
	for range 2 {
		if a, err := s.of(e); a != nil || err == nil || fault.KindOf(err) != fault.Internal {
			t.Fatalf("%v, %v", a, err)
		}
	}
	if n := openBlobs(t, blobs, []*release.Entry{e}); n != 0 {
		t.Errorf("%d files are open", n)
	}
	s.blobs = blobs
	if err := readOne(s, e, 1); err != nil {
		t.Error(err)
	}
}

func readOne(s *archives, e *release.Entry, want byte) error {
	a, err := s.of(e)
	if err != nil {
		return err
	}
	defer a.release()
	at, err := a.find(geo.Tile{Z: 3})
	if err != nil {
		return err
	}
	body, err := a.read(at, new([]byte))
	if err == nil && body[2] != want {
		err = fmt.Errorf("archive %d gives %v", want, body)
	}
	return err
}

func smallArchive(t *testing.T, blobs *blob.Folder, mark byte) release.File {
	t.Helper()
	w, err := pmtiles.NewWriter(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Add(geo.Tile{Z: 3}, []byte{0x1f, 0x8b, mark}); err != nil {
		t.Fatal(err)
	}
	o, err := blobs.Put(t.Context(), func(out io.Writer) error { return w.WriteArchive(out, pmtiles.About{Metadata: []byte("{}")}) })
	if err != nil {
		t.Fatal(err)
	}
	return release.File{Name: "d.pmtiles", SHA256: o.SHA256, Bytes: o.Bytes}
}

// openBlobs is how many of the archives' files this program has open.
func openBlobs(t *testing.T, blobs *blob.Folder, entries []*release.Entry) (n int) {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("this system does not list what is open")
	}
	known := map[string]bool{}
	for _, e := range entries {
		content, err := blobs.Get(t.Context(), e.Files[0].SHA256)
		if err != nil {
			t.Fatal(err)
		}
		known[content.(*os.File).Name()] = true
		content.Close()
	}
	for _, f := range files {
		if name, err := os.Readlink("/proc/self/fd/" + f.Name()); err == nil && known[name] {
			n++
		}
	}
	return n
}
