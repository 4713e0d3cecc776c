-- Rows whose commune was one: what became of its last life; complement is the day it ended, and its successors.
with gone as materialized (
    select d.ctid as row, d._resource as resource, d._line as line, concat_ws(':', :key_texts) as key, d.:commune as value
    from :"draft" d
    where d.:commune is not null
      and not exists (select from (:current) k where k.known_code = d.:commune)
), last_life as (
    select p.code_ancien, p.fin, p.nom, p.:reference_commune as successor, p.principal,
        rank() over (partition by p.code_ancien order by p.nature = 'commune' desc, p.debut desc, p.fin desc nulls first) as rank
    from :"reference" p
    where p.code_ancien in (select g.value from gone g)
)
select g.row, g.resource, g.line, g.key, g.value,
    concat_ws(' ', l.fin::text, string_agg(l.nom || ' (' || l.successor || ')', ', ' order by l.principal desc, l.successor collate "C")) as complement
from gone g
join last_life l on l.code_ancien = g.value and l.rank = 1 and l.fin is not null
group by g.row, g.resource, g.line, g.key, g.value, l.fin
