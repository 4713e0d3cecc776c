package dump

import (
	"bufio"
	"io"

	"maille/internal/dataset"
)

// FlatGeobuf is FlatGeobuf 3, with its packed Hilbert R-tree: features lie along the curve, so that those of a map's
// corner are read with few requests. Dates are DateTime, lists Json arrays, and nulls are left out of a feature.
var FlatGeobuf = &Format{Extension: "fgb", Title: "FlatGeobuf", MediaType: "application/flatgeobuf", Encoding: dataset.AsWKB, MaxRows: mostPlaces, Whole: true, Describes: true, Write: writeFlatGeobuf}

// fgbMagic is "fgb", the version, "fgb" again and the patch level.
var fgbMagic = []byte{'f', 'g', 'b', 3, 'f', 'g', 'b', 0}

func writeFlatGeobuf(w io.Writer, c *Content) (rows int64, err error) {
	spool, err := newScratch(c.Folder)
	if err != nil {
		return 0, err
	}
	defer spool.Close()
	index, err := newFGBIndex(c.Folder)
	if err != nil {
		return 0, err
	}
	defer index.places.Close()
	layer := fgbLayer{Content: c, spool: spool, features: newFGBFeatures(c), index: index}
	if err := layer.gather(); err != nil {
		return layer.index.len(), err
	}
	out := bufio.NewWriterSize(w, chunk)
	if err := layer.write(out); err != nil {
		return layer.index.len(), err
	}
	return layer.index.len(), out.Flush()
}

// fgbLayer are the features of a file, encoded in the order in which they came.
type fgbLayer struct {
	*Content
	spool    *scratch
	features *fgbFeatures
	index    fgbIndex
}

func (l *fgbLayer) gather() error {
	for f, err := range l.Features {
		if err != nil {
			return err
		}
		if l.index.len() == mostPlaces {
			return tooManyRows("fgb", mostPlaces)
		}
		encoded, box, err := l.features.encode(f)
		if err != nil {
			return err
		}
		if err := l.index.add(box, l.spool.size, len(encoded)); err != nil {
			return err
		}
		if err := l.work(int64(len(encoded)) + fgbPlaceLen); err != nil {
			return err
		}
		if _, err := l.spool.Write(encoded); err != nil {
			return err
		}
	}
	return l.spool.Flush()
}

func (l *fgbLayer) write(out *bufio.Writer) error {
	_, _ = out.Write(fgbMagic) // an error stays with the bufio.Writer
	_, _ = out.Write(l.header())
	if !l.index.indexed() {
		return l.copyAll(out)
	}
	order, err := l.index.order()
	if err != nil {
		return err
	}
	if err := l.index.write(out, order); err != nil {
		return err
	}
	return l.copyInOrder(out, order)
}

func (l *fgbLayer) copyAll(out io.Writer) error {
	_, err := io.Copy(out, io.NewSectionReader(l.spool, 0, l.spool.size))
	return err
}

func (l *fgbLayer) copyInOrder(out io.Writer, order []uint64) error {
	for _, key := range order {
		p := l.index.place(key)
		if l.index.places.err != nil {
			return l.index.places.err
		}
		encoded, err := l.spool.at(p.offset, int64(p.size))
		if err != nil {
			return err
		}
		if _, err := out.Write(encoded); err != nil {
			return err
		}
	}
	return nil
}
