package serve

import (
	"context"
	"net/url"

	"maille/internal/indicator"
)

// TerritoriesPage lists territories, and finds them.
type TerritoriesPage struct {
	Action, Words string
	Found         []FoundTerritory
	Levels        []TerritoryLevel
	Whole         string // address of all that is here
}

// FoundTerritory is a territory that a search found; Former is the name or the code that it no longer has.
type FoundTerritory struct{ Level, Name, Code, Href, Former string }

// TerritoryLevel is the territories of a level. Where they are too many for a page, only their number is said.
type TerritoryLevel struct {
	Level string
	Count int64
	All   []FoundTerritory
}

// mostNamed is how many territories a page names of a level.
const mostNamed = 400

func (s *Server) territoriesPage(ctx context.Context, r *request, words string) (*Page, error) {
	p := s.page(r, "territories", "", "/territoires", offerJSON)
	body := &TerritoriesPage{Action: r.base + "/territoires", Words: words, Whole: r.base + "/territoires/" + string(indicator.Instance)}
	p.Body = body
	if words != "" {
		p.Canonical += marked(url.Values{"q": {words}})
		p.Alternates = []link{{p.Canonical + "&f=json", relAlternate, mediaJSON, offerJSON.title()}}
		found, err := s.source(r).Find(ctx, words, mostFound)
		for _, f := range found {
			body.Found = append(body.Found, r.found(f.Territory, f.Former))
		}
		if err != nil {
			return nil, err
		}
	}
	for _, level := range listedLevels {
		all, err := s.source(r).Territories(ctx, level)
		if err != nil {
			return nil, err
		}
		if len(all) > 0 {
			body.Levels = append(body.Levels, r.territoryLevel(level, all))
		}
	}
	return p, nil
}

func (r *request) found(t indicator.Territory, former string) FoundTerritory {
	return FoundTerritory{string(t.Level), t.Name, t.Code, r.territoryAt(t), former}
}

func (r *request) territoryLevel(level indicator.Level, all []indicator.Territory) TerritoryLevel {
	l := TerritoryLevel{Level: string(level), Count: int64(len(all))}
	if len(all) <= mostNamed {
		for _, t := range all {
			l.All = append(l.All, r.found(t, ""))
		}
	}
	return l
}

// TerritoryPage is what is known of the offer in a territory.
type TerritoryPage struct {
	*indicator.Portrait
	Sentence   string
	Notes      []string
	Said       string // the sources, in a sentence
	Dimensions []Dimension
	Rates      []TerritoryFigure // of coverage, each of its own source
	Compared   *Comparison
	Curve      Drawing // nil where there is none
	Spreads    []TerritorySpread
	Short      []ShortCommune
	Members    *TerritoryLevel
	Questions  []Crumb // Kind says which
	Downloads  []Download
	Permanent  string
	Cite       string
	Feed       string
	Item       string // of the wide table, with its shape; "" for none
	Map        string // of the network and the accompaniment; "" for none
}

// Dimension is the figures of one dimension of the profile.
type Dimension struct {
	Family  string
	Figures []TerritoryFigure
}

// TerritoryFigure is a figure, and where it is explained.
type TerritoryFigure struct {
	*indicator.Figure
	Explained string
}

// Comparison is the same ratios in other territories, side by side.
type Comparison struct {
	Headings []Crumb // Kind here, territory or alike
	Class    string
	Communes int64
	Rows     []ComparedRow
}

// ComparedRow is an indicator in each of them; a value may be nil.
type ComparedRow struct {
	Title  string
	Values []*indicator.Figure
}

// TerritorySpread is how an indicator is shared, and where its curve is.
type TerritorySpread struct {
	*indicator.Spread
	Curve string
	Data  string
}

// ShortCommune is an under-served commune.
type ShortCommune struct {
	indicator.Short
	Href string
}

// dimensions are the four of the profile, and the need, which is beside them.
var dimensions = []string{"reseau", "accompagnement", "proximite", "services", "besoin"}

// rates are the three of coverage.
var rates = map[string]bool{"thd_taux_raccordable": true, "thd_taux_raccordable_mci": true, "thd_taux_raccordable_anct": true}

func (s *Server) territoryPage(ctx context.Context, r *request, t indicator.Territory) (*Page, error) {
	of, err := s.source(r).Portrait(ctx, t)
	if err != nil {
		return nil, err
	}
	p := s.page(r, "territory", of.Territory.TextSaid(), "/territoires/"+pathOf(t), offerJSON)
	p.Trail = append(p.Trail, Crumb{Kind: "territories", Href: r.base + "/territoires"})
	body := &TerritoryPage{Portrait: of, Sentence: of.Sentence(), Notes: of.Notes(), Cite: r.base + "/cite",
		Permanent: r.root + "/r/" + r.manifest.Release + "/territoires/" + pathOf(t), Downloads: exports(r.base+"/collections/"+indicator.LongTable, indicatorRows(t)[1:], false)}
	_, body.Said = r.questionSources(of.Used)
	body.profile(r, of)
	body.compare(r, of)
	body.share(s, r, of)
	body.links(r, t)
	if body.Feed = r.feedOfTerritory(t); body.Feed != "" {
		p.Alternates = append(p.Alternates, feedLink(body.Feed))
	}
	p.Links, p.Body = s.linkHeader(r, nil, nil), body
	return p, nil
}

