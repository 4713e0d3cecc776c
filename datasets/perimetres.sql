-- A perimeter is the set of its communes: one that is named twice, by itself and by its EPCI, counts once. What it names
-- and nothing here answers to is listed, for a mistyped code would otherwise pass as a smaller perimeter. An EPCI is known
-- by its composition too, which says when some of its communes are elsewhere. A commune that died counts as those that
-- follow it today, whole. A sum that misses a term is unknown.
with successeurs as (
  select code_ancien, code_insee
  from (
    select code_ancien, code_insee, rank() over (partition by code_ancien order by debut desc, fin desc nulls first) as rang
    from communes_passages
    where nature = 'commune'
      and code_ancien in (select code from perimetres_composition where niveau = 'commune')
      and code_ancien not in (select code_insee from communes)
  ) vies
  where rang = 1
), nommees as (
  select p.code_perimetre, p.niveau, p.code, c.code_insee
  from perimetres_composition p
  left join successeurs s on p.niveau = 'commune' and s.code_ancien = p.code
  left join communes c
    on coalesce(s.code_insee, p.code) = case p.niveau
      when 'commune' then c.code_insee
      when 'epci' then c.code_epci
      when 'departement' then c.code_departement
      when 'region' then c.code_region
    end
), ailleurs as (
  select distinct p.code_perimetre
  from perimetres_composition p
  join epci_composition m on p.niveau = 'epci' and m.code_epci = p.code
  left join communes c on c.code_insee = m.code_insee
  where c.code_insee is null
), manques as (
  select code_perimetre, array_agg(niveau || ' ' || code order by niveau collate "C", code collate "C") as inconnus
  from (select distinct code_perimetre, niveau, code from nommees where code_insee is null) perdues
  group by code_perimetre
), reunies as (
  select
    m.code_perimetre,
    count(*) as communes,
    count(c.geometry) as dessinees,
    case when count(c.population) = count(*) then sum(c.population)::bigint end as population,
    st_multi(st_union(c.geometry order by c.code_insee)) as geometry
  from (select distinct code_perimetre, code_insee from nommees) m
  join communes c on c.code_insee = m.code_insee
  group by m.code_perimetre
)
select
  p.code_perimetre,
  p.nom,
  coalesce(r.communes, 0) as communes,
  case when m.inconnus is null then r.population end as population,
  case when m.inconnus is null and r.dessinees = r.communes
    then round((st_area(r.geometry::geography) / 1e6)::numeric, 2)::double precision end as surface_km2,
  m.inconnus is not null or a.code_perimetre is not null as partiel,
  m.inconnus,
  r.geometry
from (select code_perimetre, min(nom) as nom from perimetres_composition group by code_perimetre) p
left join reunies r on r.code_perimetre = p.code_perimetre
left join manques m on m.code_perimetre = p.code_perimetre
left join ailleurs a on a.code_perimetre = p.code_perimetre
