select pg_advisory_xact_lock(hashtext('maille.level'), hashtext($1))
