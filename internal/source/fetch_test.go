package source_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"maille/internal/fault"
	"maille/internal/source"
)

const content = "code,nom\n91228,Évry\n"

func sum(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func fetcher() *source.Fetcher {
	return &source.Fetcher{Stall: 5 * time.Second, MaxBytes: 1 << 20, Now: func() time.Time { return noon },
		Pause: func(context.Context, time.Duration) error { return nil }}
}

// publisher is a server with every bad habit.
func publisher(t *testing.T) *httptest.Server {
	mux := http.NewServeMux()
	handle := func(pattern string, h http.HandlerFunc) { mux.HandleFunc(pattern, h) }
	handle("/file.csv", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/csv")
		w.Header().Set("ETag", `"v1"`)
		http.ServeContent(w, r, "file.csv", noon.Add(-time.Hour), strings.NewReader(content))
	})
	handle("/dated.csv", func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "dated.csv", noon.Add(-time.Hour), strings.NewReader(content))
	})
	handle("/last.csv", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/dated.csv", http.StatusFound) })
	handle("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop2", http.StatusFound) })
	handle("/loop2", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	handle("/longer", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/longer?"+r.URL.RawQuery+"x", http.StatusFound)
	})
	handle("/cut", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, "code\n")
	})
	handle("/cut-chunked", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "code\n")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	})
	handle("/silent", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	handle("/stall", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "code\n")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	handle("/slow", func(w http.ResponseWriter, r *http.Request) {
		for i := range len(content) {
			io.WriteString(w, content[i:i+1])
			w.(http.Flusher).Flush()
			time.Sleep(5 * time.Millisecond)
		}
	})
	handle("/large", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "3000000")
		w.Write(make([]byte, 3000000))
	})
	handle("/large-chunked", func(w http.ResponseWriter, r *http.Request) { io.Copy(w, repeat(content)) })
	handle("/headers", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.Header.Get("Accept-Encoding")+" "+r.Header.Get("User-Agent"))
	})
	handle("/forbidden", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(403) })
	handle("/gone", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(410) })
	handle("/teapot", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(418) })
	handle("/busy", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(429) })
	handle("/failing", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503) })
	handle("/unasked-304", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(304) })
	s := httptest.NewServer(mux)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s
}

func TestFetch(t *testing.T) {
	s := publisher(t)
	var w bytes.Buffer
	a, err := fetcher().Fetch(context.Background(), s.URL+"/file.csv", nil, &w)
	if err != nil || w.String() != content {
		t.Fatalf("%q, %v", w.String(), err)
	}
	want := source.Artefact{Place: s.URL + "/file.csv", FinalURL: s.URL + "/file.csv", ETag: `"v1"`, MediaType: "text/csv",
		LastModified: "Sun, 22 Nov 2026 11:00:00 GMT", RetrievedAt: noon, Bytes: int64(len(content)), SHA256: a.SHA256}
	if a != want {
		t.Errorf("\n got %+v\nwant %+v", a, want)
	}
	if a.SHA256 != sum(content) {
		t.Errorf("SHA-256 = %s", a.SHA256)
	}
}

func TestFetchAsksForTheFileItself(t *testing.T) {
	var w bytes.Buffer
	f := fetcher()
	f.UserAgent = "maille/1 (contact)"
	if _, err := f.Fetch(context.Background(), publisher(t).URL+"/headers", nil, &w); err != nil || w.String() != "identity maille/1 (contact)" {
		t.Errorf("%q, %v", w.String(), err)
	}
}

func TestFetchOnlyWhatChanged(t *testing.T) {
	s := publisher(t)
	for _, c := range []struct {
		name      string
		path      string
		change    func(*source.Artefact)
		unchanged bool
	}{
		{"the same ETag", "/file.csv", func(*source.Artefact) {}, true},
		{"another ETag", "/file.csv", func(a *source.Artefact) { a.ETag = `"v0"` }, false},
		{"another place", "/file.csv", func(a *source.Artefact) { a.Place += "?" }, false},
		{"the same date", "/dated.csv", func(*source.Artefact) {}, true},
		{"an older date", "/dated.csv", func(a *source.Artefact) { a.LastModified = "Sun, 22 Nov 2026 10:00:00 GMT" }, false},
		{"the same date, after a redirection", "/last.csv", func(*source.Artefact) {}, true},
		{"a redirection that leads elsewhere than it did", "/last.csv", func(a *source.Artefact) { a.FinalURL = s.URL + "/2026T1.csv" }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			previous, err := fetcher().Fetch(context.Background(), s.URL+c.path, nil, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			c.change(&previous)
			var w bytes.Buffer
			a, err := fetcher().Fetch(context.Background(), s.URL+c.path, &previous, &w)
			if err != nil || a.Unchanged != c.unchanged {
				t.Fatalf("unchanged = %v, %v", a.Unchanged, err)
			}
			if (w.Len() == 0) != c.unchanged || a.SHA256 != previous.SHA256 || a.Bytes != previous.Bytes {
				t.Errorf("%d bytes written, artefact %+v", w.Len(), a)
			}
		})
	}
}

