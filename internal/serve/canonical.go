package serve

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"

	"maille/internal/cql2"
	"maille/internal/dataset"
	"maille/internal/geo"
)

// params is the request in canonical form, but for its format: the same page has one address.
func (p *page) params() url.Values {
	v := url.Values{}
	q := &p.query
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	if q.Limit > 0 {
		set("limit", strconv.Itoa(q.Limit))
	}
	if q.After > 0 {
		set("after", strconv.FormatInt(q.After, 10))
	}
	if q.BBox != nil {
		set("bbox", q.BBox.String())
		set("bbox-crs", address84(q.BBoxCRS))
	}
	if q.Time != (dataset.Interval{}) {
		set("datetime", cmp.Or(q.Time.From, "..")+"/"+cmp.Or(q.Time.To, ".."))
	}
	if q.Filter != nil {
		set("filter", string(cql2.AppendText(nil, q.Filter)))
		set("filter-crs", address84(q.FilterCRS))
	}
	for _, e := range q.Equal {
		set(e.Column, e.Value)
	}
	set("q", q.Search)
	p.setShape(set)
	return v
}

// setShape sets what is written of each feature, and in which order.
func (p *page) setShape(set func(name, value string)) {
	q := &p.query
	keys := make([]string, len(q.Sort))
	for i, s := range q.Sort {
		if keys[i] = s.Column; s.Descending {
			keys[i] = "-" + s.Column
		}
	}
	set("sortby", strings.Join(keys, ","))
	set("properties", strings.Join(p.names(), ","))
	set("crs", address84(q.CRS))
	set(geometryParameter, string(p.shape))
	if p.bare {
		set("skipGeometry", "true")
	}
	if q.Level > 0 {
		set(maxOffset, strconv.FormatFloat(q.Level, 'f', -1, 64))
	}
}

// names are the properties that were chosen; nil for all.
func (p *page) names() (names []string) {
	for _, column := range p.columns {
		names = append(names, p.d.Schema.Columns[column].Name)
	}
	return names
}

// address84 is that of a system; "" for CRS84, which is understood.
func address84(c *geo.OGCCRS) string {
	if c.IsCRS84() {
		return ""
	}
	return c.URI
}
