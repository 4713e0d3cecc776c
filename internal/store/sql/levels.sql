-- Those of the levels asked that stand beside a version.
select level
from unnest($1::float8[]) asked (level)
where exists (select from :"table" t where t.level = asked.level)
