update maille.load
set status = 'failed', ended_at = $2, reason = $3
where dataset = $1 and status = 'running'
returning id
