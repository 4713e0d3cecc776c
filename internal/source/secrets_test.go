package source_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"maille/internal/fault"
	"maille/internal/source"
)

// TestFetchShowsNoSecretOfRedirections: an artefact is published, and addresses that are signed grant access.
func TestFetchShowsNoSecretOfRedirections(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/x.csv", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/signed.csv?X-Amz-Signature=SECRET&token=SECRET2&v=1", http.StatusFound)
	})
	mux.HandleFunc("/signed.csv", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, content) })
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	a, err := fetcher().Fetch(context.Background(), s.URL+"/x.csv", nil, io.Discard)
	if want := s.URL + "/signed.csv?X-Amz-Signature=xxxxx&token=xxxxx&v=1"; err != nil || a.FinalURL != want {
		t.Errorf("%q, %v", a.FinalURL, err)
	}
}

// TestFetchDatesOfHiddenAddresses: the date of a file says nothing when its address differs in what is not kept.
func TestFetchDatesOfHiddenAddresses(t *testing.T) {
	key := "2026T1"
	mux := http.NewServeMux()
	mux.HandleFunc("/last.csv", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/file?key="+key, http.StatusFound) })
	mux.HandleFunc("/file", func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "x.csv", noon.Add(-time.Hour), strings.NewReader(r.URL.Query().Get("key")))
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	first, err := fetcher().Fetch(context.Background(), s.URL+"/last.csv", nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	key = "2026T2"
	if a, err := fetcher().Fetch(context.Background(), s.URL+"/last.csv", &first, io.Discard); err != nil || a.Unchanged || a.SHA256 != sum(key) {
		t.Errorf("%+v, %v", a, err)
	}
	first, err = fetcher().Fetch(context.Background(), s.URL+"/file?key=1", nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if a, err := fetcher().Fetch(context.Background(), s.URL+"/file?key=1", &first, io.Discard); err != nil || !a.Unchanged {
		t.Errorf("asked without a redirection: %+v, %v", a, err)
	}
}

// TestFetchErrorsHoldNoSecret: a trail is logged.
func TestFetchErrorsHoldNoSecret(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	leading := func(location string) string {
		return serving(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", location)
			w.WriteHeader(http.StatusFound)
		}).URL
	}
	silent := serving(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	for name, place := range map[string]string{
		"nobody listens":                    closed.URL + "/a.csv?token=SECRET",
		"a name is a token":                 strings.Replace(closed.URL, "://", "://SECRET@", 1),
		"a redirection to nobody":           leading(closed.URL + "/a.csv?token=SECRET"),
		"a redirection to no address":       leading("http://h/%zz?token=SECRET"),
		"a relative one to no address":      leading("/%zz?a=1&token=SE SECRET"),
		"a redirection to a name":           leading(strings.Replace(closed.URL, "://", "://SECRET@", 1)),
		"a caller who leaves":               silent.URL + "/a.csv?token=SECRET",
		"an address that is none":           "https://h/%zz?token=SECRET",
		"an address of another kind":        "ftp://SECRET@h/x",
		"a redirection to another protocol": leading("ftp://h/x?token=SECRET"),
	} {
		ctx, cancel := context.WithCancel(context.Background())
		if strings.HasPrefix(place, silent.URL) {
			time.AfterFunc(50*time.Millisecond, cancel)
		}
		_, err := fetcher().Fetch(ctx, place, nil, io.Discard)
		cancel()
		if err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFetchTriesAgainToConnect: a connection that takes too long is worth another attempt, and a server of names that is
// away says nothing of the name.
func TestFetchTriesAgainToConnect(t *testing.T) {
	s := serving(t, whole("", content))
	slow := &net.Dialer{Timeout: time.Nanosecond}
	for _, c := range []struct {
		name     string
		fail     func(ctx context.Context, network, address string) (net.Conn, error)
		attempts int
		message  string
	}{
		{"a connection takes too long", slow.DialContext, 4, "le serveur ne peut être joint"},
		{"the server of names is silent", func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "i/o timeout", Name: "h.fr", IsTimeout: true}
		}, 4, "le serveur de noms ne répond pas pour h.fr"},
		{"the server of names fails", func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "server misbehaving", Name: "h.fr", IsTemporary: true}
		}, 4, "le serveur de noms ne répond pas pour h.fr"},
		{"no such name", func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host", Name: "h.fr", IsNotFound: true}
		}, 1, "le nom h.fr est inconnu"},
	} {
		t.Run(c.name, func(t *testing.T) {
			attempts := 0
			dial := func(ctx context.Context, network, address string) (net.Conn, error) {
				attempts++
				return c.fail(ctx, network, address)
			}
			f := fetcher()
			f.Client = &http.Client{Transport: &http.Transport{DialContext: dial}}
			_, err := f.Fetch(context.Background(), s.URL, nil, io.Discard)
			if want := fmt.Sprintf("%s : %s", s.URL, c.message); attempts != c.attempts || fault.KindOf(err) != fault.Unavailable || fault.Message(err) != want || !source.Missing(err) {
				t.Errorf("%d attempts: %v", attempts, err)
			}
		})
	}
}
