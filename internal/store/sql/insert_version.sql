insert into maille.version (dataset, id, hash, rows, extent, unlocated, sealed_at)
values ($1, $2, $3, $4, $5, $6, $7)
