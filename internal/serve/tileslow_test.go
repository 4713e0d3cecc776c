package serve_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"maille/internal/geo"
	"maille/internal/pmtiles"
	"maille/internal/release"
	"maille/internal/serve"
	"maille/internal/store"
)

// archived gives a dataset another archive, of one tile.
func (w *world) archived(t testing.TB, name string, at geo.Tile, packed []byte) {
	t.Helper()
	archive, err := pmtiles.NewWriter(t.TempDir())
	must(t, err)
	defer archive.Close()
	must(t, archive.Add(at, packed))
	object, err := w.Blobs.Put(t.Context(), func(out io.Writer) error {
		return archive.WriteArchive(out, pmtiles.About{Metadata: []byte(`{"vector_layers":[]}`)})
	})
	must(t, err)
	w.rewrite(t, func(e *release.Entry) {
		if e.Dataset == name {
			i := slices.IndexFunc(e.Files, func(f release.File) bool { return strings.HasSuffix(f.Name, ".pmtiles") })
			e.Files[i].SHA256, e.Files[i].Bytes = object.SHA256, object.Bytes
		}
	})
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestSlowReadersOfTiles: however many clients ask for a heavy tile of an archive and do not read it, in whatever coding, the
// memory does not grow by the tile for each of them.
func TestSlowReadersOfTiles(t *testing.T) {
	const clients, size = 30, 8 << 20
	w := tiledWorld(t, map[string]string{"points": scattered(50)}, upTo9, store.Options{})
	at := geo.Tile{Z: 7, X: 64, Y: 44}
	noise := make([]byte, size)
	chance := rand.NewChaCha8([32]byte{})
	_, _ = chance.Read(noise) // never fails
	w.archived(t, "points", at, zipped(t, noise))
	for _, coding := range []string{"gzip", "identity", "zstd"} {
		path := "/tiles/points/" + at.String() + ".mvt"
		if got := ask(t, http.MethodGet, w.address+path, "Accept-Encoding", coding); string(decoded(t, got)) != string(noise) || got.Header.Get("Content-Length") != fmt.Sprint(len(got.body)) {
			t.Fatalf("%s: %s, %d bytes, %v", coding, got.Status, len(got.body), got.Header)
		}
		before := heap()
		var all []net.Conn
		for range clients {
			conn, err := net.Dial("tcp", strings.TrimPrefix(w.address, "http://"))
			must(t, err)
			defer conn.Close()
			must(t, conn.(*net.TCPConn).SetReadBuffer(2048))
			_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: service.example\r\nAccept-Encoding: %s\r\n\r\n", path, coding)
			must(t, err)
			all = append(all, conn)
		}
		for _, conn := range all {
			_, err := bufio.NewReaderSize(conn, 16).ReadByte()
			must(t, err)
		}
		time.Sleep(100 * time.Millisecond) // those that will copy have copied
		if after := heap(); after > before+3*size {
			t.Errorf("%s: %d MB, then %d", coding, before>>20, after>>20)
		}
		for _, conn := range all {
			conn.Close()
		}
	}
}

// TestUnpackedTilesAreCounted: a tile for who does not take gzip takes its room among the answers under way.
func TestUnpackedTilesAreCounted(t *testing.T) {
	w := tiledWorld(t, map[string]string{"points": scattered(50)}, upTo9, store.Options{})
	at := geo.Tile{Z: 7, X: 64, Y: 44}
	w.archived(t, "points", at, zipped(t, make([]byte, 3<<20)))
	s := w.serve(t, serve.Options{BodyBytes: 1 << 20, SpoolBytes: 1 << 20})
	must(t, s.Refresh(t.Context()))
	address := listen(t, s) + "/tiles/points/" + at.String() + ".mvt"
	if a := ask(t, http.MethodGet, address); a.StatusCode == http.StatusOK {
		t.Errorf("%d bytes where one million are free", len(a.body))
	}
	if a := ask(t, http.MethodGet, address, "Accept-Encoding", "gzip"); a.StatusCode != http.StatusOK {
		t.Errorf("as it is stored: %s", a.Status)
	}
}

func zipped(t testing.TB, mvt []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := z.Write(mvt)
	must(t, err)
	must(t, z.Close())
	return packed.Bytes()
}
