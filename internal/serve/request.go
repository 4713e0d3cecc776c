package serve

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gorilla/mux"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// request is an HTTP request with what the handlers need of it.
type request struct {
	*http.Request
	*view               // the release it asks; nil where the path needs none
	base     string     // absolute address of that release: http://host or http://host/r/2026-11-22.1
	root     string     // absolute address of the service
	release  string     // as the path names it; "" for the current one
	query    url.Values // all parameters, once they were read
	params   url.Values // those of them that the path has
	current  *view      // the release that was current when the request came
	offers   []offer    // that Accept chose among; nil where it had no say
	pick     int        // the one of them that it chose
	lenient  bool       // the answer is a page for people, which passes over parameters that it does not have
	meter    *meter     // of its route
	ending   *ending    // of the collection that it asks; nil where that stays
	cited    string     // the link to what to cite; "" where the address is not frozen
	edition  int64      // of what was published when the request came
	failures int64      // the last publication that had come to nothing then
	tells    bool       // the answer tells of those
	fleeting bool       // the answer may be better known in a while: it is not given again without a look
}

// edited is the edition that the request is answered from.
func (r *request) edited() int64 {
	if r.view != nil {
		return r.view.edition
	}
	return r.edition
}

// variable is a part of the path, decoded: %2D and - are the same there (RFC 3986 §6.2.2.2).
func (r *request) variable(name string) string { return variable(r.Request, name) }

func variable(r *http.Request, name string) string {
	raw := mux.Vars(r)[name]
	if text, err := url.PathUnescape(raw); err == nil {
		return text
	}
	return raw
}

// collection finds the dataset that the path names.
func (r *request) collection() (*dataset.Dataset, *release.Entry, error) {
	name := r.variable("collection")
	d := r.datasets[name]
	if d == nil {
		return nil, nil, r.noCollection(name)
	}
	return d, r.manifest.Entry(name), nil
}

func (r *request) noCollection(name string) error {
	return fault.New(fault.NotFound, "no collection is named %s%s; %s/collections lists them", shown(name),
		meant(name, slices.Collect(maps.Keys(r.datasets))), r.base).About("collection")
}

// longestQuery is how many bytes all parameters may take: a filter with a polygon of a thousand vertices passes.
const longestQuery = 32 << 10

// only refuses query parameters that the path does not have (OGC 17-069r4 /req/core/query-param-unknown), those said
// twice, and those that are no text.
func (r *request) only(names ...string) error {
	if err := r.read(); err != nil {
		return err
	}
	query := maps.Clone(r.query)
	for _, name := range slices.Sorted(maps.Keys(query)) { // so that the same request has the same answer
		known := slices.Contains(names, name)
		switch values := query[name]; {
		case !known && r.lenient:
			delete(query, name)
		case !known:
			return unknown(name, names)
		case len(values) > 1:
			return fault.New(fault.Invalid, "the parameter %s is said %d times", name, len(values)).About(name)
		case !utf8.ValidString(values[0]) || strings.IndexByte(values[0], 0) >= 0:
			return fault.New(fault.Invalid, "%s: the value is no text: it has a NUL, or is not UTF-8", name).About(name)
		case values[0] == "" && r.lenient:
			delete(query, name) // a field of a form that was left empty
		}
	}
	r.params = query
	return nil
}

// read reads the parameters, once.
func (r *request) read() error {
	if r.query != nil {
		return nil
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if n := len(r.URL.RawQuery); n > longestQuery {
		longest := longestOf(query)
		return fault.New(fault.Invalid, "the query has %d bytes, at most %d are read; %s takes most of them", n, longestQuery, longest).About(longest)
	}
	if err != nil {
		return fault.New(fault.Invalid, "the query cannot be read: %s", err).About("query")
	}
	r.query = query
	return nil
}

// longestCanonical is what the same may take as links write it, which escape more than a client has to: less than a
// request may have, for a link adds where its page begins, its format, and the pages that led there. Otherwise the first
// page would link to a next one that is refused.
const longestCanonical = longestQuery - 1<<10

// linkable refuses a request that its own links could not say.
func (p *page) linkable() error {
	v := p.params()
	v.Del("after")
	n := len(v.Encode())
	if n <= longestCanonical {
		return nil
	}
	longest := longestOf(v)
	return fault.New(fault.Invalid, "the query has %d bytes once it is written in links, which escape commas and parentheses; at most %d are read; %s takes most of them",
		n, longestCanonical, longest).About(longest)
}

func longestOf(query url.Values) (longest string) {
	longest, most := "query", 0
	for name, values := range query {
		if n := len(strings.Join(values, "")); n > most && len(name) < longestShown {
			longest, most = name, n
		}
	}
	return longest
}

func unknown(name string, names []string) error {
	suggestion := meant(name, names)
	if suggestion == "" {
		suggestion = "; this path has " + listed(names)
	}
	return fault.New(fault.Invalid, "unknown parameter %s%s", shown(name), suggestion).About(clip(name))
}

// meant is what to say of a name that is near another one; "" when it is near none.
func meant(wrong string, names []string) string {
	if near := fault.Nearest(wrong, slices.Sorted(slices.Values(names))); near != "" {
		return fmt.Sprintf(", did you mean %q?", near)
	}
	return ""
}

// longestShown is how much of a stranger's text is worth repeating.
const longestShown = 80

// shown quotes a stranger's text, cut where it is long.
func shown(text string) string { return strconv.Quote(clip(text)) }

func clip(text string) string {
	if len(text) <= longestShown {
		return text
	}
	return strings.ToValidUTF8(text[:longestShown], "") + "…"
}

func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// format holds f to the media types that an answer has.
func (r *request) format(names ...string) error {
	if f := r.params.Get("f"); f != "" && !slices.Contains(names, f) {
		return fault.New(fault.Invalid, "f: %s is not served here; %s is", shown(f), listed(names)).About("f")
	}
	return nil
}

// number reads a whole number of at least least; absent gives otherwise.
func (r *request) number(name string, least, otherwise int64) (int64, error) {
	text := r.params.Get(name)
	if !r.params.Has(name) {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if errors.Is(err, strconv.ErrRange) && n > 0 {
		return n, nil // the greatest there is
	}
	if err != nil || n < least {
		return 0, fault.New(fault.Invalid, "%s: %s is not a whole number of at least %d", name, shown(text), least).About(name)
	}
	return n, nil
}

// flag reads true or false; absent is false.
func (r *request) flag(name string) (bool, error) {
	text := r.params.Get(name)
	if r.params.Has(name) && text != "true" && text != "false" {
		return false, fault.New(fault.Invalid, "%s: %s is neither true nor false", name, shown(text)).About(name)
	}
	return text == "true", nil
}
