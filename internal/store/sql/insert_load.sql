insert into maille.load (dataset, status, started_at, fingerprint, descriptor, schema, code)
values ($1, 'running', $2, $3, $4, $5, $6)
returning id
