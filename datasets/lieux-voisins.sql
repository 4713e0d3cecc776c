-- The places beyond the limit of what the instance has, and within 60 km of it: more than the 50 km that any question may ask. A code
-- says of which commune a place is, since contours are generalised; the point does where there is no code, or one that died here.
with territoire as materialized (
  select
    t.forme,
    t.forme::geography as terre,
    st_expand(
      t.forme,
      0.6 / cos(radians(least(80, greatest(abs(st_ymin(t.forme)), abs(st_ymax(t.forme)))))),
      0.6
    ) as cadre
  from (select st_union(geometry order by code_departement) as forme from departements) t
),
alentour as materialized (
  select l.*
  from lieux_voisins_declares l
  cross join territoire t
  where l.geometry && t.cadre
    and st_dwithin(l.geometry::geography, t.terre, 60000)
    and not exists (select from communes c where c.code_insee = l.code_insee)
    and not exists (select from lieux_mediation_declares m where m.id = l.id)
    and not (
      (l.code_insee is null or exists (select from communes_passages p where p.code_ancien = l.code_insee and p.principal))
      and st_intersects(l.geometry, t.forme)
    )
)
select
  l.id,
  l.nom,
  l.commune,
  l.code_postal,
  l.code_insee,
  l.latitude,
  l.longitude,
  l.itinerance,
  l.horaires,
  l.services,
  l.publics_specifiquement_adresses,
  l.dispositif_programmes_nationaux,
  l.modalites_acces,
  l.source,
  l.date_maj,
  l.origine,
  l.geometry
from alentour l
where l.origine is distinct from 'france-services'
  or not exists (
    select
    from alentour o
    where o.origine is distinct from 'france-services'
      and 'France Services' = any(o.dispositif_programmes_nationaux)
      and o.geometry && st_expand(l.geometry, 0.003)
      and st_dwithin(o.geometry::geography, l.geometry::geography, 110)
  )
