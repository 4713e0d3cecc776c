package indicator

import (
	"context"
	"math"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"maille/internal/dataset"
	"maille/internal/fault"
)

// Portrait is what the tables say of the offer in a territory, as they say it: it has no number that they do not have, but for the
// sums over comparable communes.
type Portrait struct {
	Territory  Territory
	Population int64 // of its communes
	Communes   int64
	Partial    bool     // the instance has only a part of it
	Pointed    int64    // communes of which all people are at one point
	Figures    []Figure // in the order of the definitions
	Beside     []Beside // the territories that it is in, from the nearest
	Alike      *Beside  // comparable communes, of a commune; nil elsewhere
	Members    []Territory
	Spreads    []Spread // nil of a commune
	Short      []Short  // its under-served communes, by name
	Used       []string
}

// Figure is an indicator in a territory. What is null is nil.
type Figure struct {
	*Definition
	Period, Flag, Reason                     string
	First                                    string // day of the oldest row of which Period is that of the newest; "" where that is not asked
	Value, Numerator, Denominator, Low, High *float64
}

// Beside is what the same indicators are elsewhere.
type Beside struct {
	Territory Territory
	Class     string // of comparable communes; "" of a territory
	Communes  int64  // of the class
	Figures   []Figure
}

// Spread is how an indicator is shared between the communes of a territory.
type Spread struct {
	Of                                            *Definition
	Population                                    *float64
	Covered, Hoover, Gini, Theil, Between, Within *float64
	D1, D5, D9, D9D1, Moran, MoranP               *float64
	Curve                                         []float64 // shares of the offer at 0, 1… 100 % of the weights; nil of none
}

// Short is an under-served commune.
type Short struct {
	Territory
	People *int64 // nil where they are too few to be said
	Reason string
}

const (
	byCommuneTable   = "equilibre-communes"
	byTerritoryTable = "equilibre-territoires"
)

// Portrayed are the datasets that a portrait is read from.
var Portrayed = []string{"communes", LongTable, byCommuneTable, byTerritoryTable}

// Compared are the indicators that a territory is compared by: ratios, whose sums give the value of any set of communes.
var Compared = []string{"thd_taux_raccordable", "thd_taux_raccordable_mci", "thd_taux_raccordable_anct", "med_acces_2sfca", "med_distance", "med_part_10km", "es_part_theme"}

// Figure is that of an indicator; nil of none.
func (p *Portrait) Figure(code string) *Figure { return figureOf(p.Figures, code) }

// Figure is that of an indicator; nil of none.
func (b *Beside) Figure(code string) *Figure { return figureOf(b.Figures, code) }

func figureOf(all []Figure, code string) *Figure {
	for i := range all {
		if all[i].Code == code {
			return &all[i]
		}
	}
	return nil
}

// Portrait reads what is known of a territory.
func (s *Source) Portrait(ctx context.Context, t Territory) (p *Portrait, err error) {
	defer fault.Wrap(&err, "indicator.Portrait")
	p = &Portrait{Territory: t, Used: []string{LongTable, byCommuneTable}}
	communes, err := s.members(ctx, t, "nom", "population", "nom_epci")
	if err != nil {
		return nil, err
	}
	for i := range communes.rows {
		people, _ := communes.number(i, "population")
		p.Population += int64(people)
	}
	p.Communes = int64(len(communes.rows))
	if p.Figures, err = s.figures(ctx, t); err != nil {
		return nil, err
	}
	if err := s.dated(ctx, p); err != nil {
		return nil, err
	}
	if p.Pointed, err = s.pointed(ctx, t, communes); err != nil {
		return nil, err
	}
	if err := s.beside(ctx, p, communes); err != nil {
		return nil, err
	}
	p.Members = membersOf(t, communes)
	if t.Level == Commune {
		p.Alike, err = s.alike(ctx, t)
		return p, err
	}
	p.Used = append(p.Used, byTerritoryTable)
	if p.Partial, err = s.partial(ctx, t); err != nil {
		return nil, err
	}
	if p.Spreads, err = s.Spreads(ctx, t); err != nil {
		return nil, err
	}
	p.Short, err = s.short(ctx, t, communes)
	return p, err
}

