package source

import (
	"strconv"
	"strings"

	"maille/internal/geo"
	"maille/internal/schema"
)

// gridCell is a square of one of Insee's grids: its side and its south-west corner in metres of its system.
type gridCell struct {
	system      *geo.CRS
	side        int
	east, north int
}

// readCell reads the code that Insee makes of INSPIRE's (D2.8.I.2 §4.2): CRS3035RES200mN2029800E4252400.
func readCell(code string) (c gridCell, ok bool) {
	system, rest, ok1 := strings.Cut(strings.TrimPrefix(code, "CRS"), "RES")
	side, rest, ok2 := strings.Cut(rest, "mN")
	north, east, ok3 := strings.Cut(rest, "E")
	epsg, err := strconv.Atoi(system)
	ok = strings.HasPrefix(code, "CRS") && ok1 && ok2 && ok3 && err == nil
	for _, part := range []struct {
		text string
		to   *int
	}{{side, &c.side}, {north, &c.north}, {east, &c.east}} {
		*part.to, err = strconv.Atoi(part.text)
		ok = ok && err == nil
	}
	var known bool
	c.system, known = geo.OfEPSG(epsg)
	return c, ok && known && c.side > 0 && !c.system.Degrees()
}

// centre is where the middle of the cell is; ok is false where its system has no such place.
func (c *gridCell) centre() (lon, lat float64, ok bool) {
	half := float64(c.side) / 2
	lon, lat = c.system.LonLat(float64(c.east)+half, float64(c.north)+half)
	return lon, lat, geo.InRange(lon, lat)
}

func cellLongitude(text string, _ *schema.Column) (string, string) {
	lon, _, rule := cellCentre(text)
	return lon, rule
}

func cellLatitude(text string, _ *schema.Column) (string, string) {
	_, lat, rule := cellCentre(text)
	return lat, rule
}

func cellCentre(text string) (longitude, latitude, rule string) {
	if c, ok := readCell(text); ok {
		if lon, lat, ok := c.centre(); ok {
			return strconv.FormatFloat(lon, 'f', 7, 64), strconv.FormatFloat(lat, 'f', 7, 64), ""
		}
	}
	return "", "", "cell"
}

func cellSide(text string, _ *schema.Column) (string, string) {
	c, ok := readCell(text)
	if !ok {
		return "", "cell"
	}
	return strconv.Itoa(c.side), ""
}

const codeLength = 5 // of a commune

// firstCode cuts codes that follow each other without a mark. What is no whole number of them passes, for the schema to reject.
func firstCode(text string, _ *schema.Column) (string, string) {
	if len(text) > codeLength && len(text)%codeLength == 0 {
		return text[:codeLength], ""
	}
	return text, ""
}
