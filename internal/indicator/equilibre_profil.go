package indicator

import (
	"context"
	"math"
	"slices"
	"strconv"

	"maille/internal/balance"
	"maille/internal/dataset"
)

// context takes what the instance knows of needs and of density, and says which communes are alike.
func (w *weighing) context(ctx context.Context) error {
	err := w.join(ctx, w.Source, "contexte-communes", "code_insee", dataset.Query{}, "densite", "part_65_plus", "taux_pauvrete", "part_sans_diplome", "ifn")
	if err != nil {
		return err
	}
	density, people, alike := w.number("densite"), w.number("population"), w.text("comparables")
	for i := range w.keys {
		switch {
		case !math.IsNaN(density[i]):
			alike[i] = "densite_" + strconv.Itoa(int(density[i]))
		case !math.IsNaN(people[i]):
			size := w.p.Sizes[max(0, classOf(people[i], w.p.Sizes)-1)]
			alike[i] = "pop_" + strconv.FormatFloat(size, 'f', -1, 64)
		}
	}
	return nil
}

// classOf is how many breaks are at or below a value; -1 of null.
func classOf(x float64, breaks []float64) int {
	if math.IsNaN(x) {
		return -1
	}
	at, equal := slices.BinarySearch(breaks, x)
	if equal {
		at++
	}
	return at
}

// profile puts four dimensions on scales with fixed ends, and tells how much a place among those alike depends on choices.
func (w *weighing) profile(context.Context) error {
	posts, raw := w.posts(), make([][]float64, len(w.keys))
	known, score, class := w.number("profil_connus"), w.number("score"), w.number("score_classe")
	for i := range w.keys {
		scaled := make([]float64, len(dimensions))
		raw[i], known[i] = make([]float64, len(dimensions)), 0
		for k, d := range dimensions {
			raw[i][k] = w.number(d.of)[i]
			scaled[k] = posts[k].Scale(raw[i][k])
			w.number(d.name)[i] = scaled[k]
			known[i] += truly(!math.IsNaN(scaled[k]))
		}
		score[i] = balance.Score(scaled, nil, w.p.Least)
		if at := classOf(score[i], w.p.Scores); at >= 0 {
			class[i] = float64(at + 1)
		}
	}
	w.uncertainty(raw, posts)
	return nil
}

func (w *weighing) posts() (posts []balance.Goalpost) {
	for _, d := range dimensions {
		posts = append(posts, balance.Goalpost{From: w.p.Posts[d.name][0], To: w.p.Posts[d.name][1]})
	}
	return posts
}

// uncertainty ranks communes among those alike under other choices. One that is like no other that is known has no place.
func (w *weighing) uncertainty(raw [][]float64, posts []balance.Goalpost) {
	group, groups := make([]int, len(raw)), map[string]int{}
	for i, alike := range w.text("comparables") {
		if _, there := groups[alike]; !there {
			groups[alike] = len(groups)
		}
		group[i] = groups[alike]
	}
	u := balance.Simulate(raw, group, balance.Draws{N: w.p.Draws, Seed: w.d.Computed.Seed, Goalposts: posts, Spread: w.p.Spread, Least: w.p.Least})
	low, high, lowest := w.number("rang_bas"), w.number("rang_haut"), w.number("proba_cinquieme_bas")
	for i, alike := range w.text("comparables") {
		if alike != "" {
			low[i], high[i], lowest[i] = 100*u.Low[i], 100*u.High[i], u.Lowest[i]
		}
	}
}

// needs stand beside the offer: which fifth of the people has most, and how the place of a commune among those alike differs from
// that of its offer.
func (w *weighing) needs(context.Context) error {
	need, access := w.number("ifn"), w.number("med_acces_2sfca")
	breaks := balance.QuantileBreaks(need, w.number("population"), 5)
	fifth, gap := w.number("besoin_quintile"), w.number("ecart_offre_besoin")
	alike := map[string][]int{}
	for i, class := range w.text("comparables") {
		if len(breaks) == 5 && !math.IsNaN(need[i]) {
			at, _ := slices.BinarySearch(breaks, need[i])
			fifth[i] = float64(min(at, 4) + 1)
		}
		if class != "" && !math.IsNaN(need[i]+access[i]) {
			alike[class] = append(alike[class], i)
		}
	}
	for _, members := range alike {
		if len(members) < 2 {
			continue
		}
		more, better := lower(need, members), lower(access, members)
		for k, i := range members {
			gap[i] = more[k] - better[k]
		}
	}
	return nil
}

// lower is for each of some rows the share of the others that have less, in %.
func lower(x []float64, members []int) []float64 {
	sorted := make([]float64, len(members))
	for k, i := range members {
		sorted[k] = x[i]
	}
	slices.Sort(sorted)
	shares := make([]float64, len(members))
	for k, i := range members {
		below, _ := slices.BinarySearch(sorted, x[i])
		shares[k] = 100 * float64(below) / float64(len(members)-1)
	}
	return shares
}
