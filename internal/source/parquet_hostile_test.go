package source_test

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"maille/internal/fault"
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
	notRaced(t)
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

// withFooter changes what a file says of itself.
func withFooter(t *testing.T, data []byte, change func(*format.FileMetaData)) []byte {
	t.Helper()
	protocol := &thrift.CompactProtocol{}
	at := len(data) - 8 - int(binary.LittleEndian.Uint32(data[len(data)-8:]))
	var m format.FileMetaData
	must(t, thrift.Unmarshal(protocol, data[at:len(data)-8], &m))
	change(&m)
	footer, err := thrift.Marshal(protocol, &m)
	must(t, err)
	data = append(bytes.Clone(data[:at]), footer...)
	return append(binary.LittleEndian.AppendUint32(data, uint32(len(footer))), "PAR1"...)
}

// TestParquetLimits: each has its sentence.
func TestParquetLimits(t *testing.T) {
	notRaced(t)
	type text struct {
		Code string `parquet:"code"`
		Nom  string `parquet:"nom"`
	}
	type list struct {
		Code  string   `parquet:"code"`
		Codes []string `parquet:"codes,list"`
	}
	sound := parquetOf(t, someCommunes)
	crowded := func(columns int) []byte {
		return withFooter(t, sound, func(m *format.FileMetaData) {
			m.KeyValueMetadata = make([]format.KeyValue, columns)
		})
	}
	long := strings.Repeat("0123456789abcdef", 1<<16)
	page := parquet.PageBufferSize(256 << 20)
	for _, c := range []struct {
		name string
		data []byte
		want []string
	}{
		{"rows beyond reason", withFooter(t, sound, func(m *format.FileMetaData) { m.NumRows, m.RowGroups[0].NumRows = 1<<40, 1<<40 }),
			[]string{"f : le fichier compte plus de 16777216 lignes, ce qu'aucun fichier de cette taille n'a"}},
		{"rows below zero", withFooter(t, sound, func(m *format.FileMetaData) { m.RowGroups[0].NumRows = -1 }), []string{"f : le fichier Parquet est altéré"}},
		{"many structures", crowded(250_000), readCommunes},
		{"too many structures", crowded(300_000), []string{"f : les métadonnées du fichier Parquet ont trop d'éléments (colonnes et groupes de lignes)"}},
		{"pages that stand in memory together", parquetOf(t, slices.Repeat([]text{{long, long}}, 100), parquet.Compression(&parquet.Snappy), page),
			[]string{"f : les pages des colonnes lues dépassent ensemble 192 Mio"}},
		{"pages that are a bomb", parquetOf(t, slices.Repeat([]text{{long[:16<<10], long[:16<<10]}}, 60<<6), parquet.Compression(&parquet.Zstd), page),
			[]string{"f : le fichier se décompresse en plus de 64 Gio, ou en plus de 200 fois sa taille"}},
		{"a page beyond reason", parquetOf(t, slices.Repeat([]text{{long, ""}}, 130), parquet.Compression(&parquet.Snappy), page),
			[]string{"f : une page de la colonne « code » dépasse 128 Mio"}},
		{"a long list", parquetOf(t, []list{{"a", slices.Repeat([]string{long}, 18)}}), []string{"f : à la ligne 1, une liste dépasse 16 Mio"}},
	} {
		t.Run(c.name, func(t *testing.T) { checkParquet(t, c.data, parquetOfAll, c.want...) })
	}
}

// TestParquetLongHeaders: writers put the least and the greatest value of a page before it.
func TestParquetLongHeaders(t *testing.T) {
	type row struct {
		Code string `parquet:"code"`
	}
	long := strings.Repeat("x", 2<<20)
	for size, want := range map[int]string{2 << 20: "1: " + long + "///", 10 << 20: "f : l'en-tête d'une page de la colonne « code » dépasse 16 Mio"} {
		data := parquetOf(t, []row{{strings.Repeat("x", size)}}, parquet.DataPageStatistics(true))
		got, err := shaped(t, data, parquetOfAll, places, 1)
		if err != nil {
			got = []string{fault.Message(err)}
		}
		if len(got) != 1 || got[0] != want {
			t.Errorf("%d bytes: %.100q, %v", size, got, err)
		}
	}
}
