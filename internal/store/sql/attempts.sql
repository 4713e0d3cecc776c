select at, status, release, dataset, reason
from maille.attempt
where coalesce(cardinality($1::text[]), 0) = 0 or status = any ($1)
order by id desc
limit $2
