-- An EPCI crosses the borders of a département, so we say how much of it is here. Both populations are sums over its
-- communes: the one that the DGCL prints for the whole EPCI is of an older year and must not be compared with them. A sum
-- that misses a term is unknown.
select
  ici.code_epci,
  e.nom,
  e.type,
  membres.communes as communes_total,
  ici.communes as communes_ici,
  ici.population as population_ici,
  membres.population as population_totale,
  ici.communes < membres.communes as partiel,
  e.codes_departements,
  ici.geometry
from (
  select
    code_epci,
    count(*) as communes,
    case when count(population) = count(*) then sum(population)::bigint end as population,
    st_multi(st_union(geometry order by code_insee)) as geometry
  from communes
  where code_epci is not null
  group by code_epci
) ici
left join (
  select code_epci, count(*) as communes, case when count(population) = count(*) then sum(population)::bigint end as population
  from epci_composition
  group by code_epci
) membres on membres.code_epci = ici.code_epci
left join epci_cog e on e.code_epci = ici.code_epci
