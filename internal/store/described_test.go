package store_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"maille/internal/dataset"
)

// described is a dataset in few words: its columns as "name type", the key first, and the rest of its publication.
type described struct {
	name        string
	columns     []string
	publication string // members of the object, after key
	from        []string
	sql         string
}

func (d described) descriptor() string {
	origin := `"resources": [{"path": "f.csv", "format": "csv"}]`
	if d.sql != "" {
		origin = fmt.Sprintf(`"derived": {"from": ["%s"]}`, strings.Join(d.from, `", "`))
	}
	key, _, _ := strings.Cut(d.columns[0], " ")
	publication := fmt.Sprintf(`"key": [%q]`, key)
	if d.publication != "" {
		publication += ", " + d.publication
	}
	return fmt.Sprintf(`{"name": %q, "title": "T", "description": "D", %s, "schema": %q, "licenses": [{"name": "etalab-2.0"}],
		"sources": [{"title": "S"}], "publication": {%s}}`, d.name, origin, d.name+".json", publication)
}

func (d described) schema() string {
	var fields []string
	for i, column := range d.columns {
		name, kind, _ := strings.Cut(column, " ")
		field := fmt.Sprintf(`{"name": %q, "type": %q`, name, kind)
		if kind == "list" {
			field += `, "delimiter": "|"`
		}
		if i == 0 {
			field += `, "constraints": {"required": true}`
		}
		fields = append(fields, field+"}")
	}
	return `{"fields": [` + strings.Join(fields, ", ") + `]}`
}

// withSchema is a dataset whose schema and publication are written in full.
func withSchema(t *testing.T, name, schema, publication string) *dataset.Dataset {
	t.Helper()
	text := fmt.Sprintf(`{"name": %q, "title": "T", "description": "D", "resources": [{"path": "f.csv", "format": "csv"}], "schema": "s.json",
		"licenses": [{"name": "etalab-2.0"}], "sources": [{"title": "S"}], "publication": {%s}}`, name, publication)
	r, err := dataset.Load(dataset.Files{Datasets: fstest.MapFS{name + ".json": &fstest.MapFile{Data: []byte(text)}},
		Schemas: fstest.MapFS{"s.json": &fstest.MapFile{Data: []byte(schema)}}})
	if err != nil {
		t.Fatal(err)
	}
	return r.Get(name)
}

func registry(t *testing.T, all ...described) *dataset.Registry {
	t.Helper()
	return registryOf(t, all...)
}

func registryOf(t testing.TB, all ...described) *dataset.Registry {
	t.Helper()
	files := dataset.Files{Datasets: fstest.MapFS{}, Schemas: fstest.MapFS{}}
	for _, d := range all {
		files.Datasets.(fstest.MapFS)[d.name+".json"] = &fstest.MapFile{Data: []byte(d.descriptor())}
		files.Schemas.(fstest.MapFS)[d.name+".json"] = &fstest.MapFile{Data: []byte(d.schema())}
		if d.sql != "" {
			files.Datasets.(fstest.MapFS)[d.name+".sql"] = &fstest.MapFile{Data: []byte(d.sql)}
		}
	}
	r, err := dataset.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func describe(t *testing.T, d described) *dataset.Dataset {
	t.Helper()
	return registry(t, d).Get(d.name)
}
