package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/store"
)

// The territory of these tests: two communes side by side, 91001 to the west of 2.5° and 91002 to the east.
var (
	contours = described{name: "contours", columns: []string{"code_insee string"},
		publication: `"geometry": {"type": "MultiPolygon"}, "reference": "contours", "commune": "code_insee"`}
	codes = described{name: "codes", columns: []string{"code_insee string"}, publication: `"reference": "communes", "commune": "code_insee"`}
	// Columns named like those of the rules' own queries do not confuse them.
	places = described{name: "lieux", columns: []string{"id string", "code_insee string", "rank integer", "value string", "row string",
		"first_line string", "line integer", "key string", "reason string", "repaired string", "reference_code string"}}
)

type territory struct {
	db   *store.DB
	refs store.References
}

func settle(t *testing.T) territory {
	t.Helper()
	db, _ := open(t, store.Options{})
	r := registry(t, contours, codes)
	shapes := load(t, db, r.Get("contours"), row(1, square(t, 2, 48, 2.5, 49), "91001"), row(2, square(t, 2.5, 48, 3, 49), "91002"))
	known := load(t, db, r.Get("codes"), row(1, nil, "91001"), row(2, nil, "91002"))
	return territory{db, store.References{
		Communes: &store.Reference{Version: known, Commune: "code_insee"},
		Contours: &store.Reference{Version: shapes, Commune: "code_insee"},
	}}
}

// hold loads rows under a rule and says what became of them: the keys that stand, and the issues.
func (s territory) hold(t *testing.T, d described, rule string, rows ...*dataset.Feature) (standing, issues []string) {
	t.Helper()
	if rule != "" {
		d.publication = strings.TrimPrefix(d.publication+fmt.Sprintf(`, "rules": [%q], "commune": "code_insee"`, rule), ", ")
	}
	made := registry(t, contours, codes, d).Get(d.name)
	draft := draftOf(t, s.db, made, rows...)
	var found dataset.Report
	dropped, err := draft.Check(t.Context(), s.refs, &found)
	if err != nil {
		abandon(t, draft)
		t.Fatal(err)
	}
	v := sealed(t, draft, &found)
	if v.Rows+dropped != int64(len(rows)) {
		t.Errorf("%d rows stand, %d were dropped", v.Rows, dropped)
	}
	for _, i := range found.Issues {
		issues = append(issues, fmt.Sprintf("%d %s %s %s %s: %s", i.Line, i.Key, i.Column, i.Rule, i.Level, i.Message))
	}
	standing = keys(made, read(t, s.db, v, made, dataset.Query{}))
	slices.Sort(standing)
	return standing, issues
}

// cells fills the columns of places that a test does not care about.
func cells(id string, code any) []any {
	return []any{id, code, 1, nil, nil, nil, nil, nil, nil, nil, nil}
}

func TestRulesOverASet(t *testing.T) {
	t.Parallel()
	s := settle(t)
	located := places
	located.publication = `"geometry": {"type": "Point"}`
	at := func(line int64, id string, code any, lon, lat float64) *dataset.Feature {
		return row(line, point(lon, lat), cells(id, code)...)
	}
	unknown := []*dataset.Feature{row(2, nil, cells("a", "91001")...), row(3, nil, cells("b", "75056")...), row(4, nil, cells("c", nil)...), row(5, nil, cells("d", "2A004")...)}
	outside := []*dataset.Feature{at(2, "a", "91001", 2.1, 48.5), at(3, "b", "91001", 2.51, 48.5), at(4, "c", "91002", 2.3, 48.5),
		at(5, "d", nil, 2.1, 48.5), row(6, nil, cells("e", "91002")...), at(7, "f", "91001", 2.5, 48.5)}
	far := []*dataset.Feature{at(2, "a", nil, 2.1, 48.5), at(3, "b", nil, 5, 48.5), at(4, "c", nil, 48.5, 2.2), row(5, nil, cells("d", nil)...), at(6, "e", nil, 2.5, 48),
		at(7, "f", "91001", 5, 48.5), at(8, "g", "97411", 55.45, -20.88)} // nobody has the contour of 97411
	for _, c := range []struct {
		rule     string
		d        described
		rows     []*dataset.Feature
		standing string
		issues   []string
	}{
		{"", places, []*dataset.Feature{row(2, nil, cells("a", "x")...), row(9, nil, cells("a", "y")...), row(3, nil, cells("b", "x")...), row(5, nil, cells("a", "z")...)}, "a b", []string{
			"5 a id unique-key error: la clé a est déjà prise par la ligne 2",
			"9 a id unique-key error: la clé a est déjà prise par la ligne 2"}},
		{"known-commune", places, unknown, "a c", []string{
			"3 b code_insee known-commune error: la commune 75056 n'est pas dans le référentiel",
			"5 d code_insee known-commune error: la commune 2A004 n'est pas dans le référentiel"}},
		{"known-commune:warning", places, unknown, "a b c d", []string{
			"3 b code_insee known-commune warning: la commune 75056 n'est pas dans le référentiel",
			"5 d code_insee known-commune warning: la commune 2A004 n'est pas dans le référentiel"}},
		{"inside-commune", located, outside, "a d e f", []string{
			"3 b code_insee inside-commune error: le point est à 739 m de la commune 91001 qu'il déclare",
			"4 c code_insee inside-commune error: le point est à 14,8 km de la commune 91002 qu'il déclare"}},
		{"inside-commune:warning", located, outside, "a b c d e f", []string{
			"3 b code_insee inside-commune warning: le point est à 739 m de la commune 91001 qu'il déclare",
			"4 c code_insee inside-commune warning: le point est à 14,8 km de la commune 91002 qu'il déclare"}},
		{"inside-territory", withLongitude(located), withCoordinates(far), "a d e g", []string{
			"4 c longitude inside-territory error: le point est hors du territoire, mais il y serait en échangeant longitude et latitude",
			"3 b longitude inside-territory error: le point est hors du territoire",
			"7 f longitude inside-territory error: le point est hors du territoire"}},
		{"inside-territory:warning", located, far, "a b d e f g", []string{ // a point that is surely swapped goes, whatever the level
			"4 c geometry inside-territory error: le point est hors du territoire, mais il y serait en échangeant longitude et latitude",
			"3 b geometry inside-territory warning: le point est hors du territoire",
			"7 f geometry inside-territory warning: le point est hors du territoire"}},
	} {
		t.Run(c.rule, func(t *testing.T) {
			standing, issues := s.hold(t, c.d, c.rule, c.rows...)
			if strings.Join(standing, " ") != c.standing {
				t.Errorf("standing = %v", standing)
			}
			if !slices.Equal(issues, c.issues) {
				t.Errorf("issues:\n%s", strings.Join(issues, "\n"))
			}
		})
	}
}

