package serve

import (
	"slices"

	"maille/internal/carto"
	"maille/internal/dataset"
	"maille/internal/fault"
)

// mapParameters are those that choose which features of a collection its map shows; its tiles take them too.
func mapParameters(d *dataset.Dataset) []string {
	return append([]string{"datetime", "filter", "filter-lang", "filter-crs"}, d.Schema.Names()...)
}

// mapOf is the map of a collection, or of a theme. It reads the conditions that the request makes of the features, and
// refuses other parameters than these and those named in also.
func (s *Server) mapOf(r *request, id string, also ...string) (*carto.Map, error) {
	m := &carto.Map{Name: id, Base: r.base, Root: r.root, Release: r.manifest.Release}
	if i := slices.IndexFunc(r.manifest.Themes, func(t dataset.Theme) bool { return t.Name == id }); i >= 0 {
		r.themeMap(m, &r.manifest.Themes[i])
		if len(m.Layers) == 0 {
			return nil, r.noTilesOf(id)
		}
		return m, errorsFirst(r.only(also...), s.zoom(r, m))
	}
	d := r.datasets[id]
	if d == nil {
		return nil, fault.New(fault.NotFound, "no map is named %s%s; %s/styles lists them", shown(id), meant(id, r.mapNames()), r.base).About("style")
	}
	if d.Publication.Geometry == nil {
		return nil, fault.New(fault.NotFound, "the collection %s has no geometry, so that there is no map of it", id).About("style")
	}
	if !r.tiles(id) {
		return nil, r.noTilesOf(id)
	}
	m.Title, m.Description = d.Title, d.Description
	r.addLayer(m, d, d.Style(), 0)
	return m, errorsFirst(r.only(append(also, mapParameters(d)...)...), r.conditions(m, d), s.zoom(r, m))
}

// mapNames are those of all maps: themes first, then the collections that have tiles.
func (v *view) mapNames() (names []string) {
	for i := range v.manifest.Themes {
		if t := &v.manifest.Themes[i]; v.draws(t) {
			names = append(names, t.Name)
		}
	}
	return append(names, v.tiledCollections()...)
}

// draws says whether there are tiles of any layer of a theme.
func (v *view) draws(t *dataset.Theme) bool {
	return slices.ContainsFunc(t.Layers, func(l dataset.ThemeLayer) bool { return v.tiles(l.Dataset) })
}

// tiles says whether there are tiles of a collection.
func (v *view) tiles(name string) bool {
	d := v.datasets[name]
	return d != nil && hasTiles(d, v.manifest.Entry(name))
}

func (v *view) noTilesOf(name string) error {
	return fault.New(fault.NotFound, "the release %s has no tiles of %s", v.manifest.Release, name).About("release")
}

// mapTitle is that of a theme or of a collection.
func (v *view) mapTitle(name string) string {
	for i := range v.manifest.Themes {
		if v.manifest.Themes[i].Name == name {
			return v.manifest.Themes[i].Title
		}
	}
	return v.datasets[name].Title
}

func (r *request) themeMap(m *carto.Map, t *dataset.Theme) {
	m.Theme, m.Title, m.Description = true, t.Title, t.Description
	for _, l := range t.Layers {
		if !r.tiles(l.Dataset) {
			continue // another program wrote this release, or an earlier one
		}
		d := r.datasets[l.Dataset]
		style := d.Style()
		if l.Style != nil {
			style = d.Styled(*l.Style)
		}
		r.addLayer(m, d, style, l.MinZoom)
	}
}

func (r *request) addLayer(m *carto.Map, d *dataset.Dataset, style dataset.Style, from int) {
	e, tiles := r.manifest.Entry(d.Name), d.Tiles()
	m.Layers = append(m.Layers, carto.Layer{Dataset: d, Style: style, MinZoom: max(from, tiles.MinZoom), MaxZoom: tiles.MaxZoom,
		Extent: e.Extent, Version: e.Version.String(), Rows: e.Rows})
	for _, source := range d.Sources {
		if !slices.Contains(m.Attribution, source) {
			m.Attribution = append(m.Attribution, source)
		}
	}
}

// zoom gives the layers the zooms of which there are tiles: some may have been left out of an archive, and points go on beyond
// it. Where the release has no archive they are those that were asked for.
func (s *Server) zoom(r *request, m *carto.Map) error {
	for i := range m.Layers {
		on := &m.Layers[i]
		l := tileLayer{page: page{d: on.Dataset, entry: r.manifest.Entry(on.Name)}}
		var err error
		if l.archive, err = s.archives.of(l.entry); err != nil {
			return err
		}
		first, last := l.zooms()
		on.MinZoom, on.MaxZoom = max(on.MinZoom, first), last
		l.release()
	}
	return nil
}

// conditions reads which features the map shows, and keeps them in canonical form.
func (r *request) conditions(m *carto.Map, d *dataset.Dataset) error {
	p := &page{d: d, entry: r.manifest.Entry(d.Name)}
	if err := errorsFirst(r.days(p), r.equals(p), r.filter(p), p.linkable()); err != nil {
		return err
	}
	m.Query = p.params().Encode()
	return nil
}
