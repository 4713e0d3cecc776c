select pg_advisory_unlock(hashtext('maille.job'), hashtext($1))
