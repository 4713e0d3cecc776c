-- The objects that releases name: their files.
select distinct file ->> 'sha256'
from maille.release r
cross join jsonb_array_elements(r.manifest -> 'datasets') entry
cross join jsonb_array_elements(case jsonb_typeof(entry -> 'files') when 'array' then entry -> 'files' else '[]' end) file
