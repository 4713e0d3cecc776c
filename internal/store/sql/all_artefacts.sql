-- The publishers' files of all loads, each with the versions that it led to.
select l.dataset, a.sha256, array_agg(distinct l.version) filter (where l.version <> '')
from maille.artefact a
join maille.load l on l.id = a.load
group by 1, 2
order by 1, 2
