package pipeline

import (
	"iter"
	"strings"

	"maille/internal/dataset"
	"maille/internal/dump"
)

// partsSmaller cuts départements so many times sooner, in tests.
var partsSmaller int64 = 1

// cutter says which part a row is of: the first one of its département until a file of it could be larger than data.gouv.fr
// looks into, then the next. The rows alone decide, so that a version has one cut, and each format has the same rows in it.
type cutter struct {
	commune int // position of the column of communes
	encoder *dump.FeatureEncoder
	at      partKey
	bytes   partBytes
	buf     []byte
}

// partKey is a département, as the path of its rows says it, and the number of the part from 1.
type partKey struct {
	code   string
	number int
}

// partBytes are what rows take at most: of text as GeoJSON, beside which CSV is smaller; and in Parquet, before it is packed.
type partBytes struct{ text, binary int64 }

// fits leaves a twentieth to what files have besides rows.
func (b partBytes) fits() bool {
	most := func(format *dump.Format) int64 {
		for _, f := range partFormats {
			if f.Format == format {
				return f.most / partsSmaller / 20 * 19
			}
		}
		return 0
	}
	return b.text <= min(most(dump.GeoJSON), most(dump.CSV)) && b.binary <= most(dump.GeoParquet)
}

func newCutter(d *dataset.Dataset) *cutter {
	return &cutter{commune: d.Schema.Index(d.Publication.Commune), encoder: dump.NewFeatureEncoder(d, nil)}
}

// key is that of the next row, which is nil where rows end.
func (c *cutter) key(f *dataset.Feature) partKey {
	row := c.weigh(f)
	code := codeOf(f, c.commune)
	sum := partBytes{c.bytes.text + row.text, c.bytes.binary + row.binary}
	switch {
	case c.at.number == 0 || code != c.at.code:
		c.at, sum = partKey{strings.Clone(code), 1}, row // the row's is lent
	case !sum.fits():
		c.at.number++
		sum = row
	}
	c.bytes = sum
	return c.at
}

// weigh is exact of text. Parquet has of each value its bytes and a length, of a geometry its box too, and a little for pages,
// indexes and filters.
func (c *cutter) weigh(f *dataset.Feature) (b partBytes) {
	if f == nil {
		return b
	}
	c.buf = c.encoder.Append(c.buf[:0], f)
	b.text = int64(len(c.buf)) + int64(len(",\n"))
	b.binary = int64(len(f.WKB)) + 32
	for _, v := range f.Values {
		if b.binary += 8; v.HasText() {
			b.binary += int64(len(v.Text()))
		}
	}
	return b
}

// runs parts features where their key changes: each run is gone through once, before the next.
func runs(features dump.Features, key func(*dataset.Feature) partKey) iter.Seq2[partKey, dump.Features] {
	return func(yield func(partKey, dump.Features) bool) {
		next, stop := iter.Pull2(features)
		defer stop()
		f, err, more := next()
		at := key(f)
		for more {
			here := at
			run := func(yield func(*dataset.Feature, error) bool) {
				for more && (err != nil || at == here) {
					if !yield(f, err) || err != nil {
						more = false
						return
					}
					f, err, more = next()
					at = key(f)
				}
			}
			if !yield(here, run) {
				return
			}
		}
	}
}

// codeOf is what the path of a row's part says; of none where there is no row.
func codeOf(f *dataset.Feature, commune int) string {
	if f == nil {
		return hiveNull
	}
	if code := dataset.DepartementOf(f.Values[commune].Text()); code != "" {
		return code
	}
	return hiveNull
}
