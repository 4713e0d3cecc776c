-- Held until the transaction ends.
select pg_advisory_xact_lock(hashtext('maille.load'), hashtext($1))
