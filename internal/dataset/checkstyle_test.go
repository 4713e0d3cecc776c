package dataset_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"maille/internal/dataset"
)

const (
	tilesAt = "datasets/lieux.json#/publication/tiles"
	styleAt = "datasets/lieux.json#/publication/style"
	shapes  = "datasets/contours.json#/publication/style"
	themeAt = "datasets/themes/carte.json"
	// wider are tiles that carry columns of several types.
	wider = `{"minzoom": 5, "maxzoom": 14, "properties": ["id", "nom", "latitude", "services", "date_maj"], "sums": ["latitude"]}`
)

// TestLoadChecksMaps: tiles, styles and themes that could not be drawn are named by file and key.
func TestLoadChecksMaps(t *testing.T) {
	const style, tiles = "datasets/lieux.json: publication.style", "datasets/lieux.json: publication.tiles"
	const outlines, contourEnum = "datasets/contours.json: publication.style", "schemas/contours.json#/fields/0/constraints"
	enum := "schemas/lieux.json#/fields/6/items"
	places, err := os.ReadFile("testdata/valid/datasets/lieux.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		o    overlay
		want string
	}{
		{"zooms that fall", overlay{tilesAt: `{"minzoom": 9, "maxzoom": 8, "properties": ["id", "nom"]}`}, tiles + ".maxzoom: zooms go from minzoom to maxzoom, from 0 to 22"},
		{"a zoom beyond all", overlay{tilesAt: `{"minzoom": 9, "maxzoom": 23, "properties": ["id", "nom"]}`}, tiles + ".maxzoom: zooms go from minzoom to maxzoom, from 0 to 22"},
		{"polygons beyond their grid", overlay{"datasets/contours.json#/publication/tiles": `{"minzoom": 5, "maxzoom": 19, "properties": ["code_insee"]}`},
			"datasets/contours.json: publication.tiles.maxzoom: zooms go from minzoom to maxzoom, from 0 to 18"},
		{"a prerender outside", overlay{tilesAt: `{"minzoom": 5, "maxzoom": 14, "prerender": 15, "properties": ["id", "nom"]}`}, tiles + ".prerender: is of points, from minzoom to maxzoom"},
		{"a budget too small", overlay{tilesAt: `{"minzoom": 5, "maxzoom": 14, "budget": 500, "properties": ["id", "nom"]}`}, tiles + ".budget: is in bytes, at least 10000"},
		{"tiles without the key", overlay{tilesAt: `{"minzoom": 5, "maxzoom": 14, "properties": ["nom"]}`}, tiles + ".properties: id is part of the key, by which maps know a feature"},
		{"a property twice", overlay{tilesAt: `{"minzoom": 5, "maxzoom": 14, "properties": ["id", "nom", "nom"]}`}, tiles + ".properties: nom stands twice"},
		{"points whose title tiles lack", overlay{tilesAt: `{"minzoom": 5, "maxzoom": 14, "properties": ["id"]}`},
			tiles + `.properties: nom is publication.title, which maps write beside points unless the label of publication.style is another, or "-"`},
		{"from of no property", overlay{tilesAt + "/from": `{"services": 8}`}, tiles + ".from.services: is not in publication.tiles.properties"},
		{"from of the key", overlay{tilesAt + "/from": `{"id": 8}`}, tiles + ".from.id: is part of the key, which every tile has"},
		{"from below minzoom", overlay{tilesAt + "/from": `{"nom": 5}`}, tiles + ".from.nom: is a zoom above minzoom, at most maxzoom"},
		{"a sum of texts", overlay{tilesAt + "/sums": `["nom"]`}, tiles + ".sums: nom is a string, which has no sum"},
		{"a sum of no property", overlay{tilesAt + "/sums": `["latitude"]`}, tiles + ".sums: latitude is not in publication.tiles.properties"},
		{"sums of polygons", overlay{"datasets/contours.json#/publication/tiles": `{"minzoom": 5, "maxzoom": 12, "properties": ["code_insee"], "sums": ["code_insee"]}`},
			"datasets/contours.json: publication.tiles.sums: is of points, which are merged"},
		{"tiles of no geometry", overlay{"datasets/communes-cog.json#/publication/tiles": `{"minzoom": 5, "maxzoom": 12, "properties": ["code_insee"]}`},
			"datasets/communes-cog.json: publication.tiles: needs publication.geometry"},

		{"a style of no geometry", overlay{"datasets/communes-cog.json#/publication/style": `{}`}, "datasets/communes-cog.json: publication.style: communes-cog has no geometry"},
		{"a kind that is not known", overlay{styleAt: `{"kind": "heatmap"}`}, style + `.kind: "heatmap" is none of [classes categories circles bivariate]`},
		{"a palette that is not known", overlay{styleAt: `{"palette": "rainbow"}`}, style + `.palette: "rainbow" is not known`},
		{"a palette of another kind", overlay{styleAt: `{"palette": "viridis"}`}, style + ".palette: viridis is sequential; one colour asks for one that is [single]"},
		{"a property without a kind", overlay{styleAt: `{"property": "nom"}`}, style + ".property: goes with a kind, and a kind needs one"},
		{"a property that tiles lack", overlay{styleAt: `{"kind": "classes", "property": "latitude", "breaks": [0, 1, 2]}`}, style + ".property: latitude is not in publication.tiles.properties"},
		{"a property that is not there", overlay{styleAt: `{"kind": "classes", "property": "taux", "breaks": [0, 1, 2]}`}, style + `.property: the schema has no field "taux"`},
		{"classes of texts", overlay{styleAt: `{"kind": "classes", "property": "nom", "breaks": [0, 1, 2]}`}, style + ".property: nom is a string, which classes cannot show"},
		{"categories of dates", overlay{tilesAt: wider, styleAt: `{"kind": "categories", "property": "date_maj", "categories": [{"value": "a"}]}`},
			style + ".property: date_maj is a date, which categories cannot show"},
		{"breaks that fall", overlay{tilesAt: wider, styleAt: `{"kind": "classes", "property": "latitude", "breaks": [0, 2, 1]}`}, style + ".breaks: must rise, and those of circles are above 0"},
		{"colours that low zooms lack", overlay{tilesAt: `{"minzoom": 5, "maxzoom": 14, "properties": ["id", "nom", "latitude"], "from": {"latitude": 7}}`,
			styleAt: `{"kind": "classes", "property": "latitude", "breaks": [0, 1, 2]}`}, style + ".property: tiles have latitude from zoom 7 on only, and the map begins at 5"},
		{"too few breaks", overlay{tilesAt: wider, styleAt: `{"kind": "classes", "property": "latitude", "breaks": [0, 2]}`}, style + ".breaks: classes has from 3 to 8 of them, not 2"},
		{"too many breaks", overlay{tilesAt: wider, styleAt: `{"kind": "classes", "property": "latitude", "breaks": [0, 1, 2, 3, 4, 5, 6, 7, 8]}`}, style + ".breaks: classes has from 3 to 8 of them, not 9"},
		{"breaks of one colour", overlay{styleAt: `{"breaks": [1]}`}, style + ".breaks: one colour has from 0 to 0 of them, not 1"},
		{"a circle of nothing", overlay{tilesAt: wider, styleAt: `{"kind": "circles", "property": "latitude", "breaks": [0]}`}, style + ".breaks: must rise, and those of circles are above 0"},
		{"circles without sums", overlay{tilesAt + "/properties": `["id", "nom", "latitude"]`, styleAt: `{"kind": "circles", "property": "latitude", "breaks": [1]}`},
			style + ".property: latitude is not in publication.tiles.sums, so that points that are merged would have no circle"},
		{"circles of polygons", overlay{"schemas/contours.json#/fields/-": `{"name": "n", "type": "integer"}`, shapes: `{"kind": "circles", "property": "n", "breaks": [1]}`,
			"datasets/contours.json#/publication/tiles": `{"minzoom": 5, "maxzoom": 12, "properties": ["code_insee", "n"]}`},
			"datasets/contours.json: publication.style.property: circles are of points; classes show polygons"},
		{"categories of another kind", overlay{styleAt: `{"categories": [{"value": "a"}]}`}, style + ".categories: go with the kind categories"},
		{"no categories", overlay{styleAt: `{"kind": "categories", "property": "nom"}`}, style + ".categories: from 1 to 7 can be told apart, not 0"},
		{"a category twice", overlay{styleAt: `{"kind": "categories", "property": "nom", "categories": [{"value": "a"}, {"value": "a"}]}`}, style + `.categories: "a" stands twice`},
		{"a category that is no value", overlay{tilesAt: wider, enum: `{"enum": ["x", "y"]}`, styleAt: `{"kind": "categories", "property": "services", "categories": [{"value": "z"}]}`},
			style + `.categories: "z" is no value of services, which has ["x" "y"]`},
		{"a bivariate map of points", overlay{styleAt: `{"kind": "bivariate", "property": "nom", "axes": [{"title": "A", "classes": ["a", "b", "c"]}, {"title": "B", "classes": ["d", "e", "f"]}]}`},
			style + ".property: a bivariate map is of polygons; points that are merged would have no colour"},
		{"a bivariate map of numbers", overlay{tilesAt: wider, styleAt: `{"kind": "bivariate", "property": "latitude", "axes": [{"title": "A", "classes": ["a", "b", "c"]}, {"title": "B", "classes": ["d", "e", "f"]}]}`},
			style + ".property: a bivariate map is of polygons; points that are merged would have no colour\n" + style + ".property: latitude is a number, which bivariate cannot show"},
		{"one axis", overlay{shapes: `{"kind": "bivariate", "property": "code_insee", "axes": [{"title": "A", "classes": ["a", "b", "c"]}]}`}, outlines + ".axes: are two, not 1"},
		{"an axis of two classes", overlay{shapes: `{"kind": "bivariate", "property": "code_insee", "axes": [{"title": "A", "classes": ["a", "b", "c"]}, {"title": "B", "classes": ["d", "e"]}]}`},
			outlines + ".axes: each has a title, and 3 classes that have names, from low to high"},
		{"an axis without a name", overlay{shapes: `{"kind": "bivariate", "property": "code_insee", "axes": [{"title": "A", "classes": ["a", "b", "c"]}, {"title": "", "classes": ["d", "e", "f"]}]}`},
			outlines + ".axes: each has a title, and 3 classes that have names, from low to high"},
		{"a pair that is no value", overlay{contourEnum: `{"required": true, "enum": ["1-1", "1-2", "1-3", "2-1", "2-2", "2-3", "3-1", "3-2"]}`, shapes: `{"kind": "bivariate", "property": "code_insee", "axes": [{"title": "A", "classes": ["a", "b", "c"]}, {"title": "B", "classes": ["d", "e", "f"]}]}`},
			outlines + `.axes: "3-3" is no value of code_insee, which has ["1-1" "1-2" "1-3" "2-1" "2-2" "2-3" "3-1" "3-2"]`},
		{"axes of one colour", overlay{shapes: `{"axes": [{"title": "A", "classes": ["a", "b", "c"]}, {"title": "B", "classes": ["d", "e", "f"]}]}`}, outlines + ".axes: go with the kind bivariate"},
		{"a bivariate map in colours of categories", overlay{shapes: `{"kind": "bivariate", "property": "code_insee", "palette": "okabe-ito", "axes": [{"title": "A", "classes": ["a", "b", "c"]}, {"title": "B", "classes": ["d", "e", "f"]}]}`},
			outlines + ".palette: okabe-ito is categorical; bivariate asks for one that is [crossed]"},
		{"a label that tiles lack", overlay{styleAt: `{"label": "latitude"}`}, style + ".label: latitude is not in publication.tiles.properties"},
		{"an unknown key", overlay{styleAt: `{"color": "red"}`}, `datasets/lieux.json: json: unknown field "color"`},

		{"a theme of nothing", overlay{themeAt: theme(``)}, "datasets/themes/carte.json: layers: a theme shows at least one dataset"},
		{"a theme of a dataset that is not there", overlay{themeAt: theme(`{"dataset": "epci"}`)}, `datasets/themes/carte.json: layers.epci: no dataset is named "epci"`},
		{"a theme of a table", overlay{themeAt: theme(`{"dataset": "communes-cog"}`)}, "datasets/themes/carte.json: layers.communes-cog: communes-cog has no geometry"},
		{"a dataset twice", overlay{themeAt: theme(`{"dataset": "lieux"}, {"dataset": "lieux"}`)}, "datasets/themes/carte.json: layers: lieux stands twice"},
		{"a theme's style", overlay{themeAt: theme(`{"dataset": "lieux", "style": {"palette": "rainbow"}}`)}, `datasets/themes/carte.json: layers.lieux.style.palette: "rainbow" is not known`},
		{"a theme's label", overlay{themeAt: theme(`{"dataset": "lieux", "style": {"label": "id"}}`)}, `datasets/themes/carte.json: layers.lieux.style.label: the labels of lieux's tiles are "nom"; only these can be written`},
		{"a theme whose low zooms lack its colours", overlay{tilesAt: `{"minzoom": 5, "maxzoom": 14, "properties": ["id", "nom", "latitude"], "from": {"latitude": 7}}`,
			themeAt: theme(`{"dataset": "lieux", "minzoom": 6, "style": {"kind": "classes", "property": "latitude", "breaks": [0, 1, 2]}}`)},
			"datasets/themes/carte.json: layers.lieux.style.property: tiles have latitude from zoom 7 on only, and the map begins at 6"},
		{"a theme's zoom", overlay{themeAt: theme(`{"dataset": "lieux", "minzoom": 40}`)}, "datasets/themes/carte.json: layers.lieux.minzoom: is a zoom, from 0 to 22"},
		{"a theme named otherwise", overlay{"datasets/themes/autre.json": theme(`{"dataset": "lieux"}`)}, `datasets/themes/autre.json: name: "carte" differs from the file's name`},
		{"a dataset named like labels", overlay{"datasets/contours.json#/publication/title": `"code_insee"`, "datasets/contours-etiquettes.json": strings.Replace(string(places), `"lieux"`, `"contours-etiquettes"`, 1)},
			`datasets/contours-etiquettes.json: name: "contours-etiquettes" is the layer of labels in the tiles of contours`},
		{"a theme named like a dataset", overlay{"datasets/themes/lieux.json": `{"name": "lieux", "title": "t", "description": "d", "layers": [{"dataset": "lieux"}]}`},
			`datasets/themes/lieux.json: name: "lieux" is the name of a dataset, which has a map of its own`},
		{"a theme without a title", overlay{themeAt: `{"name": "carte", "description": "d", "layers": [{"dataset": "lieux"}]}`}, "datasets/themes/carte.json: title: is missing"},
		{"a theme with an unknown key", overlay{themeAt: `{"name": "carte", "layer": []}`}, `datasets/themes/carte.json: json: unknown field "layer"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := dataset.Load(files(t, c.o))
			if err == nil || err.Error() != c.want {
				t.Errorf("\n got %v\nwant %s", err, c.want)
			}
		})
	}
}

func theme(layers string) string {
	return `{"name": "carte", "title": "Carte", "description": "Une carte.", "layers": [` + layers + `]}`
}

func TestThemes(t *testing.T) {
	r := load(t, overlay{themeAt: theme(`{"dataset": "contours", "style": {"palette": "ink", "label": "-"}, "minzoom": 6}, {"dataset": "lieux"}`),
		"datasets/themes/autre.json": `{"name": "autre", "title": "t", "description": "d", "layers": [{"dataset": "lieux"}]}`})
	all := r.Themes()
	if len(all) != 2 || all[0].Name != "autre" || all[1].Name != "carte" || len(all[1].Layers) != 2 || all[1].Layers[0].MinZoom != 6 {
		t.Fatalf("%+v", all)
	}
	if part, some := all[1].Without(func(name string) bool { return name == "contours" }); !some || len(part.Layers) != 1 || part.Layers[0].Dataset != "lieux" {
		t.Errorf("%+v", part)
	}
	if _, some := all[0].Without(func(string) bool { return true }); some {
		t.Error("a theme of nothing")
	}
	if len(all[1].Layers) != 2 {
		t.Error("the theme of the registry was changed")
	}
	if _, err := dataset.Load(files(t, overlay{themeAt: theme(`{"dataset": "lieux"}`)}), files(t, overlay{themeAt: theme(`{"dataset": "lieux"}`)})); err == nil {
		t.Error("two themes of one name")
	}
}

func TestStyleDefaults(t *testing.T) {
	d := load(t, overlay{tilesAt: wider, styleAt: `{"kind": "circles", "property": "latitude", "breaks": [1]}`}).Get("lieux")
	if s := d.Style(); s.Palette != "vermilion" || s.Title != "latitude" || s.Label != "nom" || d.LabelColumn() != "nom" {
		t.Errorf("%+v", s)
	}
	if s := load(t, nil).Get("lieux").Style(); s.Palette != "blue" || s.Title != "Lieux" {
		t.Errorf("%+v", s)
	}
	for own, want := range map[string]string{`{"label": "id"}`: "id", `{"label": "-"}`: dataset.NoLabel, `{}`: "nom"} {
		d := load(t, overlay{styleAt: own}).Get("lieux")
		if s := d.Styled(dataset.Style{Palette: "ink"}); s.Label != want {
			t.Errorf("a theme writes %q, where tiles of %s have %q", s.Label, own, d.LabelColumn())
		}
	}
	if s := load(t, overlay{styleAt: `{"label": "-"}`}).Get("lieux"); s.LabelColumn() != "" {
		t.Error("a label where the style says none")
	}
}

// TestLabelsLayer: polygons alone have one, when something is written on them.
func TestLabelsLayer(t *testing.T) {
	for own, want := range map[string][]string{`{}`: {"code_insee"}, `{"label": "-"}`: nil} {
		r := load(t, overlay{shapes: own, "datasets/contours.json#/publication/title": `"code_insee"`})
		if _, columns := r.Get("contours").LabelsLayer(); !slices.Equal(columns, want) {
			t.Errorf("%s: %q", own, columns)
		}
		if name, columns := r.Get("lieux").LabelsLayer(); name != "" || columns != nil {
			t.Errorf("points have %s: %q", name, columns)
		}
	}
}

// TestPublishedMaps: everything with a geometry has tiles and a style, and the maps that the issue names are there.
func TestPublishedMaps(t *testing.T) {
	r := published(t)
	for _, d := range r.All() {
		if g := d.Publication.Geometry; g != nil && (d.Publication.Tiles == nil || d.Publication.Style == nil) {
			t.Errorf("%s has no tiles or no style of its own", d.Name)
		}
	}
	themes := map[string]bool{}
	for _, theme := range r.Themes() {
		themes[theme.Name] = true
	}
	for _, name := range []string{"couverture", "mediation", "territoires"} {
		if !themes[name] {
			t.Errorf("no theme is named %s", name)
		}
	}
}
