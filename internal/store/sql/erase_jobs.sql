-- The errors of jobs, of which the scheduler keeps each for a while.
update river.river_job
set errors = array(
    select case when position(maille.folded($1) in maille.folded(e ->> 'error' || ' ' || coalesce(e ->> 'trace', ''))) > 0
        then e || jsonb_build_object('error', $2::text, 'trace', '') else e end
    from unnest(errors) with ordinality each (e, n)
    order by n)
where exists (select from unnest(errors) e where position(maille.folded($1) in maille.folded(e ->> 'error' || ' ' || coalesce(e ->> 'trace', ''))) > 0)
