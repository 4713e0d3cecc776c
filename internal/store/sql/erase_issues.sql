update maille.issue set key = '', message = $2 where position(maille.folded($1) in maille.folded(key || ' ' || message)) > 0
