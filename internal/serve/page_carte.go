package serve

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"maille/internal/carto"
	"maille/internal/geo"
)

// MapPage is a map that people look at, and all that leads from it.
type MapPage struct {
	*carto.Map
	Layers    []MapLayer // as a legend reads: the last drawn comes first
	Extent    *geo.BBox  // of all layers; nil where there is nothing to see
	Static    *Map       // for a browser that runs no script
	Chosen    []Choice   // what holds of the features that are shown
	Permanent string
	Script    MapScript
}

// MapLayer is one collection on the map.
type MapLayer struct {
	*Card
	Symbology *carto.Symbology
	Items     string // address of the features that are shown
	CSV       string // the same, as a file
	Archive   string // address of the PMTiles archive; "" for none
	Unknown   bool   // no feature has a value of what colours
	Quarter   string // of all features, as 2026T2; "" where it is not one
}

// placesIn is the collection in which people look for a place by its name.
const placesIn = "communes"

func (s *Server) carte(w http.ResponseWriter, r *request) error {
	if _, err := r.negotiate(offerHTML); err != nil {
		return err
	}
	m, err := s.mapOf(r, r.variable("map"), "f")
	if err != nil {
		return err
	}
	return s.show(w, r, []string{m.Query}, func(ctx context.Context) (*Page, error) {
		p := s.page(r, "map", m.Title, "/cartes/"+m.Name)
		p.Trail = append(p.Trail, Crumb{Kind: "maps", Href: r.base + "/cartes"})
		if m.Query != "" {
			p.Canonical += "?" + m.Query
		}
		body := s.mapBody(r, m)
		p.Body = body
		var err error
		body.Static, err = s.extentMap(ctx, r, body.Extent)
		return p, errorsFirst(err, s.learn(ctx, r, body))
	})
}

func (s *Server) mapBody(r *request, m *carto.Map) *MapPage {
	body := &MapPage{Map: m, Permanent: asking(r.root+"/r/"+r.manifest.Release+"/cartes/"+m.Name, m.Query),
		Script: MapScript{Style: asking(r.base+"/styles/"+m.Name+".json", m.Query), Basemap: s.Basemap}}
	if e := r.manifest.Entry(placesIn); e != nil && e.Rows > 0 {
		body.Script.Places = r.base + "/collections/" + placesIn + "/items"
	}
	for _, l := range slices.Backward(m.Layers) {
		layer := r.mapLayer(m, &l)
		body.Layers = append(body.Layers, layer)
		body.Script.Layers = append(body.Script.Layers, layer.script(&l, m.Query))
		body.Extent = around(body.Extent, l.Extent)
	}
	if b := body.Extent; b != nil {
		body.Script.Bounds = []float64{b.West, b.South, b.East, b.North}
	}
	for name, values := range queryOf(m.Query) {
		body.Chosen = append(body.Chosen, r.condition(m, name, values[0]))
	}
	slices.SortFunc(body.Chosen, func(a, b Choice) int { return strings.Compare(a.Name, b.Name) })
	return body
}

// condition is one of those that hold, and the address of the map without it.
func (r *request) condition(m *carto.Map, name, value string) Choice {
	without := queryOf(m.Query)
	without.Del(name)
	c := Choice{Name: name, Value: value, Without: asking(r.base+"/cartes/"+m.Name, without.Encode())}
	if column := m.Layers[0].Schema.Column(name); column != nil {
		c.Title = column.Title
	}
	return c
}

func (r *request) mapLayer(m *carto.Map, l *carto.Layer) MapLayer {
	e := r.manifest.Entry(l.Name)
	layer := MapLayer{Card: r.card(l.Dataset, e), Symbology: l.Symbology()}
	layer.Items = asking(layer.Href+"/items", m.Query)
	layer.CSV = r.base + "/d/" + l.Name + ".csv"
	if m.Query != "" {
		layer.CSV = asking(layer.Href+"/export", "f=csv&"+m.Query)
	}
	if f := e.Dump("pmtiles"); f != nil {
		layer.Archive = r.base + "/d/" + f.Name
	}
	return layer
}

// mapHref is the address of the map of the same features, as far as a map can choose them.
func (b *itemsBuilder) mapHref(c *Card) string {
	if c.MapHref == "" {
		return ""
	}
	query, known := b.p.params(), mapParameters(b.p.d)
	maps.DeleteFunc(query, func(name string, _ []string) bool { return !slices.Contains(known, name) })
	return asking(c.MapHref, query.Encode())
}

// around is a box that holds two.
func around(a, b *geo.BBox) *geo.BBox {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return &geo.BBox{West: min(a.West, b.West), South: min(a.South, b.South), East: max(a.East, b.East), North: max(a.North, b.North)}
}
