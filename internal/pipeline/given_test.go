package pipeline_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/release"
	"maille/internal/synthetic"
)

// balanced are the datasets that methods make.
var balanced = []string{"acces-mediation", "acces-mediation-offres", "equilibre-communes", "equilibre-epci", "equilibre-departements",
	"equilibre-territoires", "indicateurs", "indicateurs-definitions", "sensibilite"}

const givenPerimeters = "code_perimetre,nom,niveau,code\nval,Val,commune,91182\nval,Val,epci,200056232\nval,Val,commune,91494\nseul,Seul,commune,91494\n"

// given is the sample with what an operator may add of needs, cells and perimeters. Each file is first changed as one likes.
func given(t *testing.T, change func(name string, content []byte) []byte) *world {
	t.Helper()
	communes := sampleCommunes(t)
	var needs, cells bytes.Buffer
	if err := synthetic.WriteContext(&needs, 3, communes); err != nil {
		t.Fatal(err)
	}
	if err := (synthetic.Cells{Seed: 1, System: 3035, People: 5, Most: 60}).Write(t.Context(), &cells, communes[:180]); err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(folder, strings.ReplaceAll(name, "/", "-"))
		if err := os.WriteFile(path+".part", change(name, content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".part", path); err != nil { // whole at once: another dataset may be reading the same file
			t.Fatal(err)
		}
		return path
	}
	more := map[string]string{"contexte-communes": write("needs.csv", needs.Bytes()), "population-carreaux": write("cells.csv", cells.Bytes()),
		"perimetres-composition": write("perimetres.csv", []byte(givenPerimeters))}
	w := sampled(t, only(t, balanced...))
	usual := w.Place
	w.Place = func(d *dataset.Dataset, resource int) []string {
		if file := more[d.Name]; file != "" {
			return []string{file}[:max(0, 1-resource)]
		}
		var all []string
		for _, place := range usual(d, resource) {
			if content, err := os.ReadFile("../../datasets/" + place); err == nil && !strings.HasSuffix(place, ".tgz") {
				place = write(place, content)
			}
			all = append(all, place)
		}
		return all
	}
	for name, status := range w.run(t) {
		if !strings.HasPrefix(status, release.Sealed) {
			t.Fatalf("%s is %s", name, status)
		}
	}
	return w
}

// TestGiven holds what depends on needs, density and perimeters to what SQL makes of the same rows; and all that methods make to its words.
func TestGiven(t *testing.T) {
	notRaced(t)
	w := given(t, asItIs)
	m, _ := w.publish(t)
	t.Run("by SQL", func(t *testing.T) { w.givenBySQL(t) })
	t.Run("as the schemas say", func(t *testing.T) { w.asDescribed(t, m) })
	t.Run("whatever the order of rows and the cores", func(t *testing.T) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
		other := given(t, backwards(t))
		for _, name := range balanced {
			if _, v, err := other.DB.LastLoad(t.Context(), name); err != nil || v.Hash != m.Entry(name).Hash {
				t.Errorf("%s is %s, and %s, %v", name, m.Entry(name).Version, v, err)
			}
		}
	})
}

