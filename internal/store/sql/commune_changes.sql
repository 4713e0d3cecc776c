-- A row that moved from one of the communes to another is in what changed for both: it counts once, and is shown once.
with concerned as (
    select r.id, r.seq, r.published_at
    from maille.release r
    where r.id in (select release from maille.commune_change where commune = any ($1::text[]))
    order by r.seq desc
    limit $2
)
select r.id, r.published_at, c.dataset, sum(c.added)::bigint, sum(c.removed)::bigint, (sum(c.changed) - sum(moved.inside))::bigint,
    coalesce((
        select jsonb_agg(line)
        from (
            select line
            from (
                select distinct on (line -> 'id', line -> 'kind') line, s.commune, rank
                from maille.commune_change s
                cross join jsonb_array_elements(s.rows) with ordinality each (line, rank)
                where s.release = r.id and s.dataset = c.dataset and s.commune = any ($1::text[])
                order by line -> 'id', line -> 'kind', s.commune collate "C", rank
            ) once
            order by commune collate "C", rank
            limit $3
        ) first
    ), '[]')
from concerned r
join maille.commune_change c on c.release = r.id and c.commune = any ($1::text[])
cross join lateral (select coalesce(sum(rows::bigint), 0) as inside from jsonb_each_text(c.arrived) came (commune, rows) where came.commune = any ($1::text[])) moved
group by r.id, r.seq, r.published_at, c.dataset
order by r.seq desc, c.dataset collate "C"
