-- Dissolved from the communes rather than read from a file of départements, so that both share every border. A sum that
-- misses a term is unknown, and so is the area of a union that misses a commune.
select
  ici.code_departement,
  d.nom,
  d.code_region,
  ici.communes,
  ici.population,
  case when ici.dessinees = ici.communes
    then round((st_area(ici.geometry::geography) / 1e6)::numeric, 2)::double precision end as surface_km2,
  ici.geometry
from (
  select
    code_departement,
    count(*) as communes,
    count(geometry) as dessinees,
    case when count(population) = count(*) then sum(population)::bigint end as population,
    st_multi(st_union(geometry order by code_insee)) as geometry
  from communes
  group by code_departement
) ici
left join departements_cog d on d.code_departement = ici.code_departement
