package carto

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
)

// HatchPattern is the name of the hatching in the sprite.
const HatchPattern = "maille-hachures"

// hatchSize is how many pixels of CSS the pattern takes before it repeats; there is one line in it.
const hatchSize = 8

// Sprite is the index of the pictures that styles name, at one or two pixels of the screen for one of CSS.
func Sprite(ratio int) []byte {
	side := hatchSize * ratio
	return written(map[string]any{HatchPattern: map[string]any{"x": 0, "y": 0, "width": side, "height": side, "pixelRatio": ratio}})
}

// SpritePNG is the picture that Sprite is the index of.
func SpritePNG(ratio int) []byte {
	side := hatchSize * ratio
	picture := image.NewNRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			line := hatchColour.NRGBA()
			line.A = uint8(math.Round(255 * hatched(x, y, ratio)))
			if line.A == 0 {
				line = color.NRGBA{}
			}
			picture.SetNRGBA(x, y, line)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, picture); err != nil {
		panic(err) // to memory
	}
	return b.Bytes()
}

// hatched is the share of a pixel that a line covers: lines rise to the right at 45°, so that the pattern joins itself.
func hatched(x, y, ratio int) (share float64) {
	const fine, halfWidth = 8, 0.7
	for i := range fine * fine {
		u := (float64(x) + (float64(i%fine)+0.5)/fine) / float64(ratio)
		v := (float64(y) + (float64(i/fine)+0.5)/fine) / float64(ratio)
		away := math.Abs(math.Remainder(u+v, hatchSize)) / math.Sqrt2
		if away <= halfWidth {
			share += 1.0 / (fine * fine)
		}
	}
	return share
}
