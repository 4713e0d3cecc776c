package dataset_test

import (
	"slices"
	"strings"
	"testing"

	"maille/internal/dataset"
)

// withPassages adds to the valid fixture what became of dead codes, and the arrondissements.
func withPassages(columns string) overlay {
	fields := `{"name": "code_insee", "type": "string", "constraints": {"required": true}}`
	for name := range strings.FieldsSeq(columns) {
		fields += `, {"name": "` + name + `", "type": "string"}`
	}
	descriptor := func(name, reference string) string {
		return `{"name": "` + name + `", "title": "T", "description": "D", "schema": "passages.json", "resources": [{"path": "p.csv", "format": "csv"}],
			"licenses": [{"name": "etalab-2.0"}], "sources": [{"title": "S"}],
			"publication": {"key": ["code_insee"], "commune": "code_insee", "reference": "` + reference + `"}}`
	}
	return overlay{
		"datasets/passages.json": descriptor("passages", "passages"),
		"datasets/wards.json":    descriptor("wards", "arrondissements"),
		"schemas/passages.json":  `{"fields": [` + fields + `]}`,
	}
}

func TestKnownCommuneReadsWhatHelpsIt(t *testing.T) {
	r := load(t, withPassages("code_ancien nature debut fin nom_ancien type nom principal"))
	if got, want := r.Get("lieux").Inputs(), []string{"communes-cog", "passages", "wards", "contours"}; !slices.Equal(got, want) {
		t.Errorf("inputs = %v, want %v", got, want)
	}
	if r.Reference(dataset.ReferencePassages) != r.Get("passages") || r.Reference(dataset.ReferenceArrondissements) != r.Get("wards") {
		t.Error("a reference is not found")
	}
}

func TestPassagesNeedTheirColumns(t *testing.T) {
	_, err := dataset.Load(files(t, withPassages("code_ancien nature debut fin nom_ancien type nom")))
	if err == nil || !strings.Contains(err.Error(), `datasets/passages.json: publication.reference: the schema has no field "principal"`) {
		t.Errorf("%v", err)
	}
}
