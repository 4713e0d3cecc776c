package web_test

import (
	"strings"
	"testing"
	"time"

	"maille/internal/geo"
	"maille/internal/schema"
	"maille/internal/serve"
)

// page is a page of an instance with one release, or of an older one than the current.
func page(kind, current string, body any) *serve.Page {
	p := &serve.Page{Kind: kind, Title: "Lieux", Instance: "Essai", Root: "http://example.org", Base: "http://example.org", Current: current,
		Release: "2026-11-22.1", Published: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Body: body}
	if current != p.Release {
		p.Base += "/r/" + p.Release
	}
	return p
}

const now = "2026-11-22.1"

// TestCountsAgree: the words after a count are those of that count.
func TestCountsAgree(t *testing.T) {
	const s, thin = "\u00a0", "\u202f"
	card := &serve.Card{ID: "lieux", Title: "Lieux", Href: "http://example.org/collections/lieux"}
	cards := func(n int) (all []*serve.Card) {
		for range n {
			all = append(all, card)
		}
		return all
	}
	fields := func(n int) (all []serve.Heading) {
		for range n {
			all = append(all, serve.Heading{Field: serve.Field{Column: &schema.Column{Name: "nom", Type: schema.String}}})
		}
		return all
	}
	past := func(r serve.PastRelease) *serve.ReleasesPage {
		return &serve.ReleasesPage{Releases: []serve.PastRelease{r}}
	}
	issues := func(total int64, first int) *serve.IssuesPage {
		rule := serve.RuleIssues{Rule: "type", Count: total, First: make([]serve.IssueLine, first)}
		return &serve.IssuesPage{Collection: card, Total: total, Rules: []serve.RuleIssues{rule}}
	}
	for _, c := range []struct {
		kind string
		body any
		want string
	}{
		{"releases", &serve.ReleasesPage{Releases: make([]serve.PastRelease, 1)}, "<caption>1" + s + "publication, la plus récente d’abord<"},
		{"releases", &serve.ReleasesPage{Releases: make([]serve.PastRelease, 2)}, "<caption>2" + s + "publications, la plus récente d’abord<"},
		{"releases", &serve.ReleasesPage{Newest: true}, "Rien n’a encore été publié"},
		{"releases", &serve.ReleasesPage{}, "Aucune publication n’est plus ancienne"},
		{"releases", past(serve.PastRelease{Datasets: 3}), "Première publication" + s + ": 3" + s + "collections."},
		{"releases", past(serve.PastRelease{Previous: "x"}), "Les mêmes lignes."},
		{"releases", past(serve.PastRelease{Previous: "x", Release: "2026-11-22.2", Readable: true}), "<a href=\"http://example.org/r/2026-11-22.2/\">2026-11-22.2</a><br>"},
		{"releases", past(serve.PastRelease{Previous: "x", Release: "2026-11-22.2"}), "2026-11-22.2 <span class=\"tag\">fichiers seuls</span>"},
		{"releases", past(serve.PastRelease{Changes: []serve.ChangedCollection{{Title: "T", Added: 1, Changed: 2, Causes: []string{"source", "rule"}}}, Others: 2}),
			"</a>" + s + ": 1" + s + "ligne ajoutée, 2" + s + "lignes modifiées (source, règle)</li>"},
		{"releases", past(serve.PastRelease{Changes: []serve.ChangedCollection{{Removed: 1, Columns: 1}}, Others: 1}), "1" + s + "ligne retirée, 1" + s + "colonne changée</li><li>"},
		{"releases", past(serve.PastRelease{Previous: "x", Reworded: []string{"A", "B"}, Rewordings: 3}), "Description revue" + s + ": A, B…</p>"},
		{"releases", past(serve.PastRelease{Previous: "x", Release: "2026-11-22.2"}), "/r/2026-11-22.2/changes\">Tout ce qui a changé<"},
		{"landing", &serve.LandingPage{Previous: "x"}, "/changes\">ce qui a changé<"},
		{"collection", &serve.CollectionPage{Card: card, ChangesHref: "/x"}, "(<a href=\"/x\">ce qui a changé</a>)"},
		{"collection", &serve.CollectionPage{Card: card, Exports: []serve.Download{{Title: "GML"}}}, "<h3>Autres formats</h3>"},
		{"collection", &serve.CollectionPage{Card: card, Files: []serve.Download{{Extension: "parquet", Href: "/x.parquet"}}}, "read_parquet('/x.parquet');"},
		{"collection", &serve.CollectionPage{Card: card}, "read_parquet('" + card.ID + ".parquet')\""},
		{"releases", past(serve.PastRelease{Correction: "Une erreur."}), "Rectification" + s + ": Une erreur."},
		{"releases", &serve.ReleasesPage{Failed: []serve.FailedAttempt{{Refused: true, Reason: "trop peu"}}}, ", refusée" + s + ": trop peu"},
		{"releases", &serve.ReleasesPage{Failed: []serve.FailedAttempt{{Reason: "panne"}}}, ", en échec" + s + ": panne"},
		{"releases", &serve.ReleasesPage{NextDates: []serve.Due{{Frequency: "DAILY", Next: time.Date(2026, 11, 1, 3, 5, 0, 0, time.UTC), Datasets: 2}}},
			"<time datetime=\"2026-11-01T03:05:00Z\">1er novembre 2026 à 4 h 05, heure de Paris</time>" + s + ": 2" + s + "collections, tous les jours"},
		{"collections", &serve.CollectionsPage{Count: 0}, "0" + s + "collection."},
		{"collections", &serve.CollectionsPage{Count: 1}, "1" + s + "collection."},
		{"collections", &serve.CollectionsPage{Count: 2}, "2" + s + "collections."},
		{"landing", &serve.LandingPage{Themes: []*serve.Theme{{Source: cards(1)}}}, "1" + s + "collection de sources, telle que son producteur la publie<"},
		{"landing", &serve.LandingPage{Themes: []*serve.Theme{{Source: cards(2)}}}, "2" + s + "collections de sources, telles que leurs producteurs les publient<"},
		{"collection", &serve.CollectionPage{Card: card, Issues: make([]serve.RuleIssues, 1), IssuesTotal: 1}, "1" + s + "anomalie relevée dans les lignes reçues"},
		{"collection", &serve.CollectionPage{Card: card, Issues: make([]serve.RuleIssues, 1), IssuesTotal: 2}, "2" + s + "anomalies relevées dans les lignes reçues"},
		{"collection", &serve.CollectionPage{Card: card}, "Aucune anomalie"},
		{"collection", &serve.CollectionPage{Card: card, Unlocated: 1}, ", 1" + s + "ligne sans position"},
		{"collection", &serve.CollectionPage{Card: card, Unlocated: 2}, ", 2" + s + "lignes sans position"},
		{"items", &serve.ItemsPage{Collection: card, Columns: fields(1), Rows: make([]serve.TableRow, 1), AllColumns: "/", Hidden: 1}, "1" + s + "colonne est montrée, 1" + s + "ne l’est pas" + s + ": "},
		{"items", &serve.ItemsPage{Collection: card, Columns: fields(2), Rows: make([]serve.TableRow, 1), AllColumns: "/", Hidden: 2}, "2" + s + "colonnes sont montrées, 2" + s + "ne le sont pas" + s + ": "},
		{"items", &serve.ItemsPage{Collection: card, Known: true, Matched: 0}, "<h2>0" + s + "ligne</h2>"},
		{"items", &serve.ItemsPage{Collection: card, Known: true, Matched: 1, Chosen: make([]serve.Choice, 1)}, "<h2>1" + s + "ligne pour ce choix</h2>"},
		{"items", &serve.ItemsPage{Collection: card, Known: true, Matched: 1234}, "<h2>1" + thin + "234" + s + "lignes</h2>"},
		{"issues", issues(1, 1), "<caption>Toutes<"},
		{"issues", issues(2, 1), "<caption>1" + s + "anomalie, la première<"},
		{"issues", issues(20, 15), "<caption>15" + s + "anomalies, les premières<"},
		{"fields", &serve.FieldsPage{Collection: card, Fields: []serve.Field{{Column: &schema.Column{Name: "a", Constraints: schema.Constraints{MaxLength: 1}}}}}, "1" + s + "caractère au plus"},
		{"fields", &serve.FieldsPage{Collection: card, Fields: []serve.Field{{Column: &schema.Column{Name: "a", Constraints: schema.Constraints{MaxLength: 2}}}}}, "2" + s + "caractères au plus"},
	} {
		if got := rendered(t, page(c.kind, now, c.body)); !strings.Contains(got, c.want) {
			t.Errorf("%s: no %q in %s", c.kind, c.want, got[strings.Index(got, "<main"):])
		}
	}
}

