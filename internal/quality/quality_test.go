package quality_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/quality"
	"maille/internal/release"
	"maille/internal/schema"
)

func points(t *testing.T) *dataset.Dataset {
	t.Helper()
	s, err := schema.Parse([]byte(`{"fields": [
		{"name": "id", "title": "Identifiant", "type": "string"}, {"name": "n", "type": "integer"}, {"name": "jour", "type": "date"},
		{"name": "part", "type": "number"}, {"name": "vu", "type": "boolean"}, {"name": "courriels", "type": "list", "delimiter": "|"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	return &dataset.Dataset{Schema: s, Descriptor: dataset.Descriptor{Name: "lieux", Title: "Lieux", Publication: dataset.Publication{Key: []string{"id"},
		Geometry: &dataset.Geometry{Type: "Point"}, Contacts: map[string]string{"courriels": dataset.ContactEmail}}}}
}

func entry() *release.Entry {
	day := time.Date(2026, 11, 1, 8, 0, 0, 0, time.FixedZone("CET", 3600))
	return &release.Entry{Version: release.Version{Dataset: "lieux", ID: "3f9a1c0b7d2e", Extent: &geo.BBox{West: 1, South: 2, East: 3, North: 4}},
		Issues: map[string]int64{"pattern": 12, "contact-personnel": 1},
		Artefacts: []release.Artefact{{Resource: 0, Place: "https://example.org/a.csv", RetrievedAt: day, LastModified: "Sat, 31 Oct 2026 07:00:00 GMT", Vintage: "2026", Bytes: 9, SHA256: "s"},
			{Resource: 1, Place: "https://example.org/b.csv", RetrievedAt: day}},
		Stale: []release.Stale{{Resource: 1, Place: "https://example.org/b.csv", Since: day, Reason: "introuvable (404)"}}}
}

// wkb is the beginning of a point's, which is all that is read.
var wkb = []byte{1, 1, 0, 0, 0x20, 0xe6, 0x10, 0, 0}

func observed(t *testing.T, rows int) *quality.Observer {
	o := quality.New(points(t))
	reused := &dataset.Feature{Values: make([]schema.Value, 6)}
	for i := range rows {
		v := reused.Values
		v[0], v[1], v[2], v[3], v[4], v[5] = schema.Text(fmt.Sprint("a", i)), schema.Int(int64(i%3-1)), schema.DateOf(int32(20000+i%7)), schema.Value{}, schema.Bool(i%2 == 0), schema.Value{}
		if reused.WKB = wkb; i == 0 {
			v[1], v[3], reused.WKB = schema.Value{}, schema.Float(-1.5), nil
		}
		o.Observe(reused)
	}
	return o
}

func TestReport(t *testing.T) {
	issues := []dataset.Issue{
		{Line: 3, Key: "a", Column: "courriels", Rule: "contact-personnel", Level: dataset.Warning, Message: "courriels : une adresse semble être celle d'une personne"},
		{Line: 4, Key: "b", Column: "courriels", Rule: "pattern", Level: dataset.Error, Message: "courriels : « jeanne.durand@example.fr » n'a pas la forme attendue"},
	}
	for i := range 15 {
		issues = append(issues, dataset.Issue{Line: int64(10 + i), Column: "id", Rule: "pattern", Level: dataset.Warning, Message: "id : mal écrit"})
	}
	r := observed(t, 1000).Report(issues, entry())
	want := map[string]quality.Column{
		"id":   {Filled: 1000, Share: 1, Distinct: 1000},
		"n":    {Filled: 999, Null: 1, Share: .999, Distinct: 3, Minimum: "-1", Maximum: "1"},
		"jour": {Filled: 1000, Share: 1, Distinct: 7, Minimum: "2024-10-04", Maximum: "2024-10-10"},
		"part": {Filled: 1, Null: 999, Share: .001, Distinct: 1, Minimum: "-1.5", Maximum: "-1.5"},
		"vu":   {Filled: 1000, Share: 1, Distinct: 2}, "courriels": {Null: 1000},
	}
	for _, c := range r.Columns {
		w := want[c.Name]
		w.Name, w.Title, w.Type = c.Name, c.Title, c.Type
		if c != w {
			t.Errorf("%+v\nnot %+v", c, w)
		}
	}
	if g := r.Geometry; g.Located != 999 || g.Unlocated != 1 || g.Types["Point"] != 999 || len(g.Types) != 1 || fmt.Sprint(g.Extent) != "[1 2 3 4]" {
		t.Errorf("%+v", g)
	}
	if r.Rows != 1000 || r.Issues.Total != 13 || len(r.Issues.Rules) != 2 || r.Issues.Rules[1].Count != 12 || len(r.Issues.Rules[1].Examples) != 10 ||
		fmt.Sprint(r.Issues.Rules[1].Levels) != "[error warning]" {
		t.Errorf("%+v", r.Issues)
	}
	if s := r.Sources; len(s) != 2 || !s[0].StaleSince.IsZero() || s[1].StaleSince.Format(time.RFC3339) != "2026-11-01T07:00:00Z" || s[0].Vintage != "2026" {
		t.Errorf("%+v", s)
	}
}

// TestDiscreet: what may be a person's is in no report, whatever the sentence that was kept says.
func TestDiscreet(t *testing.T) {
	e := entry()
	issues := []dataset.Issue{{Column: "courriels", Rule: "pattern", Message: "courriels : « jeanne.durand@example.fr » n'a pas la forme attendue"}}
	text, err := observed(t, 1).Report(issues, e).Text()
	if err != nil || bytes.Contains(text, []byte("durand")) || !bytes.Contains(text, []byte("n'est pas montrée")) {
		t.Errorf("%v %s", err, text)
	}
}

// TestManyValues: beyond ten thousand values a column has more, and no number that is false.
func TestManyValues(t *testing.T) {
	for rows, want := range map[int]string{quality.MostDistinct: "10000 false", quality.MostDistinct + 1: "10000 true"} {
		c := observed(t, rows).Report(nil, entry()).Columns[0]
		if got := fmt.Sprint(c.Distinct, c.More); got != want {
			t.Errorf("%d values: %s, not %s", rows, got, want)
		}
	}
}

// TestStable: the same rows in another order, and the same report read and written, have the same bytes.
func TestStable(t *testing.T) {
	a, _ := observed(t, 500).Report(nil, entry()).Text()
	if b, _ := observed(t, 500).Report(nil, entry()).Text(); !bytes.Equal(a, b) {
		t.Error("two reports of the same rows differ")
	}
	r, err := quality.Read(a)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := r.Text(); !bytes.Equal(a, again) {
		t.Errorf("%s\nis not\n%s", again, a)
	}
	r.Refresh(points(t), nil, &release.Entry{})
	if text, _ := r.Text(); strings.Contains(string(text), "example.org") || r.Rows != 500 || r.Columns[1].Filled != 499 {
		t.Error("a report that is refreshed keeps what its rows are, and not what its sources were")
	}
}

// TestNoRows: a version without rows has a report, of noughts.
func TestNoRows(t *testing.T) {
	r := quality.New(points(t)).Report(nil, &release.Entry{})
	if text, err := r.Text(); err != nil || r.Columns[0].Share != 0 || !strings.Contains(string(text), `"rules": []`) || !strings.Contains(string(text), `"sources": []`) {
		t.Errorf("%v %s", err, text)
	}
}

// TestGeoJSONShape: a shape is known in the other form that features are read in.
func TestGeoJSONShape(t *testing.T) {
	o := quality.New(points(t))
	for _, text := range []string{`{"type":"Point","coordinates":[1,2]}`, `{"type":"MultiPolygon","coordinates":[]}`, "", `{"type":"`, `null`} {
		o.Observe(&dataset.Feature{Values: make([]schema.Value, 6), GeoJSON: []byte(text)})
	}
	if g := o.Report(nil, &release.Entry{}).Geometry; g.Types["Point"] != 1 || g.Types["MultiPolygon"] != 1 || g.Unlocated != 3 {
		t.Errorf("%+v", g)
	}
}

func BenchmarkObserve(b *testing.B) {
	o := quality.New(&dataset.Dataset{Schema: &schema.Schema{Columns: make([]schema.Column, 20)}})
	f := &dataset.Feature{Values: make([]schema.Value, 20), WKB: wkb}
	for i := range f.Values {
		f.Values[i] = schema.Text("Une valeur de longueur ordinaire")
	}
	for b.Loop() {
		o.Observe(f)
	}
}
