-- Notes the cells that are taken out.
insert into maille.erased_cell (dataset, col, digest, erased_at)
select $1, $2, maille.keyed(convert_to(value, 'UTF8')), $3
from (select distinct :value as value from :from where :condition) taken
on conflict do nothing
