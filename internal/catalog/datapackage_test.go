package catalog_test

import (
	"encoding/csv"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"maille/internal/catalog"
)

type testedPackage struct {
	Schema    string `json:"$schema"`
	Name, ID  string
	Version   string
	Created   string
	Resources []struct {
		Name, Type, Path, Format, Mediatype, Encoding, Hash string
		Bytes                                               int64
		Schema                                              *struct {
			Fields []struct {
				Name, Type  string
				Example     any
				Constraints struct{ Pattern string }
			}
			PrimaryKey, MissingValues []string
			FieldsMatch               any
		}
	}
}

func TestDataPackage(t *testing.T) {
	text, err := catalog.DataPackage(service(), manifest(), described(t))
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "datapackage.json", string(text))
	var p testedPackage
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatal(err)
	}
	if p.Name != "donnees-d-essonne" || p.ID != "https://data.example.fr/r/2026-11-01.2/" || p.Version != "2026-11-01.2" || p.Created != "2026-11-01T08:00:00Z" {
		t.Errorf("%+v", p)
	}
	if len(p.Resources) != len(manifest().Datasets[0].Files) {
		t.Fatalf("%d resources", len(p.Resources))
	}
	names := map[string]bool{}
	for _, r := range p.Resources {
		if names[r.Name] || !regexp.MustCompile(`^[-a-z0-9._/]+$`).MatchString(r.Name) || !strings.HasPrefix(r.Path, "d/") || !strings.HasPrefix(r.Hash, "sha256:") || r.Bytes == 0 {
			t.Errorf("%+v", r)
		}
		names[r.Name] = true
		if table := r.Format == "csv"; table != (r.Type == "table") || table != (r.Schema != nil) {
			t.Errorf("%s is a table: %v", r.Name, !table)
		}
	}
	s := p.Resources[0].Schema
	if s.FieldsMatch != nil || len(s.MissingValues) != 1 || s.MissingValues[0] != "" || s.PrimaryKey[0] != "code" {
		t.Errorf("%+v", s)
	}
	for _, f := range s.Fields {
		if _, isText := f.Example.(string); f.Type == "list" || f.Example != nil && !isText {
			t.Errorf("%+v: the profile refuses it", f)
		}
	}
	list := regexp.MustCompile("^(?:" + s.Fields[1].Constraints.Pattern + ")$")
	for cell, ok := range map[string]bool{"a.b": true, "c|a.b": true, "aXb": false, "c|": false, "c,a.b": false} {
		if list.MatchString(cell) != ok {
			t.Errorf("the pattern of the list takes %q: %v", cell, !ok)
		}
	}
}

// TestCodebook: a line a column, in any CSV reader's hands, and in the words of people.
func TestCodebook(t *testing.T) {
	var b strings.Builder
	rows, err := catalog.WriteCodebook(&b, described(t)["ecoles"])
	if err != nil || rows != 4 {
		t.Fatal(rows, err)
	}
	golden(t, "ecoles.codebook.csv", b.String())
	lines, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	if err != nil || len(lines) != 5 {
		t.Fatal(len(lines), err)
	}
	column := map[string]int{}
	for i, name := range lines[0] {
		column[name] = i
	}
	for _, c := range []struct {
		line       int
		name, want string
	}{
		{1, "obligatoire", "oui"}, {1, "cle", "oui"}, {2, "cle", "non"}, {2, "valeurs", "a.b|c"}, {2, "separateur", "|"},
		{3, "unite", "habitants"}, {3, "exemple", "1000000"}, {3, "forme", "au moins 0 ; au plus 1000000"}, {4, "titre", `État, "vu"`},
	} {
		if got := lines[c.line][column[c.name]]; got != c.want {
			t.Errorf("line %d, %s: %q, not %q", c.line, c.name, got, c.want)
		}
	}
}

func TestChecksums(t *testing.T) {
	m := manifest()
	text := catalog.Checksums(m)
	if n := strings.Count(text, "\n"); n != len(m.Datasets[0].Files) || !strings.Contains(text, m.Datasets[0].Files[2].SHA256+"  d/ecoles/code_departement=91/ecoles.csv\n") {
		t.Errorf("%s", text)
	}
}
