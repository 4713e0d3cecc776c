-- The indexes of a table but its primary key, by what follows the table's name in their definitions.
select indexrelid::regclass::text, substring(pg_get_indexdef(indexrelid) from ' (USING .*)')
from pg_index
where indrelid = $1::regclass and not indisprimary
order by 1
