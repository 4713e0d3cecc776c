package serve_test

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"maille/internal/indicator"
)

// portrait is what /territoires/{territory} answers, as far as these tests read it.
type portrait struct {
	Territory  struct{ Code, Niveau, Nom string } `json:"territoire"`
	Population int64
	Communes   int64
	Sentence   string     `json:"phrase"`
	Figures    []figureOf `json:"indicateurs"`
	Beside     []struct {
		Territory *struct{ Code, Niveau string } `json:"territoire"`
		Class     string                         `json:"comparables"`
		Figures   []figureOf                     `json:"indicateurs"`
	} `json:"comparaisons"`
	Short []struct {
		Code   string `json:"code_insee"`
		People *int64 `json:"habitants"`
	} `json:"communes_sous_dotees"`
	Links []link
}

type figureOf struct {
	Code        string   `json:"indicateur"`
	Value       *float64 `json:"valeur"`
	Numerator   *float64 `json:"numerateur"`
	Denominator *float64 `json:"denominateur"`
	Flag        string   `json:"drapeau"`
	Explained   string   `json:"explique"`
}

// TestTerritoryNumbers: each number of a territory is that of the API, of the dump as CSV and of the table in SQL, and the page says it
// as people read it.
func TestTerritoryNumbers(t *testing.T) {
	notRaced(t)
	w := sample(t)
	for _, x := range []struct{ at, level, code string }{{"91228", "commune", "91228"}, {"200056232", "epci", "200056232"}, {"91", "departement", "91"}, {"instance", "instance", "instance"}} {
		got := parse[portrait](t, w.address+"/territoires/"+x.at)
		rows := map[string]map[string]string{}
		at := fmt.Sprintf("%s/collections/indicateurs/export?f=csv&niveau=%s&territoire=%s", w.address, x.level, x.code)
		for _, row := range table(t, ask(t, http.MethodGet, at).body) {
			rows[row["indicateur"]] = row
		}
		if len(got.Figures) != len(rows) || len(rows) < 10 {
			t.Errorf("%s: %d figures, %d in the dump", x.at, len(got.Figures), len(rows))
		}
		page := string(ask(t, http.MethodGet, w.address+"/territoires/"+x.at, "Accept", "text/html").body)
		for _, f := range got.Figures {
			row := rows[f.Code]
			sql := query[*float64](t, w.database, fmt.Sprintf("select valeur from opendata.indicateurs where indicateur = '%s' and niveau = '%s' and territoire = '%s'", f.Code, x.level, x.code))
			if !sameNumber(f.Value, row["valeur"]) || !sameNumber(sql, row["valeur"]) || !sameNumber(f.Numerator, row["numerateur"]) || !sameNumber(f.Denominator, row["denominateur"]) || f.Flag != row["drapeau"] {
				t.Errorf("%s %s: %+v, in the dump %v, in SQL %v", x.at, f.Code, f, row, sql)
			}
			if said := saidOf(f); said != "" && onPage(f.Code) && !strings.Contains(page, ">"+said) {
				t.Errorf("%s %s: the page does not say %s", x.at, f.Code, said)
			}
		}
		people := query[int64](t, w.database, "select sum(population)::bigint from opendata.communes where "+map[string]string{"commune": "code_insee = '91228'", "epci": "code_epci = '200056232'",
			"departement": "code_departement = '91'", "instance": "true"}[x.level])
		if got.Population != people || !strings.Contains(got.Sentence, grouped(people)) {
			t.Errorf("%s: %d people of %d: %s", x.at, got.Population, people, got.Sentence)
		}
	}
}

