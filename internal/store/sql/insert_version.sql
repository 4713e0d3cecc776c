insert into maille.version (dataset, id, hash, rows, extent, unlocated, sealed_at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (dataset, id) do update set pruned_at = null -- one that was pruned, whose table was made again
