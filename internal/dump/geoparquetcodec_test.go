package dump_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"github.com/parquet-go/parquet-go/compress/zstd"

	"maille/internal/dump"
)

// TestParquetCodec: what takes less memory gives the bytes that parquet-go's own codec does, whatever came before and beside it.
func TestParquetCodec(t *testing.T) {
	if raced {
		t.Skip("one goroutine over many rows: without the race detector")
	}
	text := new(bytes.Buffer)
	for i := 0; text.Len() < 10<<20; i++ {
		fmt.Fprintf(text, "IMB/%09d,%05d,%x;", i, i*7919%95000, i*i)
	}
	theirs := &zstd.Codec{Level: zstd.SpeedDefault}
	var work sync.WaitGroup
	for _, size := range []int{0, 1, 900, 130_000, 700_000, 1 << 20, 10 << 20, 5000} {
		want, err := theirs.Encode(nil, text.Bytes()[:size])
		if err != nil {
			t.Fatal(err)
		}
		for range 4 {
			work.Go(func() {
				if got, err := dump.ParquetCodec.Encode([]byte("what it may write over"), text.Bytes()[:size]); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%d bytes become %d, not %d (%v)", size, len(got), len(want), err)
				}
			})
		}
	}
	work.Wait()
}