func TestFetchFollowsRedirections(t *testing.T) {
	s := publisher(t)
	a, err := fetcher().Fetch(context.Background(), s.URL+"/last.csv", nil, io.Discard)
	if err != nil || a.Place != s.URL+"/last.csv" || a.FinalURL != s.URL+"/dated.csv" {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestFetchBroken(t *testing.T) {
	s := publisher(t)
	for _, c := range []struct {
		name    string
		path    string
		kind    fault.Kind
		message string // after the place
	}{
		{"nothing there", "/none", fault.Refused, "introuvable (404)"},
		{"nothing there any more", "/gone", fault.Refused, "introuvable (410)"},
		{"not for us", "/forbidden", fault.Refused, "l'accès est refusé (403)"},
		{"an answer of another kind", "/teapot", fault.Refused, "le serveur a répondu 418"},
		{"an answer to what was not asked", "/unasked-304", fault.Refused, "le serveur a répondu 304"},
		{"too many requests", "/busy", fault.Unavailable, "le serveur demande d'attendre (429)"},
		{"a failure", "/failing", fault.Unavailable, "le serveur est en panne (503)"},
		{"a loop", "/loop", fault.Refused, "les redirections tournent en rond"},
		{"redirections without end", "/longer", fault.Refused, "il y a plus de 10 redirections"},
		{"fewer bytes than promised", "/cut", fault.Unavailable, "le serveur s'est arrêté à 5 octets sur 100"},
		{"fewer bytes than the encoding promised", "/cut-chunked", fault.Unavailable, "le serveur s'est arrêté à 5 octets"},
		{"too large, as announced", "/large", fault.Refused, "le fichier dépasse 1 Mio"},
		{"too large, unannounced", "/large-chunked", fault.Refused, "le fichier dépasse 1 Mio"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := fetcher().Fetch(context.Background(), s.URL+c.path, nil, io.Discard)
			if fault.KindOf(err) != c.kind || fault.Message(err) != s.URL+c.path+" : "+c.message {
				t.Errorf("%v: %s", fault.KindOf(err), fault.Message(err))
			}
			if fault.Subject(err) != s.URL+c.path {
				t.Errorf("subject = %q", fault.Subject(err))
			}
		})
	}
}

func TestFetchGivesUpOnSilence(t *testing.T) {
	s := publisher(t)
	f := fetcher()
	f.Stall = 100 * time.Millisecond
	for _, path := range []string{"/silent", "/stall"} {
		_, err := f.Fetch(context.Background(), s.URL+path, nil, io.Discard)
		if want := s.URL + path + " : le serveur n'envoie plus rien depuis 100 ms"; fault.Message(err) != want || fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%v: %s", fault.KindOf(err), fault.Message(err))
		}
	}
	f.Stall = 60 * time.Millisecond // less than the whole takes
	if _, err := f.Fetch(context.Background(), s.URL+"/slow", nil, io.Discard); err != nil {
		t.Errorf("a slow server is not a silent one: %v", err)
	}
}

func TestFetchNetworkFailures(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	private := httptest.NewTLSServer(nil)
	private.Config.ErrorLog = nil
	defer private.Close()
	plain := publisher(t)
	for _, c := range []struct{ name, place, message string }{
		{"nobody listens", closed.URL + "/x", closed.URL + "/x : le serveur refuse la connexion"},
		{"a certificate of nobody", private.URL, private.URL + " : le certificat du serveur n'est pas valable"},
		{"no TLS where it should be", strings.Replace(plain.URL, "http:", "https:", 1), strings.Replace(plain.URL, "http:", "https:", 1) + " : le serveur ne peut être joint"},
	} {
		_, err := fetcher().Fetch(context.Background(), c.place, nil, io.Discard)
		if fault.KindOf(err) != fault.Unavailable || fault.Message(err) != c.message {
			t.Errorf("%s: %v: %s", c.name, fault.KindOf(err), fault.Message(err))
		}
	}
}

