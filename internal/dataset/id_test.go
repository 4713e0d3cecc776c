package dataset_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/schema"
)

func TestID(t *testing.T) {
	for _, c := range []struct {
		name  string
		parts []string
		want  string
	}{
		{"a code", []string{"2A004"}, "2A004"},
		{"unreserved characters stay", []string{"France-Services_12.a~b"}, "France-Services_12.a~b"},
		{"two parts", []string{"91228", "2026T2"}, "91228:2026T2"},
		{"a colon of a part is no joint", []string{"a:b", "c"}, "a%3Ab:c"},
		{"a percent sign", []string{"100%"}, "100%25"},
		{"what looks escaped", []string{"%3A"}, "%253A"},
		{"a slash makes no other segment", []string{"a/b?c#d"}, "a%2Fb%3Fc%23d"},
		{"accents, in UTF-8", []string{"é"}, "%C3%A9"},
		{"spaces and pluses", []string{"a b+c"}, "a%20b%2Bc"},
		{"quotes cannot break JSON", []string{`"\`}, "%22%5C"},
		{"an empty part", []string{"a", "", "b"}, "a::b"},
		{"empty parts only", []string{"", ""}, ":"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := keyed(t, len(c.parts))
			if got := d.ID(texts(c.parts)); got != c.want {
				t.Errorf("ID(%q) = %q, want %q", c.parts, got, c.want)
			}
			if got := string(d.AppendID([]byte("x%"), texts(c.parts))); got != "x%"+c.want {
				t.Errorf("AppendID = %q, want %q", got, "x%"+c.want)
			}
			if got, ok := d.ParseID(c.want); !ok || !slices.Equal(got, c.parts) {
				t.Errorf("ParseID(%q) = %q, %v", c.want, got, ok)
			}
		})
	}
}

// TestIDFollowsTheKey: the order is that of the key, not of the schema, and values of any type have their one text.
func TestIDFollowsTheKey(t *testing.T) {
	d := load(t, overlay{
		"schemas/lieux.json#/fields": `[{"name": "n", "type": "integer", "constraints": {"required": true}}, {"name": "nom", "type": "string"},
			{"name": "jour", "type": "date", "constraints": {"required": true}}]`,
		"datasets/lieux.json#/resources/0/map":  `{}`,
		"datasets/lieux.json#/publication":      `{"key": ["jour", "n"]}`,
		"datasets/lieux.json#/publication/time": absent,
	}).Get("lieux")
	if got := d.ID([]schema.Value{schema.Int(-7), schema.Text("x"), schema.DateOf(0)}); got != "1970-01-01:-7" {
		t.Errorf("ID = %q", got)
	}
}

func TestParseIDRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		parts int
		id    string
	}{
		{"a part too few", 2, "a"}, {"a part too many", 1, "a:b"}, {"an escape cut short", 1, "a%4"}, {"a percent sign alone", 1, "a%"},
		{"an escape that is none", 1, "%zz"}, {"an escape across a joint", 2, "a%4:1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, ok := keyed(t, c.parts).ParseID(c.id); ok {
				t.Errorf("ParseID(%q) = %q", c.id, got)
			}
		})
	}
}

func TestIDReadsBack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	trouble := []rune(":%/?#[]@!$&'()*+,;= \"\\.~_-é日😀\x00\n")
	for range 5000 {
		parts := make([]string, 1+r.IntN(4))
		for i := range parts {
			var b strings.Builder
			for range r.IntN(8) {
				b.WriteRune(trouble[r.IntN(len(trouble))])
			}
			parts[i] = b.String()
		}
		checkID(t, parts)
	}
	checkID(t, []string{strings.Repeat("structure_1__", 400), strings.Repeat("é:", 3000)})
}

func checkID(t *testing.T, parts []string) {
	t.Helper()
	d := keyed(t, len(parts))
	id := d.ID(texts(parts))
	if got, ok := d.ParseID(id); !ok || !slices.Equal(got, parts) {
		t.Fatalf("%q has the id %q, which reads back as %q, %v", parts, id, got, ok)
	}
	for i := range len(id) {
		if c := id[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`/?#"\`, c) >= 0 {
			t.Fatalf("%q has the id %q, which is no path segment", parts, id)
		}
	}
}

func texts(parts []string) []schema.Value {
	values := make([]schema.Value, len(parts))
	for i, part := range parts {
		values[i] = schema.Text(part)
	}
	return values
}

// FuzzParseID: an id that a stranger asks for is refused, or is a key whose own id finds it again.
func FuzzParseID(f *testing.F) {
	for _, id := range []string{"a:b", "%3A:%25", "a%4", ":", "%c3%A9:é"} {
		f.Add(id)
	}
	d := keyed(f, 2)
	f.Fuzz(func(t *testing.T, id string) {
		parts, ok := d.ParseID(id)
		if !ok {
			return
		}
		if again, ok := d.ParseID(d.ID(texts(parts))); !ok || !slices.Equal(again, parts) {
			t.Fatalf("%q is the key %q, whose id reads back as %q, %v", id, parts, again, ok)
		}
	})
}

func TestRuleReadsBack(t *testing.T) {
	for _, text := range []string{`"unique-key"`, `"inside-commune:warning"`} {
		var r dataset.Rule
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			t.Fatal(err)
		}
		if got, err := json.Marshal(r); err != nil || string(got) != text {
			t.Errorf("%s is written %s (%v)", text, got, err)
		}
	}
	var r dataset.Rule
	if err := json.Unmarshal([]byte(`"known-commune:error"`), &r); err != nil || r != (dataset.Rule{Name: dataset.KnownCommune, Level: dataset.Error}) {
		t.Errorf("known-commune:error = %v (%v)", r, err)
	}
	if err := json.Unmarshal([]byte(`{"name": "unique-key"}`), &r); err == nil {
		t.Error("a rule that is no text is taken")
	}
}

