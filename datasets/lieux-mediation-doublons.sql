-- Declarations of the same place in different files. Only those that stand in neighbouring cells of a grid, or share a
-- SIRET and a commune, are compared. A cell is 0.002 degree: more than 110 m up to 60 degrees north.
-- A place that is only fixed and one that only travels are two.
-- MSAP (maisons de services au public) became France services in 2020: their names are taken for the same words.
with recursive lieux as (
  select
    d.id,
    coalesce(d.origine, '') as fichier,
    d.origine,
    d.nom,
    m.code_insee,
    case when d.pivot ~ '^[0-9]{14}$' and d.pivot <> '00000000000000' then d.pivot end as siret,
    d.itinerance,
    d.geometry,
    floor(d.longitude / 0.002)::integer as colonne,
    floor(d.latitude / 0.002)::integer as rangee,
    regexp_replace(regexp_replace(plat.nom,
      '\m((maisons?|espaces?|points?|relais) )?((de|des) )?services? (au|aux|du) publics?\M|\m(msap|efs|mfs)\M|\m(maison|espace) france services?\M|\mfrance service\M',
      'france services', 'g'), '\m(de|du|des|d|la|le|les|l|a|au|aux|en|et|sur|sous)\M', ' ', 'g') as mots,
    plat.commune
  from lieux_mediation_declares d
  join lieux_mediation_communes m on m.id = d.id
  cross join lateral (
    select
      regexp_replace(lower(regexp_replace(normalize(replace(replace(d.nom, 'œ', 'oe'), 'Œ', 'oe'), nfd), '[\u0300-\u036f]', '', 'g') collate "C"), '[^a-z0-9]+', ' ', 'g') as nom,
      regexp_replace(lower(regexp_replace(normalize(replace(replace(d.commune, 'œ', 'oe'), 'Œ', 'oe'), nfd), '[\u0300-\u036f]', '', 'g') collate "C"), '[^a-z0-9]+', ' ', 'g') as commune
  ) plat
),
proches as (
  select a.id as id_a, b.id as id_b
  from lieux a
  cross join generate_series(-1, 1) as dx
  cross join generate_series(-1, 1) as dy
  join lieux b
    on b.colonne = a.colonne + dx and b.rangee = a.rangee + dy and a.id < b.id collate "C" and a.fichier <> b.fichier
    and st_distance(a.geometry::geography, b.geometry::geography) < 110
),
voisins as (
  select id_a, id_b, true as pres from proches
  union all
  select a.id, b.id, false
  from lieux a
  join lieux b on b.siret = a.siret and b.code_insee = a.code_insee and a.id < b.id collate "C" and a.fichier <> b.fichier
),
candidats as (
  select id_a, id_b, bool_or(pres) as pres from voisins group by id_a, id_b
),
groupes_de_lettres as (
  -- As pg_trgm makes them, word by word, without the commune's name where something else remains.
  select l.id, array_agg(distinct substr('  ' || mot || ' ', rang, 3)) as lettres
  from lieux l
  cross join lateral (
    select nullif(array(
      select w from unnest(string_to_array(trim(l.mots), ' ')) w
      where w <> '' and not w = any (string_to_array(l.commune, ' '))
    ), '{}') as propres
  ) p
  cross join lateral unnest(coalesce(p.propres, string_to_array(trim(l.mots), ' '))) mot
  cross join lateral generate_series(1, length(mot) + 1) rang
  where l.id in (select id_a from candidats union all select id_b from candidats)
  group by l.id
),
compares as (
  select
    c.id_a,
    c.id_b,
    a.fichier as fichier_a,
    b.fichier as fichier_b,
    coalesce(a.siret = b.siret and a.code_insee = b.code_insee, false) as meme_siret,
    c.pres,
    st_distance(a.geometry::geography, b.geometry::geography) as distance,
    coalesce(round(communs.nombre::numeric / nullif(cardinality(ga.lettres) + cardinality(gb.lettres) - communs.nombre, 0), 2), 0) as ressemblance,
    exists (
      select from lieux_mediation_distincts x
      where x.id_a = c.id_a and x.id_b = c.id_b or x.id_a = c.id_b and x.id_b = c.id_a
    ) as refusee
  from candidats c
  join lieux a on a.id = c.id_a
  join lieux b on b.id = c.id_b and coalesce(a.itinerance && b.itinerance, true)
  left join groupes_de_lettres ga on ga.id = c.id_a
  left join groupes_de_lettres gb on gb.id = c.id_b
  cross join lateral (
    select count(*) as nombre from (select unnest(ga.lettres) intersect select unnest(gb.lettres)) i
  ) communs
),
paires as (
  select * from compares where pres and ressemblance >= 0.5 or meme_siret and (pres or ressemblance >= 0.5)
),
classees as (
  select id_a, id_b,
    row_number() over (partition by id_a, fichier_b order by meme_siret desc, ressemblance desc, distance, id_b collate "C") as rang_a,
    row_number() over (partition by id_b, fichier_a order by meme_siret desc, ressemblance desc, distance, id_a collate "C") as rang_b
  from paires
  where not refusee
),
aretes as (
  select id_a as de, id_b as vers from classees where rang_a = 1 and rang_b = 1
  union all
  select id_b, id_a from classees where rang_a = 1 and rang_b = 1
),
atteints as (
  -- A group with one declaration a file has as many as there are files: eight steps see all of it, or see too many.
  select distinct de as id, de as autre, 0 as pas from aretes
  union
  select t.id, e.vers, t.pas + 1 from atteints t join aretes e on e.de = t.autre where t.pas < 8
),
groupes as (
  select g.id, string_agg(g.autre, '__' order by g.autre collate "C") as ensemble, count(*) = count(distinct l.fichier) as admis
  from (select distinct id, autre from atteints) g
  join lieux l on l.id = g.autre
  group by g.id
)
select
  p.id_a,
  p.id_b,
  a.origine as origine_a,
  b.origine as origine_b,
  a.nom as nom_a,
  b.nom as nom_b,
  a.code_insee,
  case when p.meme_siret then 'siret' else 'proximite' end as regle,
  round(p.distance)::bigint as distance_m,
  p.ressemblance::double precision as ressemblance,
  coalesce(r.de is not null and g.admis, false) as reuni,
  case
    when p.refusee then 'refusee'
    when r.de is null then 'moins-proche'
    when not g.admis then 'groupe'
  end as motif,
  case when r.de is not null and g.admis then g.ensemble end as id,
  coalesce(a.geometry, b.geometry) as geometry
from paires p
join lieux a on a.id = p.id_a
join lieux b on b.id = p.id_b
left join aretes r on r.de = p.id_a and r.vers = p.id_b
left join groupes g on g.id = p.id_a
