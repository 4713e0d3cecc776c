update maille.calendar set last_at = $3
where frequency = $1 and schedule = $2 and (last_at is null or last_at < $3)
