-- The versions that have a table, each with the last load that led to it.
select distinct on (v.dataset, v.id) v.dataset, v.id, encode(v.hash, 'hex'), v.rows, l.id
from maille.version v
join maille.load l on l.dataset = v.dataset and l.version = v.id
where v.pruned_at is null
order by v.dataset, v.id, l.id desc
