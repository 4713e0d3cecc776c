-- Versions that no load leads to: an erasure that was killed made them.
select v.dataset, v.id, encode(v.hash, 'hex'), v.rows, 0::bigint
from maille.version v
where not exists (select from maille.load l where l.dataset = v.dataset and l.version = v.id)
