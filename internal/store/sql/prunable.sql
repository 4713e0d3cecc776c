-- The versions that have a table and whose table may go: no release that is kept ($1, and the one that is served) has it,
-- the latest load of its dataset does not stand on it, and none of the others was made of it. $2 is one of them, or "".
with latest as (
    select distinct on (dataset) dataset, version, inputs
    from maille.load
    where status in ('sealed', 'unchanged')
    order by dataset, id desc
), needed as (
    select entry ->> 'dataset' as dataset, entry ->> 'id' as version
    from maille.release r
    cross join jsonb_array_elements(r.manifest -> 'datasets') entry
    where r.id = any ($1) or r.id = (select p.release from maille.pointer p)
    union
    select dataset, version from latest
    union
    select input.key, input.value from latest cross join jsonb_each_text(latest.inputs) input
)
select v.dataset, v.id, v.rows, pg_total_relation_size(stands),
    coalesce(pg_total_relation_size(to_regclass(format('data.%I', v.dataset || '@' || v.id || '~g'))), 0),
    array(select r.id from maille.release r
        where r.manifest @> jsonb_build_object('datasets', jsonb_build_array(jsonb_build_object('dataset', v.dataset, 'id', v.id)))
        order by r.seq)
from maille.version v
cross join lateral to_regclass(format('data.%I', v.dataset || '@' || v.id)) stands
where stands is not null
  and ($2 = '' or $2 = v.dataset || '@' || v.id)
  and not exists (select from needed n where n.dataset = v.dataset and n.version = v.id)
order by v.dataset, v.sealed_at, v.id
