-- Communes whose contours touch, in both directions. Contours that overlap, because they are of two years, share more than
-- a point. Each pair is looked at once.
with paires as materialized (
  select
    a.code_insee as une,
    b.code_insee as autre,
    case when lien.de9im ~ '^(2|....1)' then 'cote' else 'sommet' end as contact
  from communes a
  join communes b on a.geometry && b.geometry and a.code_insee < b.code_insee collate "C"
  cross join lateral (select st_relate(a.geometry, b.geometry) as de9im offset 0) lien
  where not lien.de9im like 'FF_FF%'
)
select une as code_insee, autre as code_voisine, contact from paires
union all
select autre, une, contact from paires
