package serve

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"maille/internal/carto"
	"maille/internal/cql2"
	"maille/internal/dataset"
	"maille/internal/geo"
)

// MapsPage lists the maps: those of themes, then those of one collection each.
type MapsPage struct {
	Themes      []MapCard
	Collections []*Theme // that have a map
	Looks       map[string]*carto.Symbology
}

// MapCard is a map in a few words.
type MapCard struct {
	Title, Summary, Href string
	Looks                []*carto.Symbology // of its layers, as its legend reads
}

func (s *Server) maps(w http.ResponseWriter, r *request) error {
	if _, err := r.negotiate(offerHTML); err != nil {
		return err
	}
	if err := r.only("f"); err != nil {
		return err
	}
	return s.show(w, r, nil, func(context.Context) (*Page, error) {
		p := s.page(r, "maps", "", "/cartes")
		body := &MapsPage{Themes: r.themeMaps(), Collections: r.mapped(), Looks: map[string]*carto.Symbology{}}
		for name, d := range r.datasets {
			if d.Publication.Geometry != nil {
				body.Looks[name] = carto.Resolve(d, d.Style())
			}
		}
		p.Body = body
		return p, nil
	})
}

func (r *request) themeMaps() (all []MapCard) {
	for i := range r.manifest.Themes {
		t, m := &r.manifest.Themes[i], &carto.Map{}
		card := MapCard{Title: t.Title, Summary: firstSentence(t.Description), Href: r.base + "/cartes/" + t.Name}
		r.themeMap(m, t)
		for _, l := range slices.Backward(m.Layers) {
			card.Looks = append(card.Looks, l.Symbology())
		}
		all = append(all, card)
	}
	return all
}

// mapped are the themes' collections that have something to show on a map.
func (r *request) mapped() []*Theme {
	bare := func(c *Card) bool { return c.MapHref == "" }
	all := r.themes()
	for _, t := range all {
		t.Derived, t.Source = slices.DeleteFunc(t.Derived, bare), slices.DeleteFunc(t.Source, bare)
	}
	return slices.DeleteFunc(all, func(t *Theme) bool { return len(t.Derived)+len(t.Source) == 0 })
}

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
}

// MapScript is what the map's script is told.
type MapScript struct {
	Style  string        `json:"style"`
	Places string        `json:"places,omitempty"` // items of the collection in which places are looked for; "" for none
	Bounds []float64     `json:"bounds"`           // west, south, east, north
	Layers []ScriptLayer `json:"layers"`

	Basemap *Basemap `json:"basemap,omitempty"`
}

// ScriptLayer is what the script is told of a collection.
type ScriptLayer struct {
	ID     string   `json:"id"`
	Title  string   `json:"title"`
	Items  string   `json:"items"`
	Query  string   `json:"query,omitempty"`
	Schema string   `json:"schema"`
	Key    []string `json:"key"`
	Name   string   `json:"name"`            // the column that people call a feature by
	Sort   string   `json:"sort,omitempty"`  // the same, where features can be sorted by it
	Shown  []string `json:"shown"`           // columns that come first, in order
	Value  string   `json:"value,omitempty"` // the column that colours
	Unit   string   `json:"unit,omitempty"`  // of its numbers
	Points bool     `json:"points"`
	From   int      `json:"from"` // zoom from which it is drawn

	Words map[string]string `json:"words,omitempty"` // what the legend calls the categories of Value
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
		return p, errorsFirst(err, s.findUnknown(ctx, r, body))
	})
}

// findUnknown finds the layers of which no feature has a value of what colours: a map all hatched, whose reader is told why.
func (s *Server) findUnknown(ctx context.Context, r *request, body *MapPage) error {
	for i := range body.Layers {
		l := &body.Layers[i]
		if l.Symbology.Column == nil || l.Rows == 0 {
			continue
		}
		known, err := cql2.ParseText(`"` + l.Symbology.Column.Name + `" IS NOT NULL`)
		if err == nil {
			known, err = cql2.Check(known, r.datasets[l.ID].Queryables())
		}
		if err != nil {
			return err
		}
		n, counted, err := s.DB.Count(ctx, r.manifest.Entry(l.ID).Version, r.datasets[l.ID], dataset.Query{Filter: known})
		if err != nil {
			return err
		}
		l.Unknown = counted && n == 0
	}
	return nil
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
	if _, f := r.manifest.File(l.Name + ".pmtiles"); f != nil {
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

func (l *MapLayer) script(of *carto.Layer, query string) ScriptLayer {
	d := of.Dataset
	script := ScriptLayer{ID: d.Name, Title: d.Title, Items: l.Href + "/items", Query: query, Schema: l.Href + "/schema?f=json",
		Key: d.Publication.Key, Name: d.Publication.Title, Shown: d.Tiles().Properties, Unit: l.Symbology.Unit, Points: l.Symbology.Points, From: of.MinZoom}
	if slices.Contains(d.Sortables(l.Rows), script.Name) {
		script.Sort = script.Name
	}
	if c := l.Symbology.Column; c != nil {
		script.Value = c.Name
	}
	for _, c := range l.Symbology.Classes {
		if c.Value != "" {
			if script.Words == nil {
				script.Words = map[string]string{}
			}
			script.Words[c.Value] = c.Label
		}
	}
	return script
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
