-- What each commune offers. Zero means counted and found none; null means that nobody counted there. A source counts
-- in a département when it knows at least one thing there: a département absent from it has not declared, rather than
-- having nothing. France services are a list of their own, which declares no other place and one service: it covers
-- no département. Likewise a place that does not say its services says nothing of them. What bears the code of an
-- arrondissement, or one that died, counts in the commune that it is in today.
with destination as (
  select code_insee as code, code_insee from communes
  union all
  select code_insee, commune from arrondissements_municipaux_cog
  union all
  select code_ancien, code_insee
  from (
    select
      code_ancien,
      code_insee,
      row_number() over (
        partition by code_ancien
        order by nature = 'commune' desc, debut desc, fin desc nulls first, principal desc
      ) as rang
    from communes_passages
    where code_ancien not in (select code_insee from communes)
  ) vies
  where rang = 1
)
select
  c.code_insee,
  c.nom,
  c.code_epci,
  c.nom_epci,
  c.code_departement,
  c.code_region,
  c.population,
  case when couvert.lieux then coalesce(l.lieux, 0) end as med_lieux,
  case when couvert.lieux then coalesce(l.fixes, 0) end as med_fixes,
  case when couvert.lieux then coalesce(l.itinerants, 0) end as med_itinerants,
  case when couvert.lieux and not coalesce(l.muets, false) then coalesce(l.demarches, 0) end as med_demarches,
  case when couvert.lieux and not coalesce(l.muets, false) then coalesce(l.outils, 0) end as med_outils,
  case when couvert.lieux and not coalesce(l.muets, false) then coalesce(l.insertion, 0) end as med_insertion,
  case when couvert.lieux and not coalesce(l.muets, false) then coalesce(l.securite, 0) end as med_securite,
  case when couvert.lieux and not coalesce(l.muets, false) then coalesce(l.parentalite, 0) end as med_parentalite,
  case when couvert.lieux and not coalesce(l.muets, false) then coalesce(l.loisirs, 0) end as med_loisirs,
  case when couvert.lieux and not coalesce(l.muets, false) then coalesce(l.comprehension, 0) end as med_comprehension,
  case when couvert.lieux and not coalesce(l.muets, false) then coalesce(l.acces_internet, 0) end as med_acces_internet,
  case when couvert.lieux and not coalesce(l.muets, false) then coalesce(l.materiel, 0) end as med_materiel,
  case when couvert.france_services then coalesce(s.france_services, 0) end as france_services,
  case when couvert.ccas then coalesce(s.ccas, 0) end as ccas,
  case when couvert.points_justice then coalesce(s.points_justice, 0) end as points_justice,
  w.site as mairie_site,
  w.url as mairie_url,
  c.geometry
from communes c
left join (
  select
    d.code_insee,
    count(*) as lieux,
    bool_and(services is null) as muets,
    count(*) filter (where 'Fixe' = any (itinerance)) as fixes,
    count(*) filter (where 'Itinérant' = any (itinerance)) as itinerants,
    count(*) filter (where 'Aide aux démarches administratives' = any (services)) as demarches,
    count(*) filter (where 'Maîtrise des outils numériques du quotidien' = any (services)) as outils,
    count(*) filter (where 'Insertion professionnelle via le numérique' = any (services)) as insertion,
    count(*) filter (where 'Utilisation sécurisée du numérique' = any (services)) as securite,
    count(*) filter (where 'Parentalité et éducation avec le numérique' = any (services)) as parentalite,
    count(*) filter (where 'Loisirs et créations numériques' = any (services)) as loisirs,
    count(*) filter (where 'Compréhension du monde numérique' = any (services)) as comprehension,
    count(*) filter (where 'Accès internet et matériel informatique' = any (services)) as acces_internet,
    count(*) filter (where 'Acquisition de matériel informatique à prix solidaire' = any (services)) as materiel
  from lieux_mediation
  join destination d on d.code = lieux_mediation.code_insee
  group by d.code_insee
) l on l.code_insee = c.code_insee
left join (
  select
    d.code_insee,
    count(*) filter (where type = 'france-services') as france_services,
    count(*) filter (where type = 'ccas') as ccas,
    count(*) filter (where type = 'point-justice') as points_justice
  from services_publics
  join destination d on d.code = services_publics.code_insee
  group by d.code_insee
) s on s.code_insee = c.code_insee
left join (
  select
    d.code_insee,
    bool_or(url is not null) as site,
    (array_agg(url order by nature <> 'mairie', code <> d.code_insee, id collate "C") filter (where url is not null))[1] as url
  from services_en_ligne
  join destination d on d.code = services_en_ligne.code_insee
  group by d.code_insee
) w on w.code_insee = c.code_insee
left join (
  select
    code_departement,
    bool_or(lieu) as lieux,
    bool_or(type = 'france-services') as france_services,
    bool_or(type = 'ccas') as ccas,
    bool_or(type = 'point-justice') as points_justice
  from (
    select i.code_departement, true as lieu, null as type
    from lieux_mediation_declares p
    join lieux_mediation_communes m on m.id = p.id
    join destination d on d.code = m.code_insee
    join communes i on i.code_insee = d.code_insee
    where p.origine is distinct from 'france-services'
    union
    select i.code_departement, false as lieu, p.type
    from services_publics p join destination d on d.code = p.code_insee join communes i on i.code_insee = d.code_insee
  ) connus
  group by code_departement
) couvert on couvert.code_departement = c.code_departement
