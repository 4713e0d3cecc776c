select pg_advisory_unlock(hashtext('maille.publish'), 0)
