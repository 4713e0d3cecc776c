package serve

import (
	"context"
	"net/url"
	"time"

	"maille/internal/indicator"
)

// foundTerritory is a territory in a list.
type foundTerritory struct {
	questionTerritory
	Former string `json:"trouve_par,omitempty"` // a name or a code that it no longer has
	Links  []link `json:"links"`
}

// territoriesDocument is the territories of the instance, or those that a search found; communes are found only.
type territoriesDocument struct {
	Release     string           `json:"release"`
	Words       string           `json:"q,omitempty"`
	Territories []foundTerritory `json:"territoires"`
	Links       []link           `json:"links"`
}

// listedLevels are those whose territories are listed.
var listedLevels = []indicator.Level{indicator.Region, indicator.Departement, indicator.Perimetre, indicator.EPCI}

func (s *Server) listTerritories(ctx context.Context, r *request, words string) (*territoriesDocument, error) {
	at := r.base + "/territoires"
	self := at
	if words != "" {
		self += marked(url.Values{"q": {words}})
	}
	document := &territoriesDocument{Release: r.manifest.Release, Words: words, Territories: []foundTerritory{},
		Links: []link{{self, relSelf, mediaJSON, "This list"}, {at + "/" + string(indicator.Instance), "item", mediaJSON, "All that is here"}}}
	add := func(t indicator.Territory, former string) {
		document.Territories = append(document.Territories, foundTerritory{questionTerritory{t.Code, t.Level, t.Name}, former, []link{{r.territoryAt(t), "item", mediaJSON, t.Name}}})
	}
	if words != "" {
		found, err := s.source(r).Find(ctx, words, mostFound)
		for _, f := range found {
			add(f.Territory, f.Former)
		}
		return document, err
	}
	for _, level := range listedLevels {
		all, err := s.source(r).Territories(ctx, level)
		if err != nil {
			return nil, err
		}
		for _, t := range all {
			add(t, "")
		}
	}
	return document, nil
}

// portraitDocument is what is known of a territory, for programs.
type portraitDocument struct {
	Release    string              `json:"release"`
	Published  time.Time           `json:"published"`
	Territory  questionTerritory   `json:"territoire"`
	Population int64               `json:"population"`
	Communes   int64               `json:"communes"`
	Partial    bool                `json:"partiel"`
	Sentence   string              `json:"phrase"`
	Notes      []string            `json:"precisions"`
	Figures    []figureDocument    `json:"indicateurs"`
	Beside     []besideDocument    `json:"comparaisons"`
	Spreads    []spreadDocument    `json:"repartition"`
	Short      []shortDocument     `json:"communes_sous_dotees"`
	Members    []questionTerritory `json:"composition"`
	Sources    []questionSource    `json:"sources"`
	Said       string              `json:"sources_phrase"`
	Links      []link              `json:"links"`
}

type figureDocument struct {
	Code        string   `json:"indicateur"`
	Title       string   `json:"titre"`
	Family      string   `json:"famille"`
	Unit        string   `json:"unite"`
	Period      string   `json:"periode,omitempty"`
	Value       *float64 `json:"valeur"`
	Numerator   *float64 `json:"numerateur"`
	Denominator *float64 `json:"denominateur"`
	Low         *float64 `json:"borne_basse"`
	High        *float64 `json:"borne_haute"`
	Flag        string   `json:"drapeau,omitempty"`
	Reason      string   `json:"motif,omitempty"`
	Explained   string   `json:"explique,omitempty"`
}

// besideDocument is another territory, or the class of comparable communes.
type besideDocument struct {
	Territory *questionTerritory `json:"territoire,omitempty"`
	Class     string             `json:"comparables,omitempty"`
	Communes  int64              `json:"communes,omitempty"`
	Figures   []figureDocument   `json:"indicateurs"`
}

type spreadDocument struct {
	Code    string   `json:"indicateur"`
	Hoover  *float64 `json:"hoover"`
	Gini    *float64 `json:"gini"`
	Theil   *float64 `json:"theil"`
	Between *float64 `json:"theil_inter"`
	Within  *float64 `json:"theil_intra"`
	D1      *float64 `json:"d1"`
	D5      *float64 `json:"d5"`
	D9      *float64 `json:"d9"`
	Moran   *float64 `json:"moran"`
	Covered *float64 `json:"couverture_donnees"`
	Curve   string   `json:"lorenz,omitempty"` // address of the picture
}

