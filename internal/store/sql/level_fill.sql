insert into :"table" (level, _ord, geometry, _geojson)
select $1::float8, _ord, geometry, public.ST_AsGeoJSON(public.ST_ForcePolygonCCW(geometry), $2::integer)
from level_draft
cross join lateral public.ST_GeomFromEWKB(wkb) geometry
order by _ord
