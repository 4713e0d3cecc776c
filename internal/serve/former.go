package serve

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/store"
)

// moved goes with a redirect to the only successor of a code that died.
type moved struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
	*succession
}

// succession is what is said of a code that died: with a redirect, or in the problem document of one that has several
// successors (RFC 9457 §3.2), for the client to choose.
type succession struct {
	Code       string      `json:"code"`
	Name       string      `json:"name,omitempty"`
	Ended      string      `json:"ended"`           // day of the event
	Event      string      `json:"event,omitempty"` // kind of event, in the words of communes-passages
	Successors []successor `json:"successors"`      // the one that carries the undivided figures first
}

type successor struct {
	Code string `json:"code"`
	Name string `json:"name"`
	Href string `json:"href"`
}

// former answers for a feature that is not there when its id is the code of a commune that was: its collection must be
// keyed by commune, and the release must hold the passages. Otherwise the error stands.
func (s *Server) former(w http.ResponseWriter, r *request, d *dataset.Dataset, fid string, missing error) error {
	return s.formerAt(w, r, d, fid, missing, func(code string) string { return r.base + "/collections/" + d.Name + "/items/" + code })
}

// formerAt is former for any path that has a commune's code; at is that of another code.
func (s *Server) formerAt(w http.ResponseWriter, r *request, d *dataset.Dataset, fid string, missing error, at func(code string) string) error {
	passages := r.passages()
	if passages == nil || !keyedByCommune(d) {
		return missing
	}
	keys, _ := readings(d, fid)
	for _, key := range keys {
		if _, wrong := d.Schema.Column(d.Publication.Commune).Parse(key[0]); wrong != nil {
			continue // it cannot be a code: PostgreSQL would not even read some
		}
		f, err := s.DB.Former(r.Context(), *passages, key[0])
		if err != nil {
			return err
		}
		if f != nil {
			return s.direct(w, r, f, at)
		}
		if err := s.divided(r, key[0]); err != nil {
			return err
		}
	}
	return missing
}

// divided says, of the code of an arrondissement of Paris, Lyon or Marseille, which commune it is a part of.
func (s *Server) divided(r *request, code string) error {
	name, d := r.reference(dataset.ReferenceArrondissements)
	if d == nil || len(d.Publication.Key) != 1 {
		return nil
	}
	said := ""
	for f, err := range s.DB.Features(r.Context(), r.manifest.Entry(name).Version, d, dataset.Query{ID: []string{code}, Limit: 1}) {
		if err != nil {
			return err
		}
		said = fmt.Sprintf("%s is an arrondissement of %s, which is one commune", code, f.Values[d.Schema.Index(d.Publication.Commune)])
	}
	if said == "" {
		return nil
	}
	return fault.New(fault.NotFound, "%s", said).About("featureId")
}

func keyedByCommune(d *dataset.Dataset) bool {
	return len(d.Publication.Key) == 1 && d.Publication.Key[0] == d.Publication.Commune
}

// reference finds the dataset of the release that is of one kind of reference; nil when it has none.
func (r *request) reference(kind string) (string, *dataset.Dataset) {
	for name, d := range r.datasets {
		if d.Publication.Reference == kind && !r.pruned[name] {
			return name, d
		}
	}
	return "", nil
}

// passages are those of the release that the request asks; nil when it has none.
func (r *request) passages() *store.Reference {
	name, d := r.reference(dataset.ReferencePassages)
	if d == nil {
		return nil
	}
	return &store.Reference{Version: r.manifest.Entry(name).Version, Commune: d.Publication.Commune}
}

// direct sends the client to the only successor (301), or names them all (410).
func (s *Server) direct(w http.ResponseWriter, r *request, f *store.Former, at func(code string) string) error {
	said := &succession{Code: f.Code, Name: f.Name, Ended: f.Ended.Format(time.DateOnly), Event: f.Event}
	for _, to := range f.Successors {
		said.Successors = append(said.Successors, successor{to.Code, to.Name, at(to.Code) + r.question()})
	}
	if n := len(f.Successors); n > 1 {
		s.problem(w, r.Request, problem{Status: http.StatusGone, Parameter: "featureId", succession: said,
			Detail: fmt.Sprintf("%s has been no commune's code since %s; its territory is now divided between %d communes: %s", f.Code, said.Ended, n, called(f.Successors))})
		return nil
	}
	const status = http.StatusMovedPermanently
	body, err := json.Marshal(moved{http.StatusText(status), status,
		fmt.Sprintf("%s has been no commune's code since %s; its territory is now in %s", f.Code, said.Ended, called(f.Successors)), said})
	if err != nil {
		return err
	}
	w.Header().Set("Location", said.Successors[0].Href)
	w.Header().Set("Cache-Control", caching)
	short(w, r.Request, status, mediaJSON, append(body, '\n'))
	return nil
}

// called are communes as people read of them.
func called(all []store.Successor) string {
	texts := make([]string, len(all))
	for i, c := range all {
		texts[i] = c.Name + " (" + c.Code + ")"
	}
	return strings.Join(texts, ", ")
}

// question is the query of the request as it came, with its mark.
func (r *request) question() string {
	if r.URL.RawQuery == "" {
		return ""
	}
	return "?" + r.URL.RawQuery
}