type shortDocument struct {
	Code   string `json:"code_insee"`
	Name   string `json:"nom"`
	People *int64 `json:"habitants"` // null for fewer than 11
	Reason string `json:"motif,omitempty"`
}

func (s *Server) portraitDocument(r *request, p *indicator.Portrait) *portraitDocument {
	t := p.Territory
	d := &portraitDocument{Release: r.manifest.Release, Published: r.manifest.Published.UTC(), Territory: questionTerritory{t.Code, t.Level, t.Name}, Population: p.Population,
		Communes: p.Communes, Partial: p.Partial, Sentence: p.Sentence(), Notes: p.Notes(), Figures: r.figureDocuments(t, p.Figures),
		Beside: []besideDocument{}, Spreads: []spreadDocument{}, Short: []shortDocument{}, Members: []questionTerritory{}, Links: s.portraitLinks(r, t)}
	d.Sources, d.Said = r.questionSources(p.Used)
	for i := range p.Beside {
		b := &p.Beside[i]
		d.Beside = append(d.Beside, besideDocument{Territory: &questionTerritory{b.Territory.Code, b.Territory.Level, b.Territory.Name}, Figures: r.figureDocuments(b.Territory, comparedOf(b))})
	}
	if p.Alike != nil {
		d.Beside = append(d.Beside, besideDocument{Class: p.Alike.Class, Communes: p.Alike.Communes, Figures: r.figureDocuments(indicator.Territory{}, p.Alike.Figures)})
	}
	for i := range p.Spreads {
		sp := &p.Spreads[i]
		one := spreadDocument{sp.Of.Code, sp.Hoover, sp.Gini, sp.Theil, sp.Between, sp.Within, sp.D1, sp.D5, sp.D9, sp.Moran, sp.Covered, ""}
		if sp.Curve != nil {
			one.Curve = r.curveAt(t, sp.Of.Code)
		}
		d.Spreads = append(d.Spreads, one)
	}
	for _, c := range p.Short {
		d.Short = append(d.Short, shortDocument{c.Code, c.Name, c.People, c.Reason})
	}
	for _, m := range p.Members {
		d.Members = append(d.Members, questionTerritory{m.Code, m.Level, m.Name})
	}
	return d
}

// comparedOf are the figures that territories are compared by.
func comparedOf(b *indicator.Beside) (figures []indicator.Figure) {
	for _, code := range indicator.Compared {
		if f := b.Figure(code); f != nil {
			figures = append(figures, *f)
		}
	}
	return figures
}

// figureDocuments writes figures; those of no territory are explained nowhere.
func (r *request) figureDocuments(t indicator.Territory, figures []indicator.Figure) []figureDocument {
	all := []figureDocument{}
	for i := range figures {
		f := &figures[i]
		one := figureDocument{f.Code, f.Title, f.Family, f.Unit, f.Period, f.Value, f.Numerator, f.Denominator, f.Low, f.High, f.Flag, f.Reason, ""}
		if t.Level != "" {
			one.Explained = r.figureExplained(t, f)
		}
		all = append(all, one)
	}
	return all
}

// figureExplained is where a figure of a territory is explained.
func (r *request) figureExplained(t indicator.Territory, f *indicator.Figure) string {
	return r.base + "/explique?" + explained{indicator: f.Code, territory: t.String()}.query()
}

// portraitLinks are those of a territory: itself, where it always is, and what may be asked of it.
func (s *Server) portraitLinks(r *request, t indicator.Territory) []link {
	self, rows := r.territoryAt(t), indicatorRows(t)
	links := []link{{self, relSelf, mediaJSON, "This territory"},
		{r.root + "/r/" + r.manifest.Release + "/territoires/" + pathOf(t), "permalink", mediaJSON, "This territory, as this release has it"},
		{r.base + "/collections/" + indicator.LongTable + "/items" + rows, "items", mediaGeoJSON, "Its indicators, as rows"},
		{r.base + "/collections/" + indicator.LongTable + "/export" + rows + "&f=csv", relAlternate, offerCSV.mediaType, "Its indicators as CSV"},
		{r.base + "/ecarts" + ofTerritory(t, nil), "related", mediaJSON, "Questions over its communes"}}
	return s.people(links, self)
}

// indicatorRows are the rows of the long table that are of a territory.
func indicatorRows(t indicator.Territory) string {
	code := t.Code
	if t.Level == indicator.Instance {
		code = string(indicator.Instance)
	}
	return marked(url.Values{"niveau": {string(t.Level)}, "territoire": {code}})
}
