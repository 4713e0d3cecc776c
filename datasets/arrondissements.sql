-- Dissolved from the communes, so that both share every border. A sum that misses a term is unknown,
-- and so is the area of a union that misses a commune.
select
  ici.code_arrondissement,
  a.nom,
  a.chef_lieu,
  ici.code_departement,
  ici.communes,
  ici.population,
  case when ici.dessinees = ici.communes
    then round((st_area(ici.geometry::geography) / 1e6)::numeric, 2)::double precision end as surface_km2,
  ici.geometry
from (
  select
    m.code_arrondissement,
    min(c.code_departement) as code_departement,
    count(*) as communes,
    count(c.geometry) as dessinees,
    case when count(c.population) = count(*) then sum(c.population)::bigint end as population,
    st_multi(st_union(c.geometry order by c.code_insee)) as geometry
  from communes c
  join arrondissements_composition m on m.code_insee = c.code_insee
  group by m.code_arrondissement
) ici
left join arrondissements_cog a on a.code_arrondissement = ici.code_arrondissement
