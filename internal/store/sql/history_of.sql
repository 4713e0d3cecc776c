-- The last releases that have something to tell of a dataset, and the first release of all where it has it.
with told as (
    select id, seq from maille.release where maille.release_tells(summary) @> array[$1::text]
    union
    select id, seq from maille.release
    where previous is null and exists (select from jsonb_array_elements_text(summary -> 'versions') name where split_part(name, '@', 1) = $1)
    order by seq desc
    limit $2
)
select r.id, r.published_at, coalesce(r.previous, ''), r.summary::text
from told
join maille.release r using (id)
order by r.seq desc
