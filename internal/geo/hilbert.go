package geo

// Hilbert is how far along Hilbert's curve a place of the world lies, its sides cut into 2^32: the order of PMTiles (v3 §3.2),
// in which every tile and every cell of every zoom is one stretch. The code of the tile of zoom z that holds the place is its
// first 2z bits.
func Hilbert(x, y uint32) (code uint64) {
	for bit := 31; bit >= 0; bit-- {
		east, south := x>>bit&1, y>>bit&1
		code = code<<2 | uint64(3*east^south)
		if south == 0 {
			x, y = y^-east, x^-east // turned around where east, and over its diagonal
		}
	}
	return code
}
