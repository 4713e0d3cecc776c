package catalog_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"maille/internal/catalog"
	"maille/internal/dataset"
	"maille/internal/geo"
	"maille/internal/release"
	"maille/internal/schema"
)

// tricky has what each form of citation writes in its own way.
const tricky = "Écoles & « lycées » {A} 100 % \"l'été\"\ndu_91 #1 C:\\x ~$^"

func service() *catalog.Service {
	return &catalog.Service{Title: "Données d'Essonne", Description: "Ce qu'il y a.", Publisher: catalog.Publisher{Name: "Essonne Numérique"}, Root: "https://data.example.fr"}
}

func described(t *testing.T) map[string]*dataset.Dataset {
	t.Helper()
	s, err := schema.Parse([]byte(`{"fields": [
		{"name": "code", "title": "Code", "description": "Le code.", "type": "string", "constraints": {"required": true, "pattern": "\\d{5}"}, "example": "91228"},
		{"name": "sortes", "title": "Sortes", "type": "list", "delimiter": "|", "items": {"enum": ["a.b", "c"]}},
		{"name": "nombre", "title": "Nombre", "type": "integer", "unit": "habitants", "example": 1000000, "constraints": {"minimum": 0, "maximum": 1000000}},
		{"name": "etat", "title": "État, \"vu\"", "type": "string", "constraints": {"enum": ["ouvert", "fermé"]}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	d := &dataset.Dataset{Schema: s, Descriptor: dataset.Descriptor{Name: "ecoles", Title: tricky, Description: "Une ligne par école.", Keywords: []string{"école", "a & b"},
		Licenses:    []dataset.License{{Name: "etalab-2.0", Title: "Licence Ouverte 2.0", Path: "https://www.etalab.gouv.fr/licence-ouverte-open-licence"}},
		Sources:     []dataset.Source{{Title: "Insee", Path: "https://www.insee.fr/"}, {Title: "IGN"}},
		Publication: dataset.Publication{Key: []string{"code"}}}}
	return map[string]*dataset.Dataset{"ecoles": d}
}

func manifest() *release.Manifest {
	sum := strings.Repeat("0123456789abcdef", 4)
	return &release.Manifest{Release: "2026-11-01.2", Previous: "2026-11-01.1", Published: time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC), Datasets: []release.Entry{{
		Version: release.Version{Dataset: "ecoles", ID: "3f9a1c0b7d2e", Rows: 2, Extent: &geo.BBox{West: 1.9, South: 48.2, East: 2.6, North: 48.8}},
		Files: []release.File{
			{Name: "ecoles.csv", MediaType: "text/csv; charset=utf-8; header=present", Bytes: 40, Rows: 2, SHA256: sum},
			{Name: "ecoles.parquet", MediaType: "application/vnd.apache.parquet", Bytes: 90, Rows: 2, SHA256: sum},
			{Name: "ecoles/code_departement=91/ecoles.csv", Role: release.RolePart, MediaType: "text/csv; charset=utf-8; header=present", Bytes: 20, Rows: 1, SHA256: sum},
			{Name: "ecoles.codebook.csv", Role: release.RoleCodebook, MediaType: catalog.CodebookMediaType, Bytes: 50, Rows: 4, SHA256: sum},
			{Name: "ecoles.quality.json", Role: release.RoleQuality, MediaType: "application/json", Bytes: 60, SHA256: sum},
		},
	}}}
}

func citeBoth(t *testing.T, s *catalog.Service) (whole, one *catalog.Citation) {
	t.Helper()
	m, all := manifest(), described(t)
	return catalog.CiteRelease(s, m, all), catalog.CiteDataset(s, m, all["ecoles"], m.Entry("ecoles"))
}

// TestCitations holds each form against a golden file: with MAILLE_GOLDEN=1 they are written again.
func TestCitations(t *testing.T) {
	s := service()
	s.DOI = catalog.DOIs{"2026-11-01.2": "10.5281/zenodo.1", "ecoles": "10.5072/ecoles(2)"}
	whole, one := citeBoth(t, s)
	for name, c := range map[string]*catalog.Citation{"release": whole, "dataset": one} {
		json, err := json.MarshalIndent(c.DataCite(), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		for extension, text := range map[string]string{"txt": c.ISO690() + "\n", "bib": c.BibTeX(), "ris": c.RIS(), "cff": c.CFF(), "json": string(json) + "\n"} {
			golden(t, name+"."+extension, text)
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("MAILLE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s: %v\n%s\nnot\n%s", name, err, got, want)
	}
}

// TestCitedAddress: a citation names what does not change, and the DOI only of just what it names.
func TestCitedAddress(t *testing.T) {
	s := service()
	whole, one := citeBoth(t, s)
	if whole.Link() != "https://data.example.fr/r/2026-11-01.2/" || one.Link() != "https://data.example.fr/r/2026-11-01.2/collections/ecoles" {
		t.Errorf("%s, %s", whole.Link(), one.Link())
	}
	s.DOI = catalog.DOIs{"ecoles": "10.5072/all"}
	if _, one = citeBoth(t, s); one.Link() != "https://data.example.fr/r/2026-11-01.2/collections/ecoles" || one.DOI != "10.5072/all" || one.Exact {
		t.Errorf("a DOI of all versions is not where this one is: %+v", one)
	}
	s.DOI["2026-11-01.2/ecoles"] = "10.5072/this"
	if _, one = citeBoth(t, s); one.Link() != "https://doi.org/10.5072/this" || !one.Exact {
		t.Errorf("%+v", one)
	}
	if again, _ := citeBoth(t, service()); again.ISO690() != whole.ISO690() || strings.Contains(again.ISO690(), "onsult") {
		t.Error("a citation is the same whenever it is read")
	}
}

func TestDOIs(t *testing.T) {
	for _, c := range []struct {
		name, doi string
		ok        bool
	}{
		{"2026-11-22.1", "10.5281/zenodo.1003150", true},
		{"communes", "10.1000.10/a-b_c;(d)/e:f", true},
		{"2026-11-22.1/communes", "10.5072/x", true},
		{"2026-11-22.1", "https://doi.org/10.5281/zenodo.1", false},
		{"2026-11-22.1", "doi:10.5281/zenodo.1", false},
		{"2026-11-22.1", "10.5281/", false},
		{"2026-11-22.1", "10.52/x", false},
		{"2026-11-22.1", "10.5281/a b", false},
		{"2026-11-22.1", `10.5281/a"}`, false},
		{"", "10.5281/a", false},
		{"Communes", "10.5281/a", false},
		{"2026-11-22", "10.5281/a", true}, // may be the name of a dataset
		{"communes/2026-11-22.1", "10.5281/a", false},
		{"2026-11-22.1/", "10.5281/a", false},
	} {
		if err := (catalog.DOIs{c.name: c.doi}).Check(); (err == nil) != c.ok {
			t.Errorf("%q = %q: %v", c.name, c.doi, err)
		}
	}
}
