package source_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"maille/internal/source"
)

func TestJSONLines(t *testing.T) {
	const jsonl = `{"format": "jsonl"}`
	checkReadable(t, []readable{
		{"an object a line, blank lines passed over and counted", jsonl, "{\"code\":\"01001\"}\n\n \r\n{\"nom\":\"b\",\"code\":2}", []string{"1: 01001///", "4: 2/b//"}},
		{"gzip and a byte order mark", jsonl, gzipped("\ufeff{\"code\":1}\n"), []string{"1: 1///"}},
		{"a byte order mark alone gives no row", jsonl, "\ufeff\n{\"code\":1}", []string{"2: 1///"}},
		{"windows-1252", `{"format": "jsonl", "encoding": "detect"}`, "{\"code\":\"\xc9vry\"}\n", []string{"1: Évry///"}},
	})
	checkBroken(t, []broken{
		{"cut in an object", jsonl, "{\"code\":1}\n{\"code\":", 1, "f, ligne 2 : le fichier JSON Lines est tronqué"},
		{"an object over two lines", jsonl, "{\"code\":1}\n\n{\"code\":\n2}\n", 1, "f, ligne 3 : ce n'est pas du JSON valide, un objet par ligne"},
		{"two objects on a line", jsonl, "{\"code\":1}{\"code\":2}\n", 0, "f, ligne 1 : ce n'est pas du JSON valide, un objet par ligne"},
		{"a line that is no object", jsonl, "{\"code\":1}\n[1]\n", 1, "f, ligne 2 : ce n'est pas un objet JSON"},
		{"a line that nests too much", jsonl, "{\"code\":" + strings.Repeat("[", 70) + strings.Repeat("]", 70) + "}\n", 0, "f, ligne 1 : plus de 64 niveaux d'imbrication"},
		{"a line that nests absurdly", jsonl, "{\"code\":" + strings.Repeat("[", 1<<20) + "\n", 0, "f, ligne 1 : ce n'est pas du JSON valide, un objet par ligne"},
		{"a line without end", jsonl, "{\"code\":1}\n{\"code\":\"" + strings.Repeat("x", 17<<20), 1, "f : la ligne 2 dépasse 16 Mio"},
		{"no line has a required column", jsonl, "{}\n{\"nom\":1}\n", 2, "f : aucune des 2 lignes n'a de champ « code »"},
		{"CSV", jsonl, "code,nom\n1,a\n", 0, "f, ligne 1 : ce n'est pas du JSON valide, un objet par ligne"},
	})
}

func TestGeoJSONSeq(t *testing.T) {
	const seq = `{"format": "geojsonseq", "map": {"nom": "_id"}}`
	const point = `{"type":"Point","coordinates":[2.4,48.6]}`
	const feature = `{"type":"Feature","id":7,"geometry":` + point + `,"properties":{"code":"1"}}`
	spread := strings.ReplaceAll(feature, ",", ",\n")
	checkReadable(t, []readable{
		{"a feature a line", seq, feature + "\n\n" + feature, []string{"1: 1/7// " + point, "3: 1/7// " + point}},
		{"record separators (RFC 8142)", seq, "\x1e" + feature + "\n\x1e" + feature + "\n", []string{"1: 1/7// " + point, "2: 1/7// " + point}},
		{"texts over several lines, between record separators", seq, "\x1e" + spread + "\n\x1e\x1e\n" + feature + "\n",
			[]string{"1: 1/7// " + strings.ReplaceAll(point, ",", ",\n"), "8: 1/7// " + point}},
		{"no geometry", seq, `{"type":"Feature","geometry":null,"properties":{"code":"1"},"id":1}`, []string{"1: 1/1//"}},
	})
	checkBroken(t, []broken{
		{"a collection", seq, `{"type":"FeatureCollection","features":[]}`, 0, "f, ligne 1 : ce n'est pas un Feature"},
		{"properties that are none", seq, feature + "\n" + `{"type":"Feature","properties":[]}`, 1, "f, ligne 2 : properties n'est pas un objet"},
		{"cut in a feature", seq, "\x1e" + feature + "\n\x1e" + feature[:30], 1, "f, ligne 2 : le fichier GeoJSON (un objet par ligne) est tronqué"},
		{"a feature without end", seq, "\x1e{\"x\":\"" + strings.Repeat("x", 65<<20), 0, "f : la ligne 1 dépasse 64 Mio"},
		{"blank lines", seq, "\n\n", 0, "f : le fichier est vide"},
	})
}

// TestColumnsAreObserved: what a file has is told once, whatever is read of it.
func TestColumnsAreObserved(t *testing.T) {
	const geo = `{"type":"Feature","geometry":null,"properties":{"code":"1","b":2}}`
	late := strings.Repeat("{\"code\":1}\n", 1000) + "{\"late\":1}\n"
	for _, c := range []struct{ resource, text, want string }{
		{`{"format": "csv"}`, "z, code ,a,z\n1,2,3,4\n", `["z" "code" "a" "z"]`},
		{`{"format": "csv", "dialect": {"headerRows": [2]}}`, "t\ncode\n", `["code"]`},
		{`{"format": "json"}`, `[{"code":1,"b":{"c":2}},{"\u0061":1}]`, `["a" "b" "code"]`},
		{`{"format": "geojson"}`, `{"type":"FeatureCollection","features":[` + geo + `]}`, `["b" "code"]`},
		{`{"format": "geojsonseq"}`, geo, `["b" "code"]`},
		{`{"format": "jsonl"}`, late, `["code"]`},
		{`{"format": "ods"}`, odsOf(odsTable("A", odsRow(odsText("x"), odsText("code")))), `["x" "code"]`},
		{`{"format": "csv"}`, "nom\n1\n", `["nom"]`}, // refused: what it has tells why
	} {
		var told []string
		observe := func(member string, names []string) { told = append(told, fmt.Sprintf("%s%q", member, names)) }
		for range source.RowsObserved(context.Background(), strings.NewReader(c.text), resourceOf(t, c.resource), 0, schemaOf(t, places), "f", observe) {
		}
		if !slices.Equal(told, []string{c.want}) {
			t.Errorf("%s: %q", c.resource, told)
		}
	}
}
