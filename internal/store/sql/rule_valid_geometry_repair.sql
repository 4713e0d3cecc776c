-- Repairs invalid polygons where the repair is still polygons on the grid, and gives what was wrong with them.
with invalid as materialized (
    select ctid as row, public.ST_IsValidReason(geometry) as reason,
        public.ST_Multi(public.ST_CollectionExtract(public.ST_ReducePrecision(public.ST_MakeValid(geometry), :grid), 3)) as repaired
    from :"draft"
    where geometry is not null and not public.ST_IsValid(geometry)
)
update :"draft" d
set geometry = invalid.repaired
from invalid
where d.ctid = invalid.row and not public.ST_IsEmpty(invalid.repaired) and public.ST_IsValid(invalid.repaired)
returning d._resource, d._line, concat_ws(':', :key_texts), invalid.reason
