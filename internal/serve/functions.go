package serve

import (
	"net/http"

	"maille/internal/cql2"
)

// function is one that a filter may call (OGC 19-079r2 /req/filter, table of the functions resource).
type function struct {
	Name        string     `json:"name"`
	Description string     `json:"description,omitempty"`
	Arguments   []argument `json:"arguments"`
	Returns     []string   `json:"returns"`
}

type argument struct {
	Title string   `json:"title"`
	Type  []string `json:"type"`
}

// functionsOffers are how the functions are written. People read of them on the page of the API.
var functionsOffers = []offer{offerJSON}

// functions lists the custom functions of filters.
func (s *Server) functions(w http.ResponseWriter, r *request) error {
	if _, err := r.negotiate(functionsOffers...); err != nil {
		return err
	}
	return s.document(w, r, mediaJSON, "functions", func() any {
		list := make([]function, len(cql2.Functions))
		for i, f := range cql2.Functions {
			list[i] = function{f.Name, f.Title, make([]argument, len(f.Arguments)), []string{functionTypes[f.Returns]}}
			for j, a := range f.Arguments {
				list[i].Arguments[j] = argument{a.Name, []string{functionTypes[a.Kind]}}
			}
		}
		return map[string]any{"functions": list}
	})
}

// functionTypes are the standard's words for what a function takes and gives.
var functionTypes = map[cql2.Kind]string{cql2.KindBoolean: "boolean", cql2.KindText: "string", cql2.KindNumber: "number",
	cql2.KindDate: "datetime", cql2.KindTimestamp: "datetime", cql2.KindInterval: "datetime", cql2.KindGeometry: "geometry", cql2.KindArray: "array"}
