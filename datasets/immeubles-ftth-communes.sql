-- Premises by commune and quarter. The twenty-five million rows are read once: they are counted by what they say, and
-- those counts are added up. Paris, Lyon and Marseille are whole, whatever the arrondissement that the file names; a code
-- is the commune that it was on 1 January of the year, and counts in its principal successor: where a split lies between,
-- the count is not divided, and flagged serie_rompue. Files of 2020 name no commune: it is the one of today whose contour
-- holds the point.
with code as (
  select code_insee as code, code_insee from communes_cog
  union all
  select code_insee, commune from arrondissements_municipaux_cog
  union all
  (
    select distinct on (p.code_ancien) p.code_ancien, p.code_insee
    from communes_passages p
    where p.nature = 'commune' and p.principal and not exists (select from communes_cog c where c.code_insee = p.code_ancien)
    order by p.code_ancien, p.debut desc, p.code_insee
  )
),
vu as (
  select
    i.code_insee as code,
    i.trimestre,
    i.operateur,
    i.etat,
    i.categorie,
    false as par_point,
    count(*) as immeubles,
    count(*) filter (where i.geometry is null) as sans_point,
    count(*) filter (where g.code is not null and i.geometry is not null) as situes,
    count(*) filter (where not st_covers(g.geometry, i.geometry)) as hors_commune
  from immeubles_ftth i
  left join (
    select code.code, z.geometry from code join communes_contours z on z.code_insee = code.code_insee
  ) g on g.code = i.code_insee
  where i.code_insee is not null
  group by i.code_insee, i.trimestre, i.operateur, i.etat, i.categorie
  union all
  select
    (select min(z.code_insee) from communes_contours z where st_covers(z.geometry, i.geometry)),
    i.trimestre, i.operateur, i.etat, i.categorie, true, 1, 0, 1, 0
  from immeubles_ftth i
  where i.code_insee is null
),
destination as (
  select code, trimestre, false as par_point, code_insee, successeurs > 1 as rompue
  from (
    select
      v.code,
      v.trimestre,
      p.code_insee,
      p.successeurs,
      p.principal,
      rank() over (
        partition by v.code, v.trimestre
        order by (p.debut <= v.jour and coalesce(p.fin > v.jour, true)) desc, p.debut desc, p.fin desc nulls first
      ) as rang
    from (select distinct code, trimestre, make_date(left(trimestre, 4)::integer, 1, 1) as jour from vu where not par_point) v
    join communes_passages p on p.code_ancien = v.code and p.nature = 'commune'
  ) vies
  where rang = 1 and principal
  union all
  select v.code, v.trimestre, false, a.commune, false
  from (select distinct code, trimestre from vu where not par_point) v
  join arrondissements_municipaux_cog a on a.code_insee = v.code
  union all
  select distinct code, trimestre, true, code, false from vu where par_point and code is not null
),
compte as (
  select
    d.code_insee,
    vu.trimestre,
    vu.operateur,
    bool_or(d.rompue) as rompue,
    sum(immeubles) as immeubles,
    sum(immeubles) filter (where etat = 'deploye') as deployes,
    sum(immeubles) filter (where etat = 'en_cours_de_deploiement') as en_cours,
    sum(immeubles) filter (where etat = 'signe') as signes,
    sum(immeubles) filter (where etat = 'cible') as cibles,
    sum(immeubles) filter (where etat = 'raccordable_demande') as sur_demande,
    sum(immeubles) filter (where etat = 'raccordable_demande_en_cours') as sur_demande_en_cours,
    sum(immeubles) filter (where etat = 'abandonne') as abandonnes,
    sum(immeubles) filter (where categorie = 'individuel') as individuels,
    sum(immeubles) filter (where categorie = '2_a_11') as de_2_a_11,
    sum(immeubles) filter (where categorie in ('12_a_35', '36_a_99', '100_ou_plus', '12_ou_plus')) as de_12_ou_plus,
    sum(sans_point) as sans_point,
    sum(situes) as situes,
    sum(hors_commune) as hors_commune
  from vu
  join destination d on d.code = vu.code and d.trimestre = vu.trimestre and d.par_point = vu.par_point
  group by d.code_insee, vu.trimestre, vu.operateur
)
select
  c.code_insee,
  c.nom,
  t.trimestre,
  t.immeubles::bigint,
  coalesce(t.deployes, 0)::bigint as deployes,
  coalesce(t.en_cours, 0)::bigint as en_cours_de_deploiement,
  coalesce(t.signes, 0)::bigint as signes,
  coalesce(t.cibles, 0)::bigint as cibles,
  coalesce(t.sur_demande, 0)::bigint as raccordables_demande,
  coalesce(t.sur_demande_en_cours, 0)::bigint as raccordables_demande_en_cours,
  coalesce(t.abandonnes, 0)::bigint as abandonnes,
  round(100 * coalesce(t.deployes, 0) / t.immeubles, 2)::double precision as taux_deployes,
  coalesce(t.individuels, 0)::bigint as individuels,
  coalesce(t.de_2_a_11, 0)::bigint as de_2_a_11,
  coalesce(t.de_12_ou_plus, 0)::bigint as de_12_ou_plus,
  t.operateurs,
  t.operateur_principal,
  t.sans_point::bigint,
  case when t.situes > 0 and not t.rompue then t.hors_commune::bigint end as hors_commune,
  case when t.rompue then 'serie_rompue' else 'ok' end as drapeau
from (
  select
    code_insee,
    trimestre,
    bool_or(rompue) as rompue,
    sum(immeubles) as immeubles,
    sum(deployes) as deployes,
    sum(en_cours) as en_cours,
    sum(signes) as signes,
    sum(cibles) as cibles,
    sum(sur_demande) as sur_demande,
    sum(sur_demande_en_cours) as sur_demande_en_cours,
    sum(abandonnes) as abandonnes,
    sum(individuels) as individuels,
    sum(de_2_a_11) as de_2_a_11,
    sum(de_12_ou_plus) as de_12_ou_plus,
    count(operateur) as operateurs,
    (array_agg(operateur order by immeubles desc, operateur collate "C") filter (where operateur is not null))[1] as operateur_principal,
    sum(sans_point) as sans_point,
    sum(situes) as situes,
    sum(hors_commune) as hors_commune
  from compte
  group by code_insee, trimestre
) t
join communes_cog c on c.code_insee = t.code_insee
