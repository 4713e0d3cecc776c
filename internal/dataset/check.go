package dataset

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"maille/internal/geo"
	"maille/internal/schema"
)

var (
	datasetName   = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	encodings     = []string{"", "utf-8", "iso-8859-1", "windows-1252", "detect"}
	geometryTypes = []string{"Point", "MultiPolygon"}
)

// longestName leaves room for "@" and twelve hexadecimal digits, and for index suffixes, in PostgreSQL's 63 bytes.
const longestName = 40

// reserved are the query parameters whose names a property could have: those of items and exports, and of their pages.
var reserved = []string{"bbox", "limit", "after", "f", "q", "crs", "datetime", "filter", "properties", "sortby", GeometryField, "columns", "trail"}

func (l *loader) checkDescriptor(d *Dataset, where string) {
	if !datasetName.MatchString(d.Name) || len(d.Name) > longestName {
		l.problem(where, "name", "must be words of a-z and 0-9 joined by hyphens, at most %d characters", longestName)
	}
	for key, text := range map[string]string{"title": d.Title, "description": d.Description} {
		if strings.TrimSpace(text) == "" {
			l.problem(where, key, "is missing")
		}
	}
	if len(d.Licenses) == 0 {
		l.problem(where, "licenses", "names no licence")
	}
	for i := range d.Licenses {
		l.checkLicense(&d.Licenses[i], where, fmt.Sprintf("licenses[%d]", i))
	}
	if len(d.Sources) == 0 {
		l.problem(where, "sources", "credits no one")
	}
	made := 0
	for _, one := range []bool{len(d.Resources) > 0, d.Derived != nil, d.Computed != nil} {
		if one {
			made++
		}
	}
	if made != 1 {
		l.problem(where, "resources", "a dataset has either resources, derived or computed")
	}
	l.checkComputed(d, where)
	for i := range d.Resources {
		l.checkResource(d, &d.Resources[i], where, i)
	}
	l.checkPublication(d, where)
}

func (l *loader) checkPublication(d *Dataset, where string) {
	p := &d.Publication
	if len(p.Key) == 0 {
		l.problem(where, "publication.key", "is missing")
	}
	named := map[string][]string{
		"publication.key": p.Key, "publication.index": p.Index,
		"publication.title": {p.Title}, "publication.commune": {p.Commune},
		"publication.updated": {p.Updated}, "publication.time": {p.Time},
	}
	if p.Geometry != nil {
		named["publication.geometry.longitude"] = []string{p.Geometry.Longitude}
		named["publication.geometry.latitude"] = []string{p.Geometry.Latitude}
	}
	if p.Tiles != nil {
		named["publication.tiles.properties"] = p.Tiles.Properties
	}
	for key, columns := range named {
		l.checkColumns(d, where, key, columns)
	}
	for _, name := range reserved {
		if d.Schema.Index(name) >= 0 {
			l.problem("schemas/"+d.Descriptor.Schema, "fields."+name, "is the name of a query parameter")
		}
	}
	l.checkCode(where, "publication.frequency", p.Frequency, Frequencies)
	l.checkCode(where, "publication.theme", p.Theme, DataThemes)
	l.checkCode(where, "publication.hvd", p.HVD, HVDCategories)
	for key, share := range map[string]*float64{"publication.tolerance": p.Tolerance, "publication.fall": p.Fall, "publication.churn": p.Churn} {
		if share != nil && (*share < 0 || *share > 1) {
			l.problem(where, key, "is a share, from 0 to 1")
		}
	}
	for i := range d.Schema.Columns {
		if c := &d.Schema.Columns[i]; c.Constraints.Unique && !slices.Equal(p.Key, []string{c.Name}) {
			l.problem("schemas/"+d.Descriptor.Schema, "fields."+c.Name+".constraints.unique", "is checked of a key of one field only")
		}
	}
	if c := d.Schema.Column(p.Time); c != nil && c.Type != schema.Date {
		l.problem(where, "publication.time", "%s is a %s; a date is needed", p.Time, c.Type)
	}
	l.checkKeyTypes(d, where)
	l.checkGeometry(d, where)
	l.checkTiles(d, where)
	if p.Style != nil {
		first := 0
		if p.Geometry != nil {
			first = d.Tiles().MinZoom
		}
		l.checkStyle(d, p.Style, first, where, "publication.style")
	}
	l.checkContacts(d, where)
	l.checkSunset(d, where)
	l.checkRules(d, where)
}