// table is CSV by the names of its columns.
func table(t testing.TB, text []byte) (rows []map[string]string) {
	t.Helper()
	lines, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff")))).ReadAll()
	must(t, err)
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func sameNumber(x *float64, text string) bool {
	if x == nil || text == "" {
		return x == nil && text == ""
	}
	y, err := strconv.ParseFloat(text, 64)
	return err == nil && *x == y
}

// saidOf is the beginning of a value as a page writes it, worked out apart; "" of none, or of one that is nearly nought or all.
func saidOf(f figureOf) string {
	for _, d := range indicator.Definitions() {
		if d.Code != f.Code || f.Value == nil || *f.Value < math.Pow(10, -float64(d.Decimals)) || d.Unit == "%" && *f.Value > 99.9 {
			continue
		}
		whole, fraction, _ := strings.Cut(strconv.FormatFloat(*f.Value, 'f', d.Decimals, 64), ".")
		n, _ := strconv.ParseInt(whole, 10, 64)
		if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
			return grouped(n) + "," + fraction
		}
		return grouped(n)
	}
	return ""
}

// onPage says whether a figure is in the profile of a page: spreads have sentences of their own.
func onPage(code string) bool { return !strings.HasPrefix(code, "equilibre_") }

var threes = regexp.MustCompile(`(\d)(\d{3})($|\D)`)

func grouped(n int64) string {
	text := strconv.FormatInt(n, 10)
	for threes.MatchString(text) {
		text = threes.ReplaceAllString(text, "$1\u202f$2$3")
	}
	return text
}

// TestTerritoryAlike: what comparable communes are is Σ/Σ over their class, by hand.
func TestTerritoryAlike(t *testing.T) {
	w := sample(t)
	got := parse[portrait](t, w.address+"/territoires/91228")
	alike := got.Beside[len(got.Beside)-1]
	if alike.Class == "" || len(alike.Figures) == 0 {
		t.Fatalf("%+v", alike)
	}
	for _, f := range alike.Figures {
		var scale float64
		for _, d := range indicator.Definitions() {
			if d.Code == f.Code {
				scale = d.Columns.Scale
			}
		}
		byHand := query[*float64](t, w.database, fmt.Sprintf(`select %g * sum(numerateur) / nullif(sum(denominateur), 0) from opendata.indicateurs
			where indicateur = '%s' and niveau = 'commune' and comparables = '%s' and numerateur is not null and denominateur is not null`, scale, f.Code, alike.Class))
		if f.Value == nil || byHand == nil || math.Abs(*f.Value-*byHand) > 1e-9*math.Abs(*byHand) {
			t.Errorf("%s: %v, by hand %v", f.Code, f.Value, byHand)
		}
	}
}

// TestTerritoryShort: the communes that a page names as under-served are those of the table, fewer than eleven people never said.
func TestTerritoryShort(t *testing.T) {
	w := sample(t)
	got := parse[portrait](t, w.address+"/territoires/91")
	want := query[int](t, w.database, "select count(*) from opendata.equilibre_communes where sous_dote and code_departement = '91'")
	if len(got.Short) != want || want == 0 {
		t.Errorf("%d under-served communes, by hand %d", len(got.Short), want)
	}
	for _, c := range got.Short {
		if c.People != nil && *c.People > 0 && *c.People < 11 {
			t.Errorf("%s: %d people", c.Code, *c.People)
		}
	}
}

// TestTerritoryAddresses: each territory has one address; others lead to it, and a search finds old names and codes.
func TestTerritoryAddresses(t *testing.T) {
	w := sample(t)
	for from, to := range map[string]string{"91182": "91228", "departement-91": "91", "commune-91228": "91228", "epci-200056232": "200056232", "commune-91182": "91228"} {
		a := askOnce(t, w.address+"/territoires/"+from)
		if a.StatusCode != http.StatusMovedPermanently || !strings.HasSuffix(a.Header.Get("Location"), "/territoires/"+to) {
			t.Errorf("%s: %s to %q", from, a.Status, a.Header.Get("Location"))
		}
	}
	for at, status := range map[string]int{"00000": 404, "zzz": 404, "region-91": 404, "%00": 404, "perimetre-nulle-part": 404, "9%FF": 404, strings.Repeat("9", 3000): 404, "91228/lorenz.svg": 404,
		"91/lorenz.svg?indicateur=es_nb": 400, "91/lorenz.svg?f=png": 400, "91?x=1": 400, "region-11": 200, "200056232/lorenz.svg": 200} {
		if a := askOnce(t, w.address+"/territoires/"+at); a.StatusCode != status {
			t.Errorf("%.40s: %s, want %d", at, a.Status, status)
		}
	}
	for words, want := range map[string]string{"evry courcouronnes": "91228", "91182": "91228", "Paris-Saclay": "200056232", "essonne": "91"} {
		got := parse[struct {
			Territories []struct{ Code string } `json:"territoires"`
		}](t, w.address+"/territoires?q="+strings.ReplaceAll(words, " ", "+"))
		found := false
		for _, one := range got.Territories {
			found = found || one.Code == want
		}
		if !found {
			t.Errorf("%s: %+v", words, got.Territories)
		}
	}
}

