package indicator

import (
	_ "embed"
	"math"

	"maille/internal/schema"
)

//go:embed portee.schema.json
var reachSchema []byte

// Answer is a row for each commune of the territory, in the order of their codes.
func (r *Reach) Answer() *Answer {
	a := answered("portee", "code_insee", "MultiPolygon", reachSchema)
	for i := range r.rows {
		from, row := &r.rows[i], a.add()
		row.commune(r.facts.communes, i)
		row.number("population", from.people, 0)
		row.number("distance", from.metres, 3)
		row.text("lieu_proche", from.place)
		row.text("lieu_proche_nom", from.title)
		row.truth("limite_plus_proche", truthOf(from.uncertain))
		if from.secret() {
			row.text("drapeau", flagFew)
			continue
		}
		if !math.IsNaN(from.beyond) {
			row.set("a_portee", schema.Int(from.near()))
			row.set("au_dela", schema.Int(from.far()))
		}
		row.text("drapeau", from.flag)
	}
	return a
}
