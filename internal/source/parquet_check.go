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
	longestPageHeader = 1 << 20   // it holds the least and the greatest value
	mostPageValues    = 1 << 24
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
	case length > longestFooter || length > d.in.size-int64(len(tail))-4:
		return d.refuse("parquet.corrupt")
	}
	footer := make([]byte, length)
	if _, err := d.in.ReadAt(footer, d.in.size-int64(len(tail))-length); err != nil {
		return err
	}
	_, err := thriftLength(footer)
	return err
}

// checkChunk reads the pages of a column in a row group before the library does, and refuses what the library cannot
// read or would read without bound: it makes room for what a page, a run or a list of lengths announces.
func (d *parquetFile) checkChunk(group int, c *parquetColumn) error {
	chunk := d.data.Metadata().RowGroups[group].Columns[c.leaf.Index()].MetaData
	if unpackers[chunk.Codec] == nil {
		return d.refuse("parquet.codec", "column", quoted(c.name), "codec", chunk.Codec)
	}
	at, end := chunk.DataPageOffset, chunk.DataPageOffset
	if chunk.DictionaryPageOffset != 0 {
		at, end = chunk.DictionaryPageOffset, chunk.DictionaryPageOffset
	}
	if end += chunk.TotalCompressedSize; at < 0 || end < at || end > d.in.size {
		return fmt.Errorf("column %q stands from %d to %d", c.name, at, end)
	}
	d.pages.leaf, d.pages.codec = c.leaf, chunk.Codec
	for at < end {
		next, err := d.checkPage(at, end)
		if err != nil {
			return err
		}
		at = next
	}
	return nil
}

// checkPage checks the page at an offset and gives that of the next.
func (d *parquetFile) checkPage(at, end int64) (next int64, err error) {
	header, length, err := d.pageHeader(at, end)
	if err != nil {
		return 0, err
	}
	body := at + int64(length)
	size := int64(header.CompressedPageSize)
	if size < 0 || size > end-body || size > longestPage || header.UncompressedPageSize < 0 || header.UncompressedPageSize > longestPage {
		return 0, fmt.Errorf("a page of %d bytes, %d unpacked", size, header.UncompressedPageSize)
	}
	d.pages.packed = slices.Grow(d.pages.packed[:0], int(size))[:size]
	if _, err := d.in.ReadAt(d.pages.packed, body); err != nil {
		return 0, err
	}
	return body + size, d.pages.check(header)
}

// pageHeader reads the header at an offset and how long it is.
func (d *parquetFile) pageHeader(at, end int64) (header *meta.PageHeader, length int, err error) {
	for window := int64(512); ; window *= 16 {
		window = min(window, end-at)
		d.pages.packed = slices.Grow(d.pages.packed[:0], int(window))[:window]
		if _, err := d.in.ReadAt(d.pages.packed, at); err != nil {
			return nil, 0, err
		}
		length, err = thriftLength(d.pages.packed)
		if err == nil {
			break
		}
		if window == end-at || window >= longestPageHeader {
			return nil, 0, err
		}
	}
	header = new(meta.PageHeader)
	protocol := thrift.CompactProtocol{}
	return header, length, thrift.NewDecoder(protocol.NewReaderFromBytes(d.pages.packed[:length])).Decode(header)
}
