-- The versions that have a table, with each description that they have had: releases keep their own.
select distinct dataset, version, descriptor, schema
from maille.load
where to_regclass(format('data.%I', dataset || '@' || version)) is not null
order by dataset, version
