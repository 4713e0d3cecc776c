package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"maille/internal/pgtest"
)

// lieu is a file in the layout of the schema of lieux-mediation, with one place in Massy.
const lieu = `id,pivot,nom,commune,code_postal,code_insee,adresse,complement_adresse,latitude,longitude,typologie,telephone,courriels,site_web,horaires,presentation_resume,presentation_detail,source,itinerance,structure_parente,date_maj,services,publics_specifiquement_adresses,prise_en_charge_specifique,frais_a_charge,dispositif_programmes_nationaux,formations_labels,autres_formations_labels,modalites_acces,modalites_accompagnement,fiche_acces_libre,prise_rdv
mien-1,21910377300012,Le lieu,Massy,91300,91377,1 rue de Paris,,48.7263,2.2713,,,,,,,,,,,2026-11-01,Aide aux démarches administratives,,,,,,,,,,
`

func TestIngest(t *testing.T) {
	if raced {
		t.Skip("one command after another, of which TestUp has each under the race detector")
	}
	dir := isolated(t)
	t.Setenv("MAILLE_DATABASE_URL", pgtest.URL(t))
	write(t, map[string]string{
		"own.csv":   lieu,
		"page.csv":  "<!DOCTYPE html><html><body>404</body></html>",
		"wrong.csv": strings.ReplaceAll(lieu, "Le lieu,", "Le lieu,,,,,,,,,,,,,,,,,,,,,,"),
		"dates.csv": strings.ReplaceAll(lieu, "2026-11-01", "hier"),
	})
	nothing, stdout, stderr := maille(t, "publish")
	if nothing != exitRefused || !strings.Contains(stderr, "maille ingest") {
		t.Errorf("publish before anything: %d %s%s", nothing, stdout, stderr)
	}
	if code, _, stderr := maille(t, "ingest", "lieux-mediation-declares", "--from", "own.csv"); code != exitRefused || !strings.Contains(stderr, "lieux-mediation") || !strings.Contains(stderr, "communes-cog") {
		t.Errorf("a dataset named before those it needs: %d %s", code, stderr)
	}
	code, stdout, stderr := maille(t, "--log", "json", "ingest")
	if code != exitOK || stdout != "" {
		t.Fatalf("ingest: %d %s%s", code, stdout, stderr)
	}
	everyStep(t, stderr)
	if code, stdout, _ := maille(t, "publish"); code != exitOK || !strings.HasPrefix(stdout, "Published release ") || !strings.HasSuffix(stdout, fmt.Sprintf(": %d datasets\n", described(t))) {
		t.Errorf("publish: %d %s", code, stdout)
	}
	if code, stdout, _ := maille(t, "publish"); code != exitOK || !strings.HasPrefix(stdout, "Nothing changed: release ") {
		t.Errorf("publish again: %d %s", code, stdout)
	}
	for _, c := range []struct {
		because string
		args    []string
		code    int
		says    []string
	}{
		{"one's own file", []string{"lieux-mediation-declares", "--from", "own.csv"}, exitOK, []string{"dataset=lieux-mediation-declares status=sealed", "rows=1", "dataset=offre-communes status=sealed"}},
		{"one's own file, by its whole path", []string{"lieux-mediation-declares", "--from", filepath.Join(dir, "own.csv")}, exitOK, []string{"dataset=lieux-mediation-declares status=current"}},
		{"a page instead of a file", []string{"lieux-mediation-declares", "--from", "page.csv"}, exitRefused, []string{"maille: lieux-mediation-declares: ", "une page HTML"}},
		{"not the columns of the schema", []string{"couverture-thd", "--from", "own.csv"}, exitRefused, []string{"maille: couverture-thd: ", "colonne"}},
		{"a row that does not have the header's cells", []string{"lieux-mediation-declares", "--from", "wrong.csv"}, exitRefused, []string{"maille: lieux-mediation-declares: ", "ligne"}},
		{"a date that is none", []string{"lieux-mediation-declares", "--from", "dates.csv"}, exitRefused, []string{"1 lignes sur 1", "lieux-mediation-declares, dates.csv ligne 2 (", "« hier » n'est pas une date AAAA-MM-JJ [error]"}},
		{"no such file", []string{"lieux-mediation-declares", "--from", "none.csv"}, exitRefused, []string{"none.csv"}},
		{"no such dataset", []string{"nonsense"}, exitUsage, []string{"nonsense"}},
		{"no such dataset", []string{"nonsense", "--from", "own.csv"}, exitUsage, []string{"nonsense"}},
		{"a derived dataset has no file", []string{"epci", "--from", "own.csv"}, exitUsage, []string{"epci"}},
		{"a file for all", []string{"--from", "own.csv"}, exitUsage, []string{"--from"}},
		{"a file for two", []string{"projets", "epci-cog", "--from", "own.csv"}, exitUsage, []string{"--from"}},
	} {
		code, stdout, stderr := maille(t, append([]string{"ingest"}, c.args...)...)
		if code != c.code {
			t.Errorf("%s: %d %s", c.because, code, stderr)
		}
		for _, word := range c.says {
			if !strings.Contains(stdout+stderr, word) {
				t.Errorf("%s: %q is not in %s%s", c.because, word, stdout, stderr)
			}
		}
		if code != exitOK {
			oneLine(t, stderr)
		}
	}
	code, _, stderr = maille(t, "publish")
	accept := strings.Fields(stderr[max(0, strings.Index(stderr, "--accept")):])
	if code != exitRefused || len(accept) < 2 {
		t.Fatalf("publish one row in the place of many: %d %s", code, stderr)
	}
	if code, stdout, stderr := maille(t, append([]string{"publish"}, accept...)...); code != exitOK || !strings.HasPrefix(stdout, "Published release ") {
		t.Errorf("publish the own file: %d %s%s", code, stdout, stderr)
	}
}

