select release, dataset, commune, added, removed, changed
from maille.commune_change
where release = $1 and commune = $2
order by dataset collate "C"
