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
		line, member := int64(0), ""
		for row, err := range source.Rows(context.Background(), bytes.NewReader(data), r, 0, s, "f") {
			if err != nil {
				if fault.KindOf(err) != fault.Refused || fault.Message(err) == "" {
					t.Fatalf("not a refusal: %v", err)
				}
				return
			}
			if row.Member != member {
				line, member = 0, row.Member
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

func FuzzJSONLines(f *testing.F) {
	seed(f, "{\"code\":\"1\",\"n\":2,\"m\":1,\"t1\":1}\n\n {\"code\":[1]}\r\n{", "\ufeff{}\n[1]\n", "{\"a\":1}{\"b\":2}\n")
	fuzz(f, `{"format": "jsonl", "encoding": "detect", `+everyMapping)
}

func FuzzGeoJSONSeq(f *testing.F) {
	const feature = `{"type":"Feature","id":1,"geometry":{"type":"Point","coordinates":[2,48]},"properties":{"code":"1","n":2,"m":1,"t1":1}}`
	seed(f, "\x1e"+feature+"\n\x1e{\n}\n", feature+"\n"+feature, "\x1e\x1e\n")
	fuzz(f, `{"format": "geojsonseq", `+everyMapping)
}

// FuzzArchive also gives what it was given a place inside an archive, which chance would not find.
func FuzzArchive(f *testing.F) {
	const table = "code,nom,j,codes,t1,t2,n,m\n1,b,[],a|b,2026-06-30,,2,1\n"
	f.Add([]byte("PK\x03\x04PK\x01\x02000000000000000000000000\x05\x00\x00\x00\x00\x00000000000\x00\x00\x0000000PK\x01\x02000000000000000000000000\a\x00\x00\x00\x00\x000000000000001000000PK\x05\x06000000\x02\x00h\x00\x00\x007000\x00\x00")) // a member before the file's beginning
	seed(f, zipWith(packed{"a.csv", table}, packed{"b/c.csv", table}), tarWith(packed{"a.csv", table}, packed{"b.csv", table}), zipWith(), tarWith(), table)
	fuzz(f, `{"format": "csv", "member": "**", `+everyMapping)
}

func FuzzODS(f *testing.F) {
	f.Add([]byte(odsTable("A", odsRow(odsText("code"), odsText("nom"))+odsRow(odsText("1"), odsValue("date", "date-value", "2018-03-31", "x")))))
	f.Add([]byte(odsTable("A", `<table:table-row table:number-rows-repeated="9"><table:table-cell table:number-columns-repeated="99999"><text:p>code<text:s text:c="3"/></text:p></table:table-cell></table:table-row>`)))
	fuzzWithin(f, `{"format": "ods", "where": [{"column": "nom", "is": "present"}]}`, func(data string) string { return odsOf(data) })
}

func FuzzXLSX(f *testing.F) {
	f.Add([]byte(`<row r="1"><c t="inlineStr"><is><t>code</t></is></c></row><row><c s="1"><v>41728.5</v></c><c t="s"><v>0</v></c><c r="AB2" t="b"><v>1</v></c></row>`))
	f.Add([]byte(`<si><r><t>code_x000D_</t></r></si><numFmt numFmtId="1" formatCode="yyyy"/><cellXfs><xf numFmtId="1"/></cellXfs>`))
	fuzzWithin(f, `{"format": "xlsx"}`, func(data string) string { return xlsxOf(data, data, data, data) })
}

// fuzzWithin fuzzes what a container holds, and the container.
func fuzzWithin(f *testing.F, resource string, wrap func(string) string) {
	s, r := schemaOf(f, places), resourceOf(f, resource)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, text := range []string{wrap(string(data)), string(data)} {
			line := int64(0)
			for row, err := range source.Rows(context.Background(), bytes.NewReader([]byte(text)), r, 0, s, "f") {
				if err != nil {
					if fault.KindOf(err) != fault.Refused || fault.Message(err) == "" {
						t.Fatalf("not a refusal: %v", err)
					}
					break
				}
				if len(row.Cells) != len(s.Columns) || row.Line <= line {
					t.Fatalf("row %+v after line %d", row, line)
				}
				if line = row.Line; line > 100_000 {
					break
				}
			}
		}
	})
}
