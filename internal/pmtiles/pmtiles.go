// Package pmtiles knows an archive of tiles in one file: writes, reads and verifies PMTiles v3
// (https://github.com/protomaps/PMTiles, spec/v3; sections are cited as §).
package pmtiles

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"sync"

	_ "embed"

	"maille/internal/fault"
)

const (
	// MediaType and Extension are those of an archive (§1).
	MediaType = "application/vnd.pmtiles"
	Extension = "pmtiles"

	// rootEnd is where the header and the root directory end at the latest (§4), so that one request has both.
	rootEnd = 16384
)

// Compression of directories and metadata, or of tiles (§3.3).
type Compression uint8

// None and Gzip are the compressions that are read; Gzip alone is written.
const (
	None Compression = 1
	Gzip Compression = 2
)

// mvt is the type of tiles that are written (§3.2).
const vector = 1

// What is believed of a file, at most, of what it announces: bytes, unpacked. Each is far beyond what archives have.
const (
	mostDirectory = 4 << 20
	mostMetadata  = 16 << 20
	mostTile      = 32 << 20
)

//go:embed texts.fr.json
var textsFR []byte

var texts = fault.MustTexts(textsFR)

// refuse says in French what is wrong with an archive.
func refuse(text string, pairs ...any) *fault.Error {
	return fault.New(fault.Refused, "%s", texts.Say(text, pairs...))
}

// errLarge is that of data that unpack into more than was allowed.
var errLarge = errors.New("too large")

// unpack undoes a compression, into so many bytes at most.
func unpack(data []byte, c Compression, most int) ([]byte, error) {
	return new(unpacker).unpack(data, c, most)
}

// unpacker undoes one compression after another with the same buffers: what it gives holds until the next.
type unpacker struct {
	z     gzip.Reader
	plain bytes.Buffer
}

func (u *unpacker) unpack(data []byte, c Compression, most int) ([]byte, error) {
	if c == None {
		if len(data) > most {
			return nil, errLarge
		}
		return data, nil
	}
	if err := u.z.Reset(bytes.NewReader(data)); err != nil {
		return nil, err
	}
	u.plain.Reset()
	n, err := io.Copy(&u.plain, io.LimitReader(&u.z, int64(most)+1))
	if err == nil && n > int64(most) {
		err = errLarge
	}
	return u.plain.Bytes(), err
}

// pack compresses with gzip.
func pack(plain []byte) []byte {
	z := packers.Get().(*gzip.Writer)
	defer packers.Put(z)
	var data bytes.Buffer
	z.Reset(&data)
	_, _ = z.Write(plain) // to memory
	_ = z.Close()
	return data.Bytes()
}

// packers are as large as what they pack.
var packers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestCompression) // a level that there is
	return z
}}
