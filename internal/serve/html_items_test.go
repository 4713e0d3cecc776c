package serve_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// look gets a page as a browser does.
func look(t testing.TB, address string) *document {
	t.Helper()
	a := ask(t, http.MethodGet, address, "Accept", browser)
	if a.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s %s", address, a.Status, a.body)
	}
	return parsed(t, a)
}

// rel finds the link of a relation; "" when there is none.
func (d *document) rel(name string) string {
	for _, kind := range []atom.Atom{atom.A, atom.Link} {
		for _, n := range d.all(kind) {
			if attribute(n, "rel") == name {
				return attribute(n, "href")
			}
		}
	}
	return ""
}

// named finds the link that reads so.
func (d *document) named(text string) string {
	for _, n := range d.all(atom.A) {
		if strings.TrimRight(inside(n), " ▲▼") == text {
			return attribute(n, "href")
		}
	}
	return ""
}

// column reads the cells under the heading that begins so.
func (d *document) column(t testing.TB, heading string) (cells []string) {
	t.Helper()
	at := -1
	for _, row := range d.all(atom.Tr) {
		i := 0
		for cell := range row.ChildNodes() {
			if cell.Type != html.ElementNode {
				continue
			}
			if text := inside(cell); attribute(cell, "scope") == "col" && strings.HasPrefix(text, heading) && at < 0 {
				at = i
			} else if attribute(cell, "scope") != "col" && i == at {
				cells = append(cells, text)
			}
			i++
		}
	}
	if at < 0 {
		t.Fatalf("no column is headed %s", heading)
	}
	return cells
}

func TestWhoGetsAPage(t *testing.T) {
	w := sample(t)
	for _, path := range []string{"/", "/collections", "/collections/communes", "/collections/communes/items", "/collections/communes/items/91228",
		"/collections/communes/schema", "/collections/communes/queryables", "/collections/communes/issues", "/conformance", "/releases"} {
		for _, c := range []struct {
			accept, f string
			page      bool
		}{{"", "", false}, {"*/*", "", false}, {browser, "", true}, {"application/json", "", false}, {"application/geo+json, application/json", "", false},
			{"", "html", true}, {browser, "json", false}, {"text/html", "", true}} {
			address := w.address + path
			if c.f != "" {
				address += "?f=" + c.f
			}
			a := ask(t, http.MethodGet, address, "Accept", c.accept)
			if page := strings.HasPrefix(a.Header.Get("Content-Type"), "text/html"); page != c.page || a.StatusCode != http.StatusOK {
				t.Errorf("%s with Accept %q, f=%s: %s %s", path, c.accept, c.f, a.Status, a.Header.Get("Content-Type"))
			}
		}
	}
}

// TestPagesPassOverWhatTheyDoNotHave: a page is shown all the same, and its canonical address says what it is.
func TestPagesPassOverWhatTheyDoNotHave(t *testing.T) {
	w := sample(t)
	for _, c := range []struct{ asked, canonical string }{
		{"/?utm_source=x", "/"},
		{"/collections?x=1", "/collections"},
		{"/collections/communes?f=html&x=1", "/collections/communes"},
		{"/collections/communes/items?x=1&limit=25&q=&filter=&nom=", "/collections/communes/items"},
		{"/collections/communes/items?nom=Massy&x=1", "/collections/communes/items?nom=Massy"},
		{"/collections/communes/items?columns=all&sortby=%2Bpopulation", "/collections/communes/items?sortby=population"},
		{"/collections/communes/items/91228?x=1", "/collections/communes/items/91228"},
	} {
		if got := look(t, w.address+c.asked).rel("canonical"); got != w.address+c.canonical {
			t.Errorf("%s: canonical %s", c.asked, got)
		}
	}
	if a := ask(t, http.MethodGet, w.address+"/collections?x=1"); a.StatusCode != http.StatusBadRequest {
		t.Errorf("a program gets %s", a.Status)
	}
}