func TestFetchShowsNoPassword(t *testing.T) {
	s := publisher(t)
	a, err := fetcher().Fetch(context.Background(), strings.Replace(s.URL, "://", "://user:secret@", 1)+"/file.csv", nil, io.Discard)
	if err != nil || strings.Contains(a.Place+a.FinalURL, "secret") {
		t.Errorf("%+v, %v", a, err)
	}
	for _, place := range []string{"http://user:secret@127.0.0.1:1/", "http://user:secret@%zz/", "ftp://user:secret@host/x"} {
		if _, err := fetcher().Fetch(context.Background(), place, nil, io.Discard); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v", err)
		}
	}
}

func TestFetchTheCallerLeaves(t *testing.T) {
	s := publisher(t)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	f := fetcher()
	f.Pause = func(context.Context, time.Duration) error { t.Error("it waits for nobody"); return nil }
	for _, path := range []string{"/stall", "/silent"} {
		if _, err := f.Fetch(ctx, s.URL+path, nil, &page{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("deadline: %v", err)
		}
	}
	ctx, cancel = context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := fetcher().Fetch(ctx, s.URL+"/stall", nil, io.Discard); fault.KindOf(err) != fault.Canceled {
		t.Errorf("cancel: %v", err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestFetchFullDisk(t *testing.T) {
	_, err := fetcher().Fetch(context.Background(), publisher(t).URL+"/file.csv", nil, full{})
	if fault.KindOf(err) != fault.Internal || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%v: %v", fault.KindOf(err), err)
	}
}

func TestFetchFiles(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file.csv")
	if err := errors.Join(os.WriteFile(path, []byte(content), 0o600), os.Chtimes(path, noon, noon),
		os.WriteFile(filepath.Join(dir, "large.csv"), make([]byte, 2<<20), 0o600), syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600)); err != nil {
		t.Fatal(err)
	}
	f := fetcher()
	f.Files = fstest.MapFS{"echantillon/embedded.csv": {Data: []byte("embedded")}, "folder/x": {}}
	for _, c := range []struct{ name, place, want, message string }{
		{"a file", path, content, ""},
		{"an embedded file", "echantillon/embedded.csv", "embedded", ""},
		{"an embedded file, from here", "./echantillon/embedded.csv", "embedded", ""},
		{"a file of the working folder", "./fetch.go", "", ""},
		{"a folder", dir, "", dir + " : c'est un dossier, pas un fichier"},
		{"an embedded folder", "folder", "", "folder : c'est un dossier, pas un fichier"},
		{"no file", "nulle-part.csv", "", "nulle-part.csv : ce fichier n'existe pas"},
		{"a pipe", dir + "/pipe", "", dir + "/pipe : ce n'est pas un fichier ordinaire"},
		{"too large", dir + "/large.csv", "", dir + "/large.csv : le fichier dépasse 1 Mio"},
		{"through a file", path + "/x", "", path + "/x : ce fichier ne peut être lu"},
		{"another protocol", "ftp://host/x", "", "ftp://host/x : ce n'est pas une adresse http:// ou https:// valable"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var w bytes.Buffer
			a, err := f.Fetch(context.Background(), c.place, &source.Artefact{Place: c.place, ETag: "x"}, &w)
			if c.message != "" {
				if fault.KindOf(err) != fault.Refused || fault.Message(err) != c.message {
					t.Errorf("%v: %s", fault.KindOf(err), fault.Message(err))
				}
				return
			}
			if err != nil || c.want != "" && w.String() != c.want || a.SHA256 != sum(w.String()) || a.Bytes != int64(w.Len()) {
				t.Errorf("%q, %+v, %v", w.String(), a, err)
			}
			if c.place == path && a.LastModified != "Sun, 22 Nov 2026 12:00:00 GMT" {
				t.Errorf("last modified = %q", a.LastModified)
			}
		})
	}
}
