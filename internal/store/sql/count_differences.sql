-- How many rows came, went and differ between two versions of a dataset.
select count(*) filter (where b._ord is null), count(*) filter (where a._ord is null), count(*) filter (where a._ord is not null and b._ord is not null)
from :before b
full join :after a on :same_key
where (a._ord is null or b._ord is null or :differs) and :chosen
