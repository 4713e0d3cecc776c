package serve

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/indicator"
)

// territories answers which territories there are, or those that a search finds.
func (s *Server) territories(w http.ResponseWriter, r *request) error {
	page, err := s.wantsPage(r, offerJSON)
	if err != nil {
		return err
	}
	if err := errorsFirst(r.only("q", "f"), r.holds(indicator.Portrayed)); err != nil {
		return err
	}
	words := strings.TrimSpace(r.params.Get("q"))
	if len(words) > longestSearched {
		return fault.New(fault.Invalid, "q: it has more than %d bytes; a name or a code has less", longestSearched).About("q")
	}
	depends := []string{"territoires", r.digest, words, s.Title}
	if page {
		return s.show(w, r, depends, func(ctx context.Context) (*Page, error) { return s.territoriesPage(ctx, r, words) })
	}
	return s.send(w, r, answer{mediaType: mediaJSON, depends: depends,
		produce: func(ctx context.Context, w io.Writer) (http.Header, error) {
			found, err := s.listTerritories(ctx, r, words)
			if err != nil {
				return nil, err
			}
			return nil, writeJSON(w, found)
		}})
}

const (
	longestSearched = 100 // bytes
	mostFound       = 30  // territories of each level
)

// territory answers all that is known of the offer in a territory.
func (s *Server) territoryOf(w http.ResponseWriter, r *request) error {
	page, err := s.wantsPage(r, offerJSON)
	if err != nil {
		return err
	}
	if err := errorsFirst(r.only("f"), r.holds(indicator.Portrayed)); err != nil {
		return err
	}
	t, done, err := s.territoryNamed(w, r, "")
	if done || err != nil {
		return err
	}
	depends := []string{"territoire", r.digest, pathOf(t), s.Title}
	if page {
		return s.show(w, r, depends, func(ctx context.Context) (*Page, error) { return s.territoryPage(ctx, r, t) })
	}
	return s.send(w, r, answer{mediaType: mediaJSON, depends: depends,
		produce: func(ctx context.Context, w io.Writer) (http.Header, error) {
			p, err := s.source(r).Portrait(ctx, t)
			if err != nil {
				return nil, err
			}
			return nil, writeJSON(w, s.portraitDocument(r, p))
		}})
}

// territoryNamed finds the territory of the path. One that is written otherwise than its address is, or a code that died, is sent to its
// address: done says so.
func (s *Server) territoryNamed(w http.ResponseWriter, r *request, rest string) (t indicator.Territory, done bool, err error) {
	text := r.variable("territory")
	at := func(code string) string { return r.base + "/territoires/" + code + rest }
	if text == string(indicator.Instance) {
		return indicator.Territory{Level: indicator.Instance}, false, nil
	}
	t, err = s.source(r).Territory(r.Context(), text)
	if text == "" {
		err = fault.New(fault.NotFound, "no territory is named; %s/territoires lists them", r.base).About("territory")
	}
	if err == nil && t.String() == text {
		return t, false, nil
	}
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return t, false, err
	}
	if d := r.datasets["communes"]; d != nil && (err != nil || t.Level == indicator.Commune && text != "commune-"+t.Code) {
		return t, true, s.formerAt(w, r, d, strings.TrimPrefix(text, "commune-"), err, at)
	}
	if err != nil {
		return t, false, err
	}
	w.Header().Set("Location", at(t.String())+r.question())
	w.Header().Set("Cache-Control", caching)
	short(w, r.Request, http.StatusMovedPermanently, mediaJSON, []byte("{}\n"))
	return t, true, nil
}

// pathOf is how addresses name a territory.
func pathOf(t indicator.Territory) string {
	if t.Level == indicator.Instance {
		return string(indicator.Instance)
	}
	return url.PathEscape(t.String())
}

// territoryAt is the address of a territory.
func (r *request) territoryAt(t indicator.Territory) string {
	return r.base + "/territoires/" + pathOf(t)
}

// territoryLevels are the columns whose code is that of a territory.
var territoryLevels = map[string]indicator.Level{"code_insee": indicator.Commune, "code_epci": indicator.EPCI, "code_departement": indicator.Departement,
	"code_region": indicator.Region, "code_perimetre": indicator.Perimetre}

// territoryOfItem is the address of the territory that a feature is, where the release has its indicators; "" of another feature.
func (r *request) territoryOfItem(d *dataset.Dataset, f *dataset.Feature) string {
	key := d.Publication.Key
	if len(key) != 1 || !r.has(indicator.LongTable) {
		return ""
	}
	level, is := territoryLevels[key[0]]
	if !is {
		return ""
	}
	return r.territoryAt(indicator.Territory{Level: level, Code: f.Values[d.Schema.Index(key[0])].Text()})
}

// ofTerritory is a query about a territory; that of the whole instance says none.
func ofTerritory(t indicator.Territory, more url.Values) string {
	query := url.Values{}
	for name, values := range more {
		query[name] = values
	}
	if text := t.String(); text != "" {
		query.Set("territoire", text)
	}
	return marked(query)
}