// profile puts the figures under their dimensions; those that nothing here says are left out of the need, which is beside the offer.
func (b *TerritoryPage) profile(r *request, of *indicator.Portrait) {
	for _, family := range dimensions {
		d := Dimension{Family: family}
		known := false
		for i := range of.Figures {
			f := &of.Figures[i]
			one := TerritoryFigure{f, r.figureExplained(of.Territory, f)}
			switch {
			case f.Family != family:
			case rates[f.Code]:
				b.Rates = append(b.Rates, one)
			default:
				known = known || f.Value != nil
				d.Figures = append(d.Figures, one)
			}
		}
		if len(d.Figures) > 0 && (known || family != "besoin") {
			b.Dimensions = append(b.Dimensions, d)
		}
	}
}

// compare puts beside the values of the territory those of the ones that it is in, and of comparable communes.
func (b *TerritoryPage) compare(r *request, of *indicator.Portrait) {
	c := &Comparison{Headings: []Crumb{{Kind: "here", Title: of.Territory.TextSaid()}}}
	columns := []func(string) *indicator.Figure{of.Figure}
	for i := range of.Beside {
		c.Headings = append(c.Headings, Crumb{"territory", of.Beside[i].Territory.TextSaid(), r.territoryAt(of.Beside[i].Territory)})
		columns = append(columns, of.Beside[i].Figure)
	}
	if of.Alike != nil {
		c.Headings, c.Class, c.Communes = append(c.Headings, Crumb{Kind: "alike"}), indicator.ClassSaid(of.Alike.Class), of.Alike.Communes
		columns = append(columns, of.Alike.Figure)
	}
	if len(columns) < 2 {
		return
	}
	for _, code := range indicator.Compared {
		if of.Figure(code) == nil {
			continue
		}
		row := ComparedRow{Title: of.Figure(code).Title}
		for _, column := range columns {
			row.Values = append(row.Values, column(code))
		}
		c.Rows = append(c.Rows, row)
	}
	b.Compared = c
}

// share says how the offer is shared inside the territory.
func (b *TerritoryPage) share(s *Server, r *request, of *indicator.Portrait) {
	for i := range of.Spreads {
		sp := &of.Spreads[i]
		if sp.Curve == nil {
			continue
		}
		if sp.Of.Code == lorenzOf {
			b.Curve = s.drawLorenz(r, of.Territory, sp)
		}
		level, code := string(of.Territory.Level), of.Territory.Code
		if of.Territory.Level == indicator.Instance {
			code = level
		}
		b.Spreads = append(b.Spreads, TerritorySpread{sp, r.curveAt(of.Territory, sp.Of.Code),
			r.base + "/collections/equilibre-territoires/items/" + url.PathEscape(level+":"+code+":"+sp.Of.Code)})
	}
	for _, c := range of.Short {
		b.Short = append(b.Short, ShortCommune{c, r.territoryAt(c.Territory)})
	}
	if len(of.Members) > 0 {
		l := r.territoryLevel(of.Members[0].Level, of.Members)
		b.Members = &l
	}
}

// links are what may be asked of the territory next.
func (b *TerritoryPage) links(r *request, t indicator.Territory) {
	ask := func(kind, path string, more url.Values) {
		b.Questions = append(b.Questions, Crumb{Kind: kind, Href: r.base + path + ofTerritory(t, more)})
	}
	if t.Level != indicator.Commune {
		ask("network", "/ecarts", url.Values{"taux_max": {"80"}})
		ask("short", "/ecarts", url.Values{"sous_dote": {"true"}})
		ask("double", "/ecarts", url.Values{"double_peine": {"true"}})
	}
	ask("reach", "/portee", nil)
	if t.Level != indicator.Commune {
		ask("scenario", "/scenario", nil)
	}
	wide := map[indicator.Level]string{indicator.Commune: "equilibre-communes", indicator.EPCI: "equilibre-epci", indicator.Departement: "equilibre-departements"}[t.Level]
	if e := r.manifest.Entry(wide); e != nil && e.Rows > 0 {
		b.Item = r.base + "/collections/" + wide + "/items/" + url.PathEscape(t.Code)
	}
	b.Map = r.crossedMap()
}

// crossedMap is the address of the map of the network and the accompaniment; "" where there is nothing to see.
func (r *request) crossedMap() string {
	const crossed = "equilibre-communes"
	e := r.manifest.Entry(crossed)
	if e == nil {
		return ""
	}
	return r.card(r.datasets[crossed], e).MapHref
}

// feedOfTerritory is the address of what changes there; "" for none.
func (r *request) feedOfTerritory(t indicator.Territory) string {
	name := map[indicator.Level]string{indicator.Commune: "communes", indicator.EPCI: "epci"}[t.Level]
	if _, d := r.reference("communes"); name == "" || d == nil || r.release != "" {
		return ""
	}
	return r.root + "/feeds/" + name + "/" + t.Code + ".atom"
}
