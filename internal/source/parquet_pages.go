package source

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"

	"github.com/parquet-go/parquet-go"
	meta "github.com/parquet-go/parquet-go/format"
)

// pageCheck holds pages to what they announce.
type pageCheck struct {
	leaf   *parquet.Column
	codec  meta.CompressionCodec
	packed []byte // the page that is checked
	plain  []byte
}

func (p *pageCheck) check(h *meta.PageHeader) error {
	switch {
	case h.Type == meta.DictionaryPage && h.DictionaryPageHeader.Valid:
		return p.dictionary(h)
	case h.Type == meta.DataPage && h.DataPageHeader.Valid:
		return p.dataV1(h)
	case h.Type == meta.DataPageV2 && h.DataPageHeaderV2.Valid:
		return p.dataV2(h)
	}
	return errors.New("a page of no type")
}

func (p *pageCheck) unpack(src []byte, size int) error {
	if size < 0 {
		return errUnpacked
	}
	p.plain = slices.Grow(p.plain[:0], size)[:size]
	return unpackers[p.codec](p.plain, src)
}

func (p *pageCheck) dictionary(h *meta.PageHeader) error {
	v := h.DictionaryPageHeader.V
	if err := countable(v.NumValues); err != nil {
		return err
	}
	if v.Encoding != meta.Plain && v.Encoding != plainDictionary {
		return fmt.Errorf("a dictionary encoded as %s", v.Encoding)
	}
	return p.unpack(p.packed, int(h.UncompressedPageSize))
}

func (p *pageCheck) dataV1(h *meta.PageHeader) error {
	v := h.DataPageHeader.V
	if err := countable(v.NumValues); err != nil {
		return err
	}
	if err := p.unpack(p.packed, int(h.UncompressedPageSize)); err != nil {
		return err
	}
	data, n := p.plain, int(v.NumValues)
	for _, l := range []struct {
		most     int
		encoding meta.Encoding
	}{{p.leaf.MaxRepetitionLevel(), v.RepetitionLevelEncoding}, {p.leaf.MaxDefinitionLevel(), v.DefinitionLevelEncoding}} {
		if l.most == 0 {
			continue
		}
		if l.encoding != meta.RLE { // BIT_PACKED is deprecated since 2013
			return fmt.Errorf("levels encoded as %s", l.encoding)
		}
		levels, rest, err := prefixed(data)
		if err != nil {
			return err
		}
		if err := runs(levels, bits.Len(uint(l.most)), n); err != nil {
			return err
		}
		data = rest
	}
	return values(v.Encoding, data, n)
}

func (p *pageCheck) dataV2(h *meta.PageHeader) error {
	v := h.DataPageHeaderV2.V
	if err := countable(v.NumValues); err != nil {
		return err
	}
	n, repetition, definition := int(v.NumValues), int(v.RepetitionLevelsByteLength), int(v.DefinitionLevelsByteLength)
	if repetition < 0 || definition < 0 || repetition > len(p.packed) || definition > len(p.packed)-repetition || v.NumNulls < 0 || v.NumNulls > v.NumValues {
		return errUnpacked
	}
	if err := runs(p.packed[:repetition], bits.Len(uint(p.leaf.MaxRepetitionLevel())), n); err != nil {
		return err
	}
	if err := runs(p.packed[repetition:repetition+definition], bits.Len(uint(p.leaf.MaxDefinitionLevel())), n); err != nil {
		return err
	}
	data := p.packed[repetition+definition:]
	if packed := !v.IsCompressed.Valid || v.IsCompressed.V; packed && p.codec != meta.Uncompressed && len(data) > 0 {
		if err := p.unpack(data, int(h.UncompressedPageSize)-repetition-definition); err != nil {
			return err
		}
		data = p.plain
	}
	return values(v.Encoding, data, n)
}

func countable(n int32) error {
	if n < 0 || n > mostPageValues {
		return fmt.Errorf("a page of %d values", n)
	}
	return nil
}
