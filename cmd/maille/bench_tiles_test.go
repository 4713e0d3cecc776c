package main

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/geo"
	"maille/internal/pgtest"
	"maille/internal/pmtiles"
	"maille/internal/release"
	"maille/internal/store"
)

// BenchmarkArchive makes the archive of the 35 000 communes from zoom 0 to 12, and reports how many times as long PostGIS
// takes, in the same run, for the same tiles with the same properties, one ST_AsMVT each, on as many connections as there
// are cores: from a table in Web Mercator with its index, which is made beforehand, and without compressing.
func BenchmarkArchive(b *testing.B) {
	mirror, err := filepath.Abs("../../../shared/data/mirror")
	if err != nil {
		b.Fatal(err)
	}
	if _, err := os.Stat(mirror); err != nil {
		b.Skip("the national files are not here: ", err)
	}
	url := pgtest.URL(b)
	child := exec.CommandContext(b.Context(), os.Args[0], "-test.run", "^TestBenchChild$", "-test.v")
	child.Env = append(os.Environ(), childMirror+"="+mirror, "MAILLE_DATABASE_URL="+url)
	if out, err := child.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	db, err := store.Open(b.Context(), url, store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(db.Close)
	load, v, err := db.LastLoad(b.Context(), "communes")
	if err != nil {
		b.Fatal(err)
	}
	d, err := db.Described(b.Context(), load.ID)
	if err != nil {
		b.Fatal(err)
	}
	d.Publication.Tiles.MinZoom, d.Publication.Tiles.MaxZoom = 0, deepest
	for b.Loop() {
		start := time.Now()
		archive := archiveOf(b, db, d, v)
		ours := time.Since(start)
		tiles := addresses(b, archive, *v.Extent)
		hand := handTiles(b, url, d, v, tiles)
		b.ReportMetric(ours.Seconds(), "s/archive")
		b.ReportMetric(float64(len(archive))/1e6, "MB")
		b.ReportMetric(float64(len(tiles)), "tiles")
		b.ReportMetric(hand.Seconds()/ours.Seconds(), "ST_AsMVT/archive")
	}
}

func archiveOf(b *testing.B, db *store.DB, d *dataset.Dataset, v *release.Version) []byte {
	var archive bytes.Buffer
	_, err := dump.PMTiles.Write(&archive, &dump.Content{Dataset: d, Geometries: true, Rows: v.Rows,
		Features: db.Features(b.Context(), *v, d, dataset.Query{Geometry: dump.PMTiles.Encoding})})
	if err != nil {
		b.Fatal(err)
	}
	return archive.Bytes()
}

// addresses lists the tiles of an archive, which are looked for wherever the version is.
func addresses(b *testing.B, archive []byte, extent geo.BBox) (tiles []geo.Tile) {
	a, err := pmtiles.Open(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		b.Fatal(err)
	}
	west, north := geo.WorldPosition(extent.West, extent.North)
	east, south := geo.WorldPosition(extent.East, extent.South)
	at := func(place float64, z uint8) uint32 {
		return uint32(min(math.Ldexp(place, int(z)), math.Ldexp(1, int(z))-1))
	}
	for z := range uint8(deepest + 1) {
		for x := at(west, z); x <= at(east, z); x++ {
			for y := at(north, z); y <= at(south, z); y++ {
				t := geo.Tile{Z: z, X: x, Y: y}
				if _, _, found, err := a.Find(t); err != nil {
					b.Fatal(err)
				} else if found {
					tiles = append(tiles, t)
				}
			}
		}
	}
	return tiles
}

// handTiles times PostGIS.
func handTiles(b *testing.B, url string, d *dataset.Dataset, v *release.Version, tiles []geo.Tile) time.Duration {
	columns := make([]string, len(d.Tiles().Properties))
	for i, name := range d.Tiles().Properties {
		columns[i] = quoted(name)
	}
	list := strings.Join(columns, ", ")
	conn := connect(b, url)
	for _, sql := range []string{
		"drop table if exists mercator",
		fmt.Sprintf("create table mercator as select _ord, %s, st_transform(geometry, 3857) as geometry from %s where geometry is not null", list, quoted("data", v.String())),
		"create index on mercator using gist (geometry)", "analyze mercator",
	} {
		if _, err := conn.Exec(b.Context(), sql); err != nil {
			b.Fatal(err)
		}
	}
	sql := fmt.Sprintf(`select st_asmvt(t, 'communes', 4096, 'mvt', '_ord') from (
		select _ord, %s, st_asmvtgeom(geometry, st_tileenvelope($1, $2, $3), 4096, 64, true) as mvt from mercator
		where geometry && st_tileenvelope($1, $2, $3, margin => 0.015625)) t where mvt is not null`, list)
	var next atomic.Int64
	start := time.Now()
	var group errgroup.Group
	for range connections {
		conn := connect(b, url)
		group.Go(func() error { return walk(b, conn, sql, tiles, &next) })
	}
	if err := group.Wait(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// deepest is the last zoom of the archive.
const deepest = 12

// connections is the number of cores that the benchmarks are made for.
const connections = 2

// walk asks for the tiles that nobody asked for yet.
func walk(b *testing.B, conn *pgx.Conn, sql string, tiles []geo.Tile, next *atomic.Int64) error {
	for i := next.Add(1) - 1; int(i) < len(tiles); i = next.Add(1) - 1 {
		t := tiles[i]
		var mvt []byte
		if err := conn.QueryRow(b.Context(), sql, int(t.Z), int(t.X), int(t.Y)).Scan(&mvt); err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		if _, err := io.Discard.Write(mvt); err != nil {
			return err
		}
	}
	return nil
}

func connect(b *testing.B, url string) *pgx.Conn {
	conn, err := pgx.Connect(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close(b.Context()) })
	if _, err := conn.Exec(b.Context(), "set jit = off; set max_parallel_workers_per_gather = 0"); err != nil {
		b.Fatal(err)
	}
	return conn
}
