select count(*), coalesce(min(code collate "C"), '')
from (select :reference_commune as code from :"reference") r
where not exists (select from :"version" where :commune = r.code)
