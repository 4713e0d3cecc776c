package serve

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"maille/internal/cql2"
	"maille/internal/fault"
	"maille/internal/release"
)

// The languages of filters (OGC 19-079r2 /req/filter/filter-lang-param).
const (
	cql2Text = "cql2-text"
	cql2JSON = "cql2-json"
)

func (r *request) filter(p *page) error {
	crs, err := r.crs("filter-crs", p.entry)
	if err != nil {
		return err
	}
	language := cql2Text
	if r.params.Has("filter-lang") {
		language = r.params.Get("filter-lang")
	}
	if language != cql2Text && language != cql2JSON {
		return fault.New(fault.Invalid, "filter-lang: %s is neither %s nor %s", shown(language), cql2Text, cql2JSON).About("filter-lang")
	}
	if !r.params.Has("filter") {
		return nil
	}
	parsed, err := parseFilter(language, r.params.Get("filter"))
	if err == nil {
		parsed, err = cql2.Check(parsed, p.d.Queryables())
	}
	if err == nil {
		err = cql2.CheckPositions(parsed, crs)
	}
	if err != nil {
		return aboutFilter(err)
	}
	p.query.Filter, p.query.FilterCRS = parsed, crs
	return nil
}

func parseFilter(language, text string) (cql2.Expr, error) {
	if language == cql2JSON {
		return cql2.ParseJSON([]byte(text))
	}
	return cql2.ParseText(text)
}

// aboutFilter has the error name the parameter, whatever in it is wrong.
func aboutFilter(err error) error {
	if fault.KindOf(err) != fault.Invalid || fault.Subject(err) == "filter" && strings.Contains(fault.Message(err), "filter") {
		return err
	}
	return fault.New(fault.Invalid, "filter: %s", fault.Message(err)).About("filter").Because(err)
}

// Bounds of q: a search reads every text of a collection that has so many features.
const (
	mostSearched = 1_000_000
	longestQ     = 200 // characters
	mostWords    = 10
)

// searchable says whether q is read for a collection.
func searchable(e *release.Entry) bool { return e.Rows <= mostSearched }

func (r *request) search(p *page) error {
	if !r.params.Has("q") {
		return nil
	}
	words := strings.Fields(r.params.Get("q"))
	wrong := ""
	switch {
	case !searchable(p.entry):
		wrong = "the collection has too many features to look for words in; a filter, or a parameter named like a property, finds them"
	case len(words) == 0:
		wrong = "it has no word"
	case len(words) > mostWords || utf8.RuneCountInString(r.params.Get("q")) > longestQ:
		wrong = "at most " + strconv.Itoa(mostWords) + " words and " + strconv.Itoa(longestQ) + " characters are looked for"
	}
	if wrong != "" {
		return fault.New(fault.Invalid, "q: %s", wrong).About("q")
	}
	p.query.Search = strings.Join(words, " ")
	return nil
}
