-- Whether nobody loads a dataset; if so, nobody does until the transaction ends.
select pg_try_advisory_xact_lock(hashtext('maille.load'), hashtext($1))