// TestRareSentences: those that an instance with one release, fresh sources and small counts never says.
func TestRareSentences(t *testing.T) {
	card := &serve.Card{ID: "lieux", Title: "Lieux", Href: "http://example.org/collections/lieux"}
	stale := *card
	stale.Stale = true
	related := func(n int64, more bool) *serve.ItemPage {
		return &serve.ItemPage{Collection: card, Relations: []*serve.Relations{{Column: serve.Field{Column: &schema.Column{Name: "code_insee"}},
			Value: schema.Text("01004"), Related: []serve.Related{{Card: card, Item: "/x", Count: n, More: more}}}}}
	}
	for _, c := range []struct {
		name, kind, current string
		body                any
		want, not           string
	}{
		{"an older release", "collections", "2026-11-22.2", &serve.CollectionsPage{}, "une publication plus récente existe", "ne changera pas"},
		{"a collection out of date", "collections", now, &serve.CollectionsPage{Count: 1, Themes: []*serve.Theme{{Derived: []*serve.Card{&stale}}}}, "source périmée", ""},
		{"a count that ran out of time", "items", now, &serve.ItemsPage{Collection: card, Chosen: make([]serve.Choice, 1)}, "Nombre de lignes inconnu\u00a0: le compte prendrait trop de temps</h2>", "pour ce choix"},
		{"no rows", "items", now, &serve.ItemsPage{Collection: card, Known: true}, "Aucune ligne ne répond à ce choix", "<table"},
		{"some others", "item", now, related(12, false), "12\u00a0lignes</span>", "plus de"},
		{"very many others", "item", now, related(10_000, true), "plus de 10\u202f000\u00a0lignes</span>", ""},
		{"one of them", "item", now, related(0, false), `<li><a href="/x">Lieux</a></li>`, ""},
		{"an extent", "collection", now, &serve.CollectionPage{Card: card, Extent: &geo.BBox{West: 2, South: 48, East: 3, North: 49}}, "2,000° à 3,000° de longitude", ""},
	} {
		got := rendered(t, page(c.kind, c.current, c.body))
		if !strings.Contains(got, c.want) || c.not != "" && strings.Contains(got, c.not) {
			t.Errorf("%s: %s", c.name, got[strings.Index(got, "<body"):])
		}
	}
}

