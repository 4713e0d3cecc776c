package serve

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"

	"maille/internal/carto"
	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/release"
)

type collection struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Keywords    []string `json:"keywords,omitempty"`
	ItemType    string   `json:"itemType"`
	CRS         []string `json:"crs"`
	StorageCRS  string   `json:"storageCrs"` // of coordinates at rest, which answers in it are not transformed from
	Extent      extent   `json:"extent,omitzero"`
	Rows        int64    `json:"rows"`
	Version     string   `json:"version"`
	DOI         string   `json:"doi,omitempty"` // of it in this release, or whatever the release
	Since       string   `json:"since"`
	Attribution string   `json:"attribution"`
	Stale       []stale  `json:"stale,omitempty"`

	Inputs   map[string]string `json:"inputs,omitempty"`   // what it is made of: dataset to version
	Computed *release.Computed `json:"computed,omitempty"` // how, where a method made it

	Links []link `json:"links"`
}

type extent struct {
	Spatial  *spatialExtent  `json:"spatial,omitempty"`
	Temporal *temporalExtent `json:"temporal,omitempty"`
}

type spatialExtent struct {
	BBox [][4]float64 `json:"bbox"`
	CRS  string       `json:"crs"`
}

type temporalExtent struct {
	Interval [][2]string `json:"interval"`
	TRS      string      `json:"trs"`
}

// gregorian is the calendar, which is the only one.
const gregorian = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"

func (s *Server) collections(w http.ResponseWriter, r *request) error {
	return s.either(r, offerJSON, func() error { return s.collectionsDocument(w, r) }, func() error { return s.collectionsPage(w, r) })
}

func (s *Server) collectionsDocument(w http.ResponseWriter, r *request) error {
	return s.document(w, r, mediaJSON, r.digest, func() any {
		list := make([]collection, 0, len(r.manifest.Datasets))
		for i := range r.manifest.Datasets {
			e := &r.manifest.Datasets[i]
			list = append(list, s.describe(r, r.datasets[e.Dataset], e))
		}
		return map[string]any{
			"links":       s.people([]link{{r.base + "/collections", relSelf, mediaJSON, "The collections"}}, r.base+"/collections"),
			"collections": list,
		}
	})
}

func (s *Server) collection(w http.ResponseWriter, r *request) error {
	d, e, err := r.collection()
	if err != nil {
		return err
	}
	return s.either(r, offerJSON, func() error {
		return s.linked(w, r, mediaJSON, []string{described(e), fmt.Sprint(r.outdated(e), s.DOI)}, s.frozenLink(r, d, e), func() any { return s.describe(r, d, e) })
	}, func() error { return s.collectionPage(w, r, d, e) })
}

// described identifies what a collection's own documents say.
func described(e *release.Entry) string {
	text := e.Hash + e.Fingerprint + e.Since + fmt.Sprint(e.Inputs)
	if e.Computed != nil {
		text += e.Computed.Code
	}
	for _, f := range e.Files {
		text += f.Name + f.SHA256
	}
	return text
}

func (s *Server) describe(r *request, d *dataset.Dataset, e *release.Entry) collection {
	c := collection{ID: d.Name, Title: d.Title, Description: d.Description, Keywords: d.Keywords, ItemType: "feature",
		CRS: uris(geo.OGCCRSsFor(e.Extent)), StorageCRS: geo.CRS84URI, Rows: e.Rows, Version: e.ID, DOI: s.DOI.Best(r.manifest.Release, d.Name), Since: e.Since, Extent: extent{spatial(e.Extent), temporal(r.spans[d.Name])}}
	for i, source := range d.Sources {
		if i > 0 {
			c.Attribution += " ; "
		}
		c.Attribution += source.Title
	}
	c.Stale, c.Computed = r.outdated(e), e.Computed
	if d.IsDerived() {
		c.Inputs = e.Inputs
	}
	at := r.base + "/collections/" + d.Name
	c.Links = s.people([]link{
		{at, relSelf, mediaJSON, d.Title},
		{at + "/items", "items", mediaGeoJSON, "The features"},
		{at + "/queryables", relQueryables, mediaSchema, "What a filter may name"},
		{at + "/sortables", relSortables, mediaSchema, "What features may be sorted by"},
		{at + "/schema", relSchema, mediaSchema, "The fields"},
		{at + "/schema", "describedby", mediaSchema, "The fields"},
		{at + "/schema/geojson", "describedBy", mediaSchema, "A GeoJSON feature"}, // as GDAL 3.6 looks for it
		{at + "/issues", "related", mediaJSON, "What was wrong with the sources' rows"},
	}, at)
	if s.Pages != nil {
		c.Links = append(c.Links, link{at + "/items?f=html", "items", mediaHTML, "The features, as a page"}) // OGC 17-069r4 /req/core/fc-md-items-links
	}
	if hasTiles(d, e) {
		c.Links = append(c.Links, s.tileLinks(r, at, d.Name)...)
	} else {
		c.Links = append(c.Links, link{r.base + "/qgis/" + d.Name + ".qlr", "related", carto.MediaQLR, "A table to open in QGIS"})
	}
	c.Links = append(c.Links, slices.Concat(fileLinks(r, e), s.qualityLinks(r, e), s.citeLinks(r, d, e))...)
	for _, l := range d.Licenses {
		if l.Path != "" {
			c.Links = append(c.Links, link{l.Path, relLicense, "text/html", cmp.Or(l.Title, l.Name)})
		}
	}
	return c
}

// uris are the addresses of systems.
func uris(systems []*geo.OGCCRS) []string {
	all := make([]string, len(systems))
	for i, c := range systems {
		all[i] = c.URI
	}
	return all
}

func spatial(box *geo.BBox) *spatialExtent {
	if box == nil {
		return nil
	}
	return &spatialExtent{BBox: [][4]float64{{box.West, box.South, box.East, box.North}}, CRS: crs84}
}

// temporal is from the first day to the last. The standard asks for instants (OGC 17-069r4, schema extent): those at which
// the days begin, for an instant stands for its day.
func temporal(span dataset.Interval) *temporalExtent {
	if span == (dataset.Interval{}) {
		return nil
	}
	const midnight = "T00:00:00Z"
	return &temporalExtent{Interval: [][2]string{{span.From + midnight, span.To + midnight}}, TRS: gregorian}
}

// issues lists what was wrong with the rows that led to the collection's version.
func (s *Server) issues(w http.ResponseWriter, r *request) error {
	return s.either(r, offerJSON, func() error { return s.issuesDocument(w, r) }, func() error { return s.issuesPage(w, r) })
}

func (s *Server) issuesDocument(w http.ResponseWriter, r *request) error {
	_, e, err := r.collection()
	if err != nil {
		return err
	}
	if err := r.only("f"); err != nil {
		return err
	}
	return s.send(w, r, answer{mediaType: mediaJSON, depends: []string{"issues", e.Hash, strconv.FormatInt(e.Load, 10), r.digest},
		produce: func(ctx context.Context, w io.Writer) (http.Header, error) {
			list, err := s.DB.Issues(ctx, e.Load)
			if err != nil {
				return nil, err
			}
			if list == nil {
				list = []dataset.Issue{}
			}
			return nil, writeJSON(w, map[string]any{"collection": e.Dataset, "version": e.ID, "counts": e.Issues, "issues": list})
		}})
}
