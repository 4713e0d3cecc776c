-- Dissolved from the départements, which are dissolved from the communes: all of them share every border, and the union
-- of a hundred shapes costs less than that of thirty-five thousand. A sum that misses a term is unknown, and so is the
-- area of a union that misses a commune.
select
  ici.code_region,
  r.nom,
  ici.departements,
  ici.communes,
  ici.population,
  case when ici.dessines = ici.departements
    then round((st_area(ici.geometry::geography) / 1e6)::numeric, 2)::double precision end as surface_km2,
  ici.departements < connus.departements as partiel,
  ici.geometry
from (
  select
    code_region,
    count(*) as departements,
    count(surface_km2) as dessines,
    sum(communes)::bigint as communes,
    case when count(population) = count(*) then sum(population)::bigint end as population,
    st_multi(st_union(geometry order by code_departement)) as geometry
  from departements
  where code_region is not null
  group by code_region
) ici
left join regions_cog r on r.code_region = ici.code_region
left join (select code_region, count(*) as departements from departements_cog group by code_region) connus on connus.code_region = ici.code_region