func withLongitude(d described) described {
	d.columns = append(slices.Clone(d.columns), "longitude number", "latitude number")
	d.publication = `"geometry": {"type": "Point", "longitude": "longitude", "latitude": "latitude"}`
	return d
}

func withCoordinates(rows []*dataset.Feature) (all []*dataset.Feature) {
	for _, f := range rows {
		all = append(all, &dataset.Feature{Line: f.Line, WKB: f.WKB, Values: append(slices.Clone(f.Values), values(nil, nil)...)})
	}
	return all
}

func TestKeysInIssuesReadAsInTheFile(t *testing.T) {
	t.Parallel()
	s := settle(t)
	dated := described{name: "jours", columns: []string{"jour date", "code_insee string"}}
	_, issues := s.hold(t, dated, "", row(2, nil, day("1857-02-28"), "x"), row(3, nil, day("1857-02-28"), "y"))
	want := "3 1857-02-28 jour unique-key error: la clé 1857-02-28 est déjà prise par la ligne 2"
	if len(issues) != 1 || issues[0] != want {
		t.Errorf("issues = %q", issues)
	}
}

func TestTheFirstIssuesAreThoseKept(t *testing.T) {
	t.Parallel()
	s := settle(t)
	var rows []*dataset.Feature
	for i := range 3000 {
		line := int64(3000 - i)
		rows = append(rows, row(line, nil, cells(fmt.Sprint("k", line), "0")...))
	}
	for _, rule := range []string{"known-commune", "known-commune:warning"} {
		_, issues := s.hold(t, places, rule, rows...)
		if len(issues) != 1000 || !strings.HasPrefix(issues[0], "1 ") || !strings.HasPrefix(issues[999], "1000 ") {
			t.Errorf("%s: %d issues, from %q to %q", rule, len(issues), issues[0], issues[len(issues)-1])
		}
	}
}

func TestValidGeometry(t *testing.T) {
	t.Parallel()
	s := settle(t)
	shapes := described{name: "zones", columns: []string{"id string", "reason string", "code_insee string"}, publication: `"geometry": {"type": "MultiPolygon"}`}
	rows := []*dataset.Feature{
		row(2, square(t, 2, 48, 2.5, 49), "sound", nil, nil),
		row(3, polygons(t, "[[[[2,48],[3,49],[3,48],[2,49],[2,48]]]]"), "bow-tie", nil, nil),
		row(4, polygons(t, "[[[[2,48],[3,48],[2.5,48],[2,48]]]]"), "flat", nil, nil),
		row(5, nil, "nowhere", nil, nil),
	}
	flat := "4 flat geometry valid-geometry error: la géométrie est invalide (Self-intersection[2.5 48]) et ne se répare pas en MultiPolygon"
	for _, c := range []struct {
		rule, standing string
		issues         []string
	}{
		{"valid-geometry:warning", "bow-tie nowhere sound", []string{
			"3 bow-tie geometry valid-geometry warning: la géométrie était invalide (Self-intersection[2.5 48.5]) et a été réparée", flat}},
		{"valid-geometry", "nowhere sound", []string{
			"3 bow-tie geometry valid-geometry error: la géométrie est invalide (Self-intersection[2.5 48.5]) et ne se répare pas en MultiPolygon", flat}},
	} {
		standing, issues := s.hold(t, shapes, c.rule, rows...)
		if strings.Join(standing, " ") != c.standing || !slices.Equal(issues, c.issues) {
			t.Errorf("%s: %v stand; issues:\n%s", c.rule, standing, strings.Join(issues, "\n"))
		}
	}
}

func TestARuleWithoutItsReference(t *testing.T) {
	t.Parallel()
	db, _ := open(t, store.Options{})
	d := places
	d.publication = `"commune": "code_insee", "rules": ["known-commune"]`
	draft := draftOf(t, db, registry(t, codes, d).Get(d.name), row(2, nil, cells("a", "x")...))
	_, err := draft.Check(t.Context(), store.References{}, &dataset.Report{})
	abandon(t, draft)
	if fault.KindOf(err) != fault.Refused || fault.Message(err) != "la règle known-commune a besoin d'un référentiel, qui n'a pas encore de version" {
		t.Errorf("%v", err)
	}
}
