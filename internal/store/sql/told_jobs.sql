-- How many jobs failed for a reason that says a text.
select count(*)
from river.river_job
where exists (select from unnest(errors) e where position(maille.folded($1) in maille.folded(e ->> 'error' || ' ' || coalesce(e ->> 'trace', ''))) > 0)
