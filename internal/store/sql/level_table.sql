-- Generalised geometries of a version, by the tolerance in degrees and the row of the version.
create table if not exists :"table" (
    level    double precision not null,
    _ord     bigint not null,
    geometry public.geometry(MultiPolygon, 4326),
    _geojson text,
    primary key (level, _ord)
)
