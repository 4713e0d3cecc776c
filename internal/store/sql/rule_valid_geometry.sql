-- Geometries that are not valid (OGC 06-103r4 §6.1.11).
select ctid as row, _resource as resource, _line as line, concat_ws(':', :key_texts) as key,
    public.ST_IsValidReason(geometry) as value, ''::text as complement
from :"draft"
where geometry is not null and not public.ST_IsValid(geometry)
