package source

import (
	"bytes"
	"errors"
	"io"
	"slices"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	meta "github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// unpackers unpack a page into dst, whose length it must have.
var unpackers = map[meta.CompressionCodec]func(dst, src []byte) error{
	meta.Uncompressed: func(dst, src []byte) error { return exactly(copy(dst, src), len(dst), len(src)) },
	meta.Snappy: func(dst, src []byte) error {
		n, err := s2.DecodedLen(src)
		if err != nil || n != len(dst) {
			return errUnpacked
		}
		_, err = s2.Decode(dst, src)
		return err
	},
	meta.Gzip: func(dst, src []byte) error {
		z, err := gzip.NewReader(bytes.NewReader(src))
		if err != nil {
			return err
		}
		return fillFrom(z, dst)
	},
	meta.Brotli: func(dst, src []byte) error { return fillFrom(brotli.NewReader(bytes.NewReader(src)), dst) },
	meta.Zstd: func(dst, src []byte) error {
		z, err := zstd.NewReader(bytes.NewReader(src), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(longestPage))
		if err != nil {
			return err
		}
		defer z.Close()
		return fillFrom(z, dst)
	},
	meta.Lz4Raw: func(dst, src []byte) error {
		if len(dst) == 0 {
			return nil
		}
		n, err := lz4.UncompressBlock(src, dst)
		if err != nil {
			return err
		}
		return exactly(n, len(dst), n)
	},
}

var errUnpacked = errors.New("a page of another length than it says")

func exactly(n int, wanted ...int) error {
	if slices.ContainsFunc(wanted, func(w int) bool { return w != n }) {
		return errUnpacked
	}
	return nil
}

func fillFrom(r io.Reader, dst []byte) error {
	if _, err := io.ReadFull(r, dst); err != nil {
		return err
	}
	if n, err := io.CopyN(io.Discard, r, 1); n > 0 || err != io.EOF {
		return errUnpacked
	}
	return nil
}