// everyStep reads a log in JSON and looks for one line of each step of each dataset.
func everyStep(t *testing.T, log string) {
	t.Helper()
	seen := map[string]int{}
	for line := range strings.Lines(log) {
		var entry struct{ Time, Level, Msg, Dataset, Status string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Time == "" || entry.Level != "INFO" {
			t.Errorf("%v: %s", err, line)
		}
		seen[entry.Msg+" "+entry.Dataset]++
	}
	for _, want := range []string{"fetch communes-cog", "ingest communes-cog", "ingest communes", "ingest offre-communes", "ingest lieux-mediation"} {
		if seen[want] != 1 {
			t.Errorf("%d lines of %s", seen[want], want)
		}
	}
}

// TestUnreachable: a database that does not answer is said in a sentence, and its password is not.
func TestUnreachable(t *testing.T) {
	isolated(t)
	for _, c := range []struct {
		because, url string
		code         int
	}{
		{"nobody listens", "postgres://maille:s3cret@127.0.0.1:1/maille", exitUnavailable},
		{"no such host", "postgres://maille:s3cret@db.invalid/maille", exitUnavailable},
		{"no such socket", "host=/nowhere user=maille password=s3cret dbname=maille", exitUnavailable},
		{"no address", "postgres://maille:s3cret@127.0.0.1:port/maille", exitUsage},
		{"no address", "nonsense s3cret", exitUsage},
	} {
		t.Setenv("MAILLE_DATABASE_URL", c.url)
		for _, command := range []string{"up", "ingest", "publish", "serve", "migrate"} {
			args := []string{command}
			if command == "up" || command == "serve" {
				args = append(args, "--listen", "127.0.0.1:0")
			}
			code, stdout, stderr := maille(t, args...)
			if code != c.code || strings.Contains(stdout+stderr, "s3cret") {
				t.Errorf("%s, maille %s: %d %s%s", c.because, command, code, stdout, stderr)
			}
			oneLine(t, stderr)
		}
	}
	if _, err := os.Stat(".maille/pg"); err == nil {
		t.Error("a private cluster was made although a real server is named")
	}
}

// TestPortTaken: someone else listens.
func TestPortTaken(t *testing.T) {
	isolated(t)
	t.Setenv("MAILLE_DATABASE_URL", pgtest.URL(t))
	p := start(t, "serve", "--listen", "127.0.0.1:0")
	taken := strings.TrimPrefix(p.address(t), "http://")
	for _, command := range []string{"serve", "up"} {
		code, stdout, stderr := maille(t, command, "--listen", taken)
		if code != exitUnavailable || !strings.Contains(stderr, taken) || !strings.Contains(stderr, "--listen") || stdout != "" {
			t.Errorf("maille %s: %d %s%s", command, code, stdout, stderr)
		}
		oneLine(t, stderr)
	}
	if response, err := http.Get("http://" + taken + "/healthz"); err != nil || response.StatusCode != 200 {
		t.Errorf("the first one: %v", err)
	}
}
