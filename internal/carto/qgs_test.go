package carto

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/geo"
)

// essonne is about where the sample is.
var essonne = geo.BBox{West: 1.9145, South: 48.2846, East: 2.5852, North: 48.7761}

const service = "https://donnees.example.fr/maille"

// node is an element as a reader of XML that is not ours has it.
type node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Text    string     `xml:",chardata"`
	Nodes   []node     `xml:",any"`
}

func (n *node) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// all are the elements of a name, however deep.
func (n *node) all(name string) (found []*node) {
	for i := range n.Nodes {
		if n.Nodes[i].XMLName.Local == name {
			found = append(found, &n.Nodes[i])
		}
		found = append(found, n.Nodes[i].all(name)...)
	}
	return found
}

func (n *node) text(name string) string {
	if found := n.all(name); len(found) > 0 {
		return found[0].Text
	}
	return ""
}

func read(t *testing.T, document []byte) *node {
	t.Helper()
	var n node
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimSpace(document)))
	if err := d.Decode(&n); err != nil {
		t.Fatalf("%v in\n%.2000s", err, document)
	}
	if _, err := d.Token(); err != io.EOF {
		t.Fatalf("more after the document: %v", err)
	}
	return &n
}

// registry has the descriptors of the program.
func registry(t *testing.T) *dataset.Registry {
	t.Helper()
	r, err := dataset.Load(dataset.Files{Datasets: os.DirFS("../../datasets"), Schemas: os.DirFS("../../schemas")})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// projectOf is a map of datasets, from the bottom up; a theme where there are several.
func projectOf(datasets ...*dataset.Dataset) *Map {
	d := datasets[0]
	m := &Map{Name: d.Name, Title: d.Title, Description: d.Description, Base: service, Root: service, Release: "2026-11-22.1", Theme: len(datasets) > 1}
	for _, d := range datasets {
		l := Layer{Dataset: d, Version: d.Name + "@0123456789ab", Rows: 200}
		if d.Publication.Geometry != nil {
			l.Style, l.MinZoom, l.MaxZoom, l.Extent = d.Style(), d.Tiles().MinZoom, d.Tiles().MaxZoom, &essonne
		}
		m.Layers = append(m.Layers, l)
		m.Attribution = append(m.Attribution, d.Sources...)
	}
	return m
}

func TestQGISOfEveryDataset(t *testing.T) {
	for _, d := range registry(t).All() {
		m := projectOf(d)
		for kind, write := range map[string]func() []byte{
			"qml": func() []byte { return QML(&m.Layers[0]) },
			"qlr": func() []byte { return QLR(m) },
			"qgs": func() []byte { return QGS(m) },
		} {
			first := write()
			if !bytes.Equal(first, write()) {
				t.Errorf("%s.%s: not twice the same bytes", d.Name, kind)
			}
			doc := read(t, first)
			if kind != "qml" {
				checkLayers(t, m, doc)
				continue
			}
			checkFields(t, d, doc)
		}
	}
}

// checkLayers holds a document to its layers: each in the tree once, with its source, and addresses of the service only.
func checkLayers(t *testing.T, m *Map, doc *node) {
	t.Helper()
	d := m.Layers[0].Dataset
	var ids, sources []string
	for _, l := range doc.all("maplayer") {
		ids = append(ids, l.text("id"))
		sources = append(sources, l.text("datasource"))
		if l.attr("type") == "vector" {
			checkFields(t, d, l)
		}
		if got := l.text("rights"); !strings.Contains(got, d.Sources[0].Title) || l.text("license") == "" || !strings.Contains(l.text("history"), m.Release) {
			t.Errorf("%s: rights %q, licence %q, history %q", d.Name, got, l.text("license"), l.text("history"))
		}
	}
	want := []string{"pagingEnabled='true' pageSize='1000' preferCoordinatesForWfsT11='false' restrictToRequestBBOX='1' srsname='OGC:CRS84' typename='" +
		d.Name + "' url='" + service + "' version='auto'"}
	if tiles := d.Tiles(); tiles != nil {
		want = append([]string{fmt.Sprintf("type=xyz&url=%s/tiles/%s/%%7Bz%%7D/%%7Bx%%7D/%%7By%%7D.mvt&zmax=%d&zmin=%d", service, d.Name, tiles.MaxZoom, tiles.MinZoom)}, want...)
	}
	if !slices.Equal(sources, want) {
		t.Errorf("%s: sources %q, want %q", d.Name, sources, want)
	}
	var tree, treeSources []string
	for _, l := range doc.all("layer-tree-layer") {
		tree, treeSources = append(tree, l.attr("id")), append(treeSources, l.attr("source"))
	}
	slices.Sort(tree)
	slices.Sort(ids)
	slices.Sort(sources)
	slices.Sort(treeSources)
	if !slices.Equal(tree, ids) || !slices.Equal(sources, treeSources) {
		t.Errorf("%s: the tree has %q, the layers are %q", d.Name, tree, ids)
	}
}

// checkFields: each column has a widget, a place in the table and a name that is its title.
func checkFields(t *testing.T, d *dataset.Dataset, doc *node) {
	t.Helper()
	aliases, widgets := map[string]string{}, map[string]string{}
	for _, a := range doc.all("alias") {
		aliases[a.attr("field")] = a.attr("name")
	}
	for _, f := range doc.all("fieldConfiguration")[0].Nodes {
		widgets[f.attr("name")] = f.Nodes[0].attr("type")
	}
	var columns []string
	for _, c := range doc.all("column") {
		if c.attr("hidden") == "0" {
			columns = append(columns, c.attr("name"))
		}
	}
	if !slices.Equal(columns, d.Schema.Names()) {
		t.Errorf("%s: the table shows %q", d.Name, columns)
	}
	for i := range d.Schema.Columns {
		c := &d.Schema.Columns[i]
		widget, known := widgets[c.Name]
		if aliases[c.Name] != c.Title || c.Title == "" || !known || c.Enum() != nil && c.Type == "string" && widget != "ValueMap" {
			t.Errorf("%s.%s: alias %q, widget %q (%v)", d.Name, c.Name, aliases[c.Name], widget, known)
		}
	}
	if widgets["id"] != "Hidden" && d.Schema.Column("id") == nil {
		t.Errorf("%s: the field that QGIS adds is not hidden", d.Name)
	}
}

// TestQGISClasses: labels, colours and limits are those of the legend, in features and in tiles alike.
func TestQGISClasses(t *testing.T) {
	for _, d := range registry(t).All() {
		if d.Publication.Geometry == nil || d.Style().Kind == dataset.StyleCircles {
			continue
		}
		m := projectOf(d)
		s := m.Layers[0].Symbology()
		var want []string
		for _, c := range s.Classes {
			want = append(want, c.Label+" "+rgba(c.Colour, opacity(s)))
		}
		for _, c := range []*Class{s.Other, s.Null} {
			if c != nil {
				want = append(want, c.Label+" "+rgba(c.Colour, opacity(s)))
			}
		}
		doc := read(t, QGS(m))
		if s.Kind == dataset.StylePlain {
			if n := len(doc.all("rule")); n > 0 || len(doc.all("renderer-v2")) != 1 {
				t.Errorf("%s: one colour has %d rules", d.Name, n)
			}
			continue
		}
		if got := ruleColours(doc); !slices.Equal(got, want) {
			t.Errorf("%s: features\n%q, want\n%q", d.Name, got, want)
		}
		got := tileColours(doc, s.Points)
		if s.Merged != nil {
			want = append(want, s.Merged.Label+" "+rgba(s.Merged.Colour, opacity(s)))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: tiles\n%q, want\n%q", d.Name, got, want)
		}
	}
}

func TestQGISFilters(t *testing.T) {
	r := registry(t)
	d := *r.Get("lieux-mediation")
	d.Publication.Style = &dataset.Style{Kind: dataset.StyleCategories, Property: "itinerance", Categories: []dataset.Category{{Value: "Fixe"}, {Value: "L'autre"}}}
	for _, c := range []struct {
		d     *dataset.Dataset
		tiles bool
		want  []string
	}{
		{r.Get("couverture-thd-communes"), false, []string{`"cartefibre_taux" < 50`, `"cartefibre_taux" >= 50 AND "cartefibre_taux" < 80`,
			`"cartefibre_taux" >= 80 AND "cartefibre_taux" < 95`, `"cartefibre_taux" >= 95`, `"cartefibre_taux" IS NULL`}},
		{&d, false, []string{`array_contains("itinerance", 'Fixe')`, `array_contains("itinerance", 'L''autre') AND NOT array_contains("itinerance", 'Fixe')`,
			`"itinerance" IS NOT NULL AND NOT array_contains("itinerance", 'Fixe') AND NOT array_contains("itinerance", 'L''autre')`, `"itinerance" IS NULL`}},
		{&d, true, []string{`array_contains(string_to_array("itinerance", '|'), 'Fixe')`,
			`array_contains(string_to_array("itinerance", '|'), 'L''autre') AND NOT array_contains(string_to_array("itinerance", '|'), 'Fixe')`,
			`"itinerance" IS NOT NULL AND NOT array_contains(string_to_array("itinerance", '|'), 'Fixe') AND NOT array_contains(string_to_array("itinerance", '|'), 'L''autre')`,
			`"itinerance" IS NULL`}},
	} {
		var got []string
		for _, w := range newBrush(&projectOf(c.d).Layers[0], true).swatches(c.tiles) {
			got = append(got, w.filter)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: filters\n%s", c.d.Name, strings.Join(got, "\n"))
		}
	}
}

func opacity(s *Symbology) float64 {
	if s.Points {
		return 0.9
	}
	return 1
}

func colourOf(symbol *node) string {
	for _, o := range symbol.all("Option") {
		if o.attr("name") == "color" {
			return o.attr("value")
		}
	}
	return ""
}

func ruleColours(doc *node) (all []string) {
	symbols := map[string]*node{}
	for _, s := range doc.all("renderer-v2")[0].all("symbol") {
		symbols[s.attr("name")] = s
	}
	for _, r := range doc.all("rule") {
		all = append(all, r.attr("label")+" "+colourOf(symbols[r.attr("symbol")]))
	}
	return all
}

func tileColours(doc *node, points bool) (all []string) {
	geometry := polygonGeometry
	if points {
		geometry = pointGeometry
	}
	for _, s := range doc.all("renderer")[0].all("style") {
		if s.attr("geometry") == geometry {
			_, label, _ := strings.Cut(s.attr("name"), ". ")
			all = append(all, label+" "+colourOf(s))
		}
	}
	return all
}

// TestQGISReduced: what tiles hold as a point for a polygon is drawn by the colour of its class, and only that.
func TestQGISReduced(t *testing.T) {
	doc := read(t, QLR(projectOf(registry(t).Get("couverture-thd-communes"))))
	n := 0
	for _, s := range doc.all("renderer")[0].all("style") {
		if s.attr("geometry") == pointGeometry {
			n++
			if !strings.Contains(s.attr("expression"), `"_reduit" IS NOT NULL`) {
				t.Errorf("polygons are drawn as points too: %s", s.attr("expression"))
			}
		}
	}
	if n != 5 {
		t.Errorf("%d classes of points", n)
	}
}

func TestQGISHostileTexts(t *testing.T) {
	for _, text := range []string{`<b>&amp;"'>`, "]]><script>", "a\x00b\x1b\ufffe", "\xff\xfe", "fin\n'\\", "{z}&zmin=0", "%s{title}"} {
		d := *registry(t).Get("lieux-mediation-doublons")
		d.Title, d.Description, d.Keywords = text, text, []string{text}
		d.Sources, d.Licenses = []dataset.Source{{Title: text}}, []dataset.License{{Name: text, Path: text}}
		style := *d.Publication.Style
		style.Categories = []dataset.Category{{Value: text, Title: text}}
		d.Publication.Style = &style
		m := projectOf(&d)
		want := strings.Map(func(r rune) rune {
			if r < 0x20 && r != '\n' || r == 0xfffe {
				return 0xfffd
			}
			return r
		}, strings.ToValidUTF8(text, "\ufffd"))
		for _, document := range [][]byte{QLR(m), QGS(m), QML(&m.Layers[0])} {
			doc := read(t, document)
			if rule := doc.all("rule")[0]; !same(rule.attr("label"), want) || !strings.HasSuffix(rule.attr("filter"), "'"+")") {
				t.Errorf("%q: a rule labelled %q with the filter %q", text, rule.attr("label"), rule.attr("filter"))
			}
			for _, l := range doc.all("maplayer") {
				if !same(l.text("layername"), want) {
					t.Errorf("%q: a layer named %q", text, l.text("layername"))
				}
			}
		}
	}
}

// same compares but for how many characters stand for bytes that are none.
func same(a, b string) bool {
	squeeze := func(s string) string {
		return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == 0xfffd }), "\ufffd")
	}
	return squeeze(a) == squeeze(b)
}

