package pipeline_test

import (
	"testing"

	"maille/internal/dataset"
	"maille/internal/indicator"
	"maille/internal/release"
)

// access holds access to places to what hand-made SQL finds on the sample.
func (w *world) access(t *testing.T) {
	for _, c := range []struct{ what, sql, want string }{
		{"people within 5 and 10 km, as the crow flies", `select sum(population - pop_au_dela_5km_vol) || ' ' || sum(population - pop_au_dela_10km_vol) || ' of ' || sum(population)
			from opendata.acces_mediation`, "1197384 1335625 of 1338485"},
		{"that is so of communes whose point is as near", nearPoints, "1197384 1335625"},
		{"the sums by EPCI are that of the département", `select count(*) || ' ' || sum(n) from
			(select sum(pop_au_dela_5km) as n from opendata.acces_mediation group by code_epci) e`, one[string](t, w.conn, "select '13 ' || sum(pop_au_dela_5km) from opendata.acces_mediation")},
		{"distances that are not those of PostGIS to the millimetre", farDistances, "0"},
		{"distances from contours that are not those of PostGIS to the metre", farContours, "0"},
		{"communes with a place inside", `select count(*) from opendata.acces_mediation where distance_limite = 0`,
			one[string](t, w.conn, "select count(*)::text from opendata.communes c where exists (select from opendata.lieux_mediation l where st_covers(c.geometry, l.geometry))")},
		{"accesses that are not those of SQL to 1e-9", farScores, "0"},
		{"places and hours within reach that are not those of SQL", farCounts, "0"},
		{"places shared out", "select round(sum(population * e2sfca)::numeric / 10000, 6) from opendata.acces_mediation", "26.000000"},
		{"flags", "select string_agg(drapeau || ' ' || n, ', ' order by drapeau collate \"C\") from (select drapeau, count(*) as n from opendata.acces_mediation group by 1) f", "effet_bord 159, ok 32, pas_de_point_a_portee 3"},
		{"from points, nothing is kept back", "select count(*) filter (where moins_de_11 is not null) || ' ' || count(*) filter (where offre_partielle) || ' ' || count(distinct origine) from opendata.acces_mediation", "0 0 1"},
		{"offers that a place says it has", "select string_agg(distinct offre, ' ') from opendata.acces_mediation_offres", "aide-aux-demarches-administratives france-services"},
		{"offers of all places give what all places do", `select count(*) from opendata.acces_mediation_offres o join opendata.acces_mediation a using (code_insee)
			where (o.distance, o.lieux_10km, o.e2sfca, o.pop_au_dela_10km) is distinct from (a.distance, a.lieux_10km, a.e2sfca, a.pop_au_dela_10km)`, "0"},
		{"open outside office hours", "select string_agg(distinct nom, ', ') from opendata.lieux_mediation l where l.id = (select lieu_proche from opendata.acces_mediation where code_insee = '91223' and hors_bureau_distance > distance)",
			"France services de la sous-préfecture d'Etampes"},
	} {
		if got := one[string](t, w.conn, "select ("+c.sql+")::text"); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}

// source reads the versions of a release.
func (w *world) source(t *testing.T, m *release.Manifest) *indicator.Source {
	t.Helper()
	all, described := map[string]release.Version{}, map[string]*dataset.Dataset{}
	for _, v := range m.Datasets {
		all[v.Dataset], described[v.Dataset] = v.Version, w.Registry.Get(v.Dataset)
	}
	return indicator.NewSource(w.DB, all, described)
}

// sensitive: a wider radius or a longer way changes the classes of some; of an instance of one département both are told alike.
func (w *world) sensitive(t *testing.T) {
	for _, level := range []string{"departement", "instance"} {
		if n := one[int](t, w.conn, `select count(*) from opendata.sensibilite where niveau = '`+level+`' and communes = 194 and rho > 0.7 and rho < 1
			and change_de_classe > 0 and change_de_classe < 80`); n != 5 {
			t.Errorf("%s: %d choices of 5 say how much they change", level, n)
		}
	}
}

const (
	nearest = `(select min(st_distance(p.geometry::geography, l.geometry::geography)) from opendata.lieux_mediation l)`

	nearPoints = `select sum(population) filter (where metres <= 5000) || ' ' || sum(population) filter (where metres <= 10000)
		from (select p.population, ` + nearest + ` as metres from opendata.communes_points p) d`

	farDistances = `select count(*) from opendata.acces_mediation a join opendata.communes_points p using (code_insee), lateral (select ` + nearest + ` as metres) d
		where not (abs(distance_vol - metres) <= 0.001 and abs(distance - 1.3 * metres) <= 0.001 and abs(distance_mediane - 1.3 * metres) <= 0.001)`

	farContours = `select count(*) from opendata.acces_mediation a where not abs(distance_limite - 1.3 *
		(select min(st_distance(a.geometry::geography, l.geometry::geography)) from opendata.lieux_mediation l)) <= 1`

	pairs = `pairs as (select p.code_insee, p.population, l.id, l.horaires, 1.3 * st_distance(p.geometry::geography, l.geometry::geography) as d
		from opendata.communes_points p cross join opendata.lieux_mediation l),
		weighed as (select *, case when d <= 5000 then 1 when d <= 10000 then 0.68 when d <= 15000 then 0.22 else 0 end as w from pairs)`

	farScores = `with ` + pairs + `,
		ratios as (select id, 1 / nullif(sum(population * w), 0) as r from weighed group by id),
		scores as (select code_insee, 10000 * sum(coalesce(r, 0) * w) as score from weighed join ratios using (id) group by code_insee)
		select count(*) from opendata.acces_mediation join scores using (code_insee) where not abs(e2sfca - score) <= 1e-9`

	farCounts = `with ` + pairs + `,
		counts as (select code_insee, count(*) filter (where d <= 5000) as a, count(*) filter (where d <= 10000) as b, count(*) filter (where d <= 20000) as c from pairs group by 1)
		select count(*) from opendata.acces_mediation join counts using (code_insee) where (lieux_5km, lieux_10km, lieux_20km) is distinct from (a, b, c)`
)
