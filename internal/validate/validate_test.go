package validate_test

import (
	"slices"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/schema"
	"maille/internal/validate"
)

// places is a table of points with a column for each rule of a cell.
const places = `{"fields": [
	{"name": "id", "type": "string", "constraints": {"required": true}},
	{"name": "date", "type": "date", "constraints": {"required": true}},
	{"name": "lon", "type": "number"},
	{"name": "lat", "type": "number"},
	{"name": "n", "type": "integer", "constraints": {"minimum": 1, "maximum": 9}},
	{"name": "open", "type": "boolean"},
	{"name": "code", "type": "string", "constraints": {"pattern": "\\d{5}"}},
	{"name": "short", "type": "string", "constraints": {"minLength": 2, "maxLength": 4}},
	{"name": "kind", "type": "string", "constraints": {"enum": ["Fixe", "Itinérant", "À distance", "L'atelier"]}},
	{"name": "kinds", "type": "list", "delimiter": "|", "constraints": {"required": true}, "items": {"enum": ["Téléphoner", "Se présenter"]}}
], "missingValues": ["", "NA"]}`

const (
	points   = `{"name": "places", "publication": {"key": ["id"], "geometry": {"type": "Point", "longitude": "lon", "latitude": "lat"}}}`
	polygons = `{"name": "zones", "publication": {"key": ["id", "nom"], "geometry": {"type": "MultiPolygon"}}}`
	table    = `{"name": "table", "publication": {"key": ["id"]}}`
	zones    = `{"fields": [{"name": "id", "type": "string", "constraints": {"required": true}}, {"name": "nom", "type": "string"}]}`
)

func restore(t testing.TB, descriptor, schemaText string) *dataset.Dataset {
	t.Helper()
	d, err := dataset.Restore([]byte(descriptor), []byte(schemaText))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// valid is a row of places that breaks no rule; change gives a cell another text.
func valid(d *dataset.Dataset, change map[string]string) *dataset.Row {
	row := &dataset.Row{Resource: 2, Line: 7, Cells: make([]string, len(d.Schema.Columns))}
	for i, name := range d.Schema.Names() {
		row.Cells[i] = map[string]string{"id": "a", "date": "2024-04-02", "lon": "2.4", "lat": "48.6", "kinds": "Téléphoner"}[name]
		if cell, ok := change[name]; ok {
			row.Cells[i] = cell
		}
	}
	return row
}

func TestRowSays(t *testing.T) {
	d := restore(t, points, places)
	for _, c := range []struct {
		name    string
		change  map[string]string
		column  string
		rule    string
		message string
	}{
		{"a required cell is empty", map[string]string{"date": ""}, "date", "required", "la colonne date est obligatoire et elle est vide"},
		{"a required cell is a missing value", map[string]string{"date": "NA"}, "date", "required", "la colonne date est obligatoire et elle est vide"},
		{"a required list has only delimiters", map[string]string{"kinds": "||"}, "kinds", "required", "la colonne kinds est obligatoire et elle est vide"},
		{"no integer", map[string]string{"n": "4,5"}, "n", "type", "n : « 4,5 » n'est pas un nombre entier"},
		{"no number", map[string]string{"lat": "48,6"}, "lat", "type", "lat : « 48,6 » n'est pas un nombre (le séparateur décimal est le point)"},
		{"no truth", map[string]string{"open": "oui"}, "open", "type", "open : « oui » n'est ni vrai ni faux (true ou false)"},
		{"no date", map[string]string{"date": "02/04/2024"}, "date", "type", "date : « 02/04/2024 » n'est pas une date AAAA-MM-JJ"},
		{"latin-1", map[string]string{"code": "caf\xe9"}, "code", "encoding",
			"code : « caf\ufffd » n'est pas de l'UTF-8 ; si le fichier est en latin-1 ou cp1252, déclarez son encodage"},
		{"a NUL, which the database could not even report", map[string]string{"code": "a\x00"}, "code", "encoding",
			"code : « a\ufffd » n'est pas de l'UTF-8 ; si le fichier est en latin-1 ou cp1252, déclarez son encodage"},
		{"no pattern", map[string]string{"code": "1000"}, "code", "pattern", `code : « 1000 » n'a pas la forme attendue \d{5}`},
		{"too low", map[string]string{"n": "0"}, "n", "minimum", "n : 0 est inférieur à 1"},
		{"too high", map[string]string{"n": "10"}, "n", "maximum", "n : 10 est supérieur à 9"},
		{"too short", map[string]string{"short": "é"}, "short", "min-length", "short : « é » a moins de 2 caractères"},
		{"too long", map[string]string{"short": "abcde"}, "short", "max-length", "short : le texte a plus de 4 caractères"},
		{"out of a list, near nothing", map[string]string{"kind": "Autobus"}, "kind", "enum", "kind : « Autobus » n'est pas une valeur de la liste"},
		{"out of a list by its case", map[string]string{"kind": "FIXE"}, "kind", "enum",
			"kind : « FIXE » n'est pas une valeur de la liste ; vouliez-vous dire « Fixe » ?"},
		{"by its accents", map[string]string{"kind": "Itinerant"}, "kind", "enum",
			"kind : « Itinerant » n'est pas une valeur de la liste ; vouliez-vous dire « Itinérant » ?"},
		{"by how its accents are composed", map[string]string{"kind": "Itine\u0301rant"}, "kind", "enum",
			"kind : « Itine\u0301rant » n'est pas une valeur de la liste ; vouliez-vous dire « Itinérant » ?"},
		{"by its apostrophe", map[string]string{"kind": "L’atelier"}, "kind", "enum",
			"kind : « L’atelier » n'est pas une valeur de la liste ; vouliez-vous dire « L'atelier » ?"},
		{"by a letter or two", map[string]string{"kind": "a distence "}, "kind", "enum",
			"kind : « a distence  » n'est pas une valeur de la liste ; vouliez-vous dire « À distance » ?"},
		{"one item of a list", map[string]string{"kinds": "Téléphoner|Se presenter"}, "kinds", "enum",
			"kinds : « Se presenter » n'est pas une valeur de la liste ; vouliez-vous dire « Se présenter » ?"},
		{"a cell too long for a sentence", map[string]string{"code": strings.Repeat("é", 100)}, "code", "pattern",
			"code : « " + strings.Repeat("é", 80) + `… » n'a pas la forme attendue \d{5}`},
		{"a longitude alone", map[string]string{"lat": ""}, "lat", "coordinates", "lat : la longitude et la latitude vont ensemble, l'une des deux manque"},
		{"a latitude alone", map[string]string{"lon": "NA"}, "lon", "coordinates", "lon : la longitude et la latitude vont ensemble, l'une des deux manque"},
		{"a longitude off the globe", map[string]string{"lon": "652381.2"}, "lon", "coordinates", "lon : 652381.2 est hors du globe"},
		{"a latitude off the globe", map[string]string{"lon": "120", "lat": "-190"}, "lat", "coordinates", "lat : -190.0 est hors du globe"},
		{"both off the globe", map[string]string{"lon": "200", "lat": "95"}, "lon", "coordinates", "lon : 200.0 est hors du globe"},
		{"swapped, where the latitude shows it", map[string]string{"lon": "-20.9", "lat": "165.5"}, "lat", "coordinates",
			"lat : longitude et latitude semblent inversées (165.5)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var report dataset.Report
			v := validate.New(d)
			if f := v.Row(valid(d, c.change), &report); f != nil {
				t.Errorf("the row is kept: %v", f.Values)
			}
			want := []dataset.Issue{{Resource: 2, Line: 7, Key: "a", Column: c.column, Rule: c.rule, Level: dataset.Error, Message: c.message}}
			if !slices.Equal(report.Issues, want) {
				t.Errorf("\n got %+v\nwant %+v", report.Issues, want)
			}
		})
	}
}

