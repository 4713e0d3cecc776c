package dataset_test

import (
	"bytes"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"maille/internal/dataset"
	"maille/internal/fault"
)

func names(r *dataset.Registry) []string {
	var all []string
	for _, d := range r.All() {
		all = append(all, d.Name)
	}
	return all
}

func TestLoadReadsEveryDataset(t *testing.T) {
	r := load(t, nil)
	if got, want := names(r), []string{"communes-cog", "contours", "communes", "lieux"}; !slices.Equal(got, want) {
		t.Errorf("order = %v, want %v", got, want)
	}
	if r.Get("lieux").Title != "Lieux" || r.Get("absent") != nil {
		t.Error("a dataset is not found by its name, or one that is not there is found")
	}
	if r.Reference(dataset.ReferenceCommunes) != r.Get("communes-cog") || r.Reference(dataset.ReferenceContours) != r.Get("contours") {
		t.Error("a reference is not found")
	}
	for name, want := range map[string][]string{
		"communes-cog": nil, "contours": {"communes-cog"}, "communes": {"contours", "communes-cog"}, "lieux": {"communes-cog", "contours"},
	} {
		if got := r.Get(name).Inputs(); !slices.Equal(got, want) {
			t.Errorf("inputs of %s = %v, want %v", name, got, want)
		}
	}
	if d := r.Get("communes"); !d.IsDerived() || !strings.HasPrefix(d.SQL, "-- Words") || d.Relation() != "communes" {
		t.Errorf("the derived dataset is %v", d)
	}
	if d := r.Get("communes-cog"); d.IsDerived() || d.SQL != "" || d.Relation() != "communes_cog" {
		t.Errorf("the source dataset is %v", d)
	}
}

func TestLoadReadsADescriptor(t *testing.T) {
	d := load(t, nil).Get("lieux")
	r, empty := d.Resources[0], ""
	wantMap := map[string]dataset.Mapping{
		"id":         {Template: "lieu_{numero}"},
		"nom":        {Column: "libelle"},
		"services":   {Column: "aides", Terms: map[string]string{"wifi": "Accès"}},
		"code_insee": {Column: "adresse", Pointer: "/0/insee"},
		"date_maj":   {Case: []dataset.Case{{When: &dataset.Condition{Column: "maj", Is: "empty"}, Then: "2024-01-01"}, {}}},
		"longitude":  {Const: &empty},
	}
	if !reflect.DeepEqual(r.Map, wantMap) {
		t.Errorf("map = %+v", r.Map)
	}
	wantRules := []dataset.Rule{
		{Name: dataset.UniqueKey, Level: dataset.Error}, {Name: dataset.KnownCommune, Level: dataset.Error},
		{Name: dataset.InsideCommune, Level: dataset.Warning}, {Name: dataset.InsideTerritory, Level: dataset.Warning},
	}
	if !slices.Equal(d.Publication.Rules, wantRules) {
		t.Errorf("rules = %v", d.Publication.Rules)
	}
	if d.Schema.Index("services") != 6 || d.Tolerance() != 0.1 || d.Grid() != 1e-7 {
		t.Errorf("schema %v, tolerance %v, grid %v", d.Schema.Names(), d.Tolerance(), d.Grid())
	}
}

// TestOrderIsStable: each stands after what it reads, and nothing but names decides between equals.
func TestOrderIsStable(t *testing.T) {
	chain := overlay{}
	for name, from := range map[string]string{"a": "lieux", "z": "a", "m": "z"} {
		chain["datasets/"+name+".json"] = `{"name": "` + name + `", "title": "t", "description": "d", "derived": {"from": ["` + from + `"]},
			"schema": "communes.json", "licenses": [{"name": "etalab-2.0"}], "sources": [{"title": "s"}], "publication": {"key": ["code_insee"]}}`
		chain["datasets/"+name+".sql"] = "select code_insee, nom from " + from
	}
	want := []string{"communes-cog", "contours", "lieux", "a", "communes", "z", "m"}
	for range 20 {
		if got := names(load(t, chain)); !slices.Equal(got, want) {
			t.Fatalf("order = %v, want %v", got, want)
		}
	}
}

func TestLoadAddsAFolder(t *testing.T) {
	base := files(t, nil)
	other := dataset.Files{
		Datasets: fstest.MapFS{"bus.json": {Data: []byte(`{"name": "bus", "title": "Bus", "description": "Les bus.",
			"resources": [{"path": "bus.csv", "format": "csv"}], "schema": "bus.json", "licenses": [{"name": "etalab-2.0"}],
			"sources": [{"title": "s"}], "publication": {"key": ["id"], "commune": "id", "rules": ["known-commune"]}}`)}},
		Schemas: fstest.MapFS{"bus.json": {Data: []byte(`{"fields": [{"name": "id", "type": "string", "constraints": {"required": true}}]}`)}},
	}
	r, err := dataset.Load(base, other)
	if err != nil || !slices.Contains(names(r), "bus") || !slices.Equal(r.Get("bus").Inputs(), []string{"communes-cog"}) {
		t.Errorf("datasets = %v (%v)", names(r), err)
	}
	_, err = dataset.Load(base, other, other)
	if err == nil || err.Error() != `datasets/bus.json: name: "bus" is taken by another descriptor` {
		t.Errorf("a name taken twice: %v", err)
	}
}

