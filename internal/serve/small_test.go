package serve_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"maille/internal/dataset"
	"maille/internal/store"
)

// small describes datasets of one CSV each: the file's path is the dataset's name.
func small(csv map[string]string) fstest.MapFS {
	files := fstest.MapFS{"schemas/points.json": {Data: []byte(pointsSchema)}, "schemas/cles.json": {Data: []byte(keysSchema)}}
	for name, text := range csv {
		files[name+".csv"] = &fstest.MapFile{Data: []byte(text)}
		files[name+".json"] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(descriptors[text[:strings.IndexByte(text, ',')]], "NAME", name))}
	}
	return files
}

func smallWorld(t testing.TB, csv map[string]string) (*world, fstest.MapFS) {
	t.Helper()
	files := small(csv)
	return newWorld(t, dataset.Files{Datasets: files, Schemas: smallSchemas(t)}, store.Options{}), files
}

func smallSchemas(t testing.TB) fs.FS {
	t.Helper()
	schemas, err := fs.Sub(small(nil), "schemas")
	if err != nil {
		t.Fatal(err)
	}
	return schemas
}

// descriptors by the first column of the CSV.
var descriptors = map[string]string{
	"id": `{"name":"NAME","title":"Points","description":"Des points datés.","resources":[{"path":"NAME.csv","format":"csv"}],"schema":"points.json",
		"licenses":[{"name":"etalab-2.0"}],"sources":[{"title":"Essai"}],
		"publication":{"key":["id"],"time":"jour","geometry":{"type":"Point","longitude":"lon","latitude":"lat","crs":"EPSG:4326"}}}`,
	"a": `{"name":"NAME","title":"Clés","description":"Une clé en deux parties.","resources":[{"path":"NAME.csv","format":"csv"}],"schema":"cles.json",
		"licenses":[{"name":"etalab-2.0","title":"Licence Ouverte","path":"https://www.etalab.gouv.fr/licence-ouverte-open-licence"}],
		"sources":[{"title":"Essai"},{"title":"Autre"}],"publication":{"key":["a","n"]}}`,
}

const (
	pointsSchema = `{"fields":[{"name":"id","title":"Identifiant","description":"La clé.","type":"string","constraints":{"required":true}},
		{"name":"jour","title":"Jour","description":"Le jour.","type":"date"},{"name":"lon","title":"Longitude","description":"En degrés.","type":"number"},
		{"name":"lat","title":"Latitude","description":"En degrés.","type":"number"}]}`
	keysSchema = `{"fields":[{"name":"a","title":"A","description":"Partie.","type":"string","constraints":{"required":true}},
		{"name":"n","title":"N","description":"Partie.","type":"integer","constraints":{"required":true}}]}`
)