func (w *world) givenBySQL(t *testing.T) {
	const (
		people = `(select e.*, c.revenu_median, sum(e.population) over (order by e.ifn) as upto, sum(e.population) over () as everyone
			from opendata.equilibre_communes e join opendata.contexte_communes c using (code_insee))`
		income = `(select x, p, revenu, sum(p) over (order by revenu) as upto, sum(p) over () as everyone from
			(select e.med_acces_2sfca as x, e.population::float8 as p, c.revenu_median as revenu
				from opendata.equilibre_communes e join opendata.contexte_communes c using (code_insee) where c.revenu_median is not null) i)`
		median = `(select min(med_acces_2sfca) as m from (select med_acces_2sfca, sum(population) over (order by med_acces_2sfca) * 2 >= sum(population) over () as half
			from opendata.equilibre_communes) o where half)`
	)
	for _, c := range []struct{ what, sql, want string }{
		{"alike by density", "select count(*) from opendata.equilibre_communes where comparables is distinct from 'densite_' || densite", "0"},
		{"needs as they are given", `select count(*) from opendata.equilibre_communes e join opendata.contexte_communes c using (code_insee)
			where (e.densite, e.ifn, e.part_65_plus, e.taux_pauvrete, e.part_sans_diplome) is distinct from (c.densite, c.ifn, c.part_65_plus, c.taux_pauvrete, c.part_sans_diplome)`, "0"},
		{"what Insee keeps back is not zero", "select count(taux_pauvrete) < count(*) and min(taux_pauvrete) > 0 from opendata.equilibre_communes", "true"},
		{"fifths of the people by need", `select count(*) from ` + people + ` e where besoin_quintile is distinct from 1 + (select count(*) from generate_series(1, 4) k
			where e.ifn > (select min(o.ifn) from ` + people + ` o where o.upto * 5 > k * o.everyone))`, "0"},
		{"need and offer among those alike", `select count(*) from (select ecart_offre_besoin, count(*) over c as n, 100 * percent_rank() over (partition by comparables order by ifn) as need,
			100 * percent_rank() over (partition by comparables order by med_acces_2sfca) as offer from opendata.equilibre_communes window c as (partition by comparables)) s
			where (ecart_offre_besoin is null) <> (n < 2) or abs(ecart_offre_besoin - (need - offer)) > 1e-9`, "0"},
		{"under-served, farther where few live", `select count(*) from opendata.equilibre_communes e join opendata.acces_mediation a using (code_insee), ` + median + ` x
			where sous_dote <> (e.med_acces_2sfca < m / 2 or a.distance_mediane > case densite when 7 then 15000 else 10000 end)`, "0"},
		{"some are in the sparsest class and between the two distances", "select count(*) > 0 from opendata.equilibre_communes e join opendata.acces_mediation a using (code_insee) where densite = 7 and distance_mediane between 10000 and 15000", "true"},
		{"access by income", `select count(*) from opendata.equilibre_territoires t, (select sum(x * p) filter (where revenu > (select min(revenu) from ` + income + ` h where upto > 0.9 * everyone))
				/ sum(p) filter (where revenu > (select min(revenu) from ` + income + ` h where upto > 0.9 * everyone))
				/ (sum(x * p) filter (where revenu <= (select min(revenu) from ` + income + ` h where upto > 0.4 * everyone))
				/ sum(p) filter (where revenu <= (select min(revenu) from ` + income + ` h where upto > 0.4 * everyone))) as palma from ` + income + ` i) s
			where niveau = 'instance' and indicateur = 'med_acces_2sfca' and abs(t.palma / s.palma - 1) < 1e-9`, "1"},
		{"concentration by income", `select count(*) from opendata.equilibre_territoires t, (select 2 * sum(p * x * (upto - part / 2) / everyone) / sum(p * x) - 1 as c
				from (select revenu, sum(x * p) / sum(p) as x, sum(p) as p, sum(p) as part, max(upto) as upto, max(everyone) as everyone from ` + income + ` i group by revenu) g) s
			where niveau = 'instance' and indicateur = 'med_acces_2sfca' and abs(t.concentration - s.c) < 1e-9 and t.erreygers is null`, "1"},
		{"how many people's income is known", `select count(*) from opendata.equilibre_territoires t, (select 100.0 * sum(population) filter (where revenu_median is not null) / sum(population) as known from ` + people + ` p) s
			where niveau = 'instance' and abs(revenu_couverture - known) > 1e-9`, "0"},
		{"perimeters: communes that stand for those that died, and an EPCI", `select communes = (select count(*) from opendata.communes where code_epci = '200056232' or code_insee in ('91228', '91494'))
			from opendata.equilibre_territoires where niveau = 'perimetre' and territoire = 'val' and indicateur = 'med_distance'`, "true"},
		{"ratios of a perimeter", `select count(*) from opendata.indicateurs i, (select 100.0 * sum(thd_raccordables) / sum(thd_locaux) as rate, sum(med_offre_partagee) * 10000 / sum(population) as access
				from opendata.equilibre_communes where code_insee in ('91228', '91494') or code_epci = '200056232') s
			where niveau = 'perimetre' and territoire = 'val' and (indicateur = 'thd_taux_raccordable' and abs(valeur - rate) < 1e-9 or indicateur = 'med_acces_2sfca' and abs(valeur - access) < 1e-9)`, "2"},
		{"a perimeter of one commune says what the commune does", `select count(*) from opendata.indicateurs p join opendata.indicateurs c on c.indicateur = p.indicateur and c.niveau = 'commune' and c.territoire = '91494'
			where p.niveau = 'perimetre' and p.territoire = 'seul' and abs(p.valeur - c.valeur) > 1e-9`, "0"},
		{"the year of needs", "select string_agg(distinct periode, ' ') from opendata.indicateurs where indicateur in ('besoin_ifn', 'ecart_offre_besoin')", "2021"},
		{"cells", "select string_agg(distinct origine, ' ' order by origine) from opendata.acces_mediation", "carreaux point"},
		{"few people are not told, neither by the share of the others", `select count(*) || ' ' || count(med_part_10km) from opendata.equilibre_communes where 'med_pop_sans_acces_10' = any (moins_de_11)
			and not moins_de_11 @> array['med_part_10km', 'med_pop_10km', 'profil_proximite', 'med_lieux_10km']`, "0 0"},
		{"what few people leave empty", `select count(*) > 0 and count(coalesce(med_pop_sans_acces_10, med_pop_10km, med_part_10km, profil_proximite, med_lieux_10km, med_services_couverts, med_hors_bureau_part)) = 0
			from opendata.equilibre_communes where 'med_pop_sans_acces_10' = any (moins_de_11)`, "true"},
		{"values are within their bounds", `select count(*) filter (where drapeau = 'moins_de_11' and borne_basse is not null) > 0 and count(*) filter (where motif = 'moins_de_11' and niveau <> 'commune') > 0
			and count(*) filter (where borne_basse > borne_haute or not valeur between borne_basse and borne_haute) = 0 from opendata.indicateurs`, "true"},
		{"few people stand for 5 above communes", `select count(*) filter (where few) > 0 and count(*) filter (where sum is distinct from beyond or abs(med_part_10km - part) > 1e-9 or few <> ('med_pop_sans_acces_10' = any (coalesce(estimes, '{}')))) = 0
			from opendata.equilibre_epci join (select code_epci, sum(beyond) as sum, 100.0 * sum(population - beyond) / sum(population) as part, bool_or(few) as few from (select code_epci, population, few,
				case when few and 'med_pop_sans_acces_10' = any (presque_tous) then population - least(5, population) when few then least(5, population) else med_pop_sans_acces_10 end as beyond
				from (select *, coalesce('med_pop_sans_acces_10' = any (moins_de_11), false) as few from opendata.equilibre_communes) c) s group by 1) x using (code_epci), lateral (select med_pop_sans_acces_10 as beyond) y`, "true"},
		{"places among enough", `select min(rang_sur) >= 10 and max(rang) <= max(rang_sur) from opendata.indicateurs`, "true"},
	} {
		sql := strings.ReplaceAll(c.sql, "\t", " ")
		if got := one[*string](t, w.conn, "select ("+sql+")::text"); orNull(got) != c.want {
			t.Errorf("%s: %s, want %s", c.what, orNull(got), c.want)
		}
	}
}

