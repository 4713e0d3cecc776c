update maille.load
set version = nullif($2, ''), status = $3, ended_at = $4, rows_read = $5, rows_kept = $6, inputs = $7, counts = $8, reason = nullif($9, '')
where id = $1
