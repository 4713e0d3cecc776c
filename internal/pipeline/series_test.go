package pipeline_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"testing/fstest"
)

// TestSeriesOfFrance: what Arcep published of 2017 and 2018 is all there on the communes of today.
func TestSeriesOfFrance(t *testing.T) {
	notRaced(t)
	t.Parallel()
	places := maps.Clone(history)
	maps.Copy(places, map[string][]string{
		"arrondissements-municipaux-cog": {"france/etalab-decoupage-administratif-6.0.0.tgz"},
		"communes-2018-arcep":            {"france/arcep-2018T1-communes.csv.gz"},
		"couverture-thd":                 {"-", "-", "-", "-", "-", "-", "france/arcep-2017T3-2018T1-ftth-communes.csv.gz"},
		"couverture-thd-series":          nil,
	})
	w := france(t, places)
	t.Run("figures", w.seriesFigures)
	t.Run("every département has the same sum before and after", w.seriesByDepartement)
	t.Run("codes that died are kept and said", func(t *testing.T) {
		if n := one[int](t, w.conn, "select count(*) from opendata.couverture_thd where code_insee = '91182'"); n != 3 {
			t.Errorf("%d rows of Courcouronnes", n)
		}
		dead := one[int](t, w.conn, `select count(*) from opendata.couverture_thd where code_insee not in (select code_insee from opendata.communes_cog)`)
		said := one[int](t, w.conn, `select (counts->>'former-commune')::int from maille.load where dataset = 'couverture-thd'`)
		if dead == 0 || said != dead {
			t.Errorf("%d rows have a dead code, %d are said", dead, said)
		}
		if message := one[string](t, w.conn, `select distinct i.message from maille.issue i join maille.load l on l.id = i.load
			where l.dataset = 'couverture-thd' and i.key like '01091:%' and i.level = 'warning'`); message !=
			"le code 01091 n'est plus celui d'une commune depuis le 2019-01-01 ; aujourd'hui : Valserhône (01033)" {
			t.Error(message)
		}
	})
	w.tidy(t)
}

func (w *world) seriesFigures(t *testing.T) {
	quarterly := func(from, where string) string {
		return `string_agg(n::text, ' ' order by trimestre) from (select trimestre, sum(locaux_raccordables) as n from opendata.` + from +
			` where mesure = 'cartefibre_ftth' and ` + where + ` group by trimestre) q`
	}
	row := `select string_agg(concat_ws(' ', trimestre, locaux_raccordables, locaux_estimation, locaux_source, taux, drapeau, codes_source, evolution_locaux, evolution_points),
		'; ' order by trimestre) from opendata.couverture_thd_series where code_insee = `
	for _, c := range []struct{ what, sql, want string }{
		{"France, as published", "select " + quarterly("couverture_thd", "true"), "9557404 10296296 10965667"},
		{"France, re-based", "select " + quarterly("couverture_thd_series", "true"), "9557404 10296296 10965667"},
		{"Essonne, as published", "select " + quarterly("couverture_thd", "code_insee like '91%'"), "200534 221827 233955"},
		{"Essonne, re-based", "select " + quarterly("couverture_thd_series", "code_insee like '91%'"), "200534 221827 233955"},
		{"communes of Essonne", `select count(distinct t.code_insee) || ' become ' || (select count(distinct code_insee) from opendata.couverture_thd_series
			where code_insee like '91%') from opendata.couverture_thd t where t.code_insee like '91%'`, "196 become 194"},
		{"Massy", row + "'91377' and trimestre = '2018T1'", "2018T1 20158 22736 arcep_2018 88.66 ok {91377} 384 1.69"},
		{"Évry and Courcouronnes", row + "'91228'", "2017T3 12454 29126 arcep_2018 42.76 ok {91182,91228}; " +
			"2017T4 14809 29126 arcep_2018 50.84 ok {91182,91228} 2355 8.08; 2018T1 15887 29126 arcep_2018 54.55 ok {91182,91228} 1078 3.71"},
		{"a split since keeps the undivided count", "select string_agg(distinct drapeau || ' ' || communes_source || ' ' || codes_source::text, ', ') from opendata.couverture_thd_series where code_insee = '85084'",
			"serie_rompue 1 {85084}"},
		{"its count is the one that was published", `select string_agg(n::text, ' ' order by trimestre) from (select s.trimestre, s.locaux_raccordables - t.locaux_raccordables as n
			from opendata.couverture_thd_series s join opendata.couverture_thd t using (trimestre, mesure) where s.code_insee = '85084' and t.code_insee = '85084') q`, "0 0 0"},
		{"communes restored since have none", `select count(*) || ' ' || count(locaux_raccordables) || ' ' || count(evolution_locaux) || ' ' || string_agg(distinct drapeau, ' ') || ' ' || max(communes_source)
			from opendata.couverture_thd_series where code_insee in ('85165', '85212')`, "6 0 0 serie_rompue 0"},
		{"Paris is one commune", "select count(*) from opendata.couverture_thd_series where code_insee like '75%'", "3"},
		{"rates above 100 are kept", `select count(*) filter (where taux > 100) > 0 and bool_and((taux > 100) = (drapeau = 'sup_100')) filter (where drapeau <> 'serie_rompue')
			from opendata.couverture_thd_series where taux is not null`, "true"},
		{"denominators", "select sum(locaux_estimation) from opendata.couverture_thd_series where trimestre = '2018T1'", "36782590"},
		{"mountain communes", "select count(montagne) || ' ' || count(*) from opendata.communes_2018_arcep", "6176 35361"},
	} {
		if got := one[string](t, w.conn, "select ("+c.sql+")::text"); got != c.want {
			t.Errorf("%s:\n  %s, want\n  %s", c.what, got, c.want)
		}
	}
}

