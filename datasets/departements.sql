-- Dissolved from the communes rather than read from a file of départements, so that both share every border. A sum that
-- misses a term is unknown.
select
  ici.code_departement,
  d.nom,
  d.code_region,
  ici.communes,
  ici.population,
  round((st_area(ici.geometry::geography) / 1e6)::numeric, 2)::double precision as surface_km2,
  ici.geometry
from (
  select
    code_departement,
    count(*) as communes,
    case when count(population) = count(*) then sum(population)::bigint end as population,
    st_multi(st_union(geometry order by code_insee)) as geometry
  from communes
  group by code_departement
) ici
left join departements_cog d on d.code_departement = ici.code_departement
