-- The loads with an issue that says a text.
select distinct load from maille.issue where position(maille.folded($1) in maille.folded(key || ' ' || message)) > 0 order by 1