// seriesByDepartement maps the published codes through INSEE's own table, which nothing here is made of.
func (w *world) seriesByDepartement(t *testing.T) {
	var codes []string
	for _, row := range table(t, "france/cog-table_passage_com_historique.csv.gz") {
		codes = append(codes, row[0], row[1])
	}
	differ := one[string](t, w.conn, `
		with insee as (
			select c.code as ancien, n.code as actuel
			from unnest($1::text[]) with ordinality c(code, i) join unnest($1::text[]) with ordinality n(code, i) on n.i = c.i + 1
			where c.i % 2 = 1
		),
		avant as (
			select code_departement, trimestre, sum(locaux_raccordables) as n
			from opendata.couverture_thd t left join insee on ancien = code_insee join opendata.communes_cog c on c.code_insee = coalesce(actuel, t.code_insee)
			group by code_departement, trimestre
		),
		apres as (
			select code_departement, trimestre, sum(locaux_raccordables) as n
			from opendata.couverture_thd_series join opendata.communes_cog using (code_insee)
			group by code_departement, trimestre
		)
		select count(*) || ' sums of ' || count(distinct code_departement) || ' départements, ' || count(*) filter (where avant.n is distinct from apres.n) || ' differ'
		from avant full join apres using (code_departement, trimestre)`, codes)
	if want := "312 sums of 104 départements, 0 differ"; differ != want {
		t.Errorf("%s", differ)
	}
}

