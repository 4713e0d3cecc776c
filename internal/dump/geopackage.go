package dump

import (
	"io"
	"os"

	"github.com/ncruces/go-sqlite3"
	_ "github.com/ncruces/go-sqlite3/embed" // SQLite itself, as WebAssembly

	"maille/internal/dataset"
)

// GeoPackage is OGC 12-128r18 (version 1.3, which every reader knows) with its R-tree, its metadata and its schema. Rows
// have the rank in which they came as fid; lists are texts, joined by their delimiter.
var GeoPackage = &Format{Extension: "gpkg", Title: "GeoPackage", MediaType: "application/geopackage+sqlite3", Encoding: dataset.AsWKB, MaxRows: mostPlaces, Whole: true, Describes: true, Write: writeGeoPackage}

func writeGeoPackage(w io.Writer, c *Content) (rows int64, err error) {
	f, err := os.CreateTemp(c.Folder, "maille-dump-*.gpkg")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if rows, err = fillGeoPackage(f, c); err != nil {
		return rows, err
	}
	_, err = io.Copy(w, f)
	return rows, err
}

// fillGeoPackage makes the file, which is there and empty. It loses its name as soon as SQLite has it open, which asks for
// the name no more where there is no journal: nothing of it stays when the process ends, however that comes.
func fillGeoPackage(f *os.File, c *Content) (rows int64, err error) {
	db, err := sqlite3.OpenFlags(f.Name(), sqlite3.OPEN_READWRITE)
	if removed := os.Remove(f.Name()); removed != nil {
		defer os.Remove(f.Name()) // where an open file cannot be removed
	}
	if err != nil {
		return 0, err
	}
	g := newGeoPackage(c, db)
	g.file = f
	if g.tree, err = newRTree(c.Folder); err == nil {
		err = g.fill()
		_ = g.tree.cells.Close()
	}
	if closed := db.Close(); err == nil {
		err = closed
	}
	return g.rows, err
}

// gpkg is a GeoPackage that is being made.
type gpkg struct {
	*Content
	db       *sqlite3.Conn
	file     *os.File
	size     int64 // of the file, when it was last looked at
	columns  []int
	table    string
	fid      string
	geom     string // the column of the geometry; "" for none
	geomType string
	system   system
	tree     rtree
	rows     int64
}

func newGeoPackage(c *Content, db *sqlite3.Conn) *gpkg {
	g := &gpkg{Content: c, db: db, columns: c.columns(), table: c.Relation()}
	g.fid = g.free("fid")
	if c.hasGeometry() {
		g.geom, g.geomType, g.system = g.free("geom"), geometryTypeName(c), c.system()
	}
	return g
}

// speed gives up what protects a file that would stay: this one is thrown away when anything fails.
const speed = `pragma page_size = 4096; pragma journal_mode = off; pragma synchronous = off; pragma locking_mode = exclusive;
	pragma temp_store = memory; pragma cache_size = -8192`

func (g *gpkg) fill() error {
	for _, step := range []func() error{
		func() error { return g.db.Exec(speed) },
		func() error { return g.db.Exec("begin; pragma defer_foreign_keys = on") }, // gpkg_contents comes last
		g.describe, g.insertRows, g.indexRows, g.summarise,
		func() error { return g.db.Exec("commit") },
	} {
		if err := step(); err != nil {
			return err
		}
		if err := g.grown(); err != nil {
			return err
		}
	}
	return nil
}

// grown counts what the file has grown since it was last looked at.
func (g *gpkg) grown() error {
	info, err := g.file.Stat()
	if err != nil {
		return err
	}
	more := info.Size() - g.size
	g.size = info.Size()
	return g.work(more)
}
