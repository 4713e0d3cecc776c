-- The commune of each declared place. A code that died is that of its successor since. A name is compared without accents,
-- case and hyphens, Saint written out, and without an arrondissement: LYON 3EME is Lyon. Where two communes have the name
-- and the postcode, neither is chosen. A point on a border goes to the lesser code, so that the answer is one.
select
  l.id,
  coalesce(s.code_insee, l.code_insee, n.code_insee, p.code_insee) as code_insee,
  case
    when s.code_insee is not null then 'ancien-code'
    when l.code_insee is not null then 'declare'
    when n.code_insee is not null then 'nom-et-code-postal'
    when p.code_insee is not null then 'point'
  end as methode
from lieux_mediation_declares l
left join (
  select distinct on (code_ancien) code_ancien, code_insee
  from communes_passages
  where principal and code_ancien not in (select code_insee from communes_cog)
  order by code_ancien, nature = 'commune' desc, debut desc, code_insee collate "C"
) s on s.code_ancien = l.code_insee
left join (
  select d.id, min(c.code_insee collate "C") as code_insee
  from (
    select
      id,
      code_postal,
      trim(regexp_replace(regexp_replace(regexp_replace(
        lower(regexp_replace(normalize(replace(replace(commune, 'œ', 'oe'), 'Œ', 'oe'), nfd), '[\u0300-\u036f]', '', 'g') collate "C"),
        '[^a-z]+', ' ', 'g'), '\mste\M', 'sainte', 'g'), '\mst\M', 'saint', 'g')) as nom
    from lieux_mediation_declares
    where code_insee is null
  ) d
  join (
    select
      code_insee,
      unnest(codes_postaux) as code_postal,
      trim(regexp_replace(
        lower(regexp_replace(normalize(replace(replace(nom, 'œ', 'oe'), 'Œ', 'oe'), nfd), '[\u0300-\u036f]', '', 'g') collate "C"),
        '[^a-z]+', ' ', 'g')) as nom
    from communes_cog
  ) c
    on c.code_postal = d.code_postal
    and (
      replace(c.nom, ' ', '') = replace(d.nom, ' ', '')
      or c.nom = regexp_replace(d.nom, ' (er|e|eme|ieme|arrondissement)( arrondissement)?$', '')
    )
  group by d.id
  having count(distinct c.code_insee) = 1
) n on n.id = l.id
left join lateral (
  select min(g.code_insee collate "C") as code_insee
  from communes_contours g
  where l.code_insee is null and n.code_insee is null and st_intersects(g.geometry, l.geometry)
) p on true
