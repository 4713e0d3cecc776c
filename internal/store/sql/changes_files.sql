select r.id, d.entry ->> 'dataset', f.file ->> 'sha256'
from maille.release r
cross join jsonb_array_elements(r.manifest -> 'datasets') d (entry)
cross join jsonb_array_elements(d.entry -> 'files') f (file)
where r.id = any ($1::text[]) and ($2 = '' or d.entry ->> 'dataset' = $2)
  and f.file ->> 'role' = 'changes' and f.file ->> 'media_type' = 'application/json' and f.file ->> 'rows' <> '0'
order by r.seq desc, d.entry ->> 'dataset' collate "C"
