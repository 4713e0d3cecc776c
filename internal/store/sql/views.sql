select viewname::text from pg_views where schemaname = 'opendata' order by viewname
