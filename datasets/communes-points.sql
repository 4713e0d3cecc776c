-- One point for each commune, for what is measured from a point, beside its town hall where the directory's point is in it.
-- The limit is that of what the instance has, cut to what lies within 44 km of each département: the distance on the
-- ellipsoid from many points to one same line is fast, since PostGIS keeps the line's tree from row to row.
with limites as materialized (
  select
    d.code_departement,
    st_intersection(t.limite, st_expand(
      d.geometry,
      0.4 / cos(radians(least(80, greatest(abs(st_ymin(d.geometry)), abs(st_ymax(d.geometry)))))),
      0.4
    ))::geography as limite
  from departements d
  cross join (select st_boundary(st_union(geometry order by code_departement)) as limite from departements) t
  where d.geometry is not null
),
mairies as (
  -- A commune that took in others may have several: the one that is inside comes first.
  select distinct on (s.code_insee) s.code_insee, s.geometry, st_covers(c.geometry, s.geometry) as dedans
  from services_en_ligne s
  join communes c on c.code_insee = s.code_insee
  where s.nature = 'mairie' and s.geometry is not null
  order by s.code_insee, dedans desc nulls last, s.id collate "C"
),
points as materialized (
  select *, st_reduceprecision(st_pointonsurface(geometry), 1e-7) as point
  from communes
  order by code_departement, code_insee
)
select
  p.code_insee,
  p.nom,
  p.code_epci,
  p.code_departement,
  p.code_region,
  p.population,
  case when p.code_region = '94' then 'corse' when p.code_region ~ '^[1-9][0-9]$' then 'metropole' else p.code_region end as domaine,
  round(st_x(p.point)::numeric, 7)::float8 as longitude,
  round(st_y(p.point)::numeric, 7)::float8 as latitude,
  case when m.dedans then round(st_x(m.geometry)::numeric, 7)::float8 end as mairie_longitude,
  case when m.dedans then round(st_y(m.geometry)::numeric, 7)::float8 end as mairie_latitude,
  case when m.dedans then 'ok' when m.code_insee is null then 'absente' else 'hors_commune' end as mairie_drapeau,
  case when e.metres <= 40000 then round(e.metres)::bigint end as distance_limite,
  p.point as geometry
from points p
left join mairies m on m.code_insee = p.code_insee
left join limites l on l.code_departement = p.code_departement
cross join lateral (select st_distance(p.point::geography, l.limite) as metres) e
