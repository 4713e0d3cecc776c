package source

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	meta "github.com/parquet-go/parquet-go/format"
)

const (
	longestFooter     = 64 << 20
	longestPage       = 128 << 20 // once unpacked; writers aim at one megabyte, and give a row group of DuckDB a hundred
	longestPages      = 192 << 20 // a page and a dictionary of each column that is read, which stand in memory together
	longestPageHeader = 16 << 20  // it holds the least and the greatest value
	mostPageValues    = 1 << 24
	mostByteRows      = 64 // to a byte of a file of more rows than a sheet: a column that repeats itself takes none
	parquetMagic      = "PAR1"
)

// checkFooter refuses a footer that is longer than the file: the library makes room for whatever it announces.
func (d *parquetFile) checkFooter() error {
	var tail [8]byte
	if d.in.size < int64(len(tail))+4 {
		return d.refuse("parquet.none")
	}
	if _, err := d.in.ReadAt(tail[:], d.in.size-int64(len(tail))); err != nil {
		return err
	}
	length := int64(binary.LittleEndian.Uint32(tail[:]))
	switch {
	case string(tail[4:]) == "PARE":
		return d.refuse("parquet.encrypted")
	case string(tail[4:]) != parquetMagic:
		return d.refuse("parquet.none")
	case length > d.in.size-int64(len(tail))-4:
		return d.refuse("parquet.corrupt")
	case length > longestFooter:
		return d.refuse("parquet.metadata")
	}
	footer := make([]byte, length)
	if _, err := d.in.ReadAt(footer, d.in.size-int64(len(tail))-length); err != nil {
		return err
	}
	_, err := thriftLength(footer)
	return err
}

// checkRows refuses rows that no file of this size has, as runs announce them by the million.
func (d *parquetFile) checkRows() error {
	most := max(tallestBook, mostByteRows*d.in.size)
	rows := int64(0)
	for _, group := range d.data.RowGroups() {
		if n := group.NumRows(); n < 0 || n > most-rows {
			return d.refuse("parquet.rows", "most", most)
		}
		rows += group.NumRows()
	}
	return nil
}

// checkGroup checks the columns that are read of the row group that comes next.
func (d *parquetFile) checkGroup() error {
	defer func() { d.pages = pageCheck{} }() // whose buffers are as large as pages
	held := int64(0)
	for _, c := range d.used {
		longest, err := d.checkChunk(d.group, c)
		if err != nil {
			return err
		}
		if held += longest; held > longestPages {
			return d.refuse("parquet.pages", "most", size(longestPages))
		}
	}
	return nil
}

// checkChunk reads the pages of a column in a row group before the library does, and refuses what the library cannot
// read or would read without bound: it makes room for what a page, a run or a list of lengths announces. The longest that
// it gives is of the dictionary and a page.
func (d *parquetFile) checkChunk(group int, c *parquetColumn) (longest int64, err error) {
	chunk := d.data.Metadata().RowGroups[group].Columns[c.leaf.Index()].MetaData
	if unpackers[chunk.Codec] == nil {
		return 0, d.refuse("parquet.codec", "column", quoted(c.name), "codec", chunk.Codec)
	}
	at, end := chunk.DataPageOffset, chunk.DataPageOffset
	if chunk.DictionaryPageOffset != 0 {
		at, end = chunk.DictionaryPageOffset, chunk.DictionaryPageOffset
	}
	if end += chunk.TotalCompressedSize; at < 0 || end < at || end > d.in.size {
		return 0, fmt.Errorf("column %q stands from %d to %d", c.name, at, end)
	}
	d.pages.leaf, d.pages.codec = c.leaf, chunk.Codec
	var dictionary int64
	for at < end {
		header, next, err := d.checkPage(c, at, end)
		if err != nil {
			return 0, err
		}
		at = next
		if n := int64(header.UncompressedPageSize); header.Type == meta.DictionaryPage {
			dictionary += n
		} else {
			longest = max(longest, n)
		}
	}
	return dictionary + longest, nil
}

// checkPage checks the page at an offset and gives that of the next.
func (d *parquetFile) checkPage(c *parquetColumn, at, end int64) (header *meta.PageHeader, next int64, err error) {
	header, length, err := d.pageHeader(c, at, end)
	if err != nil {
		return nil, 0, err
	}
	body := at + int64(length)
	packed := int64(header.CompressedPageSize)
	switch unpacked := int64(header.UncompressedPageSize); {
	case packed < 0 || packed > end-body || unpacked < 0:
		return nil, 0, fmt.Errorf("a page of %d bytes, %d unpacked", packed, unpacked)
	case packed > longestPage || unpacked > longestPage:
		return nil, 0, d.refuse("parquet.page", "column", quoted(c.name), "most", size(longestPage))
	}
	if err := d.budget.spend(int64(header.UncompressedPageSize)); err != nil {
		return nil, 0, err
	}
	d.pages.packed = slices.Grow(d.pages.packed[:0], int(packed))[:packed]
	if _, err := d.in.ReadAt(d.pages.packed, body); err != nil {
		return nil, 0, err
	}
	return header, body + packed, d.pages.check(header)
}

// pageHeader reads the header at an offset and how long it is.
func (d *parquetFile) pageHeader(c *parquetColumn, at, end int64) (header *meta.PageHeader, length int, err error) {
	for window := int64(512); ; window *= 16 {
		window = min(window, end-at, longestPageHeader)
		d.pages.packed = slices.Grow(d.pages.packed[:0], int(window))[:window]
		if _, err := d.in.ReadAt(d.pages.packed, at); err != nil {
			return nil, 0, err
		}
		length, err = thriftLength(d.pages.packed)
		if err == nil {
			break
		}
		switch {
		case window == end-at || err == errThriftLong:
			return nil, 0, err
		case window == longestPageHeader:
			return nil, 0, d.refuse("parquet.header", "column", quoted(c.name), "most", size(longestPageHeader))
		}
	}
	header = new(meta.PageHeader)
	protocol := thrift.CompactProtocol{}
	return header, length, thrift.NewDecoder(protocol.NewReaderFromBytes(d.pages.packed[:length])).Decode(header)
}
