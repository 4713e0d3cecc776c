package carto

import (
	"bytes"
	"encoding/json"
	"image/png"
	"testing"
)

// TestTheHatchingJoinsItself: a pattern is laid side by side, so that what leaves on one side comes in on the other.
func TestTheHatchingJoinsItself(t *testing.T) {
	for ratio := 1; ratio <= 2; ratio++ {
		picture, err := png.Decode(bytes.NewReader(SpritePNG(ratio)))
		if err != nil {
			t.Fatal(err)
		}
		var index map[string]struct{ X, Y, Width, Height, PixelRatio int }
		if err := json.Unmarshal(Sprite(ratio), &index); err != nil {
			t.Fatal(err)
		}
		side := picture.Bounds().Dx()
		if p := index[HatchPattern]; p.Width != side || p.Height != picture.Bounds().Dy() || p.PixelRatio != ratio || p.X != 0 || p.Y != 0 {
			t.Errorf("%+v of %d", p, side)
		}
		lines := 0
		for y := range side {
			for x := range side {
				_, _, _, a := picture.At(x, y).RGBA()
				_, _, _, next := picture.At((x+1)%side, (y+side-1)%side).RGBA()
				if a != next {
					t.Fatalf("at %d, %d,%d and the pixel up and right of it differ", ratio, x, y)
				}
				if a > 0x8000 {
					lines++
				}
			}
		}
		if lines == 0 || lines > side*side/2 {
			t.Errorf("%d of %d pixels are of lines", lines, side*side)
		}
	}
	if !bytes.Equal(SpritePNG(2), SpritePNG(2)) {
		t.Error("the same picture has other bytes")
	}
}
