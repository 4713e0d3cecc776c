package pipeline_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/indicator"
	"maille/internal/release"
)

// bordered is the sample as far as access needs it, with places beyond its limit: files by resource of lieux-voisins-declares.
func bordered(t *testing.T, files ...string) (*world, *release.Manifest) {
	t.Helper()
	r := only(t, "acces-mediation", "acces-mediation-offres")
	r.Keep([]string{"91"})
	w := sampled(t, r)
	usual := w.Place
	w.Place = func(d *dataset.Dataset, resource int) []string {
		if d.Name != "lieux-voisins-declares" {
			return usual(d, resource)
		}
		if resource < len(files) && files[resource] != "" {
			return []string{files[resource]}
		}
		return nil
	}
	for name, status := range w.run(t) {
		if got, _, _ := strings.Cut(status, ": "); got != release.Sealed {
			t.Fatalf("%s is %s", name, status)
		}
	}
	m, _ := w.publish(t)
	return w, m
}

const (
	standardHeader = "id,nom,commune,code_postal,code_insee,latitude,longitude,itinerance,horaires,services,publics_specifiquement_adresses,dispositif_programmes_nationaux,source,date_maj"
	standardRows   = `near,Melun,Melun,77000,77288,48.52,2.55,Fixe,Mo-Fr 09:00-20:00,Loisirs et créations numériques,Seniors,France Services,S,2026-01-01
inside-by-code,Massy,Massy,91300,91377,48.90,2.40,,,,,,S,2026-01-01
inside-by-point,Évry,Évry,91000,,48.63,2.44,,,,,,S,2026-01-01
died-inside,Courcouronnes,Évry,91080,91182,48.62,2.41,,,,,,S,2026-01-01
no-code,Paris,Paris,75013,,48.83,2.36,,,,,,S,2026-01-01
across-the-line,Palaiseau,Verrières,92000,92019,48.72,2.25,,,,,,S,2026-01-01
far,Lyon,Lyon,69001,69381,45.76,4.83,,,,,,S,2026-01-01
nowhere,Antony,Antony,92160,92002,,,,,,,,S,2026-01-01
`
	listHeader = "id_fs,insee_dep,lib_fs,adresse,complement_adresse,insee_com,code_postal,lib_com,latitude,longitude,mail,telephone,h_lundi,h_mardi,h_mercredi,h_jeudi,h_vendredi,h_samedi,prise_rdv,commentaire,type_fs,format_fs,groupe_fs,labellisation_fs"
	listRows   = `1,77,France services de Melun,1 rue,,77288,77000,Melun,48.5204,2.5504,,,,,,,,,,,,Fixe,,
2,78,France services de Rambouillet,1 rue,,78517,78120,Rambouillet,48.644,1.83,,,,,,,,,,,,Fixe,,
`
	allPlaces = "(select id, horaires, geometry from opendata.lieux_mediation union all select id, horaires, geometry from opendata.lieux_voisins) l"
)

// withAll is a query on the places of the instance, on those beyond its limit too.
func withAll(query string) string {
	return strings.ReplaceAll(query, "opendata.lieux_mediation l", allPlaces)
}

