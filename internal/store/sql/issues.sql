select i.resource, coalesce(a.place, ''), i.line, i.key, i.col, i.rule, i.level, i.message
from maille.issue i
left join maille.artefact a on a.load = i.load and a.resource = i.resource
where i.load = $1
order by i.resource, i.line, i.rule, i.col