// TestProblemTexts: the parameter's own text, that of any parameter, that of the status; what a stranger wrote is text.
func TestProblemTexts(t *testing.T) {
	for _, c := range []struct {
		problem serve.ProblemPage
		want    string
	}{
		{serve.ProblemPage{Status: 400, Parameter: "bbox", Detail: "bbox: no"}, "quatre nombres"},
		{serve.ProblemPage{Status: 400, Parameter: "popluation"}, "Le paramètre «\u00a0popluation\u00a0»"},
		{serve.ProblemPage{Status: 400, Parameter: "<b>{parameter}"}, "Le paramètre «\u00a0&lt;b&gt;{parameter}\u00a0»"},
		{serve.ProblemPage{Status: 400}, "Un paramètre de l’adresse"},
		{serve.ProblemPage{Status: 404, Parameter: "release"}, "Aucune publication ne porte ce nom"},
		{serve.ProblemPage{Status: 404, Parameter: "parameter"}, "mal recopiée"},
		{serve.ProblemPage{Status: 406, Parameter: "Accept"}, "aucun des formats demandés"},
		{serve.ProblemPage{Status: 410, Parameter: "featureId"}, "Ce code a été celui d’une commune"},
		{serve.ProblemPage{Status: 500, Request: "abcdef"}, "L’incident est consigné"},
		{serve.ProblemPage{Status: 503}, "Réessayez dans quelques secondes"},
	} {
		got := rendered(t, page("problem", now, c.problem))
		if !strings.Contains(got, `<p class="lead">`) || !strings.Contains(got[strings.Index(got, `<p class="lead">`):], c.want) {
			t.Errorf("%+v: %s", c.problem, got[strings.Index(got, "<main"):])
		}
		if c.problem.Detail != "" && !strings.Contains(got, `<dd lang="en">`+c.problem.Detail+"</dd>") {
			t.Errorf("no detail in %s", got)
		}
	}
}
