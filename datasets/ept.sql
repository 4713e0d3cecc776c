-- As for the EPCI: what is here of each, out of how many members. A sum that misses a term is unknown.
select
  e.code_ept,
  e.nom,
  cardinality(e.codes_communes) as communes_total,
  ici.communes as communes_ici,
  ici.population as population_ici,
  e.population as population_totale,
  ici.communes < cardinality(e.codes_communes) as partiel,
  ici.geometry
from ept_cog e
join (
  select
    m.code_ept,
    count(*) as communes,
    case when count(c.population) = count(*) then sum(c.population)::bigint end as population,
    st_multi(st_union(c.geometry order by c.code_insee)) as geometry
  from (select code_ept, unnest(codes_communes) as code_insee from ept_cog) m
  join communes c on c.code_insee = m.code_insee
  group by m.code_ept
) ici on ici.code_ept = e.code_ept
