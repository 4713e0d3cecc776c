update maille.attempt set reason = $2 where position(maille.folded($1) in maille.folded(reason)) > 0
