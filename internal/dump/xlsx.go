package dump

import (
	"archive/zip"
	"io"
	"time"

	"github.com/klauspost/compress/flate"
	"github.com/xuri/excelize/v2"

	"maille/internal/dataset"
)

// XLSX is a workbook (ECMA-376): the features, the definitions of their fields, where they come from. Geometries are left
// out; points are in their longitude and latitude columns.
var XLSX = &Format{Extension: "xlsx", Title: "Excel", MediaType: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Encoding: dataset.NoGeometry, MaxRows: xlsxRows, Whole: true, Describes: true, Write: writeXLSX}

// xlsxRows are those of a sheet, without the header.
const xlsxRows = 1_048_575

// writeXLSX writes features as a workbook. Equal contents give equal bytes.
func writeXLSX(w io.Writer, c *Content) (rows int64, err error) {
	if c.Rows > xlsxRows {
		return 0, tooManyRows("xlsx", xlsxRows)
	}
	book := excelize.NewFile(excelize.Options{TmpDir: c.Folder})
	defer book.Close()
	b := &workbook{File: book, content: c}
	if err := b.styles(); err != nil {
		return 0, err
	}
	if rows, err = b.data(); err != nil {
		return rows, err
	}
	for _, sheet := range []func() error{b.definitions, func() error { return b.about(rows) }, b.properties} {
		if err := sheet(); err != nil {
			return rows, err
		}
	}
	return rows, b.write(w)
}

// workbook is the file as it is made.
type workbook struct {
	*excelize.File
	content            *Content
	bold, wrapped, day int // styles
}

func (b *workbook) styles() (err error) {
	format := "yyyy-mm-dd"
	for _, s := range []struct {
		id    *int
		style excelize.Style
	}{
		{&b.bold, excelize.Style{Font: &excelize.Font{Bold: true}}},
		{&b.wrapped, excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}},
		{&b.day, excelize.Style{CustomNumFmt: &format}},
	} {
		if *s.id, err = b.NewStyle(&s.style); err != nil {
			return err
		}
	}
	return nil
}

// properties are those of the file; without them the day would be excelize's own.
func (b *workbook) properties() error {
	stamp := b.content.About.day().Format(time.RFC3339)
	return b.SetDocProps(&excelize.DocProperties{Title: b.content.Title, Creator: b.content.About.Instance, LastModifiedBy: b.content.About.Instance,
		Identifier: b.content.About.Link, Version: b.content.About.Version, Language: "fr-FR", Created: stamp, Modified: stamp})
}

// write sends the archive to w as it is made: excelize would hold it whole in memory.
func (b *workbook) write(w io.Writer) error {
	b.SetZipWriter(func(io.Writer) excelize.ZipWriter {
		archive := zip.NewWriter(w)
		archive.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, 5) })
		return archive
	})
	_, err := b.WriteTo(io.Discard)
	return err
}
