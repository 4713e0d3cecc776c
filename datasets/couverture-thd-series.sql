-- The long table on the communes of today. A code is read as it lived on 1 January of the year whose geography the row
-- follows; counts are summed over the communes that make one today. Where a split lies between, they cannot be divided:
-- they stay on the principal successor, and the others are null, both flagged serie_rompue.
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
-- Arrondissements make their commune where it has no row of its own.
partie as (
  select
    d.code_insee,
    t.trimestre,
    t.mesure,
    t.techno,
    t.code_insee as code,
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
    or (d.code_insee, t.trimestre, t.mesure) not in (select c.code_insee, c.trimestre, c.mesure from couverture_thd c)
),
somme as (
  select
    code_insee,
    trimestre,
    mesure,
    min(techno collate "C") as techno,
    count(*) filter (where principal) as communes_source,
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
taux as (
  select
    s.*,
    case when locaux_estimation is not null then locaux_source end as source_locaux,
    round(100.0 * locaux_raccordables / nullif(locaux_estimation, 0), 2) as taux,
    case
      when rompue then 'serie_rompue'
      when locaux_raccordables is null and mesure <> 'mci_locaux' then 'manquant'
      when locaux_raccordables > locaux_estimation then 'sup_100'
      else coalesce(drapeau, 'ok')
    end as etat
  from somme s
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
  p.rupture,
  case when comparable.oui then avant.trimestre end as trimestre_precedent,
  case when comparable.oui then t.locaux_raccordables - avant.locaux_raccordables end as evolution_locaux,
  case when comparable.oui and t.source_locaux = avant.source_locaux then (t.taux - avant.taux)::double precision end as evolution_points,
  t.communes_source,
  t.codes_source,
  t.source
from taux t
join communes_cog c on c.code_insee = t.code_insee
join publie p on p.mesure = t.mesure and p.trimestre = t.trimestre
left join taux avant on avant.code_insee = t.code_insee and avant.mesure = t.mesure and avant.trimestre = p.precedent
cross join lateral (
  select p.rupture is null and not t.rompue and not avant.rompue and t.codes_source = avant.codes_source
    and t.locaux_raccordables is not null and avant.locaux_raccordables is not null as oui
) comparable
