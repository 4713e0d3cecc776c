package carto

import (
	"maps"
	"math"
	"slices"
	"testing"

	"maille/internal/dataset"
)

// vision are the matrices of Machado, Oliveira and Fernandes (2009) for a severity of 1, on linear RGB.
var vision = map[string][9]float64{
	"normal":       {1, 0, 0, 0, 1, 0, 0, 0, 1},
	"protanopia":   {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998},
	"deuteranopia": {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881},
	"tritanopia":   {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900},
}

// seen is a colour as CIELAB, D65, as someone sees it.
func seen(c Colour, m [9]float64) (lab [3]float64) {
	in := [3]float64{linear(c.R), linear(c.G), linear(c.B)}
	var rgb [3]float64
	for i := range rgb {
		rgb[i] = min(max(m[3*i]*in[0]+m[3*i+1]*in[1]+m[3*i+2]*in[2], 0), 1)
	}
	x := (0.4124564*rgb[0] + 0.3575761*rgb[1] + 0.1804375*rgb[2]) / 0.95047
	y := 0.2126729*rgb[0] + 0.7151522*rgb[1] + 0.0721750*rgb[2]
	z := (0.0193339*rgb[0] + 0.1191920*rgb[1] + 0.9503041*rgb[2]) / 1.08883
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	return [3]float64{116*f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))}
}

// ciede2000 is the difference of two colours (ISO/CIE 11664-6).
func ciede2000(p, q [3]float64) float64 {
	rad := math.Pi / 180
	c1, c2 := math.Hypot(p[1], p[2]), math.Hypot(q[1], q[2])
	seventh := func(c float64) float64 { return math.Sqrt(math.Pow(c, 7) / (math.Pow(c, 7) + math.Pow(25, 7))) }
	g := 0.5 * (1 - seventh((c1+c2)/2))
	a1, a2 := (1+g)*p[1], (1+g)*q[1]
	c1, c2 = math.Hypot(a1, p[2]), math.Hypot(a2, q[2])
	angle := func(b, a float64) float64 { return math.Mod(math.Atan2(b, a)/rad+360, 360) }
	h1, h2 := angle(p[2], a1), angle(q[2], a2)
	dh, h := h2-h1, (h1+h2)/2
	switch {
	case c1*c2 == 0:
		dh, h = 0, h1+h2
	case math.Abs(h1-h2) > 180:
		h += 180
		if dh > 0 {
			dh -= 360
		} else {
			dh += 360
		}
	}
	dl, dc, dH := q[0]-p[0], c2-c1, 2*math.Sqrt(c1*c2)*math.Sin(dh/2*rad)
	l, c := (p[0]+q[0])/2, (c1+c2)/2
	t := 1 - 0.17*math.Cos((h-30)*rad) + 0.24*math.Cos(2*h*rad) + 0.32*math.Cos((3*h+6)*rad) - 0.2*math.Cos((4*h-63)*rad)
	sl := 1 + 0.015*(l-50)*(l-50)/math.Sqrt(20+(l-50)*(l-50))
	sc, sh := 1+0.045*c, 1+0.015*c*t
	rt := -2 * seventh(c) * math.Sin(60*rad*math.Exp(-math.Pow((h-275)/25, 2)))
	return math.Sqrt(math.Pow(dl/sl, 2) + math.Pow(dc/sc, 2) + math.Pow(dH/sh, 2) + rt*(dc/sc)*(dH/sh))
}

// TestCIEDE2000 holds the measure to data published with the formula (Sharma, Wu and Dalal 2005, table 1).
func TestCIEDE2000(t *testing.T) {
	for _, c := range []struct {
		p, q [3]float64
		want float64
	}{
		{[3]float64{50, 2.6772, -79.7751}, [3]float64{50, 0, -82.7485}, 2.0425},
		{[3]float64{50, 2.4900, -0.0010}, [3]float64{50, -2.4900, 0.0011}, 7.2195},
		{[3]float64{50, 2.5, 0}, [3]float64{73, 25, -18}, 27.1492},
		{[3]float64{50, 2.5, 0}, [3]float64{61, -5, 29}, 22.8977},
		{[3]float64{22.7233, 20.0904, -46.6940}, [3]float64{23.0331, 14.9730, -42.5619}, 2.0373},
	} {
		if got := ciede2000(c.p, c.q); math.Abs(got-c.want) > 1e-4 {
			t.Errorf("%v %v: %.4f, want %.4f", c.p, c.q, got, c.want)
		}
	}
}