func TestQGISOneProjection(t *testing.T) {
	for name, c := range map[string]struct {
		box  *geo.BBox
		code int
	}{
		"the Essonne":                    {&essonne, 2154},
		"all of metropolitan France":     {&geo.BBox{West: -5.1, South: 41.3, East: 9.6, North: 51.1}, 2154},
		"from the Antilles to Mayotte":   {&geo.BBox{West: -61.8, South: -21.4, East: 55.8, North: 51.1}, 2154},
		"La Réunion":                     {&geo.BBox{West: 55.2, South: -21.4, East: 55.8, North: -20.9}, 2975},
		"Guadeloupe":                     {&geo.BBox{West: -61.8, South: 15.8, East: -61, North: 16.5}, 5490},
		"Guyane":                         {&geo.BBox{West: -54.6, South: 2.1, East: -51.6, North: 5.8}, 2972},
		"Mayotte":                        {&geo.BBox{West: 45, South: -13, East: 45.3, North: -12.6}, 4471},
		"Wallis, which has none of ours": {&geo.BBox{West: -178.2, South: -14.4, East: -176.1, North: -13.1}, 3857},
		"nowhere":                        {nil, 3857},
	} {
		m := projectOf(registry(t).Get("communes"))
		m.Layers[0].Extent = c.box
		doc := read(t, QGS(m))
		if got := doc.all("projectCrs")[0].text("authid"); got != fmt.Sprintf("EPSG:%d", c.code) {
			t.Errorf("%s: %s", name, got)
		}
		if views := doc.all("DefaultViewExtent"); (len(views) == 0) != (c.box == nil) {
			t.Errorf("%s: %d views", name, len(views))
		}
	}
}

