package serve

import (
	"slices"
	"strings"

	"maille/internal/fault"
)

// offer is one way to write an answer: what f= and Accept call it.
type offer struct {
	name      string   // the value of f
	mediaType string   // of the answer
	also      []string // other media types that ask for it, and other values of f
}

var (
	offerJSON       = offer{"json", mediaJSON, nil}
	offerHTML       = offer{"html", mediaHTML, []string{"application/xhtml+xml"}}
	offerGeoJSON    = offer{"geojson", mediaGeoJSON, []string{"json", mediaJSON, "application/vnd.geo+json"}}
	offerSchema     = offer{"json", mediaSchema, []string{mediaJSON}}
	offerOpenAPI    = offer{"json", mediaOpenAPI, []string{mediaJSON, "application/vnd.oai.openapi+json"}}
	offerGeoJSONSeq = offer{"geojsonseq", "application/geo+json-seq", []string{"geojsonl", "application/geo+jsonl"}}
	offerCSV        = offer{"csv", "text/csv; charset=utf-8; header=present", nil}
	offerFlatGeobuf = offer{"fgb", "application/flatgeobuf", []string{"flatgeobuf"}}
)

const mediaHTML = "text/html; charset=utf-8"

// negotiate chooses how to write the answer: f first, then Accept (RFC 9110 §12.5.1), and the first offer where neither
// says. A page for people passes over parameters that it does not have, where an answer for programs refuses them.
func (r *request) negotiate(offers ...offer) (offer, error) {
	chosen, err := r.choose(offers)
	r.lenient = err == nil && chosen.name == offerHTML.name
	return chosen, err
}

func (r *request) choose(offers []offer) (offer, error) {
	if err := r.read(); err != nil {
		return offer{}, err
	}
	if f := r.query.Get("f"); f != "" {
		for _, o := range offers {
			if o.name == f || slices.Contains(o.also, f) {
				return o, nil
			}
		}
		return offer{}, fault.New(fault.Invalid, "f: %s is not served here; %s is", shown(f), listed(names(offers))).About("f")
	}
	r.offers = offers
	if r.pick = preferred(offers, r.Header["Accept"]); r.pick < 0 {
		return offer{}, fault.New(fault.Unacceptable, "Accept: nothing here is of a type it asks for; f= may be %s", listed(names(offers))).About("Accept")
	}
	return offers[r.pick], nil
}

// preferred is the offer that Accept likes best, the first one where it does not say; -1 when it takes none.
func preferred(offers []offer, accept []string) int {
	if len(accept) == 0 || len(accept) == 1 && accept[0] == "*/*" || strings.TrimSpace(strings.Join(accept, "")) == "" {
		return 0
	}
	ranges := acceptable(strings.Join(accept, ","))
	best, most := -1, 0.0
	for i, o := range offers {
		if q := o.quality(ranges); q > most {
			best, most = i, q
		}
	}
	return best
}

func names(offers []offer) []string {
	all := make([]string, len(offers))
	for i := range offers {
		all[i] = offers[i].name
	}
	return all
}

// mediaRange is one part of Accept.
type mediaRange struct {
	mediaType string
	quality   float64
}

// mostRanges is how many parts of Accept are read: no client that means well says more.
const mostRanges = 100

func acceptable(header string) (ranges []mediaRange) {
	for part := range strings.SplitSeq(header, ",") {
		if len(ranges) == mostRanges {
			break
		}
		mediaType, parameters, _ := strings.Cut(part, ";")
		ranges = append(ranges, mediaRange{strings.ToLower(strings.TrimSpace(mediaType)), weight(parameters)})
	}
	return ranges
}

// quality is that of the most specific range that the offer is of.
func (o *offer) quality(ranges []mediaRange) float64 {
	specific, quality := 0, 0.0
	for _, m := range ranges {
		if s := o.matches(m.mediaType); s > specific {
			specific, quality = s, m.quality
		}
	}
	return quality
}

func (o *offer) matches(asked string) int {
	own, _, _ := strings.Cut(o.mediaType, ";")
	kind, _, _ := strings.Cut(own, "/")
	switch {
	case asked == own:
		return 4
	case slices.Contains(o.also, asked):
		return 3
	case asked == kind+"/*":
		return 2
	case asked == "*/*":
		return 1
	}
	return 0
}
