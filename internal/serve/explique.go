package serve

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/indicator"
	"maille/internal/release"
)

// source reads the datasets of the release that is asked.
func (s *Server) source(r *request) *indicator.Source {
	versions := make(map[string]release.Version, len(r.manifest.Datasets))
	for i := range r.manifest.Datasets {
		versions[r.manifest.Datasets[i].Dataset] = r.manifest.Datasets[i].Version
	}
	return indicator.NewSource(s.DB, versions, r.datasets)
}

// explained is which number is to be explained.
type explained struct{ indicator, territory, period string }

// query writes it; a document and its page have the same.
func (e explained) query() string {
	v := url.Values{"indicateur": {e.indicator}}
	for name, value := range map[string]string{"territoire": e.territory, "periode": e.period} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v.Encode()
}

// explique answers where a number comes from; without an indicator, which ones there are.
func (s *Server) explique(w http.ResponseWriter, r *request) error {
	page, err := s.wantsPage(r, offerJSON)
	if err != nil {
		return err
	}
	if err := r.only("indicateur", "territoire", "release", "periode", "f"); err != nil {
		return err
	}
	if name := r.params.Get("release"); name != "" {
		return s.explainedThen(w, r, name)
	}
	if err := r.holds(indicator.Shown); err != nil && r.params.Get("indicateur") != "" {
		return err
	}
	asked := explained{r.params.Get("indicateur"), r.params.Get("territoire"), r.params.Get("periode")}
	switch {
	case asked.indicator == "" && page:
		return s.explanationsPage(w, r, asked)
	case asked.indicator == "":
		return s.explanations(w, r)
	case page:
		return s.explanationPage(w, r, asked)
	}
	return s.send(w, r, answer{mediaType: mediaJSON, depends: s.explains(r, asked),
		produce: func(ctx context.Context, w io.Writer) (http.Header, error) {
			x, err := s.explanation(ctx, r, asked)
			if err != nil {
				return nil, err
			}
			e := json.NewEncoder(w) // without indent: a list may have as many rows as France has communes
			e.SetEscapeHTML(false)
			return nil, e.Encode(x)
		}})
}

// explains is what an explanation depends on: its sources name files that the manifest has, besides the rows.
func (s *Server) explains(r *request, asked explained) []string {
	return []string{"explique", r.digest, asked.query()}
}

// explanation makes the explanation, with its links.
func (s *Server) explanation(ctx context.Context, r *request, asked explained) (*indicator.Explanation, error) {
	x, err := indicator.Explain(ctx, s.source(r), r.manifest, asked.indicator, asked.territory, asked.period)
	if err != nil {
		return nil, err
	}
	if !x.Check.Agrees {
		s.Log.Error("a published number is not what its rows give", "release", x.Release, "indicator", x.Indicator.Code, "territory", x.Territory.Text, "said", x.Check.Sentence)
	}
	frozen := r.root + "/r/" + r.manifest.Release
	x.Link(func(dataset, id string) string { return frozen + "/collections/" + dataset + "/items/" + id })
	x.Permanent = frozen + "/explique?" + explained{x.Indicator.Code, x.Territory.Text, x.Period}.query()
	return x, nil
}

// explainedAt is where the number of a row of the long table is explained; "" of any other.
func (r *request) explainedAt(d *dataset.Dataset, f *dataset.Feature) string {
	if d.Name != indicator.LongTable {
		return ""
	}
	text := func(column string) string {
		if i := d.Schema.Index(column); i >= 0 {
			return f.Values[i].Text()
		}
		return ""
	}
	at := indicator.Territory{Level: indicator.Level(text("niveau")), Code: text("territoire")}
	return r.base + "/explique?" + explained{text("indicateur"), at.String(), text("periode")}.query()
}

// explainedThen sends to the same number in the release that release= names, which has an address of its own: what it says never changes.
func (s *Server) explainedThen(w http.ResponseWriter, r *request, name string) error {
	if r.release != "" && r.release != name {
		return fault.New(fault.Invalid, "release: the address is that of %s; leave release out, or ask %s/explique", r.release, r.root).About("release")
	}
	other := &request{Request: r.Request, root: r.root, release: name}
	if _, err := s.view(other); err != nil {
		return err
	}
	query := r.query
	query.Del("release")
	w.Header().Set("Location", r.root+"/r/"+name+"/explique"+marked(query))
	w.Header().Set("Cache-Control", caching)
	short(w, r.Request, http.StatusMovedPermanently, mediaJSON, []byte("{}\n"))
	return nil
}

// marked is a query with its mark; "" of none.
func marked(query url.Values) string {
	if len(query) == 0 {
		return ""
	}
	return "?" + query.Encode()
}

// explainable is an indicator and where its numbers are explained.
type explainable struct {
	indicator.Definition
	Links []link `json:"links"`
}

// explanations answers what can be explained.
func (s *Server) explanations(w http.ResponseWriter, r *request) error {
	return s.send(w, r, answer{mediaType: mediaJSON, depends: []string{"explanations", r.digest},
		produce: func(_ context.Context, w io.Writer) (http.Header, error) {
			all := []explainable{}
			for _, d := range indicator.Definitions() {
				at := r.base + "/explique?" + explained{indicator: d.Code}.query()
				all = append(all, explainable{d, []link{{at, "item", mediaJSON, "Where its value for all that the instance has comes from; add territoire="}}})
			}
			return nil, writeJSON(w, map[string]any{"indicators": all})
		}})
}
