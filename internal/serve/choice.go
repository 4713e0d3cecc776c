package serve

import (
	"slices"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/schema"
)

// page is a request for features, read and in canonical form: a page of them, one of them, or a file of all.
type page struct {
	query   dataset.Query
	d       *dataset.Dataset
	entry   *release.Entry
	offer   offer      // how it is written
	offers  []offer    // how it may be
	columns []int      // positions in the schema of the properties that are written, rising; nil for all
	bare    bool       // without geometries (skipGeometry)
	shape   dump.Shape // of geometries in CSV
	matched int64
	counted bool // matched was, within its budget
}

// chosen reads the parameters that items and export have in common: which features, and what is written of each.
func (r *request) chosen(p *page) error {
	for _, read := range []func(*page) error{r.box, r.days, r.equals, r.filter, r.search, r.order, r.selection, r.system, r.shaped} {
		if err := read(p); err != nil {
			return err
		}
	}
	return p.linkable()
}

// crs reads a parameter that names a coordinate reference system (OGC 18-058r1 /req/crs/fc-crs-valid-value); nil is CRS84.
func (r *request) crs(name string, e *release.Entry) (*geo.OGCCRS, error) {
	if !r.params.Has(name) {
		return nil, nil
	}
	offered, asked := geo.OGCCRSsFor(e.Extent), r.params.Get(name)
	i := slices.IndexFunc(offered, func(c *geo.OGCCRS) bool { return c.URI == asked })
	switch {
	case i < 0:
		return nil, fault.New(fault.Invalid, "%s: the collection is not given in %s, but in %s", name, shown(asked), listed(uris(offered))).About(name)
	case offered[i].IsCRS84():
		return nil, nil
	}
	return offered[i], nil
}

func (r *request) box(p *page) error {
	crs, err := r.crs("bbox-crs", p.entry)
	if err != nil || !r.params.Has("bbox") {
		return err
	}
	box, err := geo.ParseBBoxIn(r.params.Get("bbox"), crs)
	if err != nil {
		return err
	}
	if p.query.BBox = &box; crs != nil && crs.Code != geo.SRID { // latitudes first is but another way to write CRS84
		p.query.BBoxCRS = crs
	}
	return nil
}

func (r *request) days(p *page) (err error) {
	if r.params.Has("datetime") {
		p.query.Time, err = parseInterval(r.params.Get("datetime"))
	}
	return err
}

// equals reads the parameters that are named like a property (OGC 19-079r2 /req/queryables-query-parameters/parameters).
func (r *request) equals(p *page) error {
	for i := range p.d.Schema.Columns {
		c := &p.d.Schema.Columns[i]
		if !r.params.Has(c.Name) {
			continue
		}
		value, err := valueOf(c, r.params.Get(c.Name))
		if err != nil {
			return err
		}
		p.query.Equal = append(p.query.Equal, dataset.Equal{Column: c.Name, Value: value})
	}
	return nil
}

// valueOf is the text of a value, as the schema prints it. One that the column's constraints do not allow equals no row's:
// it is no mistake, since rows may be in doubt and stand.
func valueOf(c *schema.Column, text string) (string, error) {
	value, wrong := c.Parse(text)
	if wrong != nil && (wrong.Rule == "type" || wrong.Rule == "encoding") || wrong == nil && value.IsNull() || text == "" {
		return "", fault.New(fault.Invalid, "%s: %s is not a value of type %s", c.Name, shown(text), c.Type).About(c.Name)
	}
	if wrong == nil {
		return value.String(), nil
	}
	return text, nil
}
