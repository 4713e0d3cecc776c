-- The rows that differ between two versions of a dataset: those of the version after in its order, then those that are gone.
select a._ord is null as removed, b._ord is null as added, :columns
from :before b
full join :after a on :same_key
where (a._ord is null or b._ord is null or :differs) and :chosen
order by a._ord, b._ord
