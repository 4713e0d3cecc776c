package serve

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"

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
	Extent      extent   `json:"extent,omitzero"`
	Rows        int64    `json:"rows"`
	Version     string   `json:"version"`
	Since       string   `json:"since"`
	Attribution string   `json:"attribution"`
	Stale       []stale  `json:"stale,omitempty"`
	Links       []link   `json:"links"`
}

type extent struct {
	Spatial *spatialExtent `json:"spatial,omitempty"`
}

type spatialExtent struct {
	BBox [][4]float64 `json:"bbox"`
	CRS  string       `json:"crs"`
}

func (s *Server) collections(w http.ResponseWriter, r *request) error {
	return s.document(w, r, mediaJSON, r.digest, func() any {
		list := make([]collection, 0, len(r.manifest.Datasets))
		for i := range r.manifest.Datasets {
			e := &r.manifest.Datasets[i]
			list = append(list, describe(r, r.datasets[e.Dataset], e))
		}
		return map[string]any{
			"links":       []link{{r.base + "/collections", relSelf, mediaJSON, "The collections"}},
			"collections": list,
		}
	})
}

func (s *Server) collection(w http.ResponseWriter, r *request) error {
	d, e, err := r.collection()
	if err != nil {
		return err
	}
	return s.document(w, r, mediaJSON, described(e)+fmt.Sprint(r.outdated(e)), func() any { return describe(r, d, e) })
}

// described identifies what a collection's own documents say.
func described(e *release.Entry) string {
	text := e.Hash + e.Fingerprint + e.Since
	for _, f := range e.Files {
		text += f.Name + f.SHA256
	}
	return text
}

func describe(r *request, d *dataset.Dataset, e *release.Entry) collection {
	c := collection{ID: d.Name, Title: d.Title, Description: d.Description, Keywords: d.Keywords, ItemType: "feature",
		CRS: []string{crs84}, Rows: e.Rows, Version: e.ID, Since: e.Since, Extent: extent{Spatial: spatial(e.Extent)}}
	for i, source := range d.Sources {
		if i > 0 {
			c.Attribution += " ; "
		}
		c.Attribution += source.Title
	}
	c.Stale = r.outdated(e)
	at := r.base + "/collections/" + d.Name
	c.Links = []link{
		{at, relSelf, mediaJSON, d.Title},
		{at + "/items", "items", mediaGeoJSON, "The features"},
		{at + "/schema", relSchema, mediaSchema, "The fields"},
		{at + "/schema", "describedby", mediaSchema, "The fields"},
		{at + "/issues", "related", mediaJSON, "What was wrong with the sources' rows"},
	}
	for _, f := range e.Files { // those of this release: an older one may have fewer
		c.Links = append(c.Links, link{r.base + "/d/" + f.Name, "enclosure", f.MediaType, "The whole collection, as a file"})
	}
	for _, l := range d.Licenses {
		if l.Path != "" {
			c.Links = append(c.Links, link{l.Path, relLicense, "text/html", cmp.Or(l.Title, l.Name)})
		}
	}
	return c
}

func spatial(box *geo.BBox) *spatialExtent {
	if box == nil {
		return nil
	}
	return &spatialExtent{BBox: [][4]float64{{box.West, box.South, box.East, box.North}}, CRS: crs84}
}

// issues lists what was wrong with the rows that led to the collection's version.
func (s *Server) issues(w http.ResponseWriter, r *request) error {
	_, e, err := r.collection()
	if err != nil {
		return err
	}
	if err := r.only(); err != nil {
		return err
	}
	return s.send(w, r, answer{mediaType: mediaJSON, depends: []string{"issues", e.Hash, strconv.FormatInt(e.Load, 10), r.digest},
		produce: func(ctx context.Context, w io.Writer) error {
			list, err := s.DB.Issues(ctx, e.Load)
			if err != nil {
				return err
			}
			if list == nil {
				list = []dataset.Issue{}
			}
			return writeJSON(w, map[string]any{"collection": e.Dataset, "version": e.ID, "counts": e.Issues, "issues": list})
		}})
}
