package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"maille/internal/pgtest"
)

// TestFrance: all of France from a mirror, without network, in a release that holds the figures that everyone can check.
func TestFrance(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("ingests a country, for which make test has a run without the race detector")
	}
	mirror, err := filepath.Abs("../../../shared/data/mirror")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(mirror); err != nil {
		t.Skip("the national files are not here: ", err)
	}
	isolated(t)
	url := pgtest.URL(t)
	t.Setenv("MAILLE_DATABASE_URL", url)
	p := start(t, "up", "--profile", "france", "--mirror", mirror, "--listen", "127.0.0.1:0")
	address := p.address(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())

	t.Run("the figures are the real ones", func(t *testing.T) { franceFigures(t, conn) })
	t.Run("what is absent is reported", func(t *testing.T) { franceAbsent(t, p.stderr.String()) })
	t.Run("a dead code leads to its successor", func(t *testing.T) { franceDeadCode(t, address) })
	t.Run("a series crosses a merger", func(t *testing.T) { franceSeries(t, address) })
	t.Run("GDAL counts the communes through the pages", func(t *testing.T) { franceGDAL(t, address) })
	if code := p.end(t); code != exitOK {
		t.Errorf("%d %s", code, p.stderr.String())
	}
}

func franceFigures(t *testing.T, conn *pgx.Conn) {
	for _, c := range []struct{ what, sql, want string }{
		{"communes", "select count(*) from opendata.communes", "34969"},
		{"population", "select sum(population) from opendata.communes", "68952941"},
		{"communes of metropolitan France with a current contour", `select count(*) from opendata.communes
			where geometry is not null and contour = 'courant' and code_insee < '97'`, "34746"},
		{"a code of Corsica is a text", "select nom from opendata.communes where code_insee = '2A004'", "Ajaccio"},
		{"EPCI", "select count(*) from opendata.epci", "1255"},
		{"metropolitan communes without EPCI", `select string_agg(code_insee, ' ' order by code_insee) from opendata.communes
			where code_epci is null and code_insee < '97'`, "22016 29083 29155 85113"},
		{"Paris is one commune", "select nom || ' ' || population from opendata.communes where code_insee = '75056'", "Paris 2103778"},
		{"of twenty arrondissements, which make its population", `select count(*) || ' ' || sum(population) from opendata.arrondissements_municipaux
			where commune = '75056'`, "20 2103778"},
		{"and which are no communes", `select count(*) from opendata.communes c
			join opendata.arrondissements_municipaux a on a.code_insee = c.code_insee`, "0"},
		{"départements share the population out", "select sum(population) from opendata.departements", "68952941"},
		{"régions too", "select sum(population) from opendata.regions", "68952941"},
		{"premises that can have fibre, quarter by quarter", `select string_agg(n::text, ' ' order by trimestre) from (
			select trimestre, sum(locaux_raccordables) as n from opendata.couverture_thd
			where mesure = 'cartefibre_ftth' group by trimestre) q`, "9557404 10296296 10965667"},
		{"the same on the communes of today", `select string_agg(n::text, ' ' order by trimestre) from (
			select trimestre, sum(locaux_raccordables) as n from opendata.couverture_thd_series
			where mesure = 'cartefibre_ftth' group by trimestre) q`, "9557404 10296296 10965667"},
		{"and in Essonne", `select string_agg(n::text, ' ' order by trimestre) from (
			select trimestre, sum(locaux_raccordables) as n from opendata.couverture_thd_series
			where mesure = 'cartefibre_ftth' and code_insee like '91%' group by trimestre) q`, "200534 221827 233955"},
	} {
		var got string
		if err := conn.QueryRow(t.Context(), "select ("+c.sql+")::text").Scan(&got); err != nil || got != c.want {
			t.Errorf("%s: %s, want %s (%v)", c.what, got, c.want, err)
		}
	}
}

func franceAbsent(t *testing.T, log string) {
	for _, address := range []string{
		"https://data.arcep.fr/fixe/maconnexioninternet/statistiques/last/commune/commune_meilleure_techno_thd.csv",
		"https://api-lannuaire.service-public.gouv.fr/",
	} {
		found := false
		for line := range strings.Lines(log) {
			found = found || strings.Contains(line, address) && strings.Contains(line, "level=WARN")
		}
		if !found {
			t.Errorf("the log does not say that %s is absent", address)
		}
	}
}

func franceDeadCode(t *testing.T, address string) {
	stays := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := stays.Get(address + "/collections/communes/items/91182")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if to := response.Header.Get("Location"); response.StatusCode != http.StatusMovedPermanently || !strings.HasSuffix(to, "/collections/communes/items/91228") {
		t.Errorf("%d %s", response.StatusCode, to)
	}
	if got := get(t, address+"/collections/communes/items/91182"); !strings.Contains(got, "Évry-Courcouronnes") {
		t.Error(got)
	}
}

func franceSeries(t *testing.T, address string) {
	var page struct {
		Features []struct {
			Properties struct {
				Trimestre          string `json:"trimestre"`
				LocauxRaccordables int    `json:"locaux_raccordables"`
			}
		}
	}
	text := get(t, address+"/collections/couverture-thd-series/items?code_insee=91228&mesure=cartefibre_ftth&limit=100")
	if err := json.Unmarshal([]byte(text), &page); err != nil {
		t.Fatal(err)
	}
	points := map[string]int{}
	for _, f := range page.Features {
		points[f.Properties.Trimestre] = f.Properties.LocauxRaccordables
	}
	if got, want := fmt.Sprint(points), "map[2017T3:12454 2017T4:14809 2018T1:15887]"; len(page.Features) != 3 || got != want {
		t.Errorf("%d points: %s, want %s", len(page.Features), got, want)
	}
}

func franceGDAL(t *testing.T, address string) {
	ogrinfo, err := exec.LookPath("ogrinfo")
	if err != nil {
		t.Skip("GDAL is not installed")
	}
	out, err := exec.CommandContext(t.Context(), ogrinfo, "-ro", "-q", "-dialect", "SQLite", "-sql",
		"select count(*) as n, count(distinct code_insee) as codes from communes", "OAPIF:"+address).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "n (Integer) = 34969") || !strings.Contains(string(out), "codes (Integer) = 34969") {
		t.Errorf("%v: %s", err, out)
	}
}
