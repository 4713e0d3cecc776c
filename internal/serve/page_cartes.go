package serve

import (
	"context"
	"net/http"
	"slices"

	"maille/internal/carto"
)

// MapsPage lists the maps: those of themes, then those of one collection each.
type MapsPage struct {
	Themes      []MapCard
	Collections []*Theme // that have a map
	Looks       map[string]*carto.Symbology
}

// MapCard is a map in a few words.
type MapCard struct {
	Title, Summary, Href string
	Looks                []*carto.Symbology // of its layers, as its legend reads
}

func (s *Server) maps(w http.ResponseWriter, r *request) error {
	if _, err := r.negotiate(offerHTML); err != nil {
		return err
	}
	if err := r.only("f"); err != nil {
		return err
	}
	return s.show(w, r, nil, func(context.Context) (*Page, error) {
		p := s.page(r, "maps", "", "/cartes")
		body := &MapsPage{Themes: r.themeMaps(), Collections: r.mapped(), Looks: map[string]*carto.Symbology{}}
		for name, d := range r.datasets {
			if d.Publication.Geometry != nil {
				body.Looks[name] = carto.Resolve(d, d.Style())
			}
		}
		p.Body = body
		return p, nil
	})
}

func (r *request) themeMaps() (all []MapCard) {
	for i := range r.manifest.Themes {
		t, m := &r.manifest.Themes[i], &carto.Map{}
		if !r.draws(t) {
			continue
		}
		card := MapCard{Title: t.Title, Summary: firstSentence(t.Description), Href: r.base + "/cartes/" + t.Name}
		r.themeMap(m, t)
		for _, l := range slices.Backward(m.Layers) {
			card.Looks = append(card.Looks, l.Symbology())
		}
		all = append(all, card)
	}
	return all
}

// mapped are the themes' collections that have something to show on a map.
func (r *request) mapped() []*Theme {
	bare := func(c *Card) bool { return c.MapHref == "" }
	all := r.themes()
	for _, t := range all {
		t.Derived, t.Source = slices.DeleteFunc(t.Derived, bare), slices.DeleteFunc(t.Source, bare)
	}
	return slices.DeleteFunc(all, func(t *Theme) bool { return len(t.Derived)+len(t.Source) == 0 })
}
