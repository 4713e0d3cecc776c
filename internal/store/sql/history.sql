select r.id, r.published_at, coalesce(r.previous, ''), r.id is not distinct from p.release,
    not exists (
        select
        from jsonb_array_elements_text(r.summary -> 'versions') name
        join maille.version v on v.dataset = split_part(name, '@', 1) and v.id = split_part(name, '@', 2)
        where v.pruned_at is not null
    ),
    r.summary::text
from maille.release r
cross join maille.pointer p
where $1 = '' or r.seq < (select seq from maille.release where id = $1)
order by r.seq desc
limit $2
