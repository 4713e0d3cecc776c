package serve

import (
	"slices"
	"strings"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/tile"
)

// tileNames are the collections that a tile is asked of, and from which zoom on each; one that is asked alone must have a
// tile of the zoom.
type tileNames struct {
	names     []string
	from      map[string]int
	alone     bool   // there is one, and the path names it
	parameter string // that names them
	composite bool   // the parameter collections is read
}

// named finds what a path, or the parameter collections, asks.
func (r *request) named(a *tileAddress) (*tileNames, error) {
	switch {
	case a.collection != "":
		return &tileNames{names: []string{a.collection}, alone: true, parameter: "collection"}, nil
	case a.named != "" && r.datasets[a.named] != nil:
		return &tileNames{names: []string{a.named}, alone: true, parameter: "collection"}, nil
	case a.named != "":
		return r.themed(a.named)
	}
	if err := r.read(); err != nil {
		return nil, err
	}
	if list := r.query["collections"]; len(list) > 0 { // said twice, it is refused with the other parameters
		return r.collectionsOf(list[0])
	}
	if len(r.manifest.Themes) == 0 {
		return &tileNames{names: r.tiledCollections(), parameter: collectionsParameter, composite: true}, nil // all that there are
	}
	n, err := r.themed(r.manifest.Themes[0].Name)
	if n != nil {
		n.composite = true
	}
	return n, err
}

func (r *request) themed(name string) (*tileNames, error) {
	i := slices.IndexFunc(r.manifest.Themes, func(t dataset.Theme) bool { return t.Name == name })
	if i < 0 {
		known := make([]string, 0, len(r.datasets)+len(r.manifest.Themes))
		for id := range r.datasets {
			known = append(known, id)
		}
		for i := range r.manifest.Themes {
			known = append(known, r.manifest.Themes[i].Name)
		}
		return nil, fault.New(fault.NotFound, "no collection or theme is named %s%s; %s/collections lists the collections", shown(name), meant(name, known), r.base).About("id")
	}
	n := &tileNames{from: map[string]int{}, parameter: "id"}
	for _, l := range r.manifest.Themes[i].Layers {
		if r.datasets[l.Dataset] != nil && !slices.Contains(n.names, l.Dataset) {
			n.names = append(n.names, l.Dataset)
			n.from[l.Dataset] = l.MinZoom
		}
	}
	return n, nil
}

// mostLayers is how many collections may be in a tile: more than any instance has that have tiles.
const mostLayers = 100

func (r *request) collectionsOf(list string) (*tileNames, error) {
	n := &tileNames{names: strings.Split(list, ","), parameter: "collections", composite: true}
	wrong := ""
	for i, name := range n.names {
		switch {
		case i == mostLayers:
			wrong = "it names too many"
		case r.datasets[name] == nil:
			wrong = "no collection is named " + shown(name) + meant(name, r.datasetNames())
		case slices.Contains(n.names[:i], name):
			wrong = shown(name) + " is named twice"
		}
		if wrong != "" {
			return nil, fault.New(fault.Invalid, "collections: %s", wrong).About("collections")
		}
	}
	return n, nil
}

func (r *request) datasetNames() (names []string) {
	for name := range r.datasets {
		names = append(names, name)
	}
	return names
}

// lay reads which features are asked of each collection, and holds the archives of those that have tiles of the zoom.
func (s *Server) lay(r *request, m *mosaic, n *tileNames) error {
	pages, err := r.layers(n)
	if err != nil {
		return err
	}
	if m.layers, err = s.held(r, n, pages); err != nil {
		return err
	}
	missed := m.keep(n)
	switch {
	case len(m.layers) > 0:
		return nil
	case n.alone:
		return missed
	}
	return fault.New(fault.NotFound, "none of %s has tiles of zoom %d", listed(n.names), m.Z).About("tileMatrix")
}

// held are the layers of the collections, with their archives. Of several collections, some may have none in the release.
func (s *Server) held(r *request, n *tileNames, pages []*page) (all []*tileLayer, err error) {
	for _, p := range pages {
		if !n.alone && !hasTiles(p.d, p.entry) {
			continue
		}
		l, err := s.layer(r, p)
		if err != nil {
			releaseAll(all)
			return nil, err
		}
		all = append(all, l)
	}
	if len(all) == 0 {
		return nil, r.noTilesOf(listed(n.names))
	}
	return all, nil
}

