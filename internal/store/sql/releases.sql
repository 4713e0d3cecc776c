select r.id, r.published_at, coalesce(r.previous, ''), r.id = p.release
from maille.release r
cross join maille.pointer p
order by r.seq desc
