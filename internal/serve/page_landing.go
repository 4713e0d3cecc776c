package serve

import (
	"context"
	"net/http"
	"slices"

	"maille/internal/indicator"
	"maille/internal/release"
)

// LandingPage is what a person reads first.
type LandingPage struct {
	Description string
	Themes      []*Theme
	Collections int
	Maps        []MapCard // of themes
	Start       *Card     // a collection to begin with: one of polygons with rows
	Previous    string
	DOI         string // of the release; "" for none
	Balance     *Balance
}

// Balance is what the landing page says of how the offer is shared, and where more is said.
type Balance struct {
	Said string // "" where there is nothing to share
	Map  string // "" where there is nothing to see
}

func (s *Server) landingPage(w http.ResponseWriter, r *request) error {
	if err := r.only("f"); err != nil {
		return err
	}
	return s.show(w, r, nil, func(ctx context.Context) (*Page, error) {
		balance, err := s.balance(ctx, r)
		if err != nil {
			return nil, err
		}
		p := s.page(r, "landing", "", "/", offerJSON)
		p.feeds(r, nil, "all")
		themes := r.themes()
		p.Links = s.linkHeader(r, nil, nil)
		p.Body = &LandingPage{Description: s.Description, Themes: themes, Collections: len(r.manifest.Datasets), Maps: r.themeMaps(), Start: start(themes), Previous: r.manifest.Previous, DOI: s.DOI.Exact(r.manifest.Release, ""), Balance: balance}
		return p, nil
	})
}

// balance is what the release says of all that it has; nil where it has no indicators.
func (s *Server) balance(ctx context.Context, r *request) (*Balance, error) {
	if !r.has(indicator.LongTable) {
		return nil, nil
	}
	b := &Balance{Map: r.crossedMap()}
	if !r.has("equilibre-territoires") {
		return b, nil
	}
	spreads, err := s.source(r).Spreads(ctx, indicator.Territory{Level: indicator.Instance})
	for i := range spreads {
		if spreads[i].Of.Code == lorenzOf {
			b.Said = spreads[i].HooverSaid()
		}
	}
	return b, err
}

// has says whether the release has a collection, and its rows.
func (r *request) has(name string) bool { return r.datasets[name] != nil && !r.pruned[name] }

// start is the first collection made for reading that has shapes and rows, in the order of the landing page.
func start(themes []*Theme) *Card {
	for _, t := range themes {
		for _, cards := range [][]*Card{t.Derived, t.Source} {
			if i := slices.IndexFunc(cards, func(c *Card) bool { return c.Rows > 0 && c.Geometry != "" }); i >= 0 {
				return cards[i]
			}
		}
	}
	return nil
}

// CollectionsPage lists the collections.
type CollectionsPage struct {
	Themes []*Theme
	Count  int
}

func (s *Server) collectionsPage(w http.ResponseWriter, r *request) error {
	if err := r.only("f"); err != nil {
		return err
	}
	return s.show(w, r, nil, func(context.Context) (*Page, error) {
		p := s.page(r, "collections", "", "/collections", offerJSON)
		p.Body = &CollectionsPage{Themes: r.themes(), Count: len(r.manifest.Datasets)}
		return p, nil
	})
}

// ConformancePage lists what the service conforms to.
type ConformancePage struct{ Classes []string }

func (s *Server) conformancePage(w http.ResponseWriter, r *request) error {
	if err := r.only("f"); err != nil {
		return err
	}
	return s.show(w, r, nil, func(context.Context) (*Page, error) {
		p := s.page(r, "conformance", "", "/conformance", offerJSON)
		p.Body = &ConformancePage{Classes: s.conformsTo()}
		return p, nil
	})
}

// IssuesPage is what was wrong with the rows that led to a collection's version.
type IssuesPage struct {
	Collection *Card
	Rules      []RuleIssues
	Total      int64
	JSON       string
}

// RuleIssues are those of one rule: how many, and the first of them.
type RuleIssues struct {
	Rule  string
	Count int64
	First []IssueLine
}

// IssueLine is an issue as people read it.
type IssueLine struct {
	Key, Column, Level, Message string
	Line                        int64
}

// shownIssues is how many issues of a rule a page has; the document has them all.
const shownIssues = 15

func (s *Server) issuesPage(w http.ResponseWriter, r *request) error {
	d, e, err := r.collection()
	if err != nil {
		return err
	}
	if err := r.only("f"); err != nil {
		return err
	}
	return s.show(w, r, nil, func(ctx context.Context) (*Page, error) {
		p := s.page(r, "issues", d.Title, "/collections/"+d.Name+"/issues", offerJSON)
		body := &IssuesPage{Collection: r.card(d, e), JSON: p.Canonical + "?f=json"}
		p.under(body.Collection).Body = body
		return p, s.fillIssues(ctx, e, body)
	})
}

func (s *Server) fillIssues(ctx context.Context, e *release.Entry, page *IssuesPage) error {
	list, err := s.DB.Issues(ctx, e.Load)
	if err != nil {
		return err
	}
	page.Rules, page.Total = countedIssues(e)
	for _, issue := range list {
		i := slices.IndexFunc(page.Rules, func(r RuleIssues) bool { return r.Rule == issue.Rule })
		if i >= 0 && len(page.Rules[i].First) < shownIssues {
			rule := &page.Rules[i]
			rule.First = append(rule.First, IssueLine{issue.Key, issue.Column, string(issue.Level), issue.Message, issue.Line})
		}
	}
	return nil
}
