-- The last life of a code that is no commune's any more, and its successors, the principal first.
select nom_ancien, type, fin, code, nom
from (
    select coalesce(nom_ancien, '') as nom_ancien, coalesce(type, '') as type, fin, :reference_commune as code, coalesce(nom, '') as nom, principal,
        rank() over (order by nature = 'commune' desc, debut desc, fin desc nulls first) as rank
    from :"reference"
    where code_ancien = $1
) lives
where rank = 1 and fin is not null
order by principal desc, code collate "C"
