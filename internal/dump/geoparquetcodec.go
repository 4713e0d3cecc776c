package dump

import (
	"github.com/klauspost/compress/zstd"
	parquetzstd "github.com/parquet-go/parquet-go/compress/zstd"
)

// parquetCodec is one for all files: it keeps encoders, of 10 MB each, for the next.
var parquetCodec = &lowCodec{free: make(chan *zstd.Encoder, 2)}

// lowCodec is parquet-go's codec with encoders that take half the memory and give the same bytes, and no more of them than there
// are files at a time: parquet-go may have one for each core, and makes them again and again.
type lowCodec struct {
	parquetzstd.Codec
	free chan *zstd.Encoder
}

// Encode compresses a page.
func (c *lowCodec) Encode(dst, src []byte) ([]byte, error) {
	encoder, err := c.encoder()
	if err != nil {
		return nil, err
	}
	dst = encoder.EncodeAll(src, dst[:0])
	select {
	case c.free <- encoder:
	default:
	}
	return dst, nil
}

func (c *lowCodec) encoder() (*zstd.Encoder, error) {
	select {
	case encoder := <-c.free:
		return encoder, nil
	default:
		return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true),
			zstd.WithZeroFrames(true), zstd.WithEncoderCRC(false))
	}
}