// TestTurningPages: the pages of a table have every row once, in one release, and lead back the way they came.
func TestTurningPages(t *testing.T) {
	w := sample(t)
	var names []string
	var pages []string
	for next := w.address + "/collections/communes/items?limit=50&sortby=-population&columns=all"; next != ""; {
		p := look(t, next)
		if len(pages) > 0 {
			if before := look(t, p.rel("prev")).column(t, "Nom"); !slices.Equal(before, names[len(names)-50:]) {
				t.Errorf("before page %d: %v", len(pages)+1, before)
			}
			if first := look(t, p.rel("first")).column(t, "Nom"); !slices.Equal(first, names[:50]) {
				t.Errorf("the first page, from page %d: %v", len(pages)+1, first)
			}
			if !strings.Contains(next, "/r/") {
				t.Errorf("the next page is not of one release: %s", next)
			}
			if a := ask(t, "GET", next, "Accept", "*/*"); a.StatusCode != 200 || a.Header.Get("Content-Type") != "text/html; charset=utf-8" {
				t.Errorf("%s, copied into another program: %s", next, a.Status)
			}
		}
		names, pages = append(names, p.column(t, "Nom")...), append(pages, next)
		next = p.rel("next")
	}
	if len(names) != 194 || len(pages) != 4 || len(slices.Compact(slices.Sorted(slices.Values(names)))) < 190 {
		t.Errorf("%d names on %d pages", len(names), len(pages))
	}
}

func TestSortingByAHeading(t *testing.T) {
	w := sample(t)
	p := look(t, w.address+"/collections/communes/items?limit=10&bbox=2.2,48.6,2.5,48.7")
	for _, order := range []struct{ sorted, sortby string }{{"ascending", "population"}, {"descending", "-population"}, {"ascending", "population"}} {
		href := p.named("Population")
		p = look(t, href)
		query, err := url.ParseQuery(href[strings.Index(href, "?")+1:])
		if err != nil || query.Get("sortby") != order.sortby || query.Get("bbox") != "2.2,48.6,2.5,48.7" || query.Get("limit") != "10" {
			t.Errorf("%v: %s", err, href)
		}
		want := parse[features](t, w.address+"/collections/communes/items?limit=10&bbox=2.2,48.6,2.5,48.7&sortby="+order.sortby)
		for i, name := range p.column(t, "Nom") {
			if want.Features[i].Properties["nom"] != name {
				t.Errorf("sorted by %s, row %d is %s", order.sortby, i, name)
			}
		}
		if !strings.Contains(p.text, `aria-sort="`+order.sorted+`"`) {
			t.Errorf("sorted by %s, no heading is %s", order.sortby, order.sorted)
		}
	}
}

// TestForm: it keeps what it has no field for, and what it has one for is in the field.
func TestForm(t *testing.T) {
	w := sample(t)
	filter := `nom LIKE '%"<b>%' OR population > 1000`
	p := look(t, w.address+"/collections/communes/items?"+url.Values{"bbox": {"2,48,3,49"}, "sortby": {"-nom"}, "filter": {filter}, "q": {"ma"}, "limit": {"10"}}.Encode())
	fields := map[string]string{}
	for _, n := range p.all(atom.Input) {
		fields[attribute(n, "name")] = attribute(n, "value")
	}
	for name, want := range map[string]string{"bbox": "2,48,3,49", "sortby": "-nom", "q": "ma"} {
		if fields[name] != want {
			t.Errorf("%s is %q", name, fields[name])
		}
	}
	if !strings.Contains(fields["filter"], `%"<b>%`) {
		t.Errorf("the filter is %q", fields["filter"])
	}
	sent := url.Values{}
	for name, value := range fields {
		sent.Set(name, value)
	}
	sent.Set("limit", "10")
	action := attribute(p.all(atom.Form)[0], "action")
	again := look(t, action+"?"+sent.Encode())
	if got, want := again.column(t, "Nom"), p.column(t, "Nom"); len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("the form as it stands gives %v, not %v", got, want)
	}
}

// TestTakingAChoice: the files that a page offers are of its choice, whole.
func TestTakingAChoice(t *testing.T) {
	w := sample(t)
	p := look(t, w.address+"/collections/couverture-thd-communes/items?"+url.Values{"filter": {"population > 1000 AND cartefibre_taux < 99"}, "sortby": {"cartefibre_taux"}, "limit": {"10"}}.Encode())
	csv := p.named("CSV")
	u, err := url.Parse(csv)
	if err != nil || !strings.Contains(csv, "/export?") || u.Query().Has("limit") || u.Query().Get("sortby") != "cartefibre_taux" {
		t.Fatalf("%v: %s", err, csv)
	}
	lines := strings.Split(strings.TrimSpace(string(ask(t, http.MethodGet, csv).body)), "\n")
	shown := p.column(t, "Nom")
	if len(lines)-1 < len(shown) || len(shown) == 0 {
		t.Fatalf("%d lines for %d rows", len(lines)-1, len(shown))
	}
	for i, name := range shown {
		if !strings.Contains(lines[i+1], name) {
			t.Errorf("line %d is %s, not of %s", i+1, lines[i+1], name)
		}
	}
	permanent := look(t, p.named("Lien permanent"))
	if !strings.Contains(p.named("Lien permanent"), "/r/"+current(t, w)+"/") || !slices.Equal(permanent.column(t, "Nom"), shown) {
		t.Errorf("the permanent link %s", p.named("Lien permanent"))
	}
}

