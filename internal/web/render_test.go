package web_test

import (
	"strings"
	"testing"
	"time"

	"maille/internal/geo"
	"maille/internal/schema"
	"maille/internal/serve"
)

// rendered is a page as a browser gets it.
func rendered(t testing.TB, p *serve.Page) string {
	t.Helper()
	var b strings.Builder
	if err := renderer(t).Render(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// feature is the page of a feature with these fields.
func feature(fields ...serve.FieldValue) *serve.Page {
	return &serve.Page{Kind: "item", Title: "Un lieu", Instance: "Essai", Root: "http://example.org", Base: "http://example.org",
		Canonical: "http://example.org/collections/lieux/items/1", Release: "2026-11-22.1", Published: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC),
		Body: &serve.ItemPage{Collection: &serve.Card{ID: "lieux", Title: "Lieux", Href: "http://example.org/collections/lieux"}, Fields: fields}}
}

func field(c schema.Column, v schema.Value) serve.FieldValue {
	return serve.FieldValue{Field: serve.Field{Column: &c}, Value: v}
}

// TestValues: values are written as French readers write them, and null is never nought.
func TestValues(t *testing.T) {
	const thin = "\u202f"
	for _, c := range []struct {
		name   string
		column schema.Column
		value  schema.Value
		want   string
	}{
		{"an integer by threes", schema.Column{Name: "n", Type: schema.Integer}, schema.Int(1234567), "<dd>1" + thin + "234" + thin + "567</dd>"},
		{"a negative one", schema.Column{Name: "n", Type: schema.Integer}, schema.Int(-1234), "<dd>\u22121" + thin + "234</dd>"},
		{"nought", schema.Column{Name: "n", Type: schema.Integer}, schema.Int(0), "<dd>0</dd>"},
		{"a year", schema.Column{Name: "annee_fermeture", Type: schema.Integer}, schema.Int(2026), "<dd>2026</dd>"},
		{"a number with a comma", schema.Column{Name: "n", Type: schema.Number}, schema.Float(1234.5), "<dd>1" + thin + "234,5</dd>"},
		{"a number without one", schema.Column{Name: "n", Type: schema.Number, Unit: "%"}, schema.Float(48), `<dd>48 <span class="unit">%</span></dd>`},
		{"a day", schema.Column{Name: "d", Type: schema.Date}, schema.DateOf(20779), `<dd><time datetime="2026-11-22">22/11/2026</time></dd>`},
		{"a truth", schema.Column{Name: "b", Type: schema.Boolean}, schema.Bool(true), "<dd>oui</dd>"},
		{"a list", schema.Column{Name: "l", Type: schema.List, Delimiter: "|"}, schema.Joined("a|b"), "<dd>a, b</dd>"},
		{"a list with addresses", schema.Column{Name: "l", Type: schema.List, Delimiter: "|"}, schema.Joined("https://example.org/|x"),
			`<dd><a href="https://example.org/" rel="nofollow noopener external">https://example.org/</a>, x</dd>`},
		{"a code is a text", schema.Column{Name: "code", Type: schema.String}, schema.Text("01004"), "<dd>01004</dd>"},
		{"null", schema.Column{Name: "n", Type: schema.Integer, Unit: "m"}, schema.Value{},
			`<dd><span class="null" aria-hidden="true">—</span><span class="unseen">non renseigné</span></dd>`},
		{"an address", schema.Column{Name: "u", Type: schema.String}, schema.Text("https://example.org/?a=1&b=2"),
			`<dd><a href="https://example.org/?a=1&amp;b=2" rel="nofollow noopener external">https://example.org/?a=1&amp;b=2</a></dd>`},
		{"a mailbox", schema.Column{Name: "u", Type: schema.String, Format: "email"}, schema.Text("a@example.org"), `<a href="mailto:a@example.org"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if page := rendered(t, feature(field(c.column, c.value))); !strings.Contains(page, c.want) {
				t.Errorf("no %s in %s", c.want, page[strings.Index(page, "<dl"):])
			}
		})
	}
}

// TestStrangersTextsAreTexts: whatever a field, a title or a parameter holds is shown, never run.
func TestStrangersTextsAreTexts(t *testing.T) {
	text := schema.Column{Name: "t", Type: schema.String}
	for _, evil := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `javascript:alert(1)`, `data:text/html,<script>1</script>`,
		`https://x" onmouseover="alert(1)`, `</title><script>1</script>`, `vbscript:x`, "java\nscript:alert(1)", `//evil.example/x`, `mailto:a@b`,
	} {
		p := feature(field(text, schema.Text(evil)), field(schema.Column{Name: "m", Type: schema.String, Format: "email"}, schema.Text(evil)))
		p.Title = evil
		p.Body.(*serve.ItemPage).Map = &serve.Map{Box: geo.BBox{West: 2, South: 48, East: 3, North: 49},
			Shapes: []serve.Shape{{Title: evil, GeoJSON: []byte(`{"type":"Point","coordinates":[2.5,48.5]}`)}}}
		page := rendered(t, p)
		for _, word := range []string{"<script", "<img", `href="javascript:`, `href="data:`, `href="vbscript:`, `" onmouseover`, `href="//evil`} {
			if strings.Contains(page, word) {
				t.Errorf("%q gives %s", evil, word)
			}
		}
	}
}

// TestMap: shapes are drawn once each, with what names them, to scale.
func TestMap(t *testing.T) {
	p := feature()
	p.Body.(*serve.ItemPage).Map = &serve.Map{Box: geo.BBox{West: 2, South: 48, East: 3, North: 49},
		Ground: [][]byte{[]byte(`{"type":"MultiPolygon","coordinates":[[[[2,48],[3,48],[3,49],[2,49],[2,48]]]]}`)},
		Shapes: []serve.Shape{
			{Title: "Carré", GeoJSON: []byte(`{"type":"MultiPolygon","coordinates":[[[[2.4,48.4],[2.6,48.4],[2.6,48.6],[2.4,48.6],[2.4,48.4]],[[2.5,48.5],[2.5,48.55],[2.55,48.5],[2.5,48.5]]]]}`)},
			{Title: "Point", GeoJSON: []byte(`{"type":"Point","coordinates":[2.5,48.5]}`)},
		}}
	page := rendered(t, p)
	for _, want := range []string{`<title id="map-title">Situation de Un lieu</title>`, `role="img" aria-labelledby="map-title map-desc"`,
		`<title>Carré</title></path>`, `<circle class="dot" cx="640" cy="640" r="10"><title>Point</title></circle>`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
	square := page[strings.Index(page, `<path class="shape" d="`):]
	square = square[:strings.Index(square, `">`)]
	if got := strings.Count(square, "M"); got != 2 {
		t.Errorf("%d rings drawn: %s", got, square)
	}
	if got := strings.Count(square, "l"); got != 4+3+1 { // and that of "class"
		t.Errorf("%d steps drawn: %s", got-1, square)
	}
}

func TestUnknownKind(t *testing.T) {
	if err := renderer(t).Render(&strings.Builder{}, &serve.Page{Kind: "nothing"}); err == nil {
		t.Error("a page of no kind is rendered")
	}
}
