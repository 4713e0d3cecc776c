package serve

import (
	"net/url"
	"strings"

	"maille/internal/fault"
)

// Basemap is tiles of pictures that an instance puts under the data of its maps, of another server or of its own.
type Basemap struct {
	Tiles       string `toml:"tuiles" json:"tiles"`            // address of a tile, with {z}, {x} and {y}
	Attribution string `toml:"attribution" json:"attribution"` // who made it
}

// Check says what is wrong with a basemap.
func (b *Basemap) Check() error {
	u, err := url.Parse(b.Tiles)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || !wellFormed(u.Host):
		return fault.New(fault.Invalid, "fond.tuiles: %s is not an address such as https://tiles.example.fr/{z}/{x}/{y}.png", shown(b.Tiles)).About("fond.tuiles")
	case !strings.Contains(b.Tiles, "{z}") || !strings.Contains(b.Tiles, "{x}") || !strings.Contains(b.Tiles, "{y}"):
		return fault.New(fault.Invalid, "fond.tuiles: %s does not say where {z}, {x} and {y} go", shown(b.Tiles)).About("fond.tuiles")
	case strings.TrimSpace(b.Attribution) == "":
		return fault.New(fault.Invalid, "fond.attribution: who made the basemap is not said").About("fond.attribution")
	}
	return nil
}

// origin is that of the server of the tiles, as a policy names it.
func (b *Basemap) origin() string {
	u, err := url.Parse(b.Tiles)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// text says all of a basemap, "" of none.
func (b *Basemap) text() string {
	if b == nil {
		return ""
	}
	return b.Tiles + "\x00" + b.Attribution
}

// policy is what a browser is told of a page.
func (s *Server) policy(p *Page) string {
	if p.Kind == "map" {
		return s.mapSecurity()
	}
	return security
}

// mapSecurity is what a browser is told of a page with a map (CSP Level 3): scripts, their workers and what they ask come
// from this service, and pictures too, but for those of a basemap.
func (s *Server) mapSecurity() string {
	basemap := ""
	if s.Basemap != nil {
		basemap = " " + s.Basemap.origin()
	}
	return "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'" + basemap + "; img-src 'self' data: blob:" + basemap +
		"; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

// asking is an address with a query, where there is one.
func asking(address, query string) string {
	if query == "" {
		return address
	}
	return address + "?" + query
}

// queryOf reads a query that was written by url.Values.Encode.
func queryOf(query string) url.Values {
	values, err := url.ParseQuery(query)
	if err != nil {
		return url.Values{}
	}
	return values
}
