insert into maille.artefact (load, resource, place, origin, url, retrieved_at, last_modified, etag, media_type, bytes, sha256, vintage, licences)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
