package synthetic

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// premises writes one row after the other.
type premises struct {
	Immeubles
	random, change *rand.PCG
	line           []byte
}

// choice is a text with its share, in thousandths.
type choice struct {
	text  string
	share uint64
}

// Shares are of the order of those of the real file, and no more than that.
var (
	states = []choice{{"deploye", 880}, {"en cours de deploiement", 40}, {"cible", 40}, {"signe", 15}, {"raccordable demande", 15},
		{"abandonne", 7}, {"rad en cours de deploiement", 3}}
	points  = []choice{{"deploye", 970}, {"en cours de deploiement", 30}}
	streets = []choice{{"RUE,DE LA RÉPUBLIQUE", 170}, {"RUE,DES ÉCOLES", 130}, {"CHE,DE TIR - MIR", 120}, {"Rue,d'Orléans", 110}, {"AV,DU GÉNÉRAL DE GAULLE", 110},
		{"Impasse,du Pré de l’Âne", 80}, {"RTE,DE L'ÉGLISE", 80}, {"PL,Occitane", 60}, {",LE BOURG", 60}, {"LOT,\"LES HAUTS, EST\"", 40},
		{"RUE,\"DITE \"\"DU FOUR\"\"\"", 20}, {"ALL,DES Œillets", 20}}
	buildings = []choice{{"", 550}, {"PAV1", 200}, {"PAV2", 60}, {"BAT A", 60}, {"BAT EST", 40}, {"2 VILLA", 40}, {"\"RÉSIDENCE \"\"L'ORÉE\"\"\"", 30}, {"3", 20}}
	suffixes  = []choice{{"", 930}, {"B", 50}, {"T", 12}, {"A", 8}}
	rural     = []choice{{"individuel", 930}, {"entre 2 et 11", 60}, {"entre 12 et 35", 8}, {"entre 36 et 99", 2}}
	urban     = []choice{{"individuel", 560}, {"entre 2 et 11", 300}, {"entre 12 et 35", 95}, {"entre 36 et 99", 35}, {"100 et plus", 10}}
)

func (g *premises) pick(from *rand.PCG, choices []choice) string {
	n := from.Uint64() % 1000
	for _, c := range choices {
		if n < c.share {
			return c.text
		}
		n -= c.share
	}
	return choices[0].text
}

// row gives the next line; it is reused by the one after.
func (g *premises) row(a *area) ([]byte, error) {
	p := a.draw(int64(g.random.Uint64() % uint64(a.weight())))
	p.count++
	code := p.Code
	if p.arrondissement > 0 { // the file knows no Paris, only its arrondissements
		code = arrondissement(code, int(g.random.Uint64()%uint64(p.arrondissement))+1)
	}
	op := p.operator
	if op.name == "" { // several build in the largest cities
		op = operatorNamed(g.pick(g.random, dense))
	}
	lon, lat, err := g.point(p)
	if err != nil {
		return nil, err
	}
	b := strconv.AppendFloat(g.line[:0], lon, 'f', -1, 64)
	b = strconv.AppendFloat(append(b, ','), lat, 'f', -1, 64)
	b = op.appendID(append(b, ','), code, a.rank, p.count)
	b = g.appendAddress(append(b, ','), code, p)
	g.line = g.appendState(append(b, ','), code, p, op)
	return g.line, nil
}

func (g *premises) appendAddress(b []byte, code string, p *place) []byte {
	if number := g.random.Uint64() % 160; number > 0 { // one in a hundred and sixty has no number
		b = strconv.AppendUint(b, number, 10)
	}
	for _, choices := range [][]choice{suffixes, streets, buildings} {
		b = append(append(b, ','), g.pick(g.random, choices)...)
	}
	for _, text := range []string{code, p.Postcode, p.name} {
		b = append(append(b, ','), text...)
	}
	return b
}

func (g *premises) appendState(b []byte, code string, p *place, op operator) []byte {
	category := g.pick(g.random, rural)
	if p.Population > 10_000 {
		category = g.pick(g.random, urban)
	}
	state := g.pick(g.random, states)
	if g.Changed > 0 && g.chance(g.change, g.Changed) {
		state = other(state)
	}
	b = append(append(append(b, category...), ','), state...)
	point := p.count / 350 // premises behind one
	b = op.appendPoint(append(b, ','), code, point)
	opened := g.pick(g.random, points)
	b = append(append(append(b, ','), opened...), ',')
	if opened == "deploye" {
		b = appendDay(b, uint64(point)*2654435761)
	}
	b = append(append(append(b, ','), op.name...), ',')
	if category == "individuel" {
		b = append(b, "PA,"...)
	} else {
		b = append(b, "IM,"...)
	}
	if g.random.Uint64()%4 == 0 {
		return append(appendDay(b, g.random.Uint64()), ",f\n"...)
	}
	return append(b, ",t\n"...)
}

// other is what a premise's state may become in a quarter.
func other(state string) string {
	if state == "deploye" {
		return "en cours de deploiement"
	}
	return "deploye"
}

// days are those of 2015 to mid 2026, written once.
var days = func() (texts []string) {
	for day := time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2026 || day.Month() < 7; day = day.AddDate(0, 0, 1) {
		texts = append(texts, day.Format(time.DateOnly))
	}
	return texts
}()

func appendDay(b []byte, n uint64) []byte { return append(b, days[n%uint64(len(days))]...) }

func arrondissement(commune string, n int) string {
	base := map[string]int{"75056": 75100, "69123": 69380, "13055": 13200}[commune]
	return strconv.Itoa(base + n)
}

// quoted writes a cell as RFC 4180 asks.
func quoted(cell string) string {
	if !strings.ContainsAny(cell, ",\"\n") {
		return cell
	}
	return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
}
