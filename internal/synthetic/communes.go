// Package synthetic makes files in publishers' layouts, as large as one wants, for tests and benchmarks. What is in them
// is made up: only the communes, their populations and their contours are real.
package synthetic

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/schema"
	"maille/internal/source"
)

// Commune is where premises stand.
type Commune struct {
	Code, Name string
	Postcode   string
	Population int64
	Contour    orb.MultiPolygon
}

const grid = 1e-7

var (
	cogLayout = dataset.Resource{Format: dataset.JSON, Map: map[string]dataset.Mapping{"codes_postaux": {Column: "codesPostaux"}}}
	cogSchema = mustSchema(`{"fields":[{"name":"code","type":"string"},{"name":"nom","type":"string"},
		{"name":"population","type":"string"},{"name":"codes_postaux","type":"string"}]}`)
	contourLayout = dataset.Resource{Format: dataset.GeoJSON, Where: []dataset.Condition{{Column: "commune", Is: "empty"}}}
	contourSchema = mustSchema(`{"fields":[{"name":"code","type":"string"}]}`)
)

// Communes reads the communes of the COG (layout of geo.api.gouv.fr/communes) that have a contour (layout of Etalab's
// administrative contours) and inhabitants, in the order of their codes.
func Communes(ctx context.Context, cog, contours io.Reader) (communes []Commune, err error) {
	defer fault.Wrap(&err, "synthetic.Communes")
	shapes := map[string]orb.MultiPolygon{}
	for row, err := range source.Rows(ctx, contours, &contourLayout, 0, contourSchema, "contours") {
		if err != nil {
			return nil, err
		}
		if row.Geometry == nil {
			continue
		}
		if shapes[strings.Clone(row.Cells[0])], err = contour(row.Geometry); err != nil {
			return nil, err
		}
	}
	for row, err := range source.Rows(ctx, cog, &cogLayout, 0, cogSchema, "cog") {
		if err != nil {
			return nil, err
		}
		c := Commune{Code: strings.Clone(row.Cells[0]), Name: strings.Clone(row.Cells[1])}
		c.Population, _ = strconv.ParseInt(row.Cells[2], 10, 64) // a commune without one has no premises either
		postcode, _, _ := strings.Cut(row.Cells[3], "|")
		c.Postcode, c.Contour = strings.Clone(postcode), shapes[c.Code]
		if len(c.Code) == 5 && c.Population > 0 && len(c.Contour) > 0 {
			communes = append(communes, c)
		}
	}
	if len(communes) == 0 {
		return nil, fault.New(fault.Invalid, "no commune of the one file has a contour in the other")
	}
	slices.SortFunc(communes, func(a, b Commune) int { return strings.Compare(a.Code, b.Code) })
	return communes, nil
}

func contour(geometry []byte) (orb.MultiPolygon, error) {
	wkb, err := geo.FromGeoJSON(geometry, "MultiPolygon", grid)
	if err != nil || wkb == nil {
		return nil, err
	}
	shape, _, err := ewkb.NewDecoder(bytes.NewReader(wkb)).Decode()
	polygons, _ := shape.(orb.MultiPolygon)
	return polygons, err
}

func mustSchema(text string) *schema.Schema {
	s, err := schema.Parse([]byte(text))
	if err != nil {
		panic(err)
	}
	return s
}
