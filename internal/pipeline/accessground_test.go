package pipeline_test

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"maille/internal/dataset"
)

// ground is an instance of what access is made of, and of nothing else: whatever the profile gives, by hand.
func ground(t *testing.T) *dataset.Registry {
	t.Helper()
	csv := func(name, publication string) *fstest.MapFile {
		return descriptor(name, `"resources": [{"path": "`+name+`.csv", "format": "csv"}]`, publication)
	}
	const point = `"geometry": {"type": "Point", "longitude": "longitude", "latitude": "latitude"}`
	files := dataset.Files{
		Datasets: fstest.MapFS{
			"communes.json": descriptor("communes", `"resources": [{"path": "communes.geojson", "format": "geojson"}]`,
				`"key": ["code_insee"], "geometry": {"type": "MultiPolygon"}, "commune": "code_insee", "reference": "communes"`),
			"communes-points.json":                csv("communes-points", `"key": ["code_insee"], "commune": "code_insee", "fall": 1, "churn": 1, `+point),
			"population-carreaux.json":            csv("population-carreaux", `"key": ["id"], "fall": 1, "churn": 1, `+point),
			"communes-passages.json":              csv("communes-passages", `"key": ["id"]`),
			"matrice-couts.json":                  csv("matrice-couts", `"key": ["origine", "lieu"]`),
			"lieux-mediation.json":                csv("lieux-mediation", `"key": ["id"], "fall": 1, "churn": 1, `+point),
			"lieux-voisins.json":                  csv("lieux-voisins", `"key": ["id"], "fall": 1, "churn": 1, `+point),
			"offre-communes.json":                 csv("offre-communes", `"key": ["code_insee"], "commune": "code_insee"`),
			"arrondissements-municipaux-cog.json": csv("arrondissements-municipaux-cog", `"key": ["code_insee"]`),
		},
		Schemas: fstest.MapFS{
			"communes.json": fields("code_insee string", "nom string", "code_epci string", "nom_epci string", "code_departement string", "code_region string", "population integer"),
			"communes-points.json": fields("code_insee string", "code_departement string", "population integer", "domaine string", "longitude number", "latitude number",
				"mairie_longitude number", "mairie_latitude number", "distance_limite integer"),
			"population-carreaux.json":            fields("id string", "population number", "code_insee string", "longitude number", "latitude number"),
			"offre-communes.json":                 fields("code_insee string", "med_lieux integer"),
			"communes-passages.json":              fields("id string", "code_ancien string", "nature string", "debut date", "fin date", "principal boolean", "code_insee string"),
			"arrondissements-municipaux-cog.json": fields("code_insee string", "commune string"),
		},
	}
	for _, name := range []string{"acces-mediation.json", "acces-mediation-offres.json", "lieux-mediation.json", "lieux-voisins.json", "matrice-couts.json"} {
		schema, err := os.ReadFile("../../schemas/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files.Schemas.(fstest.MapFS)[name] = &fstest.MapFile{Data: schema}
		if strings.HasPrefix(name, "acces") {
			described, err := os.ReadFile("../../datasets/" + name)
			if err != nil {
				t.Fatal(err)
			}
			files.Datasets.(fstest.MapFS)[name] = &fstest.MapFile{Data: described}
		}
	}
	return load(files)
}

const (
	groundPoints = `code_insee,code_departement,population,domaine,longitude,latitude,mairie_longitude,mairie_latitude,distance_limite
01001,01,200,metropole,5,46,5,46.009,9000
01002,01,0,metropole,5.1,46,,,
01003,01,80,metropole,,,,,
01004,01,50,metropole,6,46,,,
01005,01,,metropole,5.2,46,,,
01006,01,30,metropole,7,46,,,
01007,01,40,metropole,6.01,46,,,
01008,01,90,metropole,8,46,,,
97101,971,1000,01,-61.5,16.2,,,30000
97401,974,100,04,55.5,-21,,,30000
97402,974,100,04,55.9,-21,,,30000
97403,974,100,04,55.5,-21,,,30000
97601,976,500,06,45.2,-12.8,,,
`
	groundCells = `id,population,code_insee,longitude,latitude
a,60,01001,5,46
b,35,01001,5,46.05
c,5,01001,5,46.2
d,5,99999,5,46.2
e,7,01002,5.1,46
f,10,01381,8.25,46
g,20,01902,8.2,46
h,60,01901,8.3,46
i,1,97401,55.5,-21
j,1,97401,55.6,-21
k,10,97402,55.5,-21
l,90,97402,55.9,-21
m,95,97403,55.5,-21
n,5,97403,55.6,-21
`
	groundPassed = `id,code_ancien,nature,debut,fin,principal,code_insee
1,01901,commune,1943-01-01,2025-01-01,true,01008
2,01902,deleguee,2020-01-01,,true,01001
3,01902,commune,1943-01-01,2020-01-01,true,01008
4,01008,commune,1943-01-01,,true,01008
`
	groundRoads  = "origine,lieu,metres,minutes\n01004,B,12000,9\n97101,C,,5\n01004,C,10,1\n"
	groundPlaces = `id,pivot,nom,commune,code_postal,code_insee,adresse,longitude,latitude,horaires,date_maj,services,modalites_acces
A,00000000000000,A,A,01000,01001,A,5,46,Mo-Fr 09:00-17:00,2026-01-01,Aide aux démarches administratives|Accès internet et matériel informatique,
B,00000000000000,B,B,01000,01004,B,6,46,sur rendez-vous,2026-01-01,,
C,00000000000000,C,C,97100,97101,C,-61.5,16.2,Mo-Fr 17:00-19:00; Sa 09:00-12:00,2026-01-01,Aide aux démarches administratives,
D,00000000000000,D,D,01000,01001,D,,,24/7,2026-01-01,Aide aux démarches administratives,
E,00000000000000,E,E,01000,01006,E,7,46,24/7,2026-01-01,Aide aux démarches administratives,Téléphoner|Ce lieu n'accueille pas de public
F,00000000000000,F,F,01000,01008,F,8.3,46,,2026-01-01,,Ce lieu n'accueille pas de public|Se présenter
G,00000000000000,G,G,97400,97401,G,55.5,-21,Mo-Fr 17:00-20:00,2026-01-01,,
H,00000000000000,H,H,97400,97401,H,55.6,-21,,2026-01-01,,
`
)

func groundCommunes() string {
	var all []string
	for row := range strings.SplitSeq(strings.TrimSpace(groundPoints), "\n") {
		c := strings.Split(row, ",")
		if c[0] == "code_insee" {
			continue
		}
		shape, population := "null", "null"
		if c[4] != "" {
			lon, _ := strconv.ParseFloat(c[4], 64)
			lat, _ := strconv.ParseFloat(c[5], 64)
			shape = fmt.Sprintf(`{"type":"MultiPolygon","coordinates":[[[[%v,%v],[%v,%v],[%v,%v],[%v,%v]]]]}`, lon, lat, lon+0.01, lat, lon, lat+0.01, lon, lat)
		}
		if c[2] != "" {
			population = c[2]
		}
		all = append(all, `{"type":"Feature","geometry":`+shape+`,"properties":{"code_insee":"`+c[0]+`","nom":"N","code_departement":"`+c[1]+`","population":`+population+`}}`)
	}
	return `{"type":"FeatureCollection","features":[` + strings.Join(all, ",") + `]}`
}

// lastFirst has the rows of a file after its header in the other order.
func lastFirst(text string) string {
	rows := strings.Split(strings.TrimSpace(text), "\n")
	slices.Reverse(rows[1:])
	return strings.Join(rows, "\n") + "\n"
}

func grounded(t *testing.T, order func(string) string, absent ...string) *world {
	t.Helper()
	w := build(t, ground(t))
	w.places["lieux-voisins"] = "-"
	for _, name := range absent {
		w.places[name] = "-"
	}
	w.put("communes.geojson", groundCommunes())
	w.put("communes-points.csv", order(groundPoints))
	w.put("population-carreaux.csv", order(groundCells))
	w.put("matrice-couts.csv", order(groundRoads))
	w.put("communes-passages.csv", order(groundPassed))
	w.put("arrondissements-municipaux-cog.csv", "code_insee,commune\n01381,01008\n")
	w.put("lieux-mediation.csv", order(groundPlaces))
	w.put("offre-communes.csv", "code_insee,med_lieux\n01001,1\n01002,\n")
	for name, status := range w.run(t) {
		if !strings.HasPrefix(status, "sealed") {
			t.Errorf("%s is %s", name, status)
		}
	}
	return w
}

// TestAccessGround is what the sample has not: cells, roads, islands, nobody, nothing.
func TestAccessGround(t *testing.T) {
	notRaced(t)
	w := grounded(t, func(s string) string { return s })
	m, _ := w.publish(t)
	for _, c := range []struct{ what, columns, code, want string }{
		{"cells", "origine, origines, lieu_proche, pop_au_dela_5km, pop_au_dela_10km, pop_au_dela_5km_vol, lieux_5km, lieux_10km, services_10km, heures_10km, hors_bureau_distance, drapeau", "01001",
			"(carreaux,3,A,80,,80,0.6,,,,,effet_bord)"},
		{"few people on cells", "lieux_20km, hors_bureau_lieux_10km, array_to_string(moins_de_11, ' '), presque_tous", "01001",
			`(,,"pop_au_dela_10km lieux_10km services_10km heures_10km hors_bureau_lieux_10km pop_au_dela_20km lieux_20km pop_au_dela_10km_vol pop_au_dela_20km_vol",)`},
		{"all people but few", "pop_au_dela_5km, pop_au_dela_20km_vol, lieux_5km, heures_10km, array_to_string(presque_tous, ' ')", "97402",
			`(,,,,"pop_au_dela_5km pop_au_dela_10km pop_au_dela_20km pop_au_dela_5km_vol pop_au_dela_10km_vol pop_au_dela_20km_vol")`},
		{"a place shared by cells", "round(e2sfca::numeric, 6)", "01001", "(50.000000)"},
		{"from the town hall and the contour", "round(distance_mairie), distance_limite", "01001", "(1300,0)"},
		{"cells of an arrondissement, of a commune that died and of one that is a part of another", "origine, origines, lieu_proche, pop_au_dela_20km", "01008", "(carreaux,3,F,0)"},
		{"nobody", "origines, distance, pop_au_dela_5km, e2sfca, offre_partielle, distance_limite > 0, drapeau", "01002", "(0,,,,t,t,population_nulle)"},
		{"nowhere", "origines, distance, distance_limite, lieux_5km, drapeau", "01003", "(0,,,,non_renseigne)"},
		{"how many is not known", "origines, distance, distance_limite > 0, drapeau", "01005", "(0,,t,non_renseigne)"},
		{"by road", "origine, lieu_proche, distance_vol, distance, pop_au_dela_10km, lieux_10km, lieux_20km, services_10km, round((e2sfca * 51 / 10000)::numeric, 9), moins_de_11", "01004",
			"(point,B,0,12000,50,0,1,0,0.220000000,)"},
		{"far", "origine, lieu_proche, distance > 77000, pop_au_dela_20km, e2sfca, lieux_20km, services_10km, drapeau", "01006", "(point,B,t,30,0,0,0,pas_de_point_a_portee)"},
		{"a place that says nothing", "lieux_10km, services_10km, heures_10km, hors_bureau_lieux_10km, hors_bureau_distance, drapeau", "01007", "(1,,,,,ok)"},
		{"an island", "lieu_proche, distance, services_10km, heures_10km, hors_bureau_distance, hors_bureau_lieux_10km, e2sfca, part_effet_bord, drapeau", "97101", "(C,0,1,13,0,1,10,0,ok)"},
		{"open in the evening, of all that are near all", "lieux_10km, hors_bureau_lieux_10km, heures_10km", "97401", "(1,0.5,15)"},
		{"few people without one of these", "lieux_10km, hors_bureau_lieux_10km, heures_10km, moins_de_11", "97403", "(1,,15,{hors_bureau_lieux_10km})"},
		{"an island of nothing", "lieu_proche, distance, distance_limite, pop_au_dela_20km, lieux_20km, e2sfca, drapeau", "97601", "(,,,,,,lieux_vides)"},
	} {
		if got := one[string](t, w.conn, "select row("+c.columns+")::text from opendata.acces_mediation where code_insee = '"+c.code+"'"); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
	t.Run("offers", func(t *testing.T) { w.groundOffers(t) })
	t.Run("neither the order of rows nor cores matter", func(t *testing.T) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		other, _ := grounded(t, lastFirst).publish(t)
		for _, name := range []string{"acces-mediation", "acces-mediation-offres"} {
			if versions(m)[name] != versions(other)[name] {
				t.Errorf("%s is %s, and %s", name, versions(m)[name], versions(other)[name])
			}
		}
	})
	t.Run("a place beyond the limit only", func(t *testing.T) { w.groundBeyond(t) })
	t.Run("no place, one commune", func(t *testing.T) {
		w := grounded(t, func(text string) string {
			if text == groundPoints {
				return strings.Join(strings.SplitAfter(text, "\n")[:2], "")
			}
			return text
		}, "lieux-mediation", "population-carreaux", "matrice-couts")
		w.publish(t)
		if got := one[string](t, w.conn, `select string_agg(code_insee || coalesce(origine, '') || coalesce(e2sfca, -1) || drapeau, ' ' order by code_insee)
			from opendata.acces_mediation where code_insee < '01003'`); got != "01001point-1lieux_vides 01002-1non_renseigne" {
			t.Error(got)
		}
	})
}

// groundOffers: who reaches only places that say nothing is not without.
func (w *world) groundOffers(t *testing.T) {
	const demarches, internet = "aide-aux-demarches-administratives", "acces-internet-et-materiel-informatique"
	for _, c := range []struct{ code, offer, want string }{
		{"01001", demarches, "(service,,,moins_de_11)"},
		{"01007", demarches, "(service,,,non_renseigne)"},
		{"01006", demarches, "(service,0,30,pas_de_point_a_portee)"},
		{"97101", demarches, "(service,1,0,ok)"},
		{"97101", internet, "(service,,,lieux_vides)"},
		{"01002", internet, "(service,,,population_nulle)"},
	} {
		if got := one[string](t, w.conn, "select row(famille, lieux_10km, pop_au_dela_10km, drapeau)::text from opendata.acces_mediation_offres where code_insee = '"+c.code+"' and offre = '"+c.offer+"'"); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.code, c.offer, got, c.want)
		}
	}
	if got := one[string](t, w.conn, "select count(*) || ' ' || count(distinct offre) from opendata.acces_mediation_offres"); got != "26 2" {
		t.Error(got)
	}
}