// TestReportKeepsTheFirstOfEachRule: the counts are exact; a thousand issues of each rule are kept, the first ones.
func TestReportKeepsTheFirstOfEachRule(t *testing.T) {
	var r dataset.Report
	for line := range int64(1500) {
		r.Add(dataset.Issue{Line: line, Rule: "type"})
		if line%2 == 0 {
			r.Add(dataset.Issue{Line: line, Rule: "enum"})
		}
	}
	if r.Counts["type"] != 1500 || r.Counts["enum"] != 750 || len(r.Counts) != 2 {
		t.Errorf("counts = %v", r.Counts)
	}
	kept := map[string]int64{}
	for _, i := range r.Issues {
		if want := kept[i.Rule]; i.Rule == "type" && i.Line != want {
			t.Fatalf("issue of line %d, want %d", i.Line, want)
		}
		kept[i.Rule]++
	}
	if kept["type"] != 1000 || kept["enum"] != 750 {
		t.Errorf("kept %v", kept)
	}
}

func TestSay(t *testing.T) {
	for _, c := range []struct {
		id    string
		pairs []any
		want  string
	}{
		{"columns", []any{"value", 3, "expected", 4}, "la ligne a 3 champs, l'en-tête en a 4"},
		{"unique-key", []any{"key", "a:b", "value", 12}, "la clé a:b est déjà prise par la ligne 12"},
		{"missing-column", []any{"columns", "nom"}, "le fichier n'a pas toutes les colonnes du schéma ; il manque : nom"},
		{"type.date", []any{"column", "{value}", "value", "x"}, "{value} : « x » n'est pas une date AAAA-MM-JJ"},
	} {
		if got := dataset.Say(c.id, c.pairs...); got != c.want {
			t.Errorf("Say(%s) = %q, want %q", c.id, got, c.want)
		}
	}
}
