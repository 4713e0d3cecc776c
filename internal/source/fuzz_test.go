package source_test

import (
	"bytes"
	"context"
	"testing"

	"maille/internal/fault"
	"maille/internal/source"
)

// fuzz reads whatever bytes as a file of the resource: it must end, with rows of the right width or a sentence for people.
func fuzz(f *testing.F, resource string) {
	s := schemaOf(f, places)
	r := resourceOf(f, resource)
	f.Fuzz(func(t *testing.T, data []byte) {
		line := int64(0)
		for row, err := range source.Rows(context.Background(), bytes.NewReader(data), r, 0, s, "f") {
			if err != nil {
				if fault.KindOf(err) != fault.Refused || fault.Message(err) == "" {
					t.Fatalf("not a refusal: %v", err)
				}
				return
			}
			if len(row.Cells) != len(s.Columns) || row.Line < line || row.Line == 0 {
				t.Fatalf("row %+v after line %d", row, line)
			}
			line = row.Line
		}
	})
}

func seed(f *testing.F, texts ...string) {
	for _, text := range texts {
		f.Add([]byte(text))
		f.Add([]byte(gzipped(text)))
	}
}

const everyMapping = `"map": {
	"code": {"template": "{code}-{nom}"},
	"nom": {"column": "j", "pointer": "/0/valeur"},
	"population": {"column": "_value", "as": "quarter"},
	"codes": {"column": "codes", "terms": {"a": "b"}}},
	"unpivot": [{"column": "t1", "set": {"q": "1"}}, {"column": "t2", "set": {"q": "2"}}],
	"where": [{"column": "n", "above": "m"}]}`

func FuzzRowsCSV(f *testing.F) {
	seed(f, "code,nom,j,codes,t1,t2,n,m\n91228,\"É\"\"vry\",\"[{\"\"valeur\"\":1}]\",a|b,2026-06-30,,2,1\n", "code\n\"91228\n", "\ufeffcode;nom\r\n\r\n1;2;3\r\n", "")
	fuzz(f, `{"format": "csv", "encoding": "windows-1252", `+everyMapping)
}

func FuzzRowsJSON(f *testing.F) {
	seed(f, `{"x":[{}],"rows":[{"code":"\u00c9","nom":null,"j":[{"valeur":[1,"a"]}],"codes":["a",true],"t1":"2026 T2","t2":1e5,"n":2,"m":1}]}`,
		`{"rows":[{"code":{"a":[[]]},"j":"[{\"valeur\":{}}]"}]} `, `[`, `{"rows":[1]}`)
	fuzz(f, `{"format": "json", "rows": "/rows", `+everyMapping)
}

func FuzzRowsGeoJSON(f *testing.F) {
	seed(f, `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:4326"}},"features":[{"type":"Feature","id":1,"geometry":{"type":"Point","coordinates":[2,48]},"properties":{"code":"1","n":2,"m":1,"t1":1}}],"x":{}}`,
		`{"features":[{"type":"Feature","properties":null}],"type":"FeatureCollection"}`)
	fuzz(f, `{"format": "geojson", `+everyMapping)
}
