-- Held by the session: a program that is killed loses it with its connection.
select pg_advisory_lock(hashtext('maille.publish'), 0)