// askOnce follows no redirect.
func askOnce(t testing.TB, address string) *http.Response {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	a, err := client.Get(address)
	must(t, err)
	must(t, a.Body.Close())
	return a
}

// TestTerritoryPages: pages are light, without a script, and all their links lead somewhere, here and in the release.
func TestTerritoryPages(t *testing.T) {
	notRaced(t)
	w := sample(t)
	seen := map[string]bool{}
	for _, base := range []string{"", "/r/" + current(t, w)} {
		for _, path := range []string{"/territoires", "/territoires?q=evry", "/territoires/91228", "/territoires/200056232", "/territoires/91", "/territoires/instance"} {
			a := ask(t, http.MethodGet, w.address+base+path, "Accept", "text/html")
			if a.StatusCode != 200 || len(a.body) > 100_000 || bytes.Contains(a.body, []byte("<script")) || bytes.Contains(a.body, []byte("style=")) || bytes.Contains(a.body, []byte("{where}")) {
				t.Errorf("%s: %s, %d bytes", path, a.Status, len(a.body))
			}
			for _, href := range regexp.MustCompile(`href="([^"#]+)"`).FindAllStringSubmatch(string(a.body), -1) {
				address := strings.ReplaceAll(href[1], "&amp;", "&")
				if seen[address] || !strings.HasPrefix(address, w.address) || strings.Contains(address, "/territoires/91") && len(seen) > 150 {
					continue
				}
				seen[address] = true
				if status := ask(t, http.MethodHead, address).StatusCode; status != 200 {
					t.Errorf("%s leads to %s: %d", path, address, status)
				}
			}
		}
	}
}

// TestLorenz: the curve is well-formed, says in words what it shows, and is made of the points of the table.
func TestLorenz(t *testing.T) {
	w := sample(t)
	for _, code := range []string{"med_acces_2sfca", "thd_taux_raccordable", "med_distance", "med_part_10km"} {
		a := ask(t, http.MethodGet, w.address+"/territoires/91/lorenz.svg?indicateur="+code)
		if a.StatusCode != 200 || a.Header.Get("Content-Type") != "image/svg+xml" {
			t.Fatalf("%s: %s", code, a.Status)
		}
		for d := xml.NewDecoder(bytes.NewReader(a.body)); ; {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", code, err)
			}
		}
		hoover := query[float64](t, w.database, "select hoover from opendata.equilibre_territoires where niveau = 'departement' and territoire = '91' and indicateur = '"+code+"'")
		said := strings.Replace(strings.TrimSuffix(strconv.FormatFloat(100*hoover, 'f', 1, 64), ".0"), ".", ",", 1)
		text := string(a.body)
		if !strings.Contains(text, said+"\u00a0%") || !strings.Contains(text, "<desc") || strings.ContainsAny(text, "{}") || strings.Contains(text, "lorenz.") || !strings.Contains(text, current(t, w)) {
			t.Errorf("%s, Hoover %s: %s", code, said, text)
		}
		half := query[float64](t, w.database, "select lorenz[51]::float8 from opendata.equilibre_territoires where niveau = 'departement' and territoire = '91' and indicateur = '"+code+"'")
		if y := 80 + (1-half)*360; !strings.Contains(text, fmt.Sprintf("L236.0 %.1f", y)) {
			t.Errorf("%s: the curve does not pass through 50 %%, %g", code, half)
		}
	}
}
