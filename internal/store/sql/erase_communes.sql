delete from maille.commune_change where position(maille.folded($1) in maille.folded(commune)) > 0
