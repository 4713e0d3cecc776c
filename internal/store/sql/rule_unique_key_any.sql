-- Cheap where all is well: one pass, no sort.
select exists (select from :"draft" group by :key having count(*) > 1)
