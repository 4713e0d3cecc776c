select r.manifest::text
from maille.pointer p
join maille.release r on r.id = p.release
