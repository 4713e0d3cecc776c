select id, version, status, fingerprint, code, rows_read, rows_kept, inputs::text, counts::text
from maille.load
where dataset = $1 and status in ('sealed', 'unchanged')
order by id desc
limit 1