// TestNeighbours: places beyond the limit count for how far people go, and never for what is shared out among those who are known.
func TestNeighbours(t *testing.T) {
	notRaced(t)
	t.Parallel()
	w, m := bordered(t, file(t, standardHeader, standardRows), "", file(t, listHeader, listRows))
	for _, c := range []struct{ what, sql, want string }{
		{"those that are beyond, and near", "select string_agg(id, ' ' order by id collate \"C\") from opendata.lieux_voisins", "across-the-line france-services-liste_2 near no-code"},
		{"the sources have all", "select count(*) from opendata.lieux_voisins_declares", "10"},
		{"distances that are not those of PostGIS", withAll(farDistances), "0"},
		{"contours", withAll(farContours), "0"},
		{"counts", withAll(farCounts), "0"},
		{"accesses are those of the instance's places", farScores, "0"},
		{"places shared out", "select round(sum(population * e2sfca)::numeric / 10000, 6) from opendata.acces_mediation", "26.000000"},
		{"by offer", "select round(sum(population * e2sfca)::numeric / 10000, 6) from opendata.acces_mediation_offres where offre = 'france-services'", "26.000000"},
		{"whose nearest is beyond", "select string_agg(distinct lieu_proche, ' ' order by lieu_proche) from opendata.acces_mediation where lieu_proche !~ '_'", "across-the-line near"},
		{"they are known", "select count(*) filter (where voisins_connus) || ' ' || count(*) from opendata.acces_mediation", "194 194"},
		{"the catchment still crosses the limit", `select count(*) from opendata.acces_mediation a join opendata.communes_points p using (code_insee)
			where (part_effet_bord = 100) <> coalesce(p.distance_limite < 15000 / 1.3, false)`, "0"},
		{"none in reach but beyond", "select string_agg(code_insee || ' ' || drapeau, ' ') from opendata.acces_mediation a where e2sfca = 0 and distance <= 15000 and drapeau <> 'effet_bord'", ""},
		{"an offer that only a place beyond has", `select count(distance) || ' ' || sum(e2sfca) || ' ' || (sum(pop_au_dela_10km) < sum(population)) || ' ' || count(*) filter (where drapeau = 'pas_de_point_a_portee' and distance <= 15000)
			from opendata.acces_mediation_offres where offre = 'loisirs-et-creations-numeriques'`, "194 0 true 0"},
		{"seven decimals", "select count(*) from opendata.communes_points where length(split_part(longitude::text, '.', 2)) > 7 or length(split_part(mairie_latitude::text, '.', 2)) > 7", "0"},
	} {
		if got := one[*string](t, w.conn, "select ("+c.sql+")::text"); got == nil && c.want != "" || got != nil && *got != c.want {
			t.Errorf("%s: %s, want %s", c.what, orNull(got), c.want)
		}
	}
	w.asked(t, m)
}

func orNull(text *string) string {
	if text == nil {
		return "null"
	}
	return *text
}

// asked: questions see the places beyond, and no longer doubt the limit.
func (w *world) asked(t *testing.T, m *release.Manifest) {
	s := w.source(t, m)
	for _, straight := range []bool{true, false} {
		reach, err := s.Reach(t.Context(), indicator.Territory{Level: indicator.Departement, Code: "91"}, indicator.Trip{From: indicator.FromPeople, Straight: straight}, 10_000)
		if err != nil {
			t.Fatal(err)
		}
		if beyond := reach.Published[1].Beyond; reach.Far != beyond || reach.Uncertain != 0 || reach.Around == 0 || !strings.Contains(strings.Join(reach.Used, " "), "lieux-voisins") {
			t.Errorf("%d beyond, %d published, %d uncertain, %d around, of %v", reach.Far, beyond, reach.Uncertain, reach.Around, reach.Used)
		}
	}
	gaps, err := s.Ask(t.Context(), indicator.Question{Territory: indicator.Territory{Level: indicator.Instance}, Population: indicator.Everything, Rate: indicator.Everything,
		Distance: indicator.Range{From: 8000, To: math.NaN()}, Measure: "cartefibre", Trip: indicator.Trip{From: indicator.FromPeople}})
	if err != nil {
		t.Fatal(err)
	}
	if gaps.Found.Communes == 0 || gaps.Uncertain.Communes != 0 || !strings.Contains(strings.Join(gaps.Limits(), " "), "nommés") {
		t.Errorf("%+v %v", gaps.Found, gaps.Limits())
	}
}

// TestNearestOfFrance: with the places of the départements around, the people who have one near are those that the published list gives.
func TestNearestOfFrance(t *testing.T) {
	notRaced(t)
	list, err := filepath.Abs("../../../shared/data/france/france-services-20240801.csv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(list); err != nil {
		t.Skip("the list of all France services is not here")
	}
	w, m := bordered(t, "", "", list)
	if got := one[string](t, w.conn, `select sum(population - pop_au_dela_5km_vol) || ' ' || sum(population - pop_au_dela_10km_vol) || ' ' || round(sum(population * e2sfca)::numeric / 10000, 6) from opendata.acces_mediation`); got != "1203237 1336484 26.000000" {
		t.Error(got)
	}
	s := w.source(t, m)
	for metres, want := range map[float64]int64{5000: 1_203_237, 10_000: 1_336_484} {
		reach, err := s.Reach(t.Context(), indicator.Territory{Level: indicator.Instance}, indicator.Trip{From: indicator.FromPeople, Straight: true}, metres)
		if err != nil || reach.People != want {
			t.Errorf("within %g m: %v, want %d, %v", metres, reach.People, want, err)
		}
	}
}
