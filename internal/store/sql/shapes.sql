-- Spatial literals in CRS84 and valid, in the order given. A repaired polygon keeps what is of its dimension.
select encode(public.ST_AsEWKB(shape), 'hex'), public.ST_GeometryType(shape) = 'ST_GeometryCollection'
from unnest($1::bytea[]) with ordinality asked (ewkb, rank)
cross join lateral public.ST_GeomFromEWKB(ewkb) given
cross join lateral (
    select case when public.ST_SRID(given) = 4326 then given
        else public.ST_Transform(public.ST_Segmentize(given, greatest($2::float8, (public.ST_Perimeter(given) + public.ST_Length(given)) / 1000)), 4326)
        end as moved
) moving
cross join lateral (
    select case when public.ST_GeometryType(given) = 'ST_GeometryCollection' then public.ST_CollectionHomogenize(public.ST_MakeValid(moved))
        else public.ST_CollectionExtract(public.ST_MakeValid(moved), public.ST_Dimension(given) + 1)
        end as shape
) preparing
order by rank
