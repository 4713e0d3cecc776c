-- Points that no contour of the instance holds; complement says when exchanging the coordinates would put them inside. Of a
-- commune whose contour nobody has (overseas, in some files), nothing can be said.
select d.ctid as row, d._resource as resource, d._line as line, concat_ws(':', :key_texts) as key, ''::text as value,
    case when exists (select from :"reference" r where public.ST_Covers(r.geometry, public.ST_FlipCoordinates(d.geometry)))
        then 'swapped' else '' end as complement
from :"draft" d
where d.geometry is not null
  and :mapped
  and not exists (select from :"reference" r where public.ST_Covers(r.geometry, d.geometry))