// keep leaves out the layers that have no tile of the zoom, and says so of the last of them.
func (m *mosaic) keep(n *tileNames) (missed error) {
	zooms := n.zoomsOf(m.layers)
	kept := m.layers[:0]
	for i, l := range m.layers {
		if z := zooms[i]; int(m.Z) >= z.first && int(m.Z) <= z.last {
			kept = append(kept, l)
			continue
		}
		missed = fault.New(fault.NotFound, "the tiles of %s go from zoom %d to %d", l.d.Name, zooms[i].first, zooms[i].last).About("tileMatrix")
		l.release()
	}
	m.layers = kept
	return missed
}

// tileZooms are the first and the last that have tiles.
type tileZooms struct{ first, last int }

// zoomsOf are those of each layer in these tiles. Clients stretch the last tiles of a source, but not layers of one that goes
// on: of several collections, all go on until the deepest ends, polygons as far as they can be stretched.
func (n *tileNames) zoomsOf(layers []*tileLayer) []tileZooms {
	all, deepest := make([]tileZooms, len(layers)), 0
	for i, l := range layers {
		first, last := l.zooms()
		all[i] = tileZooms{max(first, n.from[l.d.Name]), last}
		deepest = max(deepest, last)
	}
	for i, l := range layers {
		if goesOn := min(deepest, all[i].last+tile.MostOverzoom); !l.points() && l.archive != nil {
			all[i].last = goesOn
		} else {
			all[i].last = deepest
		}
	}
	return all
}

func (s *Server) layer(r *request, p *page) (*tileLayer, error) {
	a, err := s.archives.of(p.entry)
	if err != nil {
		return nil, err
	}
	if a == nil && p.entry.Unlocated < p.entry.Rows {
		return nil, r.noTilesOf(p.d.Name)
	}
	return &tileLayer{page: *p, archive: a}, nil
}

// layers reads the parameters, for each of the collections in turn: what cannot be asked of one of them is refused.
func (r *request) layers(n *tileNames) ([]*page, error) {
	pages := make([]*page, len(n.names))
	for i, name := range n.names {
		p := &page{d: r.datasets[name], entry: r.manifest.Entry(name)}
		if p.d == nil {
			return nil, r.noCollection(name)
		}
		if p.d.Publication.Geometry == nil {
			return nil, n.unlocated(name)
		}
		pages[i] = p
	}
	if err := r.onlyOf(n, pages); err != nil {
		return nil, err
	}
	for _, p := range pages {
		if err := r.tileChoice(p); err != nil {
			return nil, n.of(p, err)
		}
	}
	return pages, nil
}

// unlocated refuses a collection that no map shows.
func (n *tileNames) unlocated(name string) error {
	if n.alone {
		return fault.New(fault.NotFound, "the features of %s have no geometry, and so there are no tiles of them", name).About(n.parameter)
	}
	return fault.New(fault.Invalid, "%s: the features of %s have no geometry", n.parameter, name).About(n.parameter)
}

// tileParameters are those that a tile of collections takes: properties are those that all of them have.
func tileParameters(n *tileNames, pages []*page) []string {
	names := []string{"datetime", "filter", "filter-lang", "filter-crs", "f"}
	if n.composite {
		names = append(names, "collections")
	}
	if len(pages) == 0 {
		return names
	}
	for _, property := range pages[0].d.Schema.Names() {
		if !slices.ContainsFunc(pages, func(p *page) bool { return p.d.Schema.Column(property) == nil }) {
			names = append(names, property)
		}
	}
	return names
}

// onlyOf refuses other parameters; of a property that some of the collections have, it says which one has it not.
func (r *request) onlyOf(n *tileNames, pages []*page) error {
	if r.URL.RawQuery == "" {
		return nil
	}
	known := tileParameters(n, pages)
	for name := range r.query {
		if slices.Contains(known, name) {
			continue
		}
		has := func(p *page) bool { return p.d.Schema.Column(name) != nil }
		if slices.ContainsFunc(pages, has) {
			lacks := pages[slices.IndexFunc(pages, func(p *page) bool { return !has(p) })]
			return fault.New(fault.Invalid, "%s: the features of %s have no such property; ask for those that have", name, lacks.d.Name).About(name)
		}
	}
	return r.only(known...)
}

// tileChoice reads which features are asked for.
func (r *request) tileChoice(p *page) error {
	if r.params == nil {
		return nil
	}
	return errorsFirst(r.days(p), r.equals(p), r.filter(p), p.linkable())
}

// of says of which of several collections a condition cannot be asked.
func (n *tileNames) of(p *page, err error) error {
	if len(n.names) == 1 || fault.KindOf(err) != fault.Invalid {
		return err
	}
	return fault.New(fault.Invalid, "%s (of %s)", fault.Message(err), p.d.Name).About(fault.Subject(err)).Because(err)
}