func (l *loader) checkCode(where, key, code string, codes []string) {
	if code != "" && !slices.Contains(codes, code) {
		l.problem(where, key, "%q is none of %v", code, codes)
	}
}

func (l *loader) checkColumns(d *Dataset, where, key string, columns []string) {
	for _, name := range columns {
		if name != "" && d.Schema.Index(name) < 0 {
			l.problem(where, key, "the schema has no field %q", name)
		}
	}
}

// checkContacts refuses a column that could not be emptied, and a kind that package validate does not know.
func (l *loader) checkContacts(d *Dataset, where string) {
	for name, kind := range d.Publication.Contacts {
		key := "publication.contacts." + name
		c := d.Schema.Column(name)
		switch {
		case c == nil:
			l.problem(where, key, "the schema has no field %q", name)
		case c.Type != schema.String && c.Type != schema.List || c.Constraints.Required:
			l.problem(where, key, "must be a string or a list that may be empty")
		}
		if kind != ContactEmail && kind != ContactTelephone {
			l.problem(where, key, "%q is not known; %s and %s are", kind, ContactEmail, ContactTelephone)
		}
	}
}

func (l *loader) checkKeyTypes(d *Dataset, where string) {
	for _, name := range d.Publication.Key {
		c := d.Schema.Column(name)
		if c == nil {
			continue
		}
		if c.Type == "list" || c.Type == "number" {
			l.problem(where, "publication.key", "%s is a %s, which cannot identify a row", name, c.Type)
		}
		if !c.Constraints.Required {
			l.problem("schemas/"+d.Descriptor.Schema, "fields."+name+".constraints.required", "is part of the key, so it must be true")
		}
	}
}

func (l *loader) checkGeometry(d *Dataset, where string) {
	g := d.Publication.Geometry
	if g == nil {
		return
	}
	if !slices.Contains(geometryTypes, g.Type) {
		l.problem(where, "publication.geometry.type", "%q is none of %v", g.Type, geometryTypes)
	}
	if (g.Longitude == "") != (g.Latitude == "") {
		l.problem(where, "publication.geometry", "longitude and latitude go together")
	}
	if g.Longitude != "" && g.Type != "Point" {
		l.problem(where, "publication.geometry", "longitude and latitude make points")
	}
	l.checkCoordinate(d, where, "longitude", g.Longitude)
	l.checkCoordinate(d, where, "latitude", g.Latitude)
	if g.Grid != 0 && (g.Grid < finestGrid || g.Grid > 1) {
		l.problem(where, "publication.geometry.grid", "is a step in degrees, from %g to 1", finestGrid)
	}
	if len(g.Generalise) > 0 && (g.Type != "MultiPolygon" || !rising(g.Generalise)) {
		l.problem(where, "publication.geometry.generalise", "is for polygons: tolerances in degrees, rising, at most %d of them, each above 0 and at most 1", mostLevels)
	}
	if g.CRS != "" && g.CRS != "EPSG:4326" {
		l.problem(where, "publication.geometry.crs", "%q is not read; EPSG:4326 is", g.CRS)
	}
}

// finestGrid is a ten-thousandth of a millimetre, about what a double can say of a longitude.
const finestGrid = 1e-12

func (l *loader) checkCoordinate(d *Dataset, where, key, column string) {
	if c := d.Schema.Column(column); c != nil && c.Type != schema.Number {
		l.problem(where, "publication.geometry."+key, "%s is a %s; a number is needed", column, c.Type)
	}
}

func (l *loader) checkRules(d *Dataset, where string) {
	p := &d.Publication
	for _, rule := range p.Rules {
		switch {
		case rule.Name == UniqueKey && rule.Level != Error:
			l.problem(where, "publication.rules", "%s is always an error: one id cannot name two rows", rule.Name)
		case rule.Name == KnownCommune && p.Commune == "", rule.Name == InsideCommune && p.Commune == "":
			l.problem(where, "publication.rules", "%s needs publication.commune", rule.Name)
		case (rule.Name == InsideCommune || rule.Name == InsideTerritory) && (p.Geometry == nil || p.Geometry.Type != "Point"):
			l.problem(where, "publication.rules", "%s needs points", rule.Name)
		case rule.Name == ValidGeometry && p.Geometry == nil:
			l.problem(where, "publication.rules", "%s needs publication.geometry", rule.Name)
		}
	}
}

