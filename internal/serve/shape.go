package serve

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"maille/internal/dataset"
	"maille/internal/dump"
	"maille/internal/fault"
)

// order reads sortby (OGC API Features Part 8, as pygeoapi and ldproxy have it): names, each after + or -. A + that was
// not escaped reads as a space.
func (r *request) order(p *page) error {
	if !r.params.Has("sortby") {
		return nil
	}
	for key := range strings.SplitSeq(r.params.Get("sortby"), ",") {
		name, descending := strings.CutPrefix(strings.TrimSpace(key), "-")
		if !descending {
			name = strings.TrimPrefix(name, "+")
		}
		if err := p.sortable(name); err != nil {
			return err
		}
		p.query.Sort = append(p.query.Sort, dataset.Sort{Column: name, Descending: descending})
	}
	return nil
}

func (p *page) sortable(name string) error {
	sortables, why := p.d.Sortables(p.entry.Rows), ""
	switch {
	case slices.ContainsFunc(p.query.Sort, func(s dataset.Sort) bool { return s.Column == name }):
		why = "is there twice"
	case slices.Contains(sortables, name):
		return nil
	case p.d.Schema.Column(name) != nil:
		why = "is not among the properties that the collection is sorted by: " + listed(sortables)
	default:
		why = "is no property" + cmp.Or(meant(name, sortables), "; the collection is sorted by "+listed(sortables))
	}
	return fault.New(fault.Invalid, "sortby: %s %s", shown(name), why).About("sortby")
}

// selection reads which properties are written. The key is read besides, for the features' ids.
func (r *request) selection(p *page) error {
	if !r.params.Has("properties") {
		return nil
	}
	for name := range strings.SplitSeq(r.params.Get("properties"), ",") {
		name = strings.TrimSpace(name)
		column := p.d.Schema.Index(name)
		if column < 0 {
			return fault.New(fault.Invalid, "properties: %s is no property%s", shown(name),
				cmp.Or(meant(name, p.d.Schema.Names()), "; the collection has "+listed(p.d.Schema.Names()))).About("properties")
		}
		p.columns = append(p.columns, column)
	}
	p.columns = rising(p.columns)
	if len(p.columns) == len(p.d.Schema.Columns) {
		p.columns = nil
		return nil
	}
	p.query.Columns = slices.Clone(p.columns)
	for _, name := range p.d.Publication.Key {
		p.query.Columns = append(p.query.Columns, p.d.Schema.Index(name))
	}
	p.query.Columns = rising(p.query.Columns)
	return nil
}

func rising(columns []int) []int {
	slices.Sort(columns)
	return slices.Compact(columns)
}

func (r *request) system(p *page) (err error) {
	if p.query.CRS, err = r.crs("crs", p.entry); err != nil {
		return err
	}
	p.bare, err = r.flag("skipGeometry")
	return err
}

// shaped reads how CSV shows geometries, which it has no type for.
func (r *request) shaped(p *page) error {
	if !r.params.Has(geometryParameter) || r.lenient {
		return nil
	}
	p.shape = dump.Shape(r.params.Get(geometryParameter))
	wrong := ""
	switch {
	case p.offer.name != offerCSV.name:
		wrong = "goes with f=csv"
	case p.shape != dump.AsWKT && p.shape != dump.AsLonLat:
		wrong = shown(string(p.shape)) + " is neither wkt nor lonlat"
	case p.d.Publication.Geometry == nil:
		wrong = "the collection has none"
	case p.bare:
		wrong = "skipGeometry leaves it out"
	default:
		return nil
	}
	return fault.New(fault.Invalid, "%s: %s", geometryParameter, wrong).About(geometryParameter)
}

const geometryParameter = "geometry"

// maxOffset is how far in degrees borders may be from where they are, for maps of small scale: the parameter is Esri's,
// which ldproxy has too.
const maxOffset = "maxAllowableOffset"

// level reads the generalised geometry that an offset allows; 0 is the geometry itself.
func (r *request) level(p *page) error {
	text := r.params.Get(maxOffset)
	if !r.params.Has(maxOffset) {
		return nil
	}
	offset, err := strconv.ParseFloat(text, 64)
	if err != nil || !(offset >= 0) || math.IsInf(offset, 0) {
		return fault.New(fault.Invalid, "%s: %s is not a number of degrees", maxOffset, shown(text)).About(maxOffset)
	}
	p.query.Level = p.d.Level(offset)
	return nil
}