func TestLoadOfNothing(t *testing.T) {
	r, err := dataset.Load()
	if err != nil || len(r.All()) != 0 || r.Reference(dataset.ReferenceCommunes) != nil {
		t.Errorf("%v (%v)", r, err)
	}
}

func TestProblemsAreInvalidAndNameTheirFile(t *testing.T) {
	_, err := dataset.Load(files(t, overlay{"datasets/lieux.json#/title": absent}))
	if fault.KindOf(err) != fault.Invalid || fault.Subject(err) != "datasets/lieux.json" {
		t.Errorf("%v about %q", fault.KindOf(err), fault.Subject(err))
	}
}

// TestRestore: what a load kept gives back the dataset as it was.
func TestRestore(t *testing.T) {
	for _, d := range load(t, nil).All() {
		got, err := dataset.Restore(d.DescriptorText, d.SchemaText)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got.Descriptor, d.Descriptor) || !reflect.DeepEqual(got.Schema, d.Schema) || got.Signature() != d.Signature() {
			t.Errorf("%s: restored as %+v", d.Name, got)
		}
		if !bytes.Equal(got.DescriptorText, d.DescriptorText) || !bytes.Equal(got.SchemaText, d.SchemaText) {
			t.Errorf("%s: its texts are others", d.Name)
		}
		if !d.IsDerived() && got.Fingerprint() != d.Fingerprint() {
			t.Errorf("%s: its fingerprint is another", d.Name)
		}
	}
	old := `{"fields": [{"name": "Nom", "type": "string", "since": 2019}, {"name": "n", "type": "integer"}]}` // stricter rules came since
	if d, err := dataset.Restore([]byte(`{"name": "anciens"}`), []byte(old)); err != nil || d.Schema.Index("Nom") != 0 || d.Schema.Index("n") != 1 {
		t.Errorf("a schema of another time: %v", err)
	}
	for name, texts := range map[string][2]string{
		"a descriptor that is no JSON": {`{`, `{"fields": [{"name": "a", "type": "string"}]}`},
		"a schema that is none":        {`{}`, `{}`},
	} {
		if _, err := dataset.Restore([]byte(texts[0]), []byte(texts[1])); err == nil {
			t.Errorf("%s is restored", name)
		}
	}
}

func TestFingerprintCoversEachText(t *testing.T) {
	base := load(t, nil).Get("communes").Fingerprint()
	if len(base) != 64 || load(t, nil).Get("communes").Fingerprint() != base {
		t.Errorf("fingerprint = %q", base)
	}
	valid, err := os.ReadFile("testdata/valid/datasets/communes.sql")
	if err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]overlay{
		"descriptor": {"datasets/communes.json#/title": `"Autre"`},
		"schema":     {"schemas/communes.json#/title": `"Autre"`},
		"SQL":        {"datasets/communes.sql": string(valid) + " "},
	} {
		if got := load(t, o).Get("communes").Fingerprint(); got == base {
			t.Errorf("another %s has the same fingerprint", name)
		}
	}
}

func TestSignature(t *testing.T) {
	base := load(t, nil).Get("lieux").Signature()
	for _, c := range []struct {
		name string
		o    overlay
		same bool
	}{
		{"another title", overlay{"datasets/lieux.json#/title": `"Autre"`}, true},
		{"another rule", overlay{"datasets/lieux.json#/publication/rules": `[]`}, true},
		{"another key", overlay{"datasets/lieux.json#/publication/key": `["id", "code_insee"]`, "datasets/lieux.json#/publication/tiles": absent,
			"schemas/lieux.json#/fields/2/constraints/required": `true`}, false},
		{"another type of a field", overlay{"schemas/lieux.json#/fields/1/type": `"integer"`}, false},
		{"no geometry", overlay{"datasets/lieux.json#/publication/geometry": absent, "datasets/lieux.json#/publication/rules": absent,
			"datasets/lieux.json#/publication/tiles": absent}, false},
	} {
		if got := load(t, c.o).Get("lieux").Signature(); (got == base) != c.same {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

func TestDefaults(t *testing.T) {
	r := load(t, overlay{"datasets/lieux.json#/publication/tolerance": `0`})
	if got := r.Get("lieux").Tolerance(); got != 0 {
		t.Errorf("a tolerance of zero is %v", got)
	}
	if got := r.Get("contours").Tolerance(); got != 0.05 {
		t.Errorf("the tolerance unless said is %v", got)
	}
	if got := r.Get("contours").Grid(); got != 1e-6 {
		t.Errorf("grid = %v", got)
	}
	if got := r.Get("communes-cog").Grid(); got != 1e-7 {
		t.Errorf("the grid unless said is %v", got)
	}
	if rule, ok := r.Get("communes").Rule(dataset.UniqueKey); !ok || rule.Level != dataset.Error {
		t.Errorf("unique-key unless said is %v, %v", rule, ok)
	}
	if rule, ok := r.Get("communes").Rule(dataset.KnownCommune); ok {
		t.Errorf("a rule that is not written holds: %v", rule)
	}
	if rule, ok := r.Get("lieux").Rule(dataset.InsideCommune); !ok || rule.Level != dataset.Warning {
		t.Errorf("inside-commune:warning is %v, %v", rule, ok)
	}
}
