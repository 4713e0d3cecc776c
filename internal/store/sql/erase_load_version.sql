update maille.load set version = $3, rows_kept = least(rows_kept, $4) where dataset = $1 and version = $2
