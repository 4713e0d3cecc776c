with concerned as (
    select r.id, r.seq, r.published_at
    from maille.release r
    where r.id in (select release from maille.commune_change where commune = any ($1::text[]))
    order by r.seq desc
    limit $2
)
select r.id, r.published_at, c.dataset, sum(c.added)::bigint, sum(c.removed)::bigint, sum(c.changed)::bigint,
    coalesce((
        select jsonb_agg(line)
        from (
            select line
            from maille.commune_change s
            cross join jsonb_array_elements(s.rows) with ordinality each (line, rank)
            where s.release = r.id and s.dataset = c.dataset and s.commune = any ($1::text[])
            order by s.commune collate "C", rank
            limit $3
        ) first
    ), '[]')
from concerned r
join maille.commune_change c on c.release = r.id and c.commune = any ($1::text[])
group by r.id, r.seq, r.published_at, c.dataset
order by r.seq desc, c.dataset collate "C"
