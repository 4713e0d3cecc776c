package dump

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"maille/internal/geo"
)

// geoMetadata is the file's "geo" (GeoParquet 1.1.0, §File Metadata).
type geoMetadata struct {
	Version string                    `json:"version"`
	Primary string                    `json:"primary_column"`
	Columns map[string]geometryColumn `json:"columns"`
}

type geometryColumn struct {
	Encoding    string    `json:"encoding"`
	Types       []string  `json:"geometry_types"`        // exactly those that occur; none is any
	CRS         *projJSON `json:"crs,omitempty"`         // absent is OGC:CRS84
	Orientation string    `json:"orientation,omitempty"` // absent is any
	Edges       string    `json:"edges"`
	BBox        []float64 `json:"bbox,omitempty"`
	Covering    covering  `json:"covering"`
}

type covering struct {
	BBox map[string][2]string `json:"bbox"`
}

// describe adds what the file says of itself, its geometries' box and types being known at the end only.
func (p *parquetWriter) describe() error {
	c := p.content
	for _, pair := range [...]struct{ key, value string }{
		{"title", c.Title}, {"description", c.Description}, {"license", licences(c)}, {"source", credits(c)},
		{"publisher", c.About.Instance}, {"release", c.About.Release}, {"published", stamp(c.About.Published)},
		{"version", c.About.Version}, {"link", c.About.Link}, {"choice", c.About.Choice}, {"datapackage", string(c.resource())},
	} {
		if pair.value != "" {
			p.out.SetKeyValueMetadata(pair.key, pair.value)
		}
	}
	if p.geometry == nil {
		return nil
	}
	text, err := json.Marshal(p.geometry.metadata(c.CRS))
	if err == nil {
		p.out.SetKeyValueMetadata("geo", string(text))
	}
	return err
}

func (g *geometryColumns) metadata(crs *geo.OGCCRS) *geoMetadata {
	slices.Sort(g.types)
	column := geometryColumn{Encoding: "WKB", Types: append([]string{}, g.types...), Edges: "planar",
		Covering: covering{BBox: map[string][2]string{}}}
	for _, side := range sideNames {
		column.Covering.BBox[side] = [2]string{g.cover, side}
	}
	if !g.turned {
		column.Orientation = "counterclockwise"
	}
	if g.any {
		column.BBox = g.box[:]
	}
	if crs != nil {
		column.CRS = projJSONs[crs.Code] // none for 4326: x comes first, which makes it CRS84
	}
	return &geoMetadata{Version: "1.1.0", Primary: g.name, Columns: map[string]geometryColumn{g.name: column}}
}

// licences are the names and addresses of the dataset's, one a line.
func licences(c *Content) string {
	var lines []string
	for _, l := range c.Licenses {
		lines = append(lines, line(l.Name, l.Title, l.Path))
	}
	return strings.Join(lines, "\n")
}

// credits are the names and addresses of the dataset's sources, one a line.
func credits(c *Content) string {
	var lines []string
	for _, s := range c.Sources {
		lines = append(lines, line(s.Title, s.Path))
	}
	return strings.Join(lines, "\n")
}

// line joins what is not empty.
func line(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), ", ")
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
