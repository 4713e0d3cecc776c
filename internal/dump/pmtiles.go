package dump

import (
	"io"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/pmtiles"
	"maille/internal/tile"
)

// PMTiles is a PMTiles v3 archive of vector tiles, which a map reads from where it lies, a few tiles at a time. Of About
// it has the version alone, so that one version makes the same bytes in every release.
var PMTiles = &Format{Extension: pmtiles.Extension, Title: "PMTiles", MediaType: pmtiles.MediaType, Encoding: dataset.AsWKB, Whole: true, Write: writePMTiles}

func writePMTiles(w io.Writer, c *Content) (rows int64, err error) {
	archive, err := pmtiles.NewWriter(c.Folder)
	if err != nil {
		return 0, err
	}
	defer archive.Close()
	report, err := tile.Build(c.Dataset, c.Features, tile.Options{Folder: c.Folder, Stop: c.Stop, Made: c.Made}, func(t geo.Tile, gzipped []byte) error {
		before := archive.Size()
		if err := archive.Add(t, gzipped); err != nil {
			return err
		}
		return c.work(archive.Size() - before)
	})
	if err != nil {
		return 0, err
	}
	if c.Tiled != nil {
		c.Tiled(report)
	}
	if archive.Len() == 0 {
		if err := addNothing(archive, c.Tiles()); err != nil {
			return 0, err
		}
	}
	return report.Features, archive.WriteArchive(w, pmtiles.About{Bounds: c.Extent, Metadata: c.tileset(report)})
}

// nothing is an empty tile in gzip. An archive has one tile at least (PMTiles v3 §4.2), and MVT 2.1 §4.1 allows one
// without layers.
var nothing = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0}

// addNothing fills the archive of a version that has no shape, at the zooms that others have.
func addNothing(archive *pmtiles.Writer, t *dataset.Tiles) error {
	for z := t.MinZoom; z <= *t.Prerender; z++ {
		if err := archive.Add(geo.Tile{Z: uint8(z)}, nothing); err != nil {
			return err
		}
	}
	return nil
}