// groundBeyond: where the instance has no place of its own, one beyond its limit says how far people go, and nothing of what they share. Last,
// since it changes the instance.
func (w *world) groundBeyond(t *testing.T) {
	delete(w.places, "lieux-voisins")
	w.put("lieux-voisins.csv", `id,nom,commune,code_postal,code_insee,longitude,latitude,itinerance,horaires,services,publics_specifiquement_adresses,dispositif_programmes_nationaux,source,date_maj,origine
V,V,V,97600,97699,45.2,-12.81,,Mo-Fr 09:00-19:00,Aide aux démarches administratives,,,,2026-01-01,
W,W,W,01000,01999,7,46.08,,,Loisirs et créations numériques,,,,2026-01-01,
`)
	w.run(t)
	w.publish(t)
	for code, want := range map[string]string{
		"97601": "(V,t,0,1.00,1.00,50,,lieux_vides,t)",
		"01006": "(W,f,30,0.00,1.00,0,0.000000,effet_bord,t)",
		"01001": "(A,f,80,,,,50.000000,effet_bord,t)",
	} {
		if got := one[string](t, w.conn, `select row(lieu_proche, distance < 2000, pop_au_dela_5km, round(lieux_10km::numeric, 2), round(lieux_20km::numeric, 2), heures_10km, round(e2sfca::numeric, 6), drapeau, voisins_connus)::text
			from opendata.acces_mediation where code_insee = '`+code+`'`); got != want {
			t.Errorf("%s: %s, want %s", code, got, want)
		}
	}
	defer func() { // the places' own rules say whether they may all go: what is computed of them follows
		w.places["lieux-mediation"], w.places["lieux-voisins"] = "-", "-"
		w.run(t)
		if m, published := w.publish(t); !published || m.Entry("acces-mediation-offres").Rows != 0 {
			t.Errorf("without a place: published %v, %d rows", published, m.Entry("acces-mediation-offres").Rows)
		}
	}()
	for _, c := range []struct{ code, offer, want string }{
		{"97601", "aide-aux-demarches-administratives", "(t,0,,lieux_vides)"},
		{"01006", "loisirs-et-creations-numeriques", "(t,30,0,effet_bord)"},
	} {
		if got := one[string](t, w.conn, "select row(distance is not null, pop_au_dela_10km, e2sfca, drapeau)::text from opendata.acces_mediation_offres where code_insee = '"+c.code+"' and offre = '"+c.offer+"'"); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.code, c.offer, got, c.want)
		}
	}
}