// key is what the long table calls a territory.
func (t Territory) key() string {
	if t.Level == Instance {
		return string(Instance)
	}
	return t.Code
}

// figures are all indicators of a territory that its level has.
func (s *Source) figures(ctx context.Context, t Territory) ([]Figure, error) {
	q := dataset.Query{Equal: []dataset.Equal{{Column: "territoire", Value: t.key()}, {Column: "niveau", Value: string(t.Level)}}}
	rows, err := s.table(ctx, LongTable, q, "indicateur", "periode", "drapeau", "motif", "valeur", "numerateur", "denominateur", "borne_basse", "borne_haute")
	if err != nil {
		return nil, err
	}
	at := make(map[string]int, len(rows.rows))
	for i := range rows.rows {
		if last, there := at[rows.text(i, "indicateur")]; !there || rows.text(i, "periode") > rows.text(last, "periode") {
			at[rows.text(i, "indicateur")] = i
		}
	}
	var found []Figure
	all := Definitions()
	for k := range all {
		if i, there := at[all[k].Code]; there {
			found = append(found, Figure{Definition: &all[k], Period: rows.text(i, "periode"), Flag: rows.text(i, "drapeau"), Reason: rows.text(i, "motif"),
				Value: rows.maybe(i, "valeur"), Numerator: rows.maybe(i, "numerateur"), Denominator: rows.maybe(i, "denominateur"),
				Low: rows.maybe(i, "borne_basse"), High: rows.maybe(i, "borne_haute")})
		}
	}
	return found, nil
}

// pointed counts the communes of which all people are at one point.
func (s *Source) pointed(ctx context.Context, t Territory, communes *table) (n int64, err error) {
	d := s.Dataset(accessOf)
	if d == nil {
		return 0, nil
	}
	rows, err := s.table(ctx, accessOf, dataset.Query{Equal: append(t.narrowedIn(d), dataset.Equal{Column: "origine", Value: "point"})}, "code_insee")
	if err != nil {
		return 0, err
	}
	at := map[string]bool{}
	for i := range rows.rows {
		at[rows.text(i, "code_insee")] = true
	}
	for i := range communes.rows {
		if at[communes.text(i, "code_insee")] {
			n++
		}
	}
	return n, nil
}

// dated says of what is made of places since when their rows were updated.
func (s *Source) dated(ctx context.Context, p *Portrait) error {
	const updated = "date_maj"
	if s.Dataset(places) == nil {
		return nil
	}
	rows, err := s.table(ctx, places, dataset.Query{Sort: []dataset.Sort{{Column: updated}}, Limit: 1}, updated)
	if err != nil || len(rows.rows) == 0 {
		return err
	}
	for i := range p.Figures {
		if f := &p.Figures[i]; f.Columns.Period == places+"."+updated {
			f.First = rows.value(0, updated).String()
		}
	}
	return nil
}

// maybe is a cell as a number; nil where it is null.
func (t *table) maybe(row int, column string) *float64 {
	if x, ok := t.number(row, column); ok {
		return &x
	}
	return nil
}

// containing are the levels of the territories that each level is compared with.
var containing = map[Level][]Level{Commune: {EPCI, Departement}, EPCI: {Departement}, Departement: {Region}}

// beside finds the territories that all communes of this one are in, then all that the instance has.
func (s *Source) beside(ctx context.Context, p *Portrait, communes *table) error {
	for _, level := range containing[p.Territory.Level] {
		code := communes.common(named[level].key)
		if code == "" {
			continue
		}
		name, err := s.nameOf(ctx, named[level].dataset, code)
		if err != nil {
			return err
		}
		t := Territory{Level: level, Code: code, Name: name}
		part, err := s.partial(ctx, t)
		if err == nil && !(part && level == Region) { // a part of it is what the instance has, which comes last
			err = s.besideOf(ctx, p, t)
		}
		if err != nil {
			return err
		}
	}
	if p.Territory.Level == Instance {
		return nil
	}
	return s.besideOf(ctx, p, Territory{Level: Instance})
}

