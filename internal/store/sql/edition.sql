-- What servers watch besides the release: how often what was published was changed, and the last publication that failed.
select edition, (select coalesce(max(id), 0) from maille.attempt where status in ('refused', 'failed'))
from maille.pointer
