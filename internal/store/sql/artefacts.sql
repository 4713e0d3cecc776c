select resource, place, origin, url, retrieved_at, last_modified, etag, media_type, bytes, sha256, vintage, licences
from maille.artefact
where load = $1
order by resource
