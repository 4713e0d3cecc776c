package carto

import "maille/internal/dataset"

// Ground is what lies under every map, and Ink what is written on it.
var (
	Ground = hex(0xf4f2ec)
	Ink    = hex(0x22272e)
	White  = hex(0xffffff) // round points, and beside lines

	Hatching = hex(0x9aa0a9) // lines over what has no value
)

// Colours of what is no class.
var (
	nullColour   = hex(0xffffff) // under the hatching
	hatchColour  = Hatching
	otherColour  = hex(0xb9bcc2)
	mergedColour = hex(0x4a5568)
)

// palettes are colours between which others are found. Sequential ones go from little, near the ground, to much,
// but for gaps, where little is what one looks for: dark and warm, and what is complete pale and cold; viridis
// and cividis are of Smith, van der Walt and Nuñez (CC0), ylgnbu, blues, orrd and puor are those of ColorBrewer without
// their palest colours: this product includes color specifications and designs developed by Cynthia Brewer
// (http://colorbrewer.org/). Categories are Okabe and Ito's (2008), in an order in which neighbours differ most.
// Of balance each three go from little to much of the second quantity, and from three to three the first one grows: where both lack it is dark,
// where both are there near the ground, and where one lacks warm or cold. Its corners were sought so that all nine differ by 14 at least
// (CIEDE2000), however one sees colours; never red beside green.
var palettes = map[string][]Colour{
	"viridis":   colours(0xfde725, 0xb5de2b, 0x6ece58, 0x35b779, 0x1f9e89, 0x26828e, 0x31688e, 0x3e4989, 0x482878, 0x440154),
	"cividis":   colours(0xfee838, 0xe1cc55, 0xc3b369, 0xa59c74, 0x8a8678, 0x707173, 0x575d6d, 0x3b496c, 0x123570, 0x00224e),
	"ylgnbu":    colours(0xc7e9b4, 0x7fcdbb, 0x41b6c4, 0x1d91c0, 0x225ea8, 0x253494),
	"blues":     colours(0xc6dbef, 0x9ecae1, 0x6baed6, 0x4292c6, 0x2171b5, 0x08519c, 0x08306b),
	"orrd":      colours(0xfdd49e, 0xfdbb84, 0xfc8d59, 0xef6548, 0xd7301f, 0xb30000, 0x7f0000),
	"gaps":      colours(0xb4481f, 0xe08348, 0xf0b87c, 0xcbe3ee),
	"puor":      colours(0x7f3b08, 0xb35806, 0xe08214, 0xfdb863, 0xfee0b6, 0xd8daeb, 0xb2abd2, 0x8073ac, 0x542788, 0x2d004b),
	"okabe-ito": colours(0x0072b2, 0xe69f00, 0x009e73, 0xcc79a7, 0x56b4e9, 0xd55e00, 0xf0e442),
	"balance":   colours(0x5d2c48, 0x9f5c51, 0xe78e4f, 0x5d5c85, 0xa68e9d, 0xe6bea5, 0x458bc8, 0x92bbdf, 0xddeaf5),
	"ink":       colours(0x4a5568),
	"blue":      colours(0x0072b2),
	"vermilion": colours(0xd55e00),
	"purple":    colours(0x7b3f9e),
	"green":     colours(0x00795a),
}

func colours(all ...uint32) []Colour {
	list := make([]Colour, len(all))
	for i, rgb := range all {
		list[i] = hex(rgb)
	}
	return list
}

// single is the one colour of a palette: of a ramp, the one in the middle.
func single(palette string) Colour { return ramp(palette, 1)[0] }

// ramp is n colours of a palette, n at least 1: the first ones of categories, evenly spread ones of others. A name that is
// not known, as one of an old release may be, is the usual one.
func ramp(palette string, n int) []Colour {
	n = max(n, 1)
	anchors := palettes[palette]
	if anchors == nil {
		palette, anchors = "ylgnbu", palettes["ylgnbu"]
	}
	list := make([]Colour, n)
	for i := range list {
		switch {
		case dataset.Palettes[palette] == dataset.Categorical, dataset.Palettes[palette] == dataset.Crossed:
			list[i] = anchors[i%len(anchors)]
		case n == 1:
			list[i] = between(anchors, 0.5)
		default:
			list[i] = between(anchors, float64(i)/float64(n-1))
		}
	}
	return list
}

// pale is a colour of categories as large areas have it: at full strength they would be loud, and names hard to read.
func pale(c Colour) Colour { return c.mix(hex(0xffffff), 0.25) }

// between is the colour at a share of the way along the anchors, by Oklab: steps of the same share look the same.
func between(anchors []Colour, share float64) Colour {
	way := make([]float64, len(anchors))
	for i := 1; i < len(anchors); i++ {
		way[i] = way[i-1] + anchors[i-1].distance(anchors[i])
	}
	at := share * way[len(way)-1]
	for i := 1; i < len(anchors); i++ {
		if at <= way[i] || i == len(anchors)-1 {
			return anchors[i-1].mix(anchors[i], min((at-way[i-1])/(way[i]-way[i-1]), 1))
		}
	}
	return anchors[0]
}
