-- The long table on the communes of today. A code is read as it lived on 1 January of the year whose geography the row
-- follows; counts are summed over the communes that make one today. Where a split lies between, they cannot be divided:
-- they stay on the principal successor, and the others are null, both flagged serie_rompue. A sum that misses one of the
-- communes, or of the arrondissements, that it should be made of is unknown: a smaller one would look like a true one.
with
-- Breaks of a measure, from the quarter on: the premises of Ma carte fibre are counted otherwise since T1 2020, and copper is being
-- closed since T2 2026 (Arcep, Ma carte fibre and Ma connexion internet).
rupture (mesure, trimestre, nature) as (
  values
    ('cartefibre_ftth', '2020T1', 'denominateur_change'),
    ('mci_cuivre', '2026T2', 'fermeture_cuivre'),
    ('mci_cuivre_30', '2026T2', 'fermeture_cuivre'),
    ('mci_cuivre_8', '2026T2', 'fermeture_cuivre')
),
code as (
  select distinct code_insee as code, cog_millesime as millesime, make_date(cog_millesime::integer, 1, 1) as jour
  from couverture_thd
),
-- Lives of the code, the best first: the commune that it was on that day, its last commune, its last part of a commune.
destination as (
  select code, millesime, code_insee, successeurs > 1 as rompue, principal, false as arrondissement
  from (
    select
      c.code,
      c.millesime,
      p.code_insee,
      p.successeurs,
      p.principal,
      rank() over (
        partition by c.code, c.millesime
        order by
          (p.nature = 'commune' and p.debut <= c.jour and coalesce(p.fin > c.jour, true)) desc,
          p.nature = 'commune' desc,
          p.debut desc,
          p.fin desc nulls first
      ) as rang
    from code c
    join communes_passages p on p.code_ancien = c.code
  ) vies
  where rang = 1
  union all
  select c.code, c.millesime, a.commune, false, true, true
  from code c
  join arrondissements_municipaux_cog a on a.code_insee = c.code
),
-- How many parts a sum should have, where there are several: the communes of that year that its commune holds today, or
-- its arrondissements. One object of a few hundred keys is looked up at no cost, where a join would mislead the planner.
attendu as (
  select jsonb_object_agg(cle, parties) as parties
  from (
    select p.code_insee || ' ' || m.millesime || ' false' as cle, count(*) as parties
    from (select distinct millesime, jour from code) m
    join communes_passages p on p.nature = 'commune' and p.principal and p.debut <= m.jour and coalesce(p.fin > m.jour, true)
    group by p.code_insee, m.millesime
    having count(*) > 1
    union all
    select a.commune || ' ' || m.millesime || ' true', count(*)
    from (select distinct millesime from code) m
    cross join arrondissements_municipaux_cog a
    group by a.commune, m.millesime
  ) plusieurs
),
-- Arrondissements make their commune where it has no row of its own.
partie as (
  select
    d.code_insee,
    t.trimestre,
    t.mesure,
    t.techno,
    t.code_insee as code,
    d.millesime,
    d.arrondissement,
    d.rompue,
    d.principal,
    t.locaux_raccordables,
    coalesce(t.locaux_estimation, l.locaux) as locaux_estimation,
    case when t.locaux_estimation is null then l.source else t.locaux_source end as locaux_source,
    t.drapeau,
    t.source
  from couverture_thd t
  join destination d on d.code = t.code_insee and d.millesime = t.cog_millesime
  left join (
    select
      code_insee,
      q.trimestre,
      'cartefibre_ftth' as mesure,
      coalesce(logements, 0) + coalesce(etablissements, 0) as locaux,
      'arcep_2018' as source
    from communes_2018_arcep
    cross join (values ('2017T3'), ('2017T4'), ('2018T1')) q (trimestre)
  ) l on l.code_insee = t.code_insee and l.trimestre = t.trimestre and l.mesure = t.mesure
  where not d.arrondissement
    or (d.code_insee, t.trimestre, t.mesure) not in (
      select c.code_insee, c.trimestre, c.mesure
      from couverture_thd c
      where c.code_insee in (select a.commune from arrondissements_municipaux_cog a)
    )
),
somme as (
  select
    code_insee,
    trimestre,
    mesure,
    min(techno collate "C") as techno,
    count(*) filter (where principal) as communes_source,
    count(*) filter (where principal)
      >= coalesce(((select parties from attendu) ->> (code_insee || ' ' || min(millesime) || ' ' || bool_or(arrondissement)))::integer, 0) as entiere,
    array_agg(code order by code collate "C") filter (where principal) as codes_source,
    bool_or(rompue) as rompue,
    case when bool_and(locaux_raccordables is not null) filter (where principal)
      then sum(locaux_raccordables) filter (where principal) end as locaux_raccordables,
    case when bool_and(locaux_estimation is not null) filter (where principal) and count(distinct locaux_source) filter (where principal) = 1
      then sum(locaux_estimation) filter (where principal) end as locaux_estimation,
    min(locaux_source collate "C") filter (where principal) as locaux_source,
    min(drapeau collate "C") filter (where principal and drapeau in ('secret', 'estime', 'denominateur_change')) as drapeau,
    string_agg(distinct source collate "C", ' ; ') filter (where principal) as source
  from partie
  group by code_insee, trimestre, mesure
),
entiere as (
  select
    code_insee,
    trimestre,
    mesure,
    techno,
    communes_source,
    codes_source,
    rompue,
    drapeau,
    source,
    entiere,
    case when entiere then locaux_raccordables end as locaux_raccordables,
    case when entiere then locaux_estimation end as locaux_estimation,
    case when entiere and locaux_estimation is not null then locaux_source end as source_locaux
  from somme
),
taux as (
  select
    s.*,
    round(100.0 * locaux_raccordables / nullif(locaux_estimation, 0), 2) as taux,
    case
      when not entiere then 'manquant'
      when rompue then 'serie_rompue'
      when locaux_raccordables is null and mesure <> 'mci_locaux' then 'manquant'
      when locaux_raccordables > locaux_estimation then 'sup_100'
      else coalesce(drapeau, 'ok')
    end as etat
  from entiere s
),
-- The quarters that were published, each with the one before and the break that lies between.
publie as (
  select
    q.mesure,
    q.trimestre,
    q.precedent,
    (
      select min(r.nature)
      from rupture r
      where r.mesure = q.mesure
        and r.trimestre <= q.trimestre
        and (r.trimestre > q.precedent or q.precedent is null and r.trimestre = q.trimestre)
    ) as rupture
  from (
    select mesure, trimestre, lag(trimestre) over (partition by mesure order by trimestre collate "C") as precedent
    from (select distinct mesure, trimestre from couverture_thd) vus
  ) q
),
-- Each point with the one before of its commune. A window, since the planner takes a join of the series with itself for a small
-- one, and loops.
suivi as (
  select
    t.*,
    p.rupture,
    p.precedent,
    lag(t.trimestre) over avant as avant_trimestre,
    lag(t.rompue) over avant as avant_rompue,
    lag(t.codes_source) over avant as avant_codes,
    lag(t.locaux_raccordables) over avant as avant_locaux,
    lag(t.source_locaux) over avant as avant_source,
    lag(t.taux) over avant as avant_taux
  from taux t
  join publie p on p.mesure = t.mesure and p.trimestre = t.trimestre
  window avant as (partition by t.code_insee, t.mesure order by t.trimestre collate "C")
)
select
  t.code_insee,
  c.nom,
  t.trimestre,
  t.mesure,
  t.techno,
  t.locaux_raccordables,
  t.locaux_estimation,
  t.source_locaux as locaux_source,
  t.taux::double precision as taux,
  t.etat as drapeau,
  t.rupture,
  case when comparable.oui then t.avant_trimestre end as trimestre_precedent,
  case when comparable.oui then t.locaux_raccordables - t.avant_locaux end as evolution_locaux,
  case when comparable.oui and t.source_locaux = t.avant_source then (t.taux - t.avant_taux)::double precision end as evolution_points,
  t.communes_source,
  t.codes_source,
  t.source
from suivi t
join communes_cog c on c.code_insee = t.code_insee
cross join lateral (
  select t.rupture is null and t.avant_trimestre = t.precedent and not t.rompue and not t.avant_rompue and t.codes_source = t.avant_codes
    and t.locaux_raccordables is not null and t.avant_locaux is not null as oui
) comparable
