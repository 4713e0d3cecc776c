package indicator

// explainers are those of the indicators that a ratio or a sum of columns does not say whole, by code.
var explainers = map[string]explainer{
	"thd_restant":             explainLeft,
	"thd_rythme_4t":           explainPace,
	"thd_projection_fin":      explainProjection,
	"med_lieux":               explainPlaces,
	"med_acces_2sfca":         explainCatchment,
	"med_distance":            explainDistance,
	"med_pop_sans_acces_5":    explainBeyond(5000),
	"med_pop_sans_acces_10":   explainBeyond(10_000),
	"med_pop_sans_acces_20":   explainBeyond(20_000),
	"med_part_10km":           explainWithin(10_000),
	"med_services_couverts":   explainServices,
	"med_ouvert_soir_weekend": explainOutside,
	"med_part_sous_dotee":     explainShare("sous_dote"),
	"med_part_double_peine":   explainShare("double_peine"),
	"es_nb":                   explainBasket(false),
	"es_part_theme":           explainBasket(true),
	"label_arobases":          explainRead("labels-villes-internet", "arobases", "annee"),
	"profil_score":            explainScore,
	"equilibre_hoover":        explainSpread("hoover", hoover),
	"equilibre_gini":          explainSpread("gini", gini),
	"equilibre_theil_inter":   explainSpread("theil.inter", func(s *spread) float64 { between, _ := s.theil(); return between }),
	"equilibre_theil_intra":   explainSpread("theil.intra", func(s *spread) float64 { _, within := s.theil(); return within }),
	"equilibre_p90p10":        explainSpread("deciles", decileRatio),
	"equilibre_morans_i":      explainMoran,
	"besoin_ifn":              explainRead("contexte-communes", "ifn", ""),
	"ecart_offre_besoin":      explainNeed,
}

// explainerOf is what explains an indicator, by what its definition says of columns unless it has one of its own; nil when nothing does.
func explainerOf(def Definition) explainer {
	if own, ok := explainers[def.Code]; ok {
		return own
	}
	switch c := def.Columns; {
	case c.Offer != "":
		return explainCatchment
	case c.Scale != 0:
		return explainRatio
	case c.Sum:
		return explainSum
	}
	return nil
}
