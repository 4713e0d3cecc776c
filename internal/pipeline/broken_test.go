package pipeline_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"maille/internal/release"
)

// server publishes, well or badly, and counts what it is asked.
type server struct {
	*httptest.Server
	asked, sent atomic.Int64
}

func publisher(t *testing.T) *server {
	t.Helper()
	s := &server{}
	mux := http.NewServeMux()
	for name, content := range map[string]string{
		"html":          "<!DOCTYPE html>\n<html><body>Maintenance</body></html>",
		"delimiter.csv": strings.ReplaceAll(lieuxCSV, ",", ";"),
		"latin-1.csv":   strings.ReplaceAll(strings.ReplaceAll(lieuxCSV, "è", "\xe8"), ",Aide,", ",Gr\xe9,"),
		"column.csv":    strings.Replace(lieuxCSV, "id,", "ident,", 1),
		"twice.csv":     strings.ReplaceAll(lieuxCSV, "\nb,", "\na,") + "a,91016,,,,\n",
		"nan.csv":       strings.NewReplacer("2.16", "NaN", "2.01", "nan").Replace(lieuxCSV),
		"swapped.csv":   strings.NewReplacer("2.16,48.34", "-21.1,165.3", "2.01,48.31", "-21.2,165.4").Replace(lieuxCSV),
		"globe.csv":     strings.NewReplacer("2.16,48.34", "2.16,4834", "2.01,48.31", "201,48.31").Replace(lieuxCSV),
		"header.csv":    "id,code_insee,longitude,latitude,services,date_maj\n",
		"nothing.csv":   "",
		"half.csv":      lieuxCSV[:len(lieuxCSV)-27] + `"le texte n'est pas`,
		"half.json":     notesJSON[:len(notesJSON)-10],
		"half.csv.gz":   zipped(lieuxCSV)[:60],
		"altered.gz":    zipped(lieuxCSV)[:len(zipped(lieuxCSV))-8] + "\x00\x01\x02\x03\x04\x05\x06\x07",
		"line.csv.gz":   zipped(lieuxCSV) + strings.Repeat(zipped(strings.Repeat("x", 16<<20)), 192),
	} {
		mux.HandleFunc("/"+name, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, content) })
	}
	mux.HandleFunc("/notes.json", s.conditional)
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/cut", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		io.WriteString(w, lieuxCSV)
	})
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, lieuxCSV)
		for block := bytes.Repeat([]byte("x"), 1<<20); ; {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/stalled", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, lieuxCSV)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s
}

func (s *server) conditional(w http.ResponseWriter, r *http.Request) {
	s.asked.Add(1)
	w.Header().Set("ETag", `"v1"`)
	if r.Header.Get("If-None-Match") == `"v1"` {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.sent.Add(1)
	io.WriteString(w, notesJSON)
}

func zipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, text)
	z.Close()
	return b.String()
}

func logInto(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

func TestBrokenInputIsNamed(t *testing.T) {
	t.Parallel()
	w := settled(t)
	s := publisher(t)
	first := w.whole(t)
	for _, c := range []struct{ dataset, path, status, reason string }{
		{"lieux", "line.csv.gz", release.Refused, "PLACE : la ligne 6 dépasse 16 Mio"},
		{"lieux", "html", release.Refused, "PLACE : le fichier est une page HTML, pas du CSV"},
		{"lieux", "nothing.csv", release.Refused, "PLACE : le fichier est vide"},
		{"lieux", "header.csv", release.Refused, "aucune ligne dans la source ; la version précédente reste"},
		{"lieux", "half.csv.gz", release.Refused, "PLACE : le fichier gzip est tronqué"},
		{"lieux", "altered.gz", release.Refused, "PLACE : le fichier gzip est altéré (sa somme de contrôle est fausse)"},
		{"lieux", "half.csv", release.Refused, "PLACE, ligne 5 : un guillemet est mal placé ou n'est pas fermé"},
		{"notes", "half.json", release.Refused, "PLACE : le fichier JSON est tronqué"},
		{"lieux", "delimiter.csv", release.Refused, "PLACE : l'en-tête n'a pas de colonne « id » ; " +
			"il a « id;code_insee;longitude;latitude;services;date_maj » ; le séparateur semble être « ; »"},
		{"lieux", "column.csv", release.Refused, "PLACE : l'en-tête n'a pas de colonne « id » ; " +
			"il a « ident », « code_insee », « longitude », « latitude », « services », « date_maj » ; « id » semble s'appeler désormais « ident »"},
		{"lieux", "latin-1.csv", release.Refused, "3 lignes sur 4 sont en erreur (75 %), plus que les 25 % admis ; la version précédente reste. " +
			"Première erreur, PLACE, ligne 2 : services : « Aide|Acc\ufffds » n'est pas de l'UTF-8 ; si le fichier est en latin-1 ou cp1252, déclarez son encodage"},
		{"lieux", "twice.csv", release.Refused, "2 lignes sur 5 sont en erreur (40 %), plus que les 25 % admis ; la version précédente reste. " +
			"Première erreur, PLACE, ligne 3 : la clé a est déjà prise par la ligne 2"},
		{"lieux", "nan.csv", release.Refused, "2 lignes sur 4 sont en erreur (50 %), plus que les 25 % admis ; la version précédente reste. " +
			"Première erreur, PLACE, ligne 2 : longitude : « NaN » n'est pas un nombre (le séparateur décimal est le point)"},
		{"lieux", "swapped.csv", release.Refused, "2 lignes sur 4 sont en erreur (50 %), plus que les 25 % admis ; la version précédente reste. " +
			"Première erreur, PLACE, ligne 2 : latitude : longitude et latitude semblent inversées (165.3)"},
		{"lieux", "globe.csv", release.Refused, "2 lignes sur 4 sont en erreur (50 %), plus que les 25 % admis ; la version précédente reste. " +
			"Première erreur, PLACE, ligne 2 : latitude : 4834.0 est hors du globe"},
	} {
		t.Run(c.path, func(t *testing.T) {
			clear(w.places)
			w.places[c.dataset] = s.URL + "/" + c.path
			want := map[string]string{"codes": "current", "lieux": "current", "notes": "current", "bilan": "current"} // one does not stop the others
			want[c.dataset] = c.status + ": " + strings.ReplaceAll(c.reason, "PLACE", s.URL+"/"+c.path)
			w.expect(t, w.run(t), want)
			m, _ := w.publish(t)
			if !maps.Equal(versions(m), versions(first)) {
				t.Errorf("%v", versions(m))
			}
			for _, e := range m.Datasets { // what is refused is said to be old, and only that
				if stale := len(e.Stale) > 0; stale != (e.Dataset == c.dataset) {
					t.Errorf("%s: %+v", e.Dataset, e.Stale)
				}
			}
			w.tidy(t)
		})
	}
}
