select count(distinct code) > 1
from maille.load
where id in ($1, $2)
