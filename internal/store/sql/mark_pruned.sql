update maille.version set pruned_at = $3 where dataset = $1 and id = $2
