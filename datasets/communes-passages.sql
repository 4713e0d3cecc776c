-- What became of each code that a commune ever bore: INSEE's movements, followed from event to event to the communes of
-- the reference, the COG of 1 January 2026. A state is a code between two events that name it.
--
-- At a split, a state goes to a restored commune when it was that commune, or held it within; what was seen apart before
-- the merger stays apart after the split. So Les Essarts (85084) of 2015 goes to 85084 alone, and Essarts-en-Bocage (85084)
-- of 2020 to 85084, 85165 and 85212: its figures cannot be divided, and stay on the first, the principal.
with recursive
mouvement as not materialized (
  select * from communes_mouvements where date_eff <= date '2026-01-01'
),
-- INSEE writes two events of one day in a row (14513 becomes 50649, which merges into 50592) like events that happen
-- together; the code in the middle, which does not live on, tells them apart: its second event has rank 1.
milieu as (
  select com_ap || date_eff as cle from mouvement where typecom_av = 'COM' and typecom_ap = 'COM' and com_av <> com_ap
  except
  select com_av || date_eff from mouvement where typecom_av = 'COM' and typecom_ap = 'COM' and com_av = com_ap
),
lien as (
  select
    m.com_av as avant,
    m.com_ap as apres,
    m.mod,
    m.date_eff as date,
    case when milieu.cle is null then 0 else 1 end as rang,
    m.libelle_av as nom_avant,
    m.libelle_ap as nom_apres
  from mouvement m
  left join milieu on milieu.cle = m.com_av || m.date_eff
  where m.typecom_av = 'COM' and m.typecom_ap = 'COM'
),
evenement as (
  select
    code,
    date,
    rang,
    bool_or(finit) as finit,
    bool_or(commence) as commence,
    max(nom collate "C") filter (where finit) as nom_avant,
    max(nom collate "C") filter (where commence) as nom_apres,
    lead(date) over suivants as fin,
    lead(max(mod) filter (where finit)) over suivants as fin_mod,
    max(mod) filter (where finit) as mod,
    lead(code || date || rang) over suivants as fin_cle,
    row_number() over suivants as numero
  from (
    select avant as code, date, rang, mod, true as finit, false as commence, nom_avant as nom from lien
    union all
    select apres, date, 0, mod, false, true, nom_apres from lien
    union all
    select com_ap, date_eff, 0, mod, false, true, libelle_ap from mouvement where typecom_av is null and typecom_ap = 'COM'
  ) vus
  group by code, date, rang
  window suivants as (partition by code order by date, rang)
),
-- cle and fin_cle are those of the events that begin and end the state; fin is null when it lasts.
etat as (
  select *, lag(id) over (partition by code order by id) as precedent
  from (
    select row_number() over (order by code collate "C", debut, cle collate "C") as id, vecus.*
    from (
      select code, date as debut, code || date || rang as cle, fin, fin_cle, fin_mod as mod, nom_apres as nom from evenement where commence
      union all
      select code, date '1943-01-01', '', date, code || date || rang, mod, nom_avant from evenement where finit and numero = 1
      union all
      select code_insee, date '1943-01-01', '', null, null, null, nom
      from communes_cog
      where code_insee not in (select code from evenement)
    ) vecus
  ) numerotes
),
-- From a state to those that follow it. Where several do, ancien is the state that is restored, when one is.
suite as (
  select
    liens.*,
    array_agg(ancien) filter (where ancien is not null) over (partition by de) as anciens,
    row_number() over (partition by de order by propre desc, code collate "C") = 1 as premier
  from (
    select
      a.id as de,
      b.id as vers,
      b.code,
      count(*) over (partition by a.id) > 1 as multiple,
      a.code = b.code as propre,
      case when a.code <> b.code and p.fin < b.debut then p.id end as ancien
    from etat a
    join lien l on l.avant || l.date || l.rang = a.fin_cle
    join etat b on b.cle = l.apres || l.date || 0
    left join etat p on p.id = b.precedent
  ) liens
),
-- The states that held a restored commune, from its merger on.
contenant as (
  select ancien as commune, ancien as etat from suite where ancien is not null
  union
  select c.commune, s.vers from contenant c join suite s on s.de = c.etat
),
parcours as (
  select id as origine, id as etat, array[id] as passe, true as principal from etat
  union all
  select p.origine, s.vers, p.passe || s.vers, p.principal and (s.premier or (s.ancien = any (p.passe)) is true)
  from parcours p
  join suite s on s.de = p.etat
  where not s.multiple
    or s.ancien = any (p.passe)
    or (s.anciens && p.passe) is not true
      and (s.ancien is null or (s.ancien, p.origine) in (select commune, etat from contenant))
),
arrivee as (
  select
    origine,
    code,
    count(*) over (partition by origine) as successeurs,
    row_number() over (partition by origine order by principal desc, pas, code collate "C") = 1 as principal
  from (
    select p.origine, e.code, bool_or(p.principal) as principal, min(cardinality(p.passe)) as pas
    from parcours p
    join etat e on e.id = p.etat
    join communes_cog c on c.code_insee = e.code
    where e.fin is null
    group by p.origine, e.code
  ) atteintes
),
-- Communes déléguées and associées: what became of the commune that each had been.
partie as (
  select d.nature, d.code, d.nom, d.debut, d.fin, d.mod, max(e.id) as origine
  from (
    select
      type as nature,
      code,
      date_eff as debut,
      bool_or(commence) as commence,
      max(nom collate "C") filter (where commence) as nom,
      lead(date_eff) over suivants as fin,
      lead(max(mod) filter (where finit)) over suivants as mod
    from (
      select typecom_av as type, com_av as code, date_eff, mod, true as finit, false as commence, libelle_av as nom
      from mouvement
      where typecom_av in ('COMA', 'COMD')
      union all
      select typecom_ap, com_ap, date_eff, mod, false, true, libelle_ap
      from mouvement
      where typecom_ap in ('COMA', 'COMD')
    ) vues
    group by type, code, date_eff
    window suivants as (partition by type, code order by date_eff)
  ) d
  join etat e on e.code = d.code and e.fin <= d.debut
  where d.commence
  group by d.nature, d.code, d.nom, d.debut, d.fin, d.mod
)
select
  v.code as code_ancien,
  case v.nature when 'COM' then 'commune' when 'COMD' then 'deleguee' else 'associee' end as nature,
  v.debut,
  v.fin,
  v.nom as nom_ancien,
  case v.mod
    when '10' then 'changement_nom'
    when '20' then 'creation'
    when '21' then 'retablissement'
    when '30' then 'suppression'
    when '31' then 'fusion_simple'
    when '32' then 'commune_nouvelle'
    when '33' then 'fusion_association'
    when '34' then 'fusion_association_simple'
    when '35' then 'suppression_deleguee'
    when '41' then 'changement_departement'
    when '50' then 'changement_chef_lieu'
    when '70' then 'transformation_deleguee'
    when '71' then 'retablissement_deleguee'
  end as type,
  c.code_insee,
  c.nom,
  a.successeurs,
  a.principal
from (
  select id as origine, 'COM' as nature, code, nom, debut, fin, mod from etat
  union all
  select origine, nature, code, nom, debut, fin, mod from partie
) v
join arrivee a on a.origine = v.origine
join communes_cog c on c.code_insee = a.code
