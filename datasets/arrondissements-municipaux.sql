-- Some files of contours hold none of these: an arrondissement without a contour is still one.
select
  a.code_insee,
  a.nom,
  a.commune,
  a.code_departement,
  a.code_region,
  a.population,
  round((st_area(g.geometry::geography) / 1e6)::numeric, 2)::double precision as surface_km2,
  g.geometry
from arrondissements_municipaux_cog a
left join arrondissements_municipaux_contours g on g.code_insee = a.code_insee
