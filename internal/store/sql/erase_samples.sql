-- The rows that feeds show of a dataset; their counts stay.
update maille.commune_change set rows = '[]' where dataset = any ($1) and rows <> '[]'
