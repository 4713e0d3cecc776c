insert into maille.source_state as s (dataset, resource, place, last_good, failing_since, reason, columns, kinds)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (dataset, resource) do update
set place = excluded.place, last_good = excluded.last_good, failing_since = excluded.failing_since, reason = excluded.reason,
    columns = excluded.columns, kinds = excluded.kinds
