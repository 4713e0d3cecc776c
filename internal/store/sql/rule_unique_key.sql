-- Rows whose key an earlier row of the files has; value is the line of that row. Only rows that share a hash are compared.
select ctid as row, _resource as resource, _line as line, concat_ws(':', :key_texts) as key, _first_line::text as value, ''::text as complement
from (
    select *, ctid, first_value(_line) over w as _first_line, row_number() over w as _rank
    from :"draft"
    where :key_hash in (select :key_hash from :"draft" group by 1 having count(*) > 1)
    window w as (partition by :key order by _resource, _line)
) numbered
where _rank > 1
