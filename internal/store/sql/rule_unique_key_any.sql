-- Whether two rows may share a key: their hashes are sorted as plain numbers, which costs a third of grouping the keys
-- and spills to disk in order. Two keys of one hash only make the next look find nothing.
select count(distinct :key_hash) < count(*) from :"draft"
