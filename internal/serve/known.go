package serve

import (
	"net/http"
	"slices"
	"strings"
)

// known is a request that was answered before: enough to answer it again without reading it further. Neither Accept nor
// Accept-Encoding is in it as the client wrote it, so that strange headers do not fill the memory: Accept only chooses
// among the forms, and Accept-Encoding among the representations of one.
type known struct {
	current  string  // digest of the release that was current; its view would be kept alive by each address
	edition  int64   // of what was published: see Server.edition
	failures int64   // the last that the answer may tell of: see Server.failures; quiet where it tells of none
	offers   []offer // that Accept chooses among; nil where it has no say
	meter    *meter  // of the route
	ending   *ending // of the collection
	cited    string
	forms    []*form // one for each offer, or one; nil where it was not given yet
}

// quiet stands for the last failure in an answer that tells of none.
const quiet = -1

// at is all of a request that an answer depends on, but for what it accepts: its Host too, where links are made of it.
func (s *Server) at(r *http.Request) string {
	if s.BaseURL != "" {
		return r.URL.RequestURI()
	}
	return r.Host + r.URL.RequestURI()
}

// again answers a request that was answered before, word for word, from the release that is still the one it asks.
func (s *Server) again(w http.ResponseWriter, r *http.Request) bool {
	k, ok := s.known.GetIfPresent(s.at(r))
	if !ok {
		return false
	}
	f := k.form(r)
	if f == nil || !s.stands(k, f, r.URL.Path) {
		return false
	}
	metered(w, k.meter)
	ends(w, k.ending)
	cites(w, k.cited)
	return s.resend(w, r, f)
}

// stands says whether nothing came since that the answer tells of. A page of an older release says which one is current.
func (s *Server) stands(k *known, f *form, path string) bool {
	if k.edition != s.edition.Load() || k.failures != quiet && k.failures != s.failures.Load() {
		return false
	}
	return k.current == s.current.Load().id() || f.mediaType != mediaHTML && strings.HasPrefix(path, "/r/")
}

func (k *known) form(r *http.Request) *form {
	if k.offers == nil {
		return k.forms[0]
	}
	if i := preferred(k.offers, r.Header["Accept"]); i >= 0 {
		return k.forms[i]
	}
	return nil
}

// remember keeps how a request was answered, beside what was answered to the same address where Accept said otherwise.
func (s *Server) remember(r *request, f *form) {
	if r.fleeting || r.edited() != s.edition.Load() {
		return
	}
	at := s.at(r.Request)
	k := &known{current: r.current.id(), edition: r.edited(), failures: quiet, offers: r.offers, meter: r.meter, ending: r.ending, cited: r.cited, forms: make([]*form, max(1, len(r.offers)))}
	if r.tells {
		k.failures = r.failures
	}
	if old, ok := s.known.GetIfPresent(at); ok && old.current == k.current && old.edition == k.edition && old.failures == k.failures && sameOffers(old.offers, k.offers) {
		copy(k.forms, old.forms)
	}
	k.forms[r.pick] = f
	s.known.Set(at, k)
}

func sameOffers(a, b []offer) bool {
	return slices.EqualFunc(a, b, func(x, y offer) bool { return x.name == y.name && x.mediaType == y.mediaType })
}
