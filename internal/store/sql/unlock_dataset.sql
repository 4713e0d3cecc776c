select pg_advisory_unlock(hashtext('maille.load'), hashtext($1))
