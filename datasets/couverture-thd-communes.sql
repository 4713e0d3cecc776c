-- Coverage today: the series at their last quarter, laid out in one row a commune: they have arrondissements and
-- codes that died counted in their commune. Arcep's two publications and the ANCT count premises differently; a rate only ever divides a numerator by the denominator of its own source.
-- All figures of a row are of one quarter: a source that is late is null and flagged, never borrowed from before.
select
  c.code_insee,
  c.nom,
  c.code_epci,
  c.nom_epci,
  c.code_departement,
  c.code_region,
  c.population,
  dernier.trimestre,
  m.cartefibre_ftth,
  m.cartefibre_locaux,
  round(100.0 * m.cartefibre_ftth / nullif(m.cartefibre_locaux, 0), 2)::double precision as cartefibre_taux,
  coalesce(m.cartefibre_drapeau, 'manquant') as cartefibre_drapeau,
  case
    when m.cartefibre_ftth is not null and m.cartefibre_locaux is not null
    then greatest(m.cartefibre_locaux - m.cartefibre_ftth, 0)
  end as restant_a_raccorder,
  m.mci_ftth,
  m.mci_locaux,
  round(100.0 * m.mci_ftth / nullif(m.mci_locaux, 0), 2)::double precision as mci_taux,
  coalesce(m.mci_drapeau, 'manquant') as mci_drapeau,
  m.mci_coax,
  m.mci_cuivre,
  m.mci_thdr,
  m.mci_4g_fixe,
  m.mci_hdr,
  m.mci_satellite,
  m.mci_terrestre_30m,
  round(100.0 * m.mci_terrestre_30m / nullif(m.mci_terrestre_30m_locaux, 0), 2)::double precision as mci_terrestre_30m_taux,
  m.mci_terrestre_1g,
  round(100.0 * m.mci_terrestre_1g / nullif(m.mci_terrestre_1g_locaux, 0), 2)::double precision as mci_terrestre_1g_taux,
  m.anct_ftth,
  m.anct_locaux,
  round(100.0 * m.anct_ftth / nullif(m.anct_locaux, 0), 2)::double precision as anct_taux,
  coalesce(m.anct_drapeau, 'manquant') as anct_drapeau,
  z.categorie,
  z.porteur_projet,
  z.annee_fermeture_cuivre,
  f.statut as cuivre_statut,
  f.date_fermeture as cuivre_date_fermeture,
  c.geometry
from communes c
cross join (select max(trimestre collate "C") as trimestre from couverture_thd_series) dernier
left join (
  -- (commune, quarter, measure) is the key: each max() sees one row.
  select
    code_insee,
    trimestre,
    max(locaux_raccordables) filter (where mesure = 'cartefibre_ftth') as cartefibre_ftth,
    max(locaux_estimation) filter (where mesure = 'cartefibre_ftth') as cartefibre_locaux,
    max(drapeau) filter (where mesure = 'cartefibre_ftth') as cartefibre_drapeau,
    max(locaux_raccordables) filter (where mesure = 'mci_ftth') as mci_ftth,
    max(locaux_estimation) filter (where mesure = 'mci_ftth') as mci_locaux,
    max(drapeau) filter (where mesure = 'mci_ftth') as mci_drapeau,
    max(locaux_raccordables) filter (where mesure = 'mci_coax') as mci_coax,
    coalesce(
      max(locaux_raccordables) filter (where mesure = 'mci_cuivre'),
      max(locaux_raccordables) filter (where mesure = 'mci_cuivre_30')
        + max(locaux_raccordables) filter (where mesure = 'mci_cuivre_8')
    ) as mci_cuivre,
    max(locaux_raccordables) filter (where mesure = 'mci_thdr') as mci_thdr,
    max(locaux_raccordables) filter (where mesure = 'mci_4g_fixe') as mci_4g_fixe,
    max(locaux_raccordables) filter (where mesure = 'mci_hdr') as mci_hdr,
    max(locaux_raccordables) filter (where mesure = 'mci_satellite') as mci_satellite,
    max(locaux_raccordables) filter (where mesure = 'mci_terrestre_30m') as mci_terrestre_30m,
    max(locaux_estimation) filter (where mesure = 'mci_terrestre_30m') as mci_terrestre_30m_locaux,
    max(locaux_raccordables) filter (where mesure = 'mci_terrestre_1g') as mci_terrestre_1g,
    max(locaux_estimation) filter (where mesure = 'mci_terrestre_1g') as mci_terrestre_1g_locaux,
    max(locaux_raccordables) filter (where mesure = 'anct_ftth') as anct_ftth,
    max(locaux_estimation) filter (where mesure = 'anct_ftth') as anct_locaux,
    max(drapeau) filter (where mesure = 'anct_ftth') as anct_drapeau
  from couverture_thd_series
  group by code_insee, trimestre
) m on m.code_insee = c.code_insee and m.trimestre = dernier.trimestre
left join zones_intervention z on z.code_insee = c.code_insee
left join fermeture_cuivre f on f.code_insee = c.code_insee
