package serve_test

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"
)

// reply is an answer, read whole.
type reply struct {
	*http.Response
	body []byte
}

// transport follows no redirect and asks for no compression by itself.
var transport = &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64}

// ask makes a request; headers are name, value…
func ask(t testing.TB, method, address string, headers ...string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return reply{response, body}
}

// parse reads the JSON of an answer that must be 200.
func parse[T any](t testing.TB, address string) (v T) {
	t.Helper()
	a := ask(t, http.MethodGet, address)
	if a.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s", address, a.Status, a.body)
	}
	if err := json.Unmarshal(a.body, &v); err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return v
}

// problemOf reads a problem document and holds it to its form: RFC 9457, a status that is the answer's, words for people.
func problemOf(t testing.TB, a reply) (p problem) {
	t.Helper()
	if got := a.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("%s: Content-Type %q", a.Request.URL, got)
	}
	if got := a.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("%s: Cache-Control %q on a problem", a.Request.URL, got)
	}
	if a.Header.Get("ETag") != "" {
		t.Errorf("%s: a problem has an ETag", a.Request.URL)
	}
	if a.Request.Method == http.MethodHead {
		return p
	}
	if err := json.Unmarshal(a.body, &p); err != nil {
		t.Fatalf("%s: %v in %q", a.Request.URL, err, a.body)
	}
	if p.Status != a.StatusCode || p.Type == "" || p.Title == "" || p.Detail == "" {
		t.Errorf("%s: %s %+v", a.Request.URL, a.Status, p)
	}
	return p
}

type problem struct {
	Type, Title, Detail, Parameter, Request string
	Status                                  int
}

type link struct{ Href, Rel, Type, Title string }

// linked finds the address of a relation; "" when there is none.
func linked(links []link, rel string) string {
	for _, l := range links {
		if l.Rel == rel {
			return l.Href
		}
	}
	return ""
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// notRaced skips, under the race detector, what one client asks one address after another, of all that there is, or what
// other programs do: make test has a run of it without.
func notRaced(t *testing.T) {
	t.Helper()
	if raced {
		t.Skip("asks for everything, for which make test has a run without the race detector")
	}
}
