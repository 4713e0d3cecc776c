insert into maille.release (id, published_at, previous, manifest)
values ($1, $2, nullif($3, ''), $4)
on conflict (id) do nothing
