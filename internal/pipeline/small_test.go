package pipeline_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"maille/internal/dataset"
)

func load(files dataset.Files) *dataset.Registry {
	r, err := dataset.Load(files)
	if err != nil {
		panic(err)
	}
	return r
}

const credit = `"licenses": [{"name": "etalab-2.0"}], "sources": [{"title": "S"}]`

func descriptor(name, origin, publication string) *fstest.MapFile {
	return &fstest.MapFile{Data: fmt.Appendf(nil, `{"name": %q, "title": "T", "description": "D", %s, "schema": %q, %s, "publication": {%s}}`,
		name, origin, name+".json", credit, publication)}
}

func fields(columns ...string) *fstest.MapFile {
	var all []string
	for i, column := range columns {
		name, kind, _ := strings.Cut(column, " ")
		more := ""
		if kind == "list" {
			more = `, "delimiter": "|"`
		}
		if i == 0 {
			more += `, "constraints": {"required": true}`
		}
		all = append(all, fmt.Sprintf(`{"name": %q, "type": %q%s}`, name, kind, more))
	}
	return &fstest.MapFile{Data: []byte(`{"fields": [` + strings.Join(all, ", ") + `]}`)}
}

// small is an instance of four datasets: two of files, one of nothing that depends on no other, and one made of two.
func small() *dataset.Registry {
	return load(smallFiles())
}

func smallFiles() dataset.Files {
	return dataset.Files{
		Datasets: fstest.MapFS{
			"codes.json": descriptor("codes", `"resources": [{"path": "codes.csv", "format": "csv"}]`,
				`"key": ["code_insee"], "reference": "communes", "commune": "code_insee"`),
			"lieux.json": descriptor("lieux", `"resources": [{"path": "lieux.csv", "format": "csv"}]`,
				`"key": ["id"], "commune": "code_insee", "geometry": {"type": "Point", "longitude": "longitude", "latitude": "latitude"},
				"rules": ["known-commune:warning"], "tolerance": 0.25, "index": ["code_insee", "services"]`),
			"notes.json": descriptor("notes", `"resources": [{"path": "notes.json", "format": "json"}]`, `"key": ["id"]`),
			"bilan.json": descriptor("bilan", `"derived": {"from": ["codes", "lieux"]}`, `"key": ["code_insee"]`),
			"bilan.sql": {Data: []byte(`select c.code_insee, count(l.id) as lieux, 10 / nullif(c.population, 13) as part
				from codes c left join lieux l using (code_insee) group by c.code_insee, c.population`)},
		},
		Schemas: fstest.MapFS{
			"codes.json": fields("code_insee string", "nom string", "population integer"),
			"lieux.json": fields("id string", "code_insee string", "longitude number", "latitude number", "services list", "date_maj date"),
			"notes.json": fields("id string", "texte string"),
			"bilan.json": fields("code_insee string", "lieux integer", "part integer"),
		},
	}
}

const (
	codesCSV = "code_insee,nom,population\n91001,Abbéville-la-Rivière,300\n91016,Angerville,4000\n91021,Arpajon,11000\n"
	lieuxCSV = "id,code_insee,longitude,latitude,services,date_maj\n" +
		"a,91001,2.16,48.34,Aide|Accès,2026-01-02\nb,91016,2.01,48.31,,\nc,91016,,,Aide,1999-12-31\nd,91021,2.24,48.58,Accès,\n"
	notesJSON = `[{"id": "1", "texte": "Un"}, {"id": "2", "texte": null}]`
)

// settled is a world whose small datasets are all published.
func settled(t *testing.T) *world {
	t.Helper()
	w := build(t, small())
	w.put("codes.csv", codesCSV)
	w.put("lieux.csv", lieuxCSV)
	w.put("notes.json", notesJSON)
	w.expect(t, w.run(t), map[string]string{"codes": "sealed", "lieux": "sealed", "notes": "sealed", "bilan": "sealed"})
	if m, published := w.publish(t); !published || m.Release != "2026-11-22.1" {
		t.Fatalf("%v %v", published, m)
	}
	return w
}

func essonne(t *testing.T) *dataset.Registry {
	t.Helper()
	return load(dataset.Files{Datasets: os.DirFS("../../datasets"), Schemas: os.DirFS("../../schemas")})
}
