-- How many sentences, kept for people, say a text.
select (select count(*) from maille.load where position(maille.folded($1) in maille.folded(reason)) > 0)
    + (select count(*) from maille.attempt where position(maille.folded($1) in maille.folded(reason)) > 0)
    + (select count(*) from maille.source_state where position(maille.folded($1) in maille.folded(reason)) > 0)
