package source_test

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// hostile packs pages as a stranger likes.
type hostile struct {
	code format.CompressionCodec
	pack func(page []byte) []byte
}

func (h hostile) String() string                            { return "hostile" }
func (h hostile) CompressionCodec() format.CompressionCodec { return h.code }
func (h hostile) Encode(_, src []byte) ([]byte, error)      { return h.pack(src), nil }
func (h hostile) Decode(dst, src []byte) ([]byte, error)    { return append(dst[:0], src...), nil }

func same(page []byte) []byte { return bytes.Clone(page) }

func TestParquetUnknownCodecs(t *testing.T) {
	for code, name := range map[format.CompressionCodec]string{format.LZO: "LZO", format.CompressionCodec(99): "CompressionCodec(?)", 5: "LZ4"} {
		data := parquetOf(t, someCommunes, parquet.Compression(hostile{code, same}))
		checkParquet(t, data, parquetOfAll, "f : la colonne « code » est comprimée par une méthode qui n'est pas lue ("+name+")")
	}
}

// TestParquetBombs: what a page announces must not make memory, nor what it unpacks to.
func TestParquetBombs(t *testing.T) {
	type row struct {
		Code string `parquet:"code,dict"`
	}
	type delta struct {
		Code string `parquet:"code,delta"`
	}
	rows, deltas := make([]row, 1000), make([]delta, 1000)
	for i := range rows {
		rows[i].Code = strings.Repeat("x", i%7)
		deltas[i].Code = strings.Repeat("préfixe", 20)
	}
	zeros := make([]byte, 1<<20)
	gzipBomb := func([]byte) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		for range 1000 {
			z.Write(zeros)
		}
		z.Close()
		return b.Bytes()
	}
	zstdBomb := func([]byte) []byte {
		var b bytes.Buffer
		z, err := zstd.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		for range 1000 {
			z.Write(zeros)
		}
		z.Close()
		return b.Bytes()
	}
	snappyBomb := func([]byte) []byte { return binary.AppendUvarint(nil, 1<<32-1) }
	runBomb := func(page []byte) []byte { // indexes of the dictionary
		page = bytes.Clone(page)
		if len(page) > 20 && page[0] < 8 {
			at := 1 + binary.PutUvarint(page[1:], (1<<31-1)<<1)
			clear(page[at:])
		}
		return s2.EncodeSnappy(nil, page)
	}
	deltaBomb := func(page []byte) []byte { // how many lengths there are
		page = bytes.Clone(page)
		_, n := binary.Uvarint(page)
		_, m := binary.Uvarint(page[n:])
		binary.PutUvarint(page[n+m:], 1<<31-1)
		return s2.EncodeSnappy(nil, page)
	}
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"gzip", parquetOf(t, rows, parquet.Compression(hostile{format.Gzip, gzipBomb}))},
		{"zstd", parquetOf(t, rows, parquet.Compression(hostile{format.Zstd, zstdBomb}))},
		{"snappy", parquetOf(t, rows, parquet.Compression(hostile{format.Snappy, snappyBomb}))},
		{"runs", parquetOf(t, rows, parquet.Compression(hostile{format.Snappy, runBomb}))},
		{"runs, version 1", parquetOf(t, rows, parquet.Compression(hostile{format.Snappy, runBomb}), parquet.DataPageVersion(1))},
		{"deltas", parquetOf(t, deltas, parquet.Compression(hostile{format.Snappy, deltaBomb}))},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			checkParquet(t, c.data, parquetOfAll, "f : le fichier Parquet est altéré")
			runtime.ReadMemStats(&after)
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 128<<20 {
				t.Errorf("%d MiB allocated", grown>>20)
			}
		})
	}
}

// TestParquetHoldsEveryByte: a file of which any byte is another is read or refused, and never brings the reader down.
func TestParquetHoldsEveryByte(t *testing.T) {
	sound := parquetOf(t, someCommunes, parquet.Compression(&parquet.Snappy))
	step := 1
	if testing.Short() || raced {
		step = 7
	}
	for at := 0; at < len(sound); at += step {
		for _, flip := range []byte{0x01, 0x80, 0xff} {
			data := bytes.Clone(sound)
			data[at] ^= flip
			if _, err := shaped(t, data, parquetOfAll, places, 1); err != nil {
				checkRefused(t, err)
			}
		}
	}
}