// TestSeries: two files in Arcep's layouts, of a Paris by arrondissements or whole, of Essarts-en-Bocage before and after
// its split, of Évry and Courcouronnes before and after their merger.
func TestSeries(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{}
	put := func(name string, lines ...string) {
		files[name] = &fstest.MapFile{Data: []byte(strings.Join(lines, "\n") + "\n")}
	}
	commune := func(code string) string {
		return `{"code": "` + code + `", "nom": "N` + code + `", "siren": "", "codesPostaux": [], "codeEpci": "", "codeDepartement": "` + code[:2] + `", "codeRegion": "11", "population": 1}`
	}
	put("communes.json", "["+commune("75056")+","+commune("85084")+","+commune("85165")+","+commune("91228")+"]")
	put("arrondissements.json", `[{"code": "75101", "nom": "1er", "population": 1}, {"code": "75102", "nom": "2e", "population": 1}]`)
	put("mouvements.csv", "MOD,DATE_EFF,TYPECOM_AV,COM_AV,TNCC_AV,NCC_AV,NCCENR_AV,LIBELLE_AV,TYPECOM_AP,COM_AP,TNCC_AP,NCC_AP,NCCENR_AP,LIBELLE_AP",
		"32,2019-01-01,COM,91182,,,,C,COM,91228,,,,EC", "32,2019-01-01,COM,91228,,,,E,COM,91228,,,,EC",
		"32,2016-01-01,COM,85165,,,,O,COM,85084,,,,EB", "32,2016-01-01,COM,85084,,,,LE,COM,85084,,,,EB",
		"21,2024-01-01,COM,85084,,,,EB,COM,85084,,,,EB", "21,2024-01-01,COM,85084,,,,EB,COM,85165,,,,O")
	mci := func(code string, premises, ftth, copper int, date string) string {
		return fmt.Sprintf("%s;N;;;%d;all;;%d;0;;0;;0;0;0;%s;%d", code, premises, ftth, date, copper)
	}
	put("mci.csv", "code_insee;nom_com;code_dep;code_reg;nbr;type;nbr_elig_8;elig_ftth;elig_coax;elig_cu_30;elig_thdr;elig_cu_8;elig_4gf;elig_hdr;elig_sat;date;elig_cu_30_8",
		mci("91182", 100, 10, 90, "2018-12-31"), mci("91228", 300, 20, 280, "2018-12-31"), mci("91228", 400, 40, 360, "2019-03-31"),
		mci("91228", 400, 50, 350, "2026-03-31"), mci("91228", 400, 60, 0, "2026-06-30"),
		mci("85084", 200, 220, 0, "2023-12-31"), mci("85084", 120, 130, 0, "2026-03-31"), mci("85165", 80, 70, 0, "2026-03-31"),
		mci("75101", 1000, 900, 0, "2026-03-31"), mci("75102", 500, 400, 0, "2026-03-31"),
		mci("75056", 1500, 1310, 0, "2026-06-30"), mci("75101", 1000, 905, 0, "2026-06-30"),
		mci("91228", 300, 15, 285, "2018-09-30"), mci("75102", 500, 350, 0, "2025-12-31"))
	put("cartefibre.csv", "INSEE_COM;NOM_COM;Locaux;ftth;date", "75101;;1000;900;2019-12-31", "75102;;500;;2019-12-31", "91228;;400;30;2019-12-31",
		"91228;;410;33;2020-03-31", "91228;;410;31;2020-06-30")
	w := over(t, files, map[string][]string{
		"communes-cog": {"communes.json"}, "communes-mouvements": {"mouvements.csv"}, "communes-passages": nil,
		"arrondissements-municipaux-cog": {"arrondissements.json"}, "communes-2018-arcep": nil,
		"couverture-thd": {"mci.csv", "-", "cartefibre.csv"}, "couverture-thd-series": nil,
	})
	for _, c := range []struct{ what, code, measure, want string }{
		{"a merger adds up, unless a part of it is absent, and growth stops where the parts change", "91228", "mci_ftth",
			"2018T3 ?/? ? manquant {91228}; 2018T4 30/400 7.5 ok {91182,91228}; 2019T1 40/400 10 ok {91228}; 2026T1 50/400 12.5 ok {91228}; 2026T2 60/400 15 ok {91228} +10 +2.5 since 2026T1"},
		{"copper has a break in 2026T2", "91228", "mci_cuivre",
			"2018T3 ?/? ? manquant {91228}; 2018T4 370/400 92.5 ok {91182,91228}; 2019T1 360/400 90 ok {91228}; 2026T1 350/400 87.5 ok {91228}; 2026T2 0/400 0 ok fermeture_cuivre {91228}"},
		{"premises are counted otherwise since 2020T1; less is a negative growth", "91228", "cartefibre_ftth",
			"2019T4 30/400 7.5 ok {91228}; 2020T1 33/410 8.05 ok denominateur_change {91228}; 2020T2 31/410 7.56 ok {91228} -2 -0.49 since 2020T1"},
		{"all arrondissements make Paris, unless it has a row of its own", "75056", "mci_ftth",
			"2025T4 ?/? ? manquant {75102}; 2026T1 1300/1500 86.67 ok {75101,75102}; 2026T2 1310/1500 87.33 ok {75056}"},
		{"a part that is unknown makes the whole unknown", "75056", "cartefibre_ftth", "2019T4 ?/1500 ? manquant {75101,75102}"},
		{"a split keeps the count on the seat, whatever its rate", "85084", "mci_ftth", "2023T4 220/200 110 serie_rompue {85084}; 2026T1 130/120 108.33 sup_100 {85084}"},
		{"and gives none to the commune that was restored", "85165", "mci_ftth", "2023T4 ?/? ? serie_rompue; 2026T1 70/80 87.5 ok {85165}"},
	} {
		got := one[string](t, w.conn, `select string_agg(concat_ws(' ', trimestre, coalesce(locaux_raccordables::text, '?') || '/' || coalesce(locaux_estimation::text, '?'),
			coalesce(taux::text, '?'), drapeau, rupture, codes_source, to_char(evolution_locaux, 'FMSG999'), to_char(evolution_points, 'FMSG990.99'), 'since ' || trimestre_precedent), '; ' order by trimestre)
			from opendata.couverture_thd_series where code_insee = $1 and mesure = $2`, c.code, c.measure)
		if got != c.want {
			t.Errorf("%s:\n  %s, not\n  %s", c.what, got, c.want)
		}
	}
	w.tidy(t)
}
