-- The official geographic code is the spine: a commune without a contour, an EPCI or a zoning is still a commune.
-- The area is that of the generalised contour on the ellipsoid, so that it needs no projection of its own overseas. A
-- contour of 2018 stands in only where there is no current one, and says so.
select
  c.code_insee,
  c.nom,
  c.siren,
  c.codes_postaux,
  c.code_epci,
  e.nom as nom_epci,
  c.code_departement,
  c.code_region,
  c.population,
  round((st_area(coalesce(g.geometry, a.geometry)::geography) / 1e6)::numeric, 2)::double precision as surface_km2,
  case when g.geometry is not null then 'courant' when a.geometry is not null then '2018' end as contour,
  z.petites_villes_de_demain,
  z.action_coeur_de_ville,
  z.villages_avenir,
  z.cite_educative,
  z.fabrique_prospective,
  z.territoire_industrie,
  z.crte,
  z.zone_montagne,
  z.zonage_abc,
  z.zonage_tlv,
  z.qpv_nombre,
  z.qpv_noms,
  coalesce(g.geometry, a.geometry) as geometry
from communes_cog c
left join communes_contours g on g.code_insee = c.code_insee
left join communes_contours_2018 a on a.code_insee = c.code_insee and g.geometry is null
left join epci_cog e on e.code_epci = c.code_epci
left join communes_zonages z on z.code_insee = c.code_insee
