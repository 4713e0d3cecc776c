package schema_test

import (
	"slices"
	"strings"
	"testing"

	"maille/internal/fault"
	"maille/internal/schema"
)

// parse reads a schema whose fields are given as JSON.
func parse(t testing.TB, fields string) *schema.Schema {
	t.Helper()
	s, err := schema.Parse([]byte(`{"fields": [` + fields + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestParseReadsTableSchema(t *testing.T) {
	s, err := schema.Parse([]byte(`{
		"$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
		"name": "n", "title": "t", "description": "d", "version": "1.0.1", "conformsTo": "https://example.org/s.json",
		"fields": [
			{"name": "code", "title": "Code", "description": "d", "type": "string", "format": "uri", "example": "91228",
				"constraints": {"required": true, "unique": true, "pattern": "\\d{5}", "minLength": 5, "maxLength": 5}},
			{"name": "n", "type": "integer", "unit": "personnes", "example": 12, "format": "default",
				"constraints": {"minimum": 0, "maximum": 10, "enum": ["1", "2"]}},
			{"name": "rate", "type": "number", "constraints": {"enum": ["0.5", "1.0"]}},
			{"name": "open", "type": "boolean"},
			{"name": "day", "type": "date"},
			{"name": "codes", "type": "list", "delimiter": "|", "items": {"enum": ["a", "b"]}}
		],
		"primaryKey": "code", "missingValues": ["", "NA"]
	}`))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.Names(), []string{"code", "n", "rate", "open", "day", "codes"}; !slices.Equal(got, want) {
		t.Errorf("names = %v, want %v", got, want)
	}
	if s.Index("day") != 4 || s.Index("jour") != -1 || s.Column("day").Type != schema.Date || s.Column("jour") != nil {
		t.Error("a column is not found by its name, or one that is not there is found")
	}
	if got := s.Column("codes").Enum(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("the values of a list's items = %v", got)
	}
	if got := s.Column("n").Enum(); !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("the values of a cell = %v", got)
	}
	if s.Column("open").Enum() != nil {
		t.Error("a column that allows any value has a list of values")
	}
	for cell, want := range map[string]bool{"": true, "NA": true, "na": false, " ": false, "0": false} {
		if s.Missing(cell) != want {
			t.Errorf("Missing(%q) = %v", cell, !want)
		}
	}
	if len(s.PrimaryKey) != 1 || s.PrimaryKey[0] != "code" {
		t.Errorf("primaryKey = %v", s.PrimaryKey)
	}
}

func TestEmptyTextIsAlwaysMissing(t *testing.T) {
	s, err := schema.Parse([]byte(`{"fields": [{"name": "a", "type": "string"}], "missingValues": ["NA"]}`))
	if err != nil || !s.Missing("") {
		t.Errorf("the empty text is a value (%v)", err)
	}
}

func TestPrimaryKeyOfOneOrMoreFields(t *testing.T) {
	for text, want := range map[string][]string{`"a"`: {"a"}, `["a"]`: {"a"}, `["b", "a"]`: {"b", "a"}} {
		s, err := schema.Parse([]byte(`{"fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "string"}], "primaryKey": ` + text + `}`))
		if err != nil || !slices.Equal(s.PrimaryKey, want) {
			t.Errorf("primaryKey %s = %v (%v), want %v", text, s, err, want)
		}
	}
}

func TestParseIsStrict(t *testing.T) {
	for _, c := range []struct {
		name    string
		fields  string
		subject string
		message string
	}{
		{"a misspelt key of a field", `{"name": "nom", "type": "string", "titel": "x"}`, "",
			`not a Table Schema: field "nom": json: unknown field "titel"`},
		{"a misspelt constraint, whatever stands after it", `{"constraints": {"require": true}, "type": "string", "name": "nom"}`, "",
			`not a Table Schema: field "nom": json: unknown field "require"`},
		{"a misspelt constraint of items", `{"name": "l", "type": "list", "delimiter": "|", "items": {"enums": []}}`, "",
			`not a Table Schema: field "l": json: unknown field "enums"`},
		{"a type that does not exist", `{"name": "nom", "type": "text"}`, "fields.nom.type",
			`fields[0] (nom).type: "text" is none of [string integer number boolean date list]`},
		{"no type", `{"name": "nom"}`, "fields.nom.type",
			`fields[0] (nom).type: "" is none of [string integer number boolean date list]`},
		{"two fields of one name", `{"name": "a", "type": "string"}, {"name": "a", "type": "integer"}`, "fields.a.name",
			`fields[1] (a).name: stands twice`},
		{"no name", `{"type": "string"}`, "fields..name",
			`fields[0] ().name: must be of lower case letters, digits and _, at most 59, a letter first`},
		{"a name in capitals", `{"name": "Nom", "type": "string"}`, "fields.Nom.name",
			`fields[0] (Nom).name: must be of lower case letters, digits and _, at most 59, a letter first`},
		{"a name that begins like a column of ours", `{"name": "_ord", "type": "string"}`, "fields._ord.name",
			`fields[0] (_ord).name: must be of lower case letters, digits and _, at most 59, a letter first`},
		{"a name of 60 bytes", `{"name": "` + strings.Repeat("a", 60) + `", "type": "string"}`, "fields." + strings.Repeat("a", 60) + ".name",
			`fields[0] (` + strings.Repeat("a", 60) + `).name: must be of lower case letters, digits and _, at most 59, a letter first`},
		{"a list without delimiter", `{"name": "l", "type": "list"}`, "fields.l.delimiter",
			`fields[0] (l).delimiter: goes with the type list, and a list needs one`},
		{"a delimiter without list", `{"name": "l", "type": "string", "delimiter": "|"}`, "fields.l.delimiter",
			`fields[0] (l).delimiter: goes with the type list, and a list needs one`},
		{"items without list", `{"name": "l", "type": "string", "items": {"enum": ["a"]}}`, "fields.l.items",
			`fields[0] (l).items: goes with the type list`},
		{"an enum of whole lists", `{"name": "l", "type": "list", "delimiter": "|", "constraints": {"enum": ["a"]}}`, "fields.l.constraints.enum",
			`fields[0] (l).constraints.enum: goes with other types; a list has items.enum`},
		{"an item that holds the delimiter", `{"name": "l", "type": "list", "delimiter": "|", "items": {"enum": ["a|b"]}}`, "fields.l.items.enum",
			`fields[0] (l).items.enum: "a|b" is not how a list is written, so nothing would equal it`},
		{"an enum that allows nothing", `{"name": "a", "type": "string", "constraints": {"enum": []}}`, "fields.a.constraints.enum",
			`fields[0] (a).constraints.enum: allows nothing`},
		{"an enum that no number equals", `{"name": "a", "type": "number", "constraints": {"enum": ["0.50"]}}`, "fields.a.constraints.enum",
			`fields[0] (a).constraints.enum: "0.50" is not how a number is written, so nothing would equal it`},
		{"a pattern on a number", `{"name": "n", "type": "integer", "constraints": {"pattern": "\\d"}}`, "fields.n.constraints.pattern",
			`fields[0] (n).constraints.pattern: goes with the type string`},
		{"a pattern that is none", `{"name": "n", "type": "string", "constraints": {"pattern": "(a"}}`, "fields.n.constraints.pattern",
			"fields[0] (n).constraints.pattern: error parsing regexp: missing closing ): `(a`"},
		{"a pattern that slips out of its anchors", `{"name": "n", "type": "string", "constraints": {"pattern": "a)|(b"}}`, "fields.n.constraints.pattern",
			"fields[0] (n).constraints.pattern: error parsing regexp: unexpected ): `a)|(b`"},
		{"a minimum of a text", `{"name": "n", "type": "string", "constraints": {"minimum": 1}}`, "fields.n.constraints.minimum",
			`fields[0] (n).constraints.minimum: goes with numbers`},
		{"a maximum of a date", `{"name": "n", "type": "date", "constraints": {"maximum": 1}}`, "fields.n.constraints.maximum",
			`fields[0] (n).constraints.maximum: goes with numbers`},
		{"a maximum below the minimum", `{"name": "n", "type": "integer", "constraints": {"minimum": 2, "maximum": 1}}`, "fields.n.constraints.maximum",
			`fields[0] (n).constraints.maximum: is below minimum`},
		{"a length of a number", `{"name": "n", "type": "integer", "constraints": {"minLength": 1}}`, "fields.n.constraints.minLength",
			`fields[0] (n).constraints.minLength: is a number of characters, of a string`},
		{"a length of a list", `{"name": "n", "type": "list", "delimiter": "|", "constraints": {"maxLength": 1}}`, "fields.n.constraints.maxLength",
			`fields[0] (n).constraints.maxLength: is a number of characters, of a string`},
		{"a length below zero", `{"name": "n", "type": "string", "constraints": {"maxLength": -1}}`, "fields.n.constraints.maxLength",
			`fields[0] (n).constraints.maxLength: is a number of characters, of a string`},
		{"a longest below the shortest", `{"name": "n", "type": "string", "constraints": {"minLength": 3, "maxLength": 2}}`, "fields.n.constraints.maxLength",
			`fields[0] (n).constraints.maxLength: is below minLength`},
		{"a date written another way", `{"name": "d", "type": "date", "format": "%d/%m/%Y"}`, "fields.d.format",
			`fields[0] (d).format: "%d/%m/%Y" is not read; a date is written one way`},
		{"no field", ``, "fields", `fields: a schema needs at least one`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := schema.Parse([]byte(`{"fields": [` + c.fields + `]}`))
			wantFault(t, err, c.subject, c.message)
		})
	}
}

func TestParseIsStrictAtTheTop(t *testing.T) {
	const field = `"fields": [{"name": "a", "type": "string"}]`
	for _, c := range []struct{ name, text, subject, message string }{
		{"a misspelt key", `{` + field + `, "primarykeys": "a"}`, "", `not a Table Schema: json: unknown field "primarykeys"`},
		{"a key field that is not there", `{` + field + `, "primaryKey": ["a", "b"]}`, "primaryKey", `primaryKey: no field is named "b"`},
		{"a second JSON value", `{` + field + `} {}`, "", `not a Table Schema: more text after the JSON value`},
		{"cut short", `{` + field, "", `not a Table Schema: unexpected EOF`},
		{"empty", ``, "", `not a Table Schema: EOF`},
		{"null", `null`, "fields", `fields: a schema needs at least one`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := schema.Parse([]byte(c.text))
			wantFault(t, err, c.subject, c.message)
		})
	}
}

