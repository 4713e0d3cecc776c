-- One row a place: the declarations that lieux-mediation-doublons puts together, or the only one. The most recent speaks
-- first; on the same day the operator's own (no origin), then standard-1, standard-0 and france-services, as the alphabet
-- backwards has it, then the lesser id. What one leaves empty comes from the next, but for the address, whose parts are all
-- of the first, and the point, whose two coordinates are of the same declaration.
with declarations as (
  select
    coalesce(g.id, l.id) as lieu,
    m.code_insee as commune_trouvee,
    l.*,
    row_number() over (partition by coalesce(g.id, l.id) order by l.date_maj desc, l.origine collate "C" desc, l.id collate "C") as rang
  from lieux_mediation_declares l
  join lieux_mediation_communes m on m.id = l.id
  left join (
    select id_a as membre, id from lieux_mediation_doublons where reuni
    union
    select id_b, id from lieux_mediation_doublons where reuni
  ) g on g.membre = l.id
),
lieux as (
  select
    count(*) as declarations,
    lieu as id,
    coalesce((array_agg(pivot order by rang) filter (where pivot !~ '^0+$'))[1], '00000000000000') as pivot,
    (array_agg(nom order by rang))[1] as nom,
    (array_agg(commune order by rang))[1] as commune,
    (array_agg(code_postal order by rang))[1] as code_postal,
    (array_agg(commune_trouvee order by rang) filter (where commune_trouvee is not null))[1] as code_insee,
    (array_agg(adresse order by rang))[1] as adresse,
    (array_agg(complement_adresse order by rang))[1] as complement_adresse,
    (array_agg(latitude order by rang) filter (where geometry is not null))[1] as latitude,
    (array_agg(longitude order by rang) filter (where geometry is not null))[1] as longitude,
    string_agg(array_to_string(typologie, '|'), '|' order by rang) as typologie,
    (array_agg(telephone order by rang) filter (where telephone is not null))[1] as telephone,
    string_agg(array_to_string(courriels, '|'), '|' order by rang) as courriels,
    string_agg(array_to_string(site_web, '|'), '|' order by rang) as site_web,
    (array_agg(horaires order by rang) filter (where horaires is not null))[1] as horaires,
    (array_agg(presentation_resume order by rang) filter (where presentation_resume is not null))[1] as presentation_resume,
    (array_agg(presentation_detail order by rang) filter (where presentation_detail is not null))[1] as presentation_detail,
    string_agg(distinct source collate "C", '|') as source,
    string_agg(array_to_string(itinerance, '|'), '|' order by rang) as itinerance,
    (array_agg(structure_parente order by rang) filter (where structure_parente is not null))[1] as structure_parente,
    max(date_maj) as date_maj,
    string_agg(array_to_string(services, '|'), '|' order by rang) as services,
    string_agg(array_to_string(publics_specifiquement_adresses, '|'), '|' order by rang) as publics_specifiquement_adresses,
    string_agg(array_to_string(prise_en_charge_specifique, '|'), '|' order by rang) as prise_en_charge_specifique,
    string_agg(array_to_string(frais_a_charge, '|'), '|' order by rang) as frais_a_charge,
    string_agg(array_to_string(dispositif_programmes_nationaux, '|'), '|' order by rang) as dispositif_programmes_nationaux,
    string_agg(array_to_string(formations_labels, '|'), '|' order by rang) as formations_labels,
    string_agg(array_to_string(autres_formations_labels, '|'), '|' order by rang) as autres_formations_labels,
    string_agg(array_to_string(modalites_acces, '|'), '|' order by rang) as modalites_acces,
    string_agg(array_to_string(modalites_accompagnement, '|'), '|' order by rang) as modalites_accompagnement,
    (array_agg(fiche_acces_libre order by rang) filter (where fiche_acces_libre is not null))[1] as fiche_acces_libre,
    (array_agg(prise_rdv order by rang) filter (where prise_rdv is not null))[1] as prise_rdv,
    (array_agg(geometry order by rang) filter (where geometry is not null))[1] as geometry
  from declarations
  group by lieu
)
select
  id,
  pivot,
  nom,
  commune,
  code_postal,
  code_insee,
  adresse,
  complement_adresse,
  latitude,
  longitude,
  case when declarations = 1 then string_to_array(typologie, '|') else array(select x from unnest(string_to_array(typologie, '|')) with ordinality u(x, n) group by x order by min(n)) end as typologie,
  telephone,
  case when declarations = 1 then string_to_array(courriels, '|') else array(select x from unnest(string_to_array(courriels, '|')) with ordinality u(x, n) group by x order by min(n)) end as courriels,
  case when declarations = 1 then string_to_array(site_web, '|') else array(select x from unnest(string_to_array(site_web, '|')) with ordinality u(x, n) group by x order by min(n)) end as site_web,
  horaires,
  presentation_resume,
  presentation_detail,
  source,
  case when declarations = 1 then string_to_array(itinerance, '|') else array(select x from unnest(string_to_array(itinerance, '|')) with ordinality u(x, n) group by x order by min(n)) end as itinerance,
  structure_parente,
  date_maj,
  case when declarations = 1 then string_to_array(services, '|') else array(select x from unnest(string_to_array(services, '|')) with ordinality u(x, n) group by x order by min(n)) end as services,
  case when declarations = 1 then string_to_array(publics_specifiquement_adresses, '|') else array(select x from unnest(string_to_array(publics_specifiquement_adresses, '|')) with ordinality u(x, n) group by x order by min(n)) end as publics_specifiquement_adresses,
  case when declarations = 1 then string_to_array(prise_en_charge_specifique, '|') else array(select x from unnest(string_to_array(prise_en_charge_specifique, '|')) with ordinality u(x, n) group by x order by min(n)) end as prise_en_charge_specifique,
  case when declarations = 1 then string_to_array(frais_a_charge, '|') else array(select x from unnest(string_to_array(frais_a_charge, '|')) with ordinality u(x, n) group by x order by min(n)) end as frais_a_charge,
  case when declarations = 1 then string_to_array(dispositif_programmes_nationaux, '|') else array(select x from unnest(string_to_array(dispositif_programmes_nationaux, '|')) with ordinality u(x, n) group by x order by min(n)) end as dispositif_programmes_nationaux,
  case when declarations = 1 then string_to_array(formations_labels, '|') else array(select x from unnest(string_to_array(formations_labels, '|')) with ordinality u(x, n) group by x order by min(n)) end as formations_labels,
  case when declarations = 1 then string_to_array(autres_formations_labels, '|') else array(select x from unnest(string_to_array(autres_formations_labels, '|')) with ordinality u(x, n) group by x order by min(n)) end as autres_formations_labels,
  case when declarations = 1 then string_to_array(modalites_acces, '|') else array(select x from unnest(string_to_array(modalites_acces, '|')) with ordinality u(x, n) group by x order by min(n)) end as modalites_acces,
  case when declarations = 1 then string_to_array(modalites_accompagnement, '|') else array(select x from unnest(string_to_array(modalites_accompagnement, '|')) with ordinality u(x, n) group by x order by min(n)) end as modalites_accompagnement,
  fiche_acces_libre,
  prise_rdv,
  geometry
from lieux
