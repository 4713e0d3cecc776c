-- The versions that have a table, with each description that they have had: releases keep their own. A load that failed has no
-- version, and a name made of null would be refused.
select distinct dataset, version, descriptor, schema
from maille.load
where to_regclass(format('data.%I', dataset || '@' || coalesce(version, ''))) is not null
order by dataset, version