// TestPagesRunNothing: what an address holds is shown as text.
func TestPagesRunNothing(t *testing.T) {
	w := sample(t)
	for _, evil := range []string{`<script>alert(1)</script>`, `"><svg onload=alert(1)>`, `'"--><b>`} {
		for _, query := range []url.Values{{"q": {evil}}, {"nom": {evil}}, {"filter": {"nom = '" + strings.ReplaceAll(evil, "'", "''") + "'"}},
			{evil: {evil}}, {"trail": {evil}, "after": {"3"}}, {"columns": {evil}}} {
			a := ask(t, http.MethodGet, w.address+"/collections/communes/items?"+query.Encode(), "Accept", browser)
			if a.StatusCode != http.StatusOK {
				t.Errorf("%v: %s", query, a.Status)
				continue
			}
			for _, wrong := range parsed(t, a).faults() {
				t.Errorf("%v: %s", query, wrong)
			}
		}
		a := ask(t, http.MethodGet, w.address+"/collections/"+url.PathEscape(evil), "Accept", browser)
		if a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", evil, a.Status)
		}
		for _, wrong := range parsed(t, a).faults() {
			t.Errorf("a problem: %s", wrong)
		}
	}
}

// TestPageFiles: what pages need is there, and kept for good under a name that changes with it.
func TestPageFiles(t *testing.T) {
	w := sample(t)
	p := look(t, w.address+"/")
	a := ask(t, http.MethodGet, p.rel("stylesheet"))
	if a.StatusCode != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/css") || !strings.Contains(a.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("the sheet: %s %v", a.Status, a.Header)
	}
	for _, path := range []string{"/favicon.ico", "/assets/favicon.svg"} {
		if a := ask(t, http.MethodGet, w.address+path); a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "image/svg+xml" {
			t.Errorf("%s: %s", path, a.Status)
		}
	}
	for _, path := range []string{"/assets/style.css", "/assets/web.go", "/assets/..%2Fstyle.css"} {
		if a := ask(t, http.MethodGet, w.address+path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, a.Status)
		}
	}
}

// TestRelations: the page of a commune leads to what other collections have under its code.
func TestRelations(t *testing.T) {
	w := sample(t)
	p := look(t, w.address+"/collections/communes/items/91228")
	at := w.address + "/collections/"
	for text, want := range map[string]string{
		"Offre de services numériques par commune": at + "offre-communes/items/91228",
		"Services publics de proximité":            at + "services-publics/items?code_insee=91228",
		"91":                                       at + "departements/items/91",
	} {
		if got := p.named(text); got != want {
			t.Errorf("%s leads to %q, not %s", text, got, want)
		}
	}
}

// TestWrongFilterMayBeMended: a person who wrote a wrong filter finds it again, with the rest of what was asked.
func TestWrongFilterMayBeMended(t *testing.T) {
	w := sample(t)
	a := ask(t, "GET", w.address+"/collections/communes/items?limit=50&sortby=-population&filter=populaton%3E%223", "Accept", "text/html")
	body := string(a.body)
	for _, want := range []string{`<form class="choose" method="get" action="/collections/communes/items">`, `name="filter" value="populaton&gt;&#34;3"`,
		`<input type="hidden" name="limit" value="50">`, `<input type="hidden" name="sortby" value="-population">`} {
		if a.StatusCode != 400 || !strings.Contains(body, want) {
			t.Errorf("%d, no %s in\n%s", a.StatusCode, want, body)
		}
	}
	if body := string(ask(t, "GET", w.address+"/collections/none", "Accept", "text/html").body); strings.Contains(body, "<form") {
		t.Errorf("a form that mends nothing:\n%s", body)
	}
}