// asDescribed: what is made of others was not read from a file, so that no rule held it to its schema.
func (w *world) asDescribed(t *testing.T, m *release.Manifest) {
	s := w.source(t, m)
	for _, e := range m.Datasets {
		d := w.Registry.Get(e.Dataset)
		if !d.IsDerived() {
			continue
		}
		wrong := map[string]bool{}
		for f, err := range s.Features(t.Context(), e.Dataset, dataset.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			for i := range d.Schema.Columns {
				c, v := &d.Schema.Columns[i], f.Values[i]
				if wrong[c.Name] {
					continue
				}
				if v.IsNull() && c.Constraints.Required {
					wrong[c.Name] = true
					t.Errorf("%s.%s is required, and null", e.Dataset, c.Name)
				} else if !v.IsNull() {
					if _, problem := c.Parse(v.String()); problem != nil {
						wrong[c.Name] = true
						t.Errorf("%s.%s: %v", e.Dataset, c.Name, problem)
					}
				}
			}
		}
	}
}

// TestNothingGiven: an instance of nothing, and one of a commune and nothing else, are published, and say why they know nothing.
func TestNothingGiven(t *testing.T) {
	notRaced(t)
	t.Parallel()
	alone := func(file string, of func([]byte) []byte) string {
		content, err := os.ReadFile("../../datasets/echantillon/" + file)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), file)
		if err := os.WriteFile(path, of(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for what, places := range map[string]map[string]string{
		"nothing": {},
		"a commune": {"communes-contours": alone("communes-100m.geojson.gz", func([]byte) []byte {
			return []byte(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"91001","nom":"Abbéville-la-Rivière","departement":"91","region":"11","epci":"200017846"},
				"geometry":{"type":"Polygon","coordinates":[[[2.1,48.3],[2.2,48.3],[2.2,48.4],[2.1,48.3]]]}}]}`)
		}), "communes-cog": alone("geo-api-communes-91.json", func(all []byte) []byte {
			var communes []json.RawMessage
			if err := json.Unmarshal(all, &communes); err != nil {
				t.Fatal(err)
			}
			return encoded(t, communes[:1])
		}), "departements-cog": "../../datasets/echantillon/geo-api-departements.json", "regions-cog": "../../datasets/echantillon/geo-api-regions.json"},
	} {
		t.Run(what, func(t *testing.T) {
			w := build(t, only(t, balanced...))
			w.Place = func(d *dataset.Dataset, resource int) []string {
				if place := places[d.Name]; place != "" && resource == 0 {
					return []string{place}
				}
				return nil
			}
			for name, status := range w.run(t) {
				if !strings.HasPrefix(status, release.Sealed) {
					t.Errorf("%s is %s", name, status)
				}
			}
			m, published := w.publish(t)
			if !published {
				t.Fatal("nothing is published")
			}
			w.asDescribed(t, m)
			for _, sql := range []string{"indicateurs where valeur is not null or motif is null or niveau = 'perimetre'",
				"equilibre_communes where coalesce(sous_dote, double_peine, robuste) is not null or coalesce(score, rang_bas, thd_restant, med_pop_10km, es_nb) is not null",
				"acces_mediation where drapeau <> 'lieux_vides' or origines <> 1 or coalesce(distance, e2sfca, lieux_10km, pop_au_dela_20km) is not null",
				"acces_mediation_offres", "equilibre_departements where population <> 322 or coalesce(med_lieux, med_attendus, pop_sous_dotee, thd_part_moins_50) is not null"} {
				if n := one[int](t, w.conn, "select count(*) from opendata."+sql); n != 0 {
					t.Errorf("%d rows of %s", n, sql)
				}
			}
		})
	}
}
