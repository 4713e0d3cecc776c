-- Rows whose commune is none that is or was; a row without a code says nothing.
select d.ctid as row, d._resource as resource, d._line as line, concat_ws(':', :key_texts) as key, d.:commune as value, ''::text as complement
from :"draft" d
where d.:commune is not null
  and not exists (select from (:known) k where k.known_code = d.:commune)
