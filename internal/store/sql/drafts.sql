-- The drafts of loads that no living program holds the lock of.
select c.relname, pg_total_relation_size(c.oid)
from pg_class c
join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'draft'
where c.relkind = 'r'
  and not exists (
    select from pg_locks l
    where l.locktype = 'advisory' and l.granted and l.database = (select oid from pg_database where datname = current_database())
      and l.classid = hashtext('maille.load')::bit(32)::bigint and l.objid = hashtext(split_part(c.relname, '~', 1))::bit(32)::bigint)
order by 1
