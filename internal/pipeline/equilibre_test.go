package pipeline_test

import (
	"strings"
	"testing"
)

// balance holds what is computed of communes to what SQL makes of the same tables.
func (w *world) balance(t *testing.T) {
	for _, c := range []struct{ what, sql, want string }{
		{"the three rates of the département are apart", `select string_agg(indicateur || ' ' || numerateur || '/' || denominateur || ' ' || round(valeur::numeric, 2), ', ' order by indicateur)
			from opendata.indicateurs where indicateur like 'thd_taux%' and niveau = 'departement'`,
			"thd_taux_raccordable 696403/719204 96.83, thd_taux_raccordable_anct 696403/708866 98.24, thd_taux_raccordable_mci 686901/715869 95.95"},
		{"a commune", `select numerateur || '/' || denominateur || ' ' || round(valeur::numeric, 2) || ' ' || periode || ' ' || drapeau
			from opendata.indicateurs where indicateur = 'thd_taux_raccordable' and territoire = '91494'`, "2063/2932 70.36 2026T2 ok"},
		{"EPCI and the rest sum to the département", `select (select sum(thd_raccordables) || ' ' || sum(thd_locaux) || ' ' || sum(thd_restant) || ' ' || sum(med_lieux) || ' ' || sum(med_pop_10km) || ' ' || sum(pop_sous_dotee)
				from (select thd_raccordables, thd_locaux, thd_restant, med_lieux, med_pop_10km, pop_sous_dotee from opendata.equilibre_epci
					union all select thd_raccordables, thd_locaux, thd_restant, med_lieux, med_pop_10km, pop_sous_dotee from opendata.equilibre_communes where code_epci is null) s)
			= thd_raccordables || ' ' || thd_locaux || ' ' || thd_restant || ' ' || med_lieux || ' ' || med_pop_10km || ' ' || pop_sous_dotee
			from opendata.equilibre_departements`, "true"},
		{"ratios of EPCI that are not sums over sums", `select count(*) from opendata.equilibre_epci e join (
				select code_epci, 100.0 * sum(cartefibre_ftth) / sum(cartefibre_locaux) as rate, 100.0 * sum(mci_ftth) / sum(mci_locaux) as mci, 100.0 * sum(anct_ftth) / sum(anct_locaux) as anct
				from opendata.couverture_thd_communes group by 1) c using (code_epci)
			where abs(e.thd_taux_raccordable - rate) > 1e-9 or abs(e.thd_taux_raccordable_mci - mci) > 1e-9 or abs(e.thd_taux_raccordable_anct - anct) > 1e-9`, "0"},
		{"access of EPCI that is no mean over people", `select count(*) from opendata.equilibre_epci e join (
				select code_epci, sum(e2sfca * population) / sum(population) as access, sum(distance * population) / sum(population) as far,
					100.0 * sum(population - pop_au_dela_10km) / sum(population) as near, sum(pop_au_dela_5km) as beyond from opendata.acces_mediation group by 1) c using (code_epci)
			where abs(med_acces_2sfca - access) > 1e-9 or abs(med_distance - far) > 1e-6 or abs(med_part_10km - near) > 1e-9 or med_pop_sans_acces_5 <> beyond`, "0"},
		{"places are shared out whole", "select round(sum(med_offre_partagee)::numeric, 6) || ' of ' || sum(med_lieux) from opendata.equilibre_communes", "26.000000 of 26"},
		{"quotients that are not places over those expected", `select count(*) from opendata.equilibre_epci, (select sum(med_lieux) as n, sum(population) as p from opendata.equilibre_communes) f
			where abs(med_attendus - population * n / p) > 1e-9 or (med_quotient is null) <> (med_attendus < 1) or abs(med_quotient - med_lieux / med_attendus) > 1e-9`, "0"},
		{"spread of the rates of EPCI", `select count(*) from opendata.equilibre_epci e join (select code_epci, 100.0 * sum(thd_locaux) filter (where thd_taux_raccordable < 80) / sum(thd_locaux) as below,
				100.0 * sum(thd_locaux) filter (where thd_taux_raccordable >= 95) / sum(thd_locaux) as from95 from opendata.equilibre_communes group by 1) c using (code_epci)
			where abs(thd_part_moins_80 - coalesce(below, 0)) > 1e-9 or abs(thd_part_plus_95 - coalesce(from95, 0)) > 1e-9 or thd_d1 > thd_d5 or thd_d5 > thd_d9`, "0"},
		{"the median is what half of the people have", `select count(*) from (select med_acces_2sfca as a, sum(population) over (order by med_acces_2sfca) * 2 >= sum(population) over () as half, bivarie, quadrant
				from opendata.equilibre_communes) c, (select min(med_acces_2sfca) as m from (select med_acces_2sfca, sum(population) over (order by med_acces_2sfca) * 2 >= sum(population) over () as half
				from opendata.equilibre_communes) o where half) x
			where right(bivarie, 1) <> case when a < m / 2 then '1' when a < m then '2' else '3' end or (quadrant like '%_haute') <> (a >= m)`, "0"},
		{"the under-served by hand", `select count(*) from opendata.equilibre_communes e join opendata.acces_mediation a using (code_insee),
				(select min(e2sfca) as m from (select e2sfca, sum(population) over (order by e2sfca) * 2 >= sum(population) over () as half from opendata.acces_mediation) o where half) x
			where e.sous_dote <> (a.e2sfca < m / 2 or a.distance_mediane > 10000) or e.pop_sous_dotee <> case when e.sous_dote then e.population else 0 end
				or e.double_peine <> (e.thd_taux_raccordable < 80 and a.e2sfca < m / 2)`, "0"},
		{"classes of the network by hand", `select count(*) from opendata.equilibre_communes where thd_classe <> case when thd_taux_raccordable < 50 then 'non_couvert'
			when thd_taux_raccordable < 80 then 'en_retard' when thd_taux_raccordable < 95 then 'avance' else 'acheve' end`, "0"},
		{"the score by hand", `select count(*) from opendata.equilibre_communes where abs(score - exp((ln(1 + 0.99 * thd_taux_raccordable) + ln(1 + 49.5 * least(med_acces_2sfca, 2)) + ln(1 + 0.99 * med_part_10km)
			+ ln(1 + 0.99 * es_part)) / 4)) > 1e-9 or score_classe <> least(5, 1 + floor(score / 20)) or rang_bas > rang_haut or profil_connus <> 4`, "0"},
		{"Hoover and Theil by hand", `select count(*) from opendata.equilibre_territoires t join (
				select sum(abs(a.p * a.x / s.x - a.p / s.p)) / 2 as hoover, sum(case when a.x > 0 then a.p * a.x / s.x * ln((a.p * a.x / s.x) / (a.p / s.p)) else 0 end) as theil
				from (select population::float8 as p, med_acces_2sfca as x from opendata.equilibre_communes) a,
					(select sum(population::float8) as p, sum(population * med_acces_2sfca) as x from opendata.equilibre_communes) s) h on t.niveau = 'instance' and t.indicateur = 'med_acces_2sfca'
			where abs(t.hoover - h.hoover) < 1e-9 and abs(t.theil - h.theil) < 1e-9 and abs(t.theil - theil_inter - theil_intra) < 1e-12`, "1"},
		{"Lorenz curves", `select count(*) from opendata.equilibre_territoires where lorenz is not null and (array_length(lorenz, 1) <> 101 or lorenz[1] <> '0' and lorenz[1] <> '0.0'
			or lorenz[101]::float8 <> 1 or lorenz[51]::float8 > 0.5)`, "0"},
		{"every territory has every measure", "select count(*) || ' ' || count(distinct (niveau, territoire)) from opendata.equilibre_territoires", "80 16"},
		{"the long table says what the wide ones do", `select count(*) from opendata.indicateurs i join opendata.equilibre_epci e on i.niveau = 'epci' and i.territoire = e.code_epci
			where i.valeur is distinct from case i.indicateur when 'thd_taux_raccordable' then e.thd_taux_raccordable when 'med_lieux_10k' then e.med_lieux_10k when 'med_acces_2sfca' then e.med_acces_2sfca
				when 'med_distance' then e.med_distance when 'med_part_sous_dotee' then e.part_sous_dotee when 'med_pop_sans_acces_10' then e.med_pop_sans_acces_10 else i.valeur end
			or i.drapeau = 'partiel' and not e.partiel or e.partiel and i.drapeau not in ('partiel', 'faible_effectif', 'manquant')`, "0"},
		{"and its bounds are theirs", `select count(*) from opendata.indicateurs i join opendata.equilibre_epci e on i.niveau = 'epci' and i.territoire = e.code_epci
			where i.indicateur = 'med_lieux_10k' and i.borne_basse = e.med_lieux_10k_bas and i.borne_haute = e.med_lieux_10k_haut`, "13"},
		{"values that are not within their bounds", `select coalesce(string_agg(indicateur || ' ' || territoire || ' ' || valeur || ' of ' || borne_basse || ' ' || borne_haute, ', '), 'none of ' || (select count(valeur) from opendata.indicateurs where borne_basse is not null and borne_haute is not null))
			from opendata.indicateurs where borne_basse > borne_haute or not valeur between borne_basse and borne_haute`, "none of 16"},
		{"rows of the long table", `select count(*) || ' ' || count(distinct (indicateur, niveau)) from opendata.indicateurs`, "5426 120"},
		{"places by hand, ties sharing the best", `select count(*) from (select i.rang, i.rang_sur, rank() over (partition by indicateur, comparables order by valeur desc) as r, count(*) over (partition by indicateur, comparables) as n
			from opendata.indicateurs i where indicateur in ('thd_taux_raccordable', 'med_acces_2sfca') and niveau = 'commune') s where rang <> r or rang_sur <> n or (rang is null) <> (n < 10)`, "0"},
		{"places of what is all or nothing", "select count(rang) from opendata.indicateurs where indicateur in ('es_part_theme', 'med_part_10km')", "0"},
		{"places of what has no direction, is a count, or is above communes", `select count(*) from opendata.indicateurs i join opendata.indicateurs_definitions d on d.code = i.indicateur
			where rang is not null and (sens = 'neutre' or d.denominateur is null or niveau <> 'commune' or i.denominateur < denominateur_minimum)`, "0"},
		{"values without a flag that says why they are missing", "select count(*) from opendata.indicateurs where (valeur is null) <> (drapeau in ('manquant', 'population_nulle', 'secret', 'moins_de_11')) or valeur is null and motif is null", "0"},
		{"neighbours in a cluster", "select count(*) from opendata.equilibre_communes where (grappe in ('HH', 'BB', 'HB', 'BH')) and grappe_p > 0.05 or grappe is null", "0"},
		{"needs are not made up", "select count(*) from opendata.equilibre_communes where coalesce(ifn, part_65_plus, taux_pauvrete, besoin_quintile, ecart_offre_besoin) is not null", "0"},
	} {
		sql := strings.ReplaceAll(c.sql, "\t", " ")
		if got := one[string](t, w.conn, "select ("+sql+")::text"); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}