func TestParseNamesAValueOfTheWrongType(t *testing.T) {
	_, err := schema.Parse([]byte(`{"fields": [{"name": "n", "type": "integer", "constraints": {"minimum": "0"}}]}`))
	message := fault.Message(err)
	if fault.KindOf(err) != fault.Invalid || !strings.Contains(message, `field "n"`) || !strings.Contains(message, "constraints.minimum") {
		t.Errorf("the sentence names no field or no key: %s", message)
	}
}

func wantFault(t *testing.T, err error, subject, message string) {
	t.Helper()
	if fault.KindOf(err) != fault.Invalid || fault.Message(err) != message || fault.Subject(err) != subject {
		t.Errorf("\n got %v %q %s\nwant invalid %q %s", fault.KindOf(err), fault.Subject(err), fault.Message(err), subject, message)
	}
}

// TestSignature: words may be reworded without making a new version; what changes how a cell reads may not.
func TestSignature(t *testing.T) {
	const base = `{"name": "a", "type": "string"}, {"name": "l", "type": "list", "delimiter": "|"}`
	signature := parse(t, base).Signature()
	if want := "a string\nl list|\n"; signature != want {
		t.Errorf("signature = %q, want %q", signature, want)
	}
	for _, c := range []struct {
		name   string
		fields string
		same   bool
	}{
		{"another title and constraint", `{"name": "a", "type": "string", "title": "A", "constraints": {"required": true}}, {"name": "l", "type": "list", "delimiter": "|"}`, true},
		{"another type", `{"name": "a", "type": "date"}, {"name": "l", "type": "list", "delimiter": "|"}`, false},
		{"another delimiter", `{"name": "a", "type": "string"}, {"name": "l", "type": "list", "delimiter": ";"}`, false},
		{"another order", `{"name": "l", "type": "list", "delimiter": "|"}, {"name": "a", "type": "string"}`, false},
		{"another name", `{"name": "b", "type": "string"}, {"name": "l", "type": "list", "delimiter": "|"}`, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := parse(t, c.fields).Signature(); (got == signature) != c.same {
				t.Errorf("%q and %q", got, signature)
			}
		})
	}
}