// TestQGISWhatIsShown: points are features up to so many, for QGIS cuts circles at the edges of tiles.
func TestQGISWhatIsShown(t *testing.T) {
	r := registry(t)
	m := projectOf(r.Get("couverture-thd-communes"), r.Get("lieux-mediation"))
	for rows, want := range map[int64]string{
		200:     "objets_lieux-mediation tuiles_couverture-thd-communes",
		3000000: "tuiles_lieux-mediation tuiles_couverture-thd-communes",
	} {
		m.Layers[1].Rows = rows
		var shown []string
		for _, l := range read(t, QGS(m)).all("layer-tree-layer") {
			if l.attr("checked") == "Qt::Checked" {
				shown = append(shown, l.attr("id"))
			}
		}
		if got := strings.Join(shown, " "); got != want {
			t.Errorf("of %d points: %s", rows, got)
		}
	}
	if table := projectOf(r.Get("communes-mouvements")); !strings.Contains(string(QLR(table)), `checked="Qt::Checked" expanded="0"`) {
		t.Error("a table is not shown")
	}
}

func TestQGZHoldsTheProject(t *testing.T) {
	m := projectOf(registry(t).Get("epci"))
	packed, err := QGZ(m)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := QGZ(m)
	if !bytes.Equal(packed, again) {
		t.Error("not twice the same bytes")
	}
	z, err := zip.NewReader(bytes.NewReader(packed), int64(len(packed)))
	if err != nil || len(z.File) != 1 || z.File[0].Name != "epci.qgs" {
		t.Fatalf("%v, %v", z, err)
	}
	f, err := z.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	if content, err := io.ReadAll(f); err != nil || !bytes.Equal(content, QGS(m)) {
		t.Errorf("not the project: %v", err)
	}
}

func TestByZoom(t *testing.T) {
	at := zoomExpression
	for want, stops := range map[string][]float64{
		"4":                                      {5, 4},
		"scale_linear(" + at + ", 5, 9, 1.8, 4)": {5, 1.8, 9, 4},
		"if(" + at + " < 9, scale_linear(" + at + ", 5, 9, 1.8, 4), scale_linear(" + at + ", 9, 14, 4, 6))": {5, 1.8, 9, 4, 14, 6},
	} {
		if got := byZoom(stops...); got != want {
			t.Errorf("%v: %s, want %s", stops, got, want)
		}
	}
}
