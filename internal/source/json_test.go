package source_test

import (
	"strings"
	"testing"
)

func TestJSON(t *testing.T) {
	checkReadable(t, []readable{
		{"rows are the array, their rank the line", `{"format": "json"}`, `[{"code":"01001","nom":"a"}, {"nom":"b","code":"01002"}]`,
			[]string{"1: 01001/a//", "2: 01002/b//"}},
		{"a pointer leads to the rows", `{"format": "json", "rows": "/data/0/les~1lignes"}`,
			`{"meta":{"n":[1,{"x":2}]},"data":[{"a":[],"les/lignes":[{"code":"1"}],"b":{}},{}],"end":null}`, []string{"1: 1///"}},
		{"numbers are as written, truth values in words, null is nothing", `{"format": "json"}`,
			`[{"code":1.50,"nom":true,"population":1e400,"codes":null}]`, []string{"1: 1.50/true/1e400/"}},
		{"an array of scalars is joined", `{"format": "json"}`, `[{"code":["a","b"],"codes":["01400", 2, null, "["]}]`, []string{"1: a|b//" + "/01400|2||["}},
		{"what nests stays JSON", `{"format": "json"}`, `[{"code":{"a": [1]},"nom":[[1], 2],"codes":[]}]`, []string{`1: {"a": [1]}/[[1], 2]//`}},
		{"the last of two members stands", `{"format": "json"}`, `[{"code":"1","nom":"a","code":"2","nom":null}]`, []string{"1: 2///"}},
		{"escapes are read in keys and texts", `{"format": "json"}`, `[{"c\u006fde":"\u00c9vry \"\ud83d\ude00\""}]`, []string{`1: Évry "😀"///`}},
		{"bytes that are not UTF-8 reach the cell's validation", `{"format": "json"}`, "[{\"code\":\"\xc9vry\",\"nom\":\"\\t\xc9\"}]",
			[]string{"1: \xc9vry/\\t\xc9//"}},
		{"an empty array gives no row", `{"format": "json"}`, ` [ ] `, nil},
		{"an empty object is an empty row", `{"format": "json"}`, `[{"code":1},{ }]`, []string{"1: 1///", "2: ///"}},
		{"gzip and a byte order mark", `{"format": "json"}`, gzipped("\ufeff[{\"code\":1}]"), []string{"1: 1///"}},
	})
}

func TestJSONBroken(t *testing.T) {
	rows := `{"format": "json"}`
	deep := strings.Repeat("[", 70) + strings.Repeat("]", 70)
	checkBroken(t, []broken{
		{"cut in a row", rows, `[{"code":"1"},{"code":"2`, 1, "f : le fichier JSON est tronqué"},
		{"cut between rows", rows, `[{"code":"1"}`, 1, "f : le fichier JSON est tronqué"},
		{"cut after a comma", rows, `[{"code":"1"},`, 1, "f : le fichier JSON est tronqué"},
		{"cut after the rows", `{"format": "json", "rows": "/r"}`, `{"r":[{"code":"1"}],"s":1`, 1, "f : le fichier JSON est tronqué"},
		{"cut before the rows", `{"format": "json", "rows": "/r"}`, `{"s":[1`, 0, "f : le fichier JSON est tronqué"},
		{"a row that is not JSON", rows, `[{"code":"1"},{code:"2"}]`, 1, "f, objet 2 : ce n'est pas du JSON valide"},
		{"a comma too many", rows, `[{"code":"1"},]`, 1, "f, objet 2 : ce n'est pas du JSON valide"},
		{"a comma too few", rows, `[{"code":"1"} {"code":"2"}]`, 1, "f, objet 2 : ce n'est pas du JSON valide"},
		{"text that is not JSON", rows, `code,nom`, 0, "f, objet 1 : ce n'est pas du JSON valide"},
		{"text after the end", rows, `[{"code":"1"}] [`, 1, "f : du texte suit la fin du document"},
		{"a row that is no object", rows, `[{"code":"1"},"2"]`, 1, "f, objet 2 : ce n'est pas un objet JSON"},
		{"the document is no array", rows, `{"code":"1"}`, 0, "f : le document n'est pas un tableau de lignes"},
		{"the pointer leads nowhere", `{"format": "json", "rows": "/a/b"}`, `{"a":{"c":[]}}`, 0,
			"f : il n'y a pas de tableau de lignes à l'emplacement « /a/b »"},
		{"the pointer leads through a scalar", `{"format": "json", "rows": "/a/b"}`, `{"a":1}`, 0,
			"f : il n'y a pas de tableau de lignes à l'emplacement « /a/b »"},
		{"a row nests too much", rows, `[{"code":"1"},{"code":` + deep + `}]`, 1, "f, objet 2 : plus de 64 niveaux d'imbrication"},
		{"what is skipped nests too much", `{"format": "json", "rows": "/a"}`, `{"b":` + deep + `,"a":[]}`, 0, "f, objet 1 : plus de 64 niveaux d'imbrication"},
		{"a row nests absurdly", rows, `[{"code":` + strings.Repeat("[", 20000), 0, "f, objet 1 : ce n'est pas du JSON valide"},
		{"a row is too long", rows, `[{"code":"1"},{"code":"` + strings.Repeat("x", 17<<20) + `"}]`, 1, "f : l'objet 2 dépasse 16 Mio"},
		{"no row has a required column", rows, `[{"nom":"a"},{"nom":"b"}]`, 2, "f : aucune des 2 lignes n'a de champ « code »"},
		{"no row has a mapped column", `{"format": "json", "map": {"nom": "libelle"}}`, `[{"code":"1"}]`, 1,
			"f : aucune des 1 lignes n'a de champ « libelle »"},
	})
}