func (s *Source) besideOf(ctx context.Context, p *Portrait, t Territory) error {
	figures, err := s.figures(ctx, t)
	if err == nil && len(figures) > 0 {
		p.Beside = append(p.Beside, Beside{Territory: t, Figures: figures})
	}
	return err
}

// common is the value that all rows have in a column; "" where they differ, or there are none.
func (t *table) common(column string) string {
	if len(t.rows) == 0 {
		return ""
	}
	first := t.text(0, column)
	for i := range t.rows {
		if t.text(i, column) != first {
			return ""
		}
	}
	return first
}

// membersOf are what a territory is divided into, by name: intercommunalités, or the communes of one, or of a perimeter.
func membersOf(t Territory, communes *table) (members []Territory) {
	level, code, name := EPCI, "code_epci", "nom_epci"
	switch t.Level {
	case Commune, Instance:
		return nil
	case EPCI, Perimetre:
		level, code, name = Commune, "code_insee", "nom"
	}
	seen := map[string]bool{"": true}
	for i := range communes.rows {
		if m := (Territory{level, communes.text(i, code), communes.text(i, name)}); !seen[m.Code] {
			seen[m.Code] = true
			members = append(members, m)
		}
	}
	slices.SortStableFunc(members, byName)
	return members
}

func byName(a, b Territory) int {
	if order := strings.Compare(norm.NFD.String(a.Name), norm.NFD.String(b.Name)); order != 0 { // so that É follows E
		return order
	}
	return strings.Compare(a.Code, b.Code)
}

// partial says whether the instance has only a part of a territory.
func (s *Source) partial(ctx context.Context, t Territory) (bool, error) {
	name := map[Level]string{EPCI: "epci", Region: "regions", Perimetre: "perimetres"}[t.Level]
	if s.Dataset(name) == nil {
		return false, nil
	}
	rows, err := s.table(ctx, name, dataset.Query{ID: []string{t.Code}, Limit: 1}, "partiel")
	return err == nil && len(rows.rows) == 1 && rows.value(0, "partiel").Bool(), err
}

// alike are the communes of the class of this one, this one among them: sums, and ratios of sums, in the order of their codes.
func (s *Source) alike(ctx context.Context, t Territory) (*Beside, error) {
	own, err := s.table(ctx, byCommuneTable, dataset.Query{ID: []string{t.Code}, Limit: 1}, "comparables")
	if err != nil || len(own.rows) == 0 || own.text(0, "comparables") == "" {
		return nil, err
	}
	b := &Beside{Class: own.text(0, "comparables")}
	var ratios []*Definition
	columns := []string{"code_insee"}
	all := Definitions()
	for i := range all {
		if d := &all[i]; slices.Contains(Compared, d.Code) {
			ratios = append(ratios, d)
			columns = append(columns, d.Columns.Numerator, d.Columns.Denominator)
		}
	}
	slices.Sort(columns)
	q := dataset.Query{Equal: []dataset.Equal{{Column: "comparables", Value: b.Class}}, Sort: []dataset.Sort{{Column: "code_insee"}}}
	rows, err := s.table(ctx, byCommuneTable, q, slices.Compact(columns)...)
	if err != nil {
		return nil, err
	}
	b.Communes = int64(len(rows.rows))
	for _, d := range ratios {
		b.Figures = append(b.Figures, rows.ratio(d))
	}
	return b, nil
}

// ratio is Σ numerator / Σ denominator over the rows that have both.
func (t *table) ratio(d *Definition) Figure {
	var numerator, denominator float64
	for i := range t.rows {
		n, known := t.number(i, d.Columns.Numerator)
		if over, ok := t.number(i, d.Columns.Denominator); known && ok {
			numerator, denominator = numerator+n, denominator+over
		}
	}
	f := Figure{Definition: d, Numerator: &numerator, Denominator: &denominator}
	if value := d.Columns.Scale * numerator / denominator; denominator > 0 && !math.IsInf(value, 0) {
		f.Value = &value
	}
	return f
}