func (l *loader) checkResource(d *Dataset, r *Resource, where string, i int) {
	key := fmt.Sprintf("resources[%d]", i)
	if r.Path == "" {
		l.problem(where, key+".path", "is missing")
	}
	if !slices.Contains(Formats, r.Format) {
		l.problem(where, key+".format", "%q is none of %v", r.Format, Formats)
	}
	if !slices.Contains(encodings, r.Encoding) {
		l.problem(where, key+".encoding", "%q is none of %v", r.Encoding, encodings[1:])
	}
	for column, m := range r.Map {
		at := key + ".map." + column
		l.checkColumns(d, where, at, []string{column})
		l.checkMapping(&m, where, at)
	}
	for _, c := range r.Where {
		l.checkCondition(&c, where, key+".where")
	}
	l.checkDialect(&r.Dialect, where, key+".dialect")
	if _, ok := geo.ParseCRS(r.CRS); r.CRS != "" && !ok {
		l.problem(where, key+".crs", "%q is not read", r.CRS)
	}
	if !doublestar.ValidatePattern(r.Member) {
		l.problem(where, key+".member", "%q is no glob", r.Member)
	}
	for _, u := range r.Unpivot {
		l.checkUnpivot(&u, r.Format, where, key+".unpivot")
	}
}

// headless formats have no header: columns that match are not known before the last row.
var headless = []string{JSON, JSONLines, GeoJSON, GeoJSONSeq}

func (l *loader) checkUnpivot(u *Unpivot, format, where, key string) {
	if (u.Column == "") == (u.Match == "") {
		l.problem(where, key, "needs either column or match")
	}
	if u.Match != "" && slices.Contains(headless, format) {
		l.problem(where, key+".match", "needs a header, which %s has not; name each column", format)
	}
	if _, err := Whole(u.Match); err != nil {
		l.problem(where, key+".match", "%s", err)
	}
}

func (l *loader) checkDialect(d *Dialect, where, key string) {
	delimiter, quote := d.Delimiter, d.QuoteChar
	if len(delimiter) > 1 || delimiter != "" && strings.Contains("\r\n\"", delimiter) || quote != "" && quote != `"` {
		l.problem(where, key, "the delimiter is one byte, and the quote is \"")
	}
	if len(d.HeaderRows) > 1 || d.Header() < 1 {
		l.problem(where, key+".headerRows", "is one line, from 1")
	}
}

func (l *loader) checkMapping(m *Mapping, where, at string) {
	ways := 0
	for _, set := range []bool{m.Column != "", m.Const != nil, m.Template != "", len(m.Case) > 0} {
		if set {
			ways++
		}
	}
	if ways != 1 {
		l.problem(where, at, "exactly one of column, const, template and case")
	}
	if m.As != "" && !slices.Contains(Repairs, m.As) {
		l.problem(where, at+".as", "%q is none of %v", m.As, Repairs)
	}
	if m.Pointer != "" && (m.Column == "" || m.Pointer[0] != '/') {
		l.problem(where, at+".pointer", "is a JSON Pointer (/0/name) into a column")
	}
	for _, c := range m.Case {
		if c.When != nil {
			l.checkCondition(c.When, where, at+".case.when")
		}
	}
}

func (l *loader) checkCondition(c *Condition, where, at string) {
	ways := 0
	for _, set := range []bool{c.Is != "", len(c.In) > 0, c.Above != "", c.Match != ""} {
		if set {
			ways++
		}
	}
	if c.Column == "" || ways != 1 || c.Is != "" && c.Is != "empty" && c.Is != "present" {
		l.problem(where, at, `needs a column and one of is ("empty" or "present"), in, match, above`)
	}
	if _, err := Whole(c.Match); err != nil {
		l.problem(where, at+".match", "%s", err)
	}
}

// Whole compiles an expression that a whole text has to match, as conditions and unpivot do. Alone first: a)|(b would slip
// out of its anchors, and an unfinished \Q would take them for text.
func Whole(expression string) (*regexp.Regexp, error) {
	if _, err := regexp.Compile(expression); err != nil {
		return nil, err
	}
	return regexp.Compile("^(?:" + expression + ")$")
}
