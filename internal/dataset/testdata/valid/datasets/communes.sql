-- Words in a comment, such as now(), delete or lieux, are no words of the statement.
with vus as (select code_insee from contours)
select c.code_insee, c.nom as "Nom d'usage", 'random(); select' as texte, g.geometry /* now() /* too */ */
from communes_cog c
join contours g on g.code_insee = c.code_insee
join vus v on v.code_insee = c.code_insee;
-- The end.
