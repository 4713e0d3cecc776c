-- Each key that is looked for costs one look into the index of hashes, however many rows there are.
select coalesce(avg((not exists (
    select from :"after" w where :after_hash = v._hash and :same
))::integer), 0)::float8
from (select *, :hash as _hash from :"before" where _ord in (select generate_series(1, $1::bigint, $2::bigint))) v