// Least differences that are promised: 2 is what an eye sees side by side, and classes lie apart on a map.
const (
	leastNeighbours = 5.5 // between a class and the next
	leastCategories = 8
	leastCrossed    = 14  // on a bivariate map a colour says two things at once
	leastGround     = 5.5 // between any class and what is under the map
)

func TestColoursCanBeToldApart(t *testing.T) {
	for _, areas := range []bool{false, true} {
		toldApart(t, areas)
	}
}

// toldApart holds every palette, as areas or as points, to what is promised of it.
func toldApart(t *testing.T, areas bool) {
	t.Helper()
	for name, m := range vision {
		least := math.Inf(1)
		for _, palette := range slices.Sorted(maps.Keys(palettes)) {
			for n := 1; n <= 7; n++ {
				list := ramp(palette, n)
				categories := dataset.Palettes[palette] == dataset.Categorical
				if categories && areas {
					for i := range list {
						list[i] = pale(list[i])
					}
				}
				for i, c := range list {
					if d := ciede2000(seen(c, m), seen(Ground, m)); d < leastGround {
						t.Errorf("%s of %d, %s: %s is %.1f from the ground", palette, n, name, c, d)
					}
					for j := range i {
						d := ciede2000(seen(c, m), seen(list[j], m))
						switch {
						case dataset.Palettes[palette] == dataset.Single:
						case categories && d < leastCategories, d < leastNeighbours:
							t.Errorf("%s of %d, %s: %s and %s differ by %.1f", palette, n, name, list[j], c, d)
						}
						if dataset.Palettes[palette] != dataset.Single {
							least = min(least, d)
						}
					}
				}
			}
		}
		t.Logf("%s: least difference %.1f", name, least)
	}
}

// TestCrossedColoursCanBeToldApart: all nine, however one sees them, and each row and column grows lighter.
func TestCrossedColoursCanBeToldApart(t *testing.T) {
	const side = dataset.CrossedClasses
	for palette, kind := range dataset.Palettes {
		if kind != dataset.Crossed {
			continue
		}
		if n := len(palettes[palette]); n != side*side {
			t.Fatalf("%s has %d colours", palette, n)
		}
		list := ramp(palette, side*side)
		for name, m := range vision {
			for i, c := range list {
				others := append(slices.Clone(list[:i]), Ground, nullColour)
				for j, other := range others {
					d, least := ciede2000(seen(c, m), seen(other, m)), float64(leastCrossed)
					if j >= i {
						least = leastGround
					}
					if d < least {
						t.Errorf("%s, %s: %s and %s differ by %.1f", palette, name, c, other, d)
					}
				}
			}
		}
		for i, c := range list {
			for _, next := range []int{i + 1, i + side} {
				if next == i+1 && next%side == 0 || next >= len(list) {
					continue
				}
				if a, b := seen(c, vision["normal"])[0], seen(list[next], vision["normal"])[0]; b < a+4 {
					t.Errorf("%s: %s has a lightness of %.0f, and %s, which has more, of %.0f", palette, c, a, list[next], b)
				}
			}
		}
	}
}

// TestSequentialPalettesDarken: more is darker, in grey too; or lighter all the way, where little is what one looks for.
func TestSequentialPalettesDarken(t *testing.T) {
	for name, kind := range dataset.Palettes {
		if kind != dataset.Sequential {
			continue
		}
		for n := 2; n <= 7; n++ {
			last := 200.0
			list := ramp(name, n)
			if name == "gaps" {
				slices.Reverse(list)
			}
			for _, c := range list {
				l := seen(c, vision["normal"])[0]
				if last-l < 4 {
					t.Errorf("%s of %d: lightness %.1f comes after %.1f", name, n, l, last)
				}
				last = l
			}
		}
	}
}

func TestEveryPaletteHasColours(t *testing.T) {
	for name := range dataset.Palettes {
		if len(palettes[name]) == 0 {
			t.Errorf("%s has no colours", name)
		}
	}
	if len(palettes) != len(dataset.Palettes) {
		t.Errorf("%d palettes are named and %d have colours", len(dataset.Palettes), len(palettes))
	}
	if got := ramp("gone", 3); !slices.Equal(got, ramp("ylgnbu", 3)) {
		t.Errorf("a palette of another time: %v", got)
	}
}

// TestHatchingIsSeen on every colour that it may lie beside.
func TestHatchingIsSeen(t *testing.T) {
	for name, m := range vision {
		if d := ciede2000(seen(nullColour, m), seen(hatchColour, m)); d < 20 {
			t.Errorf("%s: the hatching differs from its ground by %.1f", name, d)
		}
	}
}
