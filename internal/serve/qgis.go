package serve

import (
	"context"
	"io"
	"net/http"
	"path"
	"strings"

	"maille/internal/carto"
	"maille/internal/fault"
)

// qgisFile is one that QGIS opens.
type qgisFile struct {
	mediaType string
	write     func(*carto.Map) ([]byte, error)
}

// qgisFiles are those of a collection or a theme, by the extension of their name.
var qgisFiles = map[string]qgisFile{
	"qlr": {carto.MediaQLR, always(carto.QLR)},
	"qgs": {carto.MediaQGS, always(carto.QGS)},
	"qgz": {carto.MediaQGZ, carto.QGZ},
}

// always is for what cannot fail.
func always(write func(*carto.Map) []byte) func(*carto.Map) ([]byte, error) {
	return func(m *carto.Map) ([]byte, error) { return write(m), nil }
}

// qgis answers a layer definition or a project of a collection or a theme. It is small, and made each time that the answer is
// not kept: its addresses are those by which the client came.
func (s *Server) qgis(w http.ResponseWriter, r *request) error {
	file := r.variable("file")
	extension := strings.TrimPrefix(path.Ext(file), ".")
	id := strings.TrimSuffix(file, "."+extension)
	kind, known := qgisFiles[extension]
	if !known {
		return fault.New(fault.NotFound, "there is no %s; of each collection and theme there are a .qlr, a .qgs and a .qgz", shown(file)).About("file")
	}
	if err := r.only(); err != nil {
		return err
	}
	m, err := s.qgisMap(r, id)
	if err != nil {
		return err
	}
	return s.attach(w, r, file, kind.mediaType, func() ([]byte, error) { return kind.write(m) })
}

// qgisMap is the map of a theme or of a collection; of a collection without tiles there are the features to open, or a table.
func (s *Server) qgisMap(r *request, id string) (*carto.Map, error) {
	d := r.datasets[id]
	if d == nil || r.tiles(id) {
		return s.mapOf(r, id)
	}
	m := &carto.Map{Name: id, Title: d.Title, Description: d.Description, Base: r.base, Root: r.root, Release: r.manifest.Release}
	if d.Publication.Geometry != nil {
		r.addLayer(m, d, d.Style(), 0)
		m.Layers[0].Untiled = true
		return m, nil
	}
	e := r.manifest.Entry(id)
	m.Layers, m.Attribution = []carto.Layer{{Dataset: d, Version: e.Version.String(), Rows: e.Rows}}, d.Sources
	return m, nil
}

// qml answers the style of a collection as QGIS keeps it, for features from the API or from a file of the release.
func (s *Server) qml(w http.ResponseWriter, r *request) error {
	id := r.variable("style")
	if err := r.only(); err != nil {
		return err
	}
	m, err := s.qgisMap(r, id)
	if err != nil {
		return err
	}
	if m.Theme {
		return fault.New(fault.NotFound, "the theme %s has several collections, and a QML is the style of one; %s/qgis/%s.qlr has them all", id, r.base, id).About("style")
	}
	return s.attach(w, r, id+".qml", carto.MediaQML, func() ([]byte, error) { return carto.QML(&m.Layers[0]), nil })
}

// attach answers a file under its name. It depends on the whole release, whose name it holds.
func (s *Server) attach(w http.ResponseWriter, r *request, name, mediaType string, write func() ([]byte, error)) error {
	return s.send(w, r, answer{mediaType: mediaType, depends: []string{"qgis", name, r.digest},
		produce: func(_ context.Context, w io.Writer) (http.Header, error) {
			content, err := write()
			if err != nil {
				return nil, err
			}
			_, err = w.Write(content)
			return http.Header{"Content-Disposition": {`attachment; filename="` + name + `"`}}, err
		}})
}
