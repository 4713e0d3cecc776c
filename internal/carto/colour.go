package carto

import (
	"fmt"
	"image/color"
	"math"
)

// Colour is sRGB, opaque.
type Colour struct{ R, G, B uint8 }

// String is #rrggbb.
func (c Colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// MarshalText writes #rrggbb.
func (c Colour) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// NRGBA is the colour for package image.
func (c Colour) NRGBA() color.NRGBA { return color.NRGBA{c.R, c.G, c.B, 255} }

// Darker is the colour with a share of its lightness: for the outline of what it fills.
func (c Colour) Darker(share float64) Colour {
	l, a, b := c.oklab()
	return fromOKLab(l*share, a*share, b*share)
}

// mix is the colour at a share of the way to another.
func (c Colour) mix(to Colour, share float64) Colour {
	l1, a1, b1 := c.oklab()
	l2, a2, b2 := to.oklab()
	return fromOKLab(l1+share*(l2-l1), a1+share*(a2-a1), b1+share*(b2-b1))
}

// distance is how different two colours look, in Oklab.
func (c Colour) distance(to Colour) float64 {
	l1, a1, b1 := c.oklab()
	l2, a2, b2 := to.oklab()
	return math.Hypot(math.Hypot(l1-l2, a1-a2), b1-b2)
}

// hex reads rrggbb, of constants.
func hex(rgb uint32) Colour { return Colour{uint8(rgb >> 16), uint8(rgb >> 8), uint8(rgb)} }

// oklab is the colour in Oklab (Ottosson 2020), where equal steps look equal.
func (c Colour) oklab() (l, a, b float64) {
	r, g, bl := linear(c.R), linear(c.G), linear(c.B)
	x := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*bl)
	y := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*bl)
	z := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*bl)
	return 0.2104542553*x + 0.7936177850*y - 0.0040720468*z,
		1.9779984951*x - 2.4285922050*y + 0.4505937099*z,
		0.0259040371*x + 0.7827717662*y - 0.8086757660*z
}

func fromOKLab(l, a, b float64) Colour {
	x, y, z := l+0.3963377774*a+0.2158037573*b, l-0.1055613458*a-0.0638541728*b, l-0.0894841775*a-1.2914855480*b
	x, y, z = x*x*x, y*y*y, z*z*z
	return Colour{
		gamma(4.0767416621*x - 3.3077115913*y + 0.2309699292*z),
		gamma(-1.2684380046*x + 2.6097574011*y - 0.3413193965*z),
		gamma(-0.0041960863*x - 0.7034186147*y + 1.7076147010*z),
	}
}

// linear and gamma are the transfer function of sRGB (IEC 61966-2-1) and its inverse.
func linear(v uint8) float64 {
	f := float64(v) / 255
	if f <= 0.04045 {
		return f / 12.92
	}
	return math.Pow((f+0.055)/1.055, 2.4)
}

func gamma(f float64) uint8 {
	if f <= 0.0031308 {
		f *= 12.92
	} else {
		f = 1.055*math.Pow(f, 1/2.4) - 0.055
	}
	return uint8(math.Round(255 * min(max(f, 0), 1)))
}
