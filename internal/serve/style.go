package serve

import (
	"context"
	"io"
	"net/http"

	"maille/internal/carto"
)

const (
	mediaStyle = "application/vnd.mapbox.style+json" // as OGC API Styles (OGC 20-009, draft) calls it
	mediaSVG   = "image/svg+xml"

	relStyles     = "http://www.opengis.net/def/rel/ogc/1.0/styles"
	relStylesheet = "stylesheet"
	relLegend     = "http://www.opengis.net/def/rel/ogc/1.0/legend"
)

// styleItem is a map in the list, in the manner of OGC API Styles.
type styleItem struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Links []link `json:"links"`
}

// styles lists the maps: those of themes first, the default one before all.
func (s *Server) styles(w http.ResponseWriter, r *request) error {
	return s.document(w, r, mediaJSON, r.digest, func() any {
		list := map[string]any{"links": []link{{r.base + "/styles", relSelf, mediaJSON, "The styles"}}}
		all := []styleItem{}
		for _, name := range r.mapNames() {
			all = append(all, s.styleItem(r, name))
		}
		if len(all) > 0 {
			list["default"] = all[0].ID
		}
		list["styles"] = all
		return list
	})
}

func (s *Server) styleItem(r *request, name string) styleItem {
	at := r.base + "/styles/" + name
	item := styleItem{ID: name, Title: r.mapTitle(name), Links: []link{
		{at + ".json", relStylesheet, mediaStyle, "MapLibre style"},
		{at + "/legend.json", relLegend, mediaJSON, "The legend"},
		{at + "/legend.svg", relLegend, mediaSVG, "The legend, as a picture"},
		{r.base + "/tilejson/" + name + ".json", "related", mediaJSON, "The vector tiles, as TileJSON"},
	}}
	if s.Pages != nil {
		item.Links = append(item.Links, link{r.base + "/cartes/" + name, relAlternate, mediaHTML, "The map"})
	}
	if r.datasets[name] != nil {
		item.Links = append(item.Links, link{at + ".qml", relStylesheet, carto.MediaQML, "QGIS style"})
		item.Links = append(item.Links, link{r.base + "/collections/" + name, "describedby", mediaJSON, "The collection"})
	}
	return item
}

func (s *Server) style(w http.ResponseWriter, r *request) error {
	return s.drawn(w, r, "json", mediaStyle, carto.Style)
}

func (s *Server) legendJSON(w http.ResponseWriter, r *request) error {
	return s.drawn(w, r, "json", mediaJSON, carto.LegendJSON)
}

func (s *Server) legendSVG(w http.ResponseWriter, r *request) error {
	return s.drawn(w, r, "svg", mediaSVG, carto.LegendSVG)
}

// drawn answers a document made of the map that the path names. Its name says how it is written; clients that say f all the
// same say no other thing.
func (s *Server) drawn(w http.ResponseWriter, r *request, format, mediaType string, draw func(*carto.Map) []byte) error {
	m, err := s.mapOf(r, r.variable("style"), "f")
	if err := errorsFirst(err, r.format(format)); err != nil {
		return err
	}
	return s.send(w, r, answer{mediaType: mediaType, depends: []string{"style", r.digest, r.root, m.Query},
		produce: func(_ context.Context, w io.Writer) (http.Header, error) {
			_, err := w.Write(draw(m))
			return nil, err
		}})
}
