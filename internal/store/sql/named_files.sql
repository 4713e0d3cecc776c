-- Each object that a release names, by the last release that does, without the files whose addresses answer 410 since a
-- person's data were taken out.
select distinct on (file ->> 'sha256') r.id, entry ->> 'dataset', file ->> 'name', (file ->> 'bytes')::bigint, file ->> 'sha256'
from maille.release r
cross join jsonb_array_elements(r.manifest -> 'datasets') entry
cross join jsonb_array_elements(case jsonb_typeof(entry -> 'files') when 'array' then entry -> 'files' else '[]' end) file
where not coalesce(r.manifest -> 'erased', '[]') @> jsonb_build_array(jsonb_build_object('files', jsonb_build_array(file -> 'name')))
order by file ->> 'sha256', r.seq desc
