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
	"syscall"
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

// BenchmarkArchive makes the archives of the 35 000 communes and of their finer contours of 2018 from zoom 0 to 12, and reports
// how many times as long PostGIS takes, in the same run, for the same tiles with the same properties, one ST_AsMVT each, on as
// many connections as there are cores, without compressing: prepared/archive from a table in Web Mercator with its index, which
// is made beforehand and not counted; asis/archive from the version's table as it is, as a server of tiles that has no other
// does. cpu-s/archive is what our process takes of all cores, PostgreSQL's part of the reading apart.
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
	for _, name := range []string{"communes", "communes-contours-2018"} {
		b.Run(name, func(b *testing.B) { benchArchive(b, url, db, name) })
	}
}

func benchArchive(b *testing.B, url string, db *store.DB, name string) {
	load, v, err := db.LastLoad(b.Context(), name)
	if err != nil {
		b.Fatal(err)
	}
	d, err := db.Described(b.Context(), load.ID)
	if err != nil {
		b.Fatal(err)
	}
	d.Publication.Tiles.MinZoom, d.Publication.Tiles.MaxZoom = 0, deepest
	var ours, cpu, prepared, asis time.Duration
	for b.Loop() {
		start, before := time.Now(), processTime(b)
		archive := archiveOf(b, db, d, v)
		ours, cpu = ours+time.Since(start), cpu+processTime(b)-before
		tiles := addresses(b, archive, *v.Extent)
		prepare(b, url, d, v)
		prepared += handTiles(b, url, d, tiles, "st_asmvtgeom(geometry, st_tileenvelope($1, $2, $3), 4096, 64, true)",
			"mercator where geometry && st_tileenvelope($1, $2, $3, margin => 0.015625)")
		asis += handTiles(b, url, d, tiles, "st_asmvtgeom(st_transform(geometry, 3857), st_tileenvelope($1, $2, $3), 4096, 64, true)",
			quoted("data", v.String())+" where geometry && st_transform(st_tileenvelope($1, $2, $3, margin => 0.015625), 4326)")
		b.ReportMetric(float64(len(archive))/1e6, "MB")
		b.ReportMetric(float64(len(tiles)), "tiles")
	}
	b.ReportMetric(ours.Seconds()/float64(b.N), "s/archive")
	b.ReportMetric(cpu.Seconds()/float64(b.N), "cpu-s/archive")
	b.ReportMetric(prepared.Seconds()/ours.Seconds(), "prepared/archive")
	b.ReportMetric(asis.Seconds()/ours.Seconds(), "asis/archive")
}

// processTime is what this process has had of all cores.
func processTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
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

// prepare makes the table in Web Mercator.
func prepare(b *testing.B, url string, d *dataset.Dataset, v *release.Version) {
	conn := connect(b, url)
	for _, sql := range []string{
		"drop table if exists mercator",
		fmt.Sprintf("create table mercator as select _ord, %s, st_transform(geometry, 3857) as geometry from %s where geometry is not null",
			propertiesAt(d, deepest), quoted("data", v.String())),
		"create index on mercator using gist (geometry)", "analyze mercator",
	} {
		if _, err := conn.Exec(b.Context(), sql); err != nil {
			b.Fatal(err)
		}
	}
}

// propertiesAt lists the columns that tiles of a zoom have.
func propertiesAt(d *dataset.Dataset, zoom int) string {
	t := d.Tiles()
	var columns []string
	for _, name := range t.Properties {
		if zoom >= t.From[name] {
			columns = append(columns, quoted(name))
		}
	}
	return strings.Join(columns, ", ")
}

// handTiles times PostGIS, which draws a geometry of what some rows have.
func handTiles(b *testing.B, url string, d *dataset.Dataset, tiles []geo.Tile, geometry, from string) time.Duration {
	var queries []string
	for z := range deepest + 1 {
		queries = append(queries, fmt.Sprintf("select st_asmvt(t, '%s', 4096, 'mvt', '_ord') from (select _ord, %s, %s as mvt from %s) t where mvt is not null",
			d.Name, propertiesAt(d, z), geometry, from))
	}
	var next atomic.Int64
	start := time.Now()
	var group errgroup.Group
	for range connections {
		conn := connect(b, url)
		group.Go(func() error { return walk(b, conn, queries, tiles, &next) })
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
func walk(b *testing.B, conn *pgx.Conn, queries []string, tiles []geo.Tile, next *atomic.Int64) error {
	for i := next.Add(1) - 1; int(i) < len(tiles); i = next.Add(1) - 1 {
		t := tiles[i]
		var mvt []byte
		if err := conn.QueryRow(b.Context(), queries[t.Z], int(t.Z), int(t.X), int(t.Y)).Scan(&mvt); err != nil {
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
