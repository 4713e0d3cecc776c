-- The versions that have a table and whose table may go: no release that is kept ($1, and the one that is served) has it,
-- the latest load of its dataset does not stand on it, and none of the others was made of it. $2 is one of them, or "". What
-- releases have is in their summaries: manifests are a hundred times as long, and there may be thousands.
with latest as (
    select distinct on (dataset) dataset, version, inputs
    from maille.load
    where status in ('sealed', 'unchanged')
    order by dataset, id desc
), named as (
    select version, array_agg(r.id order by r.seq) as releases,
        bool_or(r.id = any ($1) or r.id = (select p.release from maille.pointer p)) as kept
    from maille.release r
    cross join jsonb_array_elements_text(r.summary -> 'versions') version
    where $2 = '' or r.summary -> 'versions' ? $2
    group by version
), needed as (
    select version from named where kept
    union
    select dataset || '@' || version from latest
    union
    select input.key || '@' || input.value from latest cross join jsonb_each_text(latest.inputs) input
)
select v.dataset, v.id, v.rows, pg_total_relation_size(stands),
    coalesce(pg_total_relation_size(to_regclass(format('data.%I', name || '~g'))), 0), coalesce(named.releases, '{}')
from maille.version v
cross join lateral (select v.dataset || '@' || v.id) of_version (name)
cross join lateral to_regclass(format('data.%I', name)) stands
left join named on named.version = name
where stands is not null
  and ($2 = '' or $2 = name)
  and name not in (select version from needed)
order by v.dataset, v.sealed_at, v.id
