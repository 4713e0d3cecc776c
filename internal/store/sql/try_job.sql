-- Until the transaction ends; false while the program that does the job lives.
select pg_try_advisory_xact_lock(hashtext('maille.job'), hashtext($1))
