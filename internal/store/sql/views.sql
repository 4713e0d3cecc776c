-- The views of a release; what else is in opendata belongs to the operator.
select replace(entry ->> 'dataset', '-', '_') as view
from maille.release r
cross join jsonb_array_elements(r.manifest -> 'datasets') entry
where r.id = $1
order by view
