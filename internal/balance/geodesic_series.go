package balance

// Karney (2013), series to the sixth order. lengths gives A1-1 and C1 (17, 18), reduction A2-1 and C2 (42, 43).

func lengths(e float64) (a float64, c [7]float64) {
	e2 := e * e
	a = (e2*(e2*(e2+4)+64)/256 + e) / (1 - e)
	d := e
	c[1] = d * ((6-e2)*e2 - 16) / 32
	d *= e
	c[2] = d * ((64-9*e2)*e2 - 128) / 2048
	d *= e
	c[3] = d * (9*e2 - 16) / 768
	d *= e
	c[4] = d * (3*e2 - 5) / 512
	d *= e
	c[5] = -7 * d / 1280
	d *= e
	c[6] = -7 * d / 2048
	return a, c
}

func reduction(e float64) (a float64, c [7]float64) {
	e2 := e * e
	a = e2*(e2*(25*e2+36)+64)/256*(1-e) - e
	d := e
	c[1] = d * (e2*(e2+2) + 16) / 32
	d *= e
	c[2] = d * (e2*(35*e2+64) + 384) / 2048
	d *= e
	c[3] = d * (15*e2 + 80) / 768
	d *= e
	c[4] = d * (7*e2 + 35) / 512
	d *= e
	c[5] = 63 * d / 1280
	d *= e
	c[6] = 77 * d / 2048
	return a, c
}

const n1, n2 = third, third * third

// longitudes gives A3 and C3 (24, 25).
func longitudes(e float64) (a float64, c [7]float64) {
	a = 1 - e*((1-n1)/2+e*((2+n1-3*n2)/8+e*((1+3*n1+n2)/16+e*((3+2*n1)/64+e*3/128))))
	d := e
	c[1] = d * ((1-n1)/4 + e*((1-n2)/8+e*((3+3*n1-n2)/64+e*((5+2*n1)/128+e*3/128))))
	d *= e
	c[2] = d * ((2-3*n1+n2)/32 + e*((3-2*n1-3*n2)/64+e*((3+n1)/128+e*5/256)))
	d *= e
	c[3] = d * ((5-9*n1+5*n2)/192 + e*((9-10*n1)/384+e*7/512))
	d *= e
	c[4] = d * ((7-14*n1)/512 + e*7/512)
	d *= e
	c[5] = 21 * d / 2560
	return a, c
}

// sines is Σ c_l sin 2lσ, by Clenshaw.
func sines(c *[7]float64, sigma angle) float64 {
	x := 2 * (sigma.cos - sigma.sin) * (sigma.cos + sigma.sin)
	var y0, y1 float64
	for l := 6; l > 0; l-- {
		y0, y1 = x*y0-y1+c[l], y0
	}
	return 2 * sigma.sin * sigma.cos * y0
}
