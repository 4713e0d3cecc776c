package serve

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// request is an HTTP request with what the handlers need of it.
type request struct {
	*http.Request
	*view          // the release it asks; nil where the path needs none
	base    string // absolute address of that release: http://host or http://host/r/2026-11-22.1
	root    string // absolute address of the service
	release string // as the path names it; "" for the current one
	params  url.Values
}

// variable is a part of the path, decoded: %2D and - are the same there (RFC 3986 §6.2.2.2).
func (r *request) variable(name string) string {
	raw := mux.Vars(r.Request)[name]
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
		return nil, nil, fault.New(fault.NotFound, "no collection is named %q; %s/collections lists them", name, r.base).About("collection")
	}
	return d, r.manifest.Entry(name), nil
}

// only refuses query parameters that the path does not have (OGC 17-069r4 /req/core/query-param-unknown), and those said
// twice.
func (r *request) only(names ...string) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fault.New(fault.Invalid, "the query cannot be read: %s", err)
	}
	for _, name := range slices.Sorted(maps.Keys(query)) { // so that the same request has the same answer
		values := query[name]
		if !slices.Contains(names, name) {
			return fault.New(fault.Invalid, "unknown parameter %q; this path has %s", name, listed(names)).About(name)
		}
		if len(values) > 1 {
			return fault.New(fault.Invalid, "the parameter %s is said %d times", name, len(values)).About(name)
		}
	}
	r.params = query
	return nil
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
		return fault.New(fault.Invalid, "f: %q is not served here; %s is", f, listed(names)).About("f")
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
		return 0, fault.New(fault.Invalid, "%s: %q is not a whole number of at least %d", name, text, least).About(name)
	}
	return n, nil
}