func TestGeoJSON(t *testing.T) {
	all := `{"format": "geojson", "map": {"nom": {"template": "{_id}"}}}`
	const point = `{"type": "Point", "coordinates": [2.4, 48.6]}`
	want := []string{"1: 1/7// " + point}
	feature := `{"geometry":` + point + `,"id":7,"type":"Feature","properties":{"code":"1","geometry":"x"},"bbox":[1]}`
	cases := []readable{
		{"features come first or last", all, `{"features":[` + feature + `],"type":"FeatureCollection"}`, want},
		{"other members are passed over", all,
			`{"type":"FeatureCollection","name":"x","bbox":[1,2],"o":{"features":[1]},"features":[` + feature + `],"n":[[]]}`, want},
		{"no geometry, no property", `{"format": "geojson"}`,
			`{"type":"FeatureCollection","features":[` + feature + `,{"type":"Feature","geometry":null,"properties":null},{"type":"Feature"}]}`,
			[]string{"1: 1/// " + point, "2: ///", "3: ///"}},
		{"no feature", all, `{"type":"FeatureCollection","features":[]}`, nil},
	}
	for _, crs := range []string{`"urn:ogc:def:crs:OGC:1.3:CRS84"`, `"urn:ogc:def:crs:OGC::CRS84"`, `"EPSG:4326"`, `"urn:ogc:def:crs:EPSG::4326"`,
		`"http://www.opengis.net/def/crs/OGC/1.3/CRS84"`} {
		cases = append(cases, readable{"crs " + crs, all,
			`{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":` + crs + `}},"features":[` + feature + `]}`, want})
	}
	cases = append(cases, readable{"crs null", all, `{"type":"FeatureCollection","features":[` + feature + `],"crs":null}`, want})
	checkReadable(t, cases)
}

func TestGeoJSONBroken(t *testing.T) {
	all := `{"format": "geojson"}`
	const one = `{"type":"Feature","properties":{"code":"1"},"geometry":null}`
	crs := func(name string) string {
		return `{"type":"FeatureCollection","features":[` + one + `],"crs":{"type":"name","properties":{"name":"` + name + `"}}}`
	}
	checkBroken(t, []broken{
		{"Lambert 93", all, crs("urn:ogc:def:crs:EPSG::2154"), 1,
			"f : le système de coordonnées « urn:ogc:def:crs:EPSG::2154 » n'est pas lu ; il faut CRS84 (longitude, latitude)"},
		{"a code that ends alike", all, crs("EPSG:14326"), 1,
			"f : le système de coordonnées « EPSG:14326 » n'est pas lu ; il faut CRS84 (longitude, latitude)"},
		{"a linked system", all, `{"type":"FeatureCollection","crs":{"type":"link"},"features":[]}`, 0,
			"f : le système de coordonnées « {\"type\":\"link\"} » n'est pas lu ; il faut CRS84 (longitude, latitude)"},
		{"a single feature", all, one, 0, "f : l'objet GeoJSON est de type « Feature », il faut FeatureCollection"},
		{"no type", all, `{"features":[` + one + `]}`, 1, "f : le document n'a pas de type GeoJSON"},
		{"TopoJSON", all, `{"objects":{},"type":"Topology"}`, 0, "f : l'objet GeoJSON est de type « Topology », il faut FeatureCollection"},
		{"no features", all, `{"type":"FeatureCollection"}`, 0, "f : il n'y a pas de tableau features, ou il y en a plusieurs"},
		{"features twice", all, `{"type":"FeatureCollection","features":[` + one + `],"features":[]}`, 1,
			"f : il n'y a pas de tableau features, ou il y en a plusieurs"},
		{"an array of features", all, `[` + one + `]`, 0, "f : il n'y a pas de tableau features, ou il y en a plusieurs"},
		{"a geometry among features", all, `{"type":"FeatureCollection","features":[` + one + `,{"type":"Point","coordinates":[1,2]}]}`, 1,
			"f, objet 2 : ce n'est pas un Feature"},
		{"a number among features", all, `{"type":"FeatureCollection","features":[1]}`, 0, "f, objet 1 : ce n'est pas un objet JSON"},
		{"properties that are none", all, `{"type":"FeatureCollection","features":[{"type":"Feature","properties":[]}]}`, 0,
			"f, objet 1 : properties n'est pas un objet"},
		{"cut in a feature", all, `{"type":"FeatureCollection","features":[` + one + `,` + one[:20], 1, "f : le fichier GeoJSON est tronqué"},
		{"cut after the features", all, `{"type":"FeatureCollection","features":[` + one + `]`, 1, "f : le fichier GeoJSON est tronqué"},
		{"text after the end", all, `{"type":"FeatureCollection","features":[` + one + `]}}`, 1, "f : du texte suit la fin du document"},
		{"a feature is too long", all, `{"type":"FeatureCollection","features":[{"x":"` + strings.Repeat("x", 65<<20) + `"}]}`, 0, "f : l'objet 1 dépasse 64 Mio"},
		{"no feature has a required column", all, `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{}}]}`, 1,
			"f : aucune des 1 lignes n'a de champ « code »"},
	})
}
