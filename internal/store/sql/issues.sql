select resource, line, key, col, rule, level, message
from maille.issue
where load = $1
order by resource, line, rule, col