func TestRowMakesAFeature(t *testing.T) {
	d := restore(t, points, places)
	var report dataset.Report
	v := validate.New(d)
	f := v.Row(valid(d, map[string]string{"lon": "2.400000011", "lat": "48.63295824", "n": "9", "open": "TRUE", "code": "NA", "kinds": "|Téléphoner||Se présenter"}), &report)
	if f == nil || len(report.Issues) != 0 {
		t.Fatalf("left out: %+v", report.Issues)
	}
	want := []schema.Value{schema.Text("a"), schema.DateOf(19815), schema.Float(2.400000011), schema.Float(48.63295824), schema.Int(9), schema.Bool(true),
		{}, {}, {}, schema.Joined("Téléphoner|Se présenter")}
	if !slices.Equal(f.Values, want) {
		t.Errorf("values = %v, want %v", f.Values, want)
	}
	if lon, lat, ok := geo.PointOf(f.WKB); !ok || lon != 2.4 || lat != 48.6329582 {
		t.Errorf("the point is not on its grid: %v %v %v", lon, lat, ok)
	}
	if f.Resource != 2 || f.Line != 7 {
		t.Errorf("resource %d, line %d", f.Resource, f.Line)
	}
}

// TestRowsForgetTheOnesBefore: a Feature is used again, and nothing of a row passes to the next.
func TestRowsForgetTheOnesBefore(t *testing.T) {
	d := restore(t, points, places)
	v := validate.New(d)
	var report dataset.Report
	if f := v.Row(valid(d, map[string]string{"n": "9"}), &report); f == nil || f.WKB == nil {
		t.Fatalf("left out: %+v", report.Issues)
	}
	if v.Row(valid(d, map[string]string{"lon": "x", "lat": "200"}), &report) != nil || len(report.Issues) != 1 {
		t.Errorf("an unreadable longitude is taken from the row before: %+v", report.Issues)
	}
	if v.Row(valid(d, map[string]string{"lon": "x", "lat": ""}), &report) != nil || len(report.Issues) != 3 {
		t.Errorf("an unreadable longitude without latitude is said %+v", report.Issues[1:])
	}
	f := v.Row(valid(d, map[string]string{"lon": "", "lat": ""}), &report)
	if f == nil || f.WKB != nil || !f.Values[4].IsNull() || !f.Values[2].IsNull() {
		t.Errorf("the next feature is %+v", f)
	}
}
