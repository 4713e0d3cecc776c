insert into maille.doomed_object (sha256, doomed_at) select unnest($1::text[]), $2
on conflict (sha256) do update set deleted_at = null
