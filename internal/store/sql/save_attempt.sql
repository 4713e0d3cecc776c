-- Puts an attempt in place of the one before when neither found anything new, and forgets the oldest of its status.
with gone as (
    delete from maille.attempt a
    where a.status = $2 and (
        a.status = 'unchanged' and a.id = (select max(id) from maille.attempt)
        or a.id in (select id from maille.attempt where status = $2 order by id desc offset $6::bigint - 1)
    )
)
insert into maille.attempt (at, status, release, dataset, reason)
select $1, $2, coalesce(nullif($3, ''), p.release, ''), $4, $5
from maille.pointer p
