package indicator

import (
	"context"
	"math"
	"slices"

	"maille/internal/balance"
	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/schema"
)

// accessTable is the dataset of access by commune, whose parameters are those of all that is explained of access.
const accessTable = "acces-mediation"

// cellsTable is the dataset of the grid of population.
const cellsTable = "population-carreaux"

// aroundCommune is how far around a commune's point rows are read at first, in metres: further than twice any catchment, for people who live
// within 20 km of it. It is not enough for those of a commune that is very large, or very far from any place.
const aroundCommune = 60_000

// walk is a commune's people on their way: the ground about them, and their distances to places.
type walk struct {
	*ground
	e      *explaining
	l      land
	c      *accessCommune
	costs  balance.Costs
	starts []start // of the commune
	all    []string
	cells  bool
	ratio  map[int32]float64
}

// start is an origin of the commune.
type start struct {
	k      int // its number on the land
	id     string
	people float64
}

// walk reads the ground around the commune that is explained; nil when nobody goes from there.
func (e *explaining) walk(ctx context.Context) (*walk, error) {
	d := e.Dataset(accessTable)
	if d == nil || d.Computed == nil {
		return nil, fault.New(fault.NotFound, "there is no dataset %s here", accessTable).About(accessTable)
	}
	var p accessParameters
	if err := schema.Strict(d.Computed.Parameters, &p); err != nil {
		return nil, err
	}
	own, err := e.chosen(ctx, "communes-points", "longitude", "latitude")
	if err != nil || len(own.Rows) == 0 || math.IsNaN(own.number(0, "longitude")) {
		return nil, err
	}
	published, err := e.chosen(ctx, accessTable, "origines")
	if err != nil || len(published.Rows) == 0 {
		return nil, err
	}
	for _, metres := range []float64{aroundCommune, 3 * aroundCommune} {
		w, err := e.walkIn(ctx, p, boxAround(own.number(0, "longitude"), own.number(0, "latitude"), metres))
		if err != nil {
			return nil, err
		}
		if w == nil && published.number(0, "origines") == 0 || w != nil && float64(len(w.starts)) == published.number(0, "origines") && w.someNear(metres) {
			return w, nil
		}
	}
	return e.walkIn(ctx, p, nil)
}

func (e *explaining) walkIn(ctx context.Context, p accessParameters, box *geo.BBox) (*walk, error) {
	g, err := e.ground(ctx, p, box)
	if err != nil {
		return nil, err
	}
	i, known := g.at[e.at.Code]
	if !known || g.communes[i].from == g.communes[i].to {
		return nil, nil
	}
	c := &g.communes[i]
	w := &walk{ground: g, e: e, c: c, l: g.landOf(c), ratio: map[int32]float64{}}
	w.costs = g.costs(w.l)
	if err := w.name(ctx, box); err != nil {
		return nil, err
	}
	for o := c.from; o < c.to; o++ {
		k := o - w.l.origins[0]
		w.starts = append(w.starts, start{k, w.all[k], g.people[o]})
	}
	return w, nil
}

// boxAround is a box that has all that is within so many metres of a point.
func boxAround(lon, lat, metres float64) *geo.BBox {
	north := metres / 110_000 // a degree of latitude has at least 110 567 m
	east := north / math.Cos(min(89, math.Abs(lat)+north)*math.Pi/180)
	return &geo.BBox{West: max(lon-east, -180), South: max(lat-north, -90), East: min(lon+east, 180), North: min(lat+north, 90)}
}

// name finds the ids of the origins of the land: codes of communes, or ids of cells.
func (w *walk) name(ctx context.Context, box *geo.BBox) error {
	w.all = make([]string, w.l.origins[1]-w.l.origins[0])
	for i := w.l.communes[0]; i < w.l.communes[1]; i++ {
		c := &w.communes[i]
		w.cells = w.cells || c.cells
		for o := c.from; o < c.to; o++ {
			w.all[o-w.l.origins[0]] = c.code
		}
	}
	if !w.cells {
		return nil
	}
	at := map[balance.Point]string{}
	t, err := w.e.Source.table(ctx, cellsTable, dataset.Query{BBox: box, Geometry: dataset.AsWKB}, "id")
	if err != nil {
		return err
	}
	for i := range t.rows {
		if lon, lat, there := geo.PointOf(t.wkb[i]); there {
			at[pointAt(lon, lat)] = t.text(i, "id")
		}
	}
	for k := range w.all {
		if id := at[w.points[w.l.origins[0]+k]]; id != "" {
			w.all[k] = id
		}
	}
	return nil
}

// someNear says whether some place is so near all who live there that one that was not read, beyond so many metres, cannot be nearer.
func (w *walk) someNear(around float64) bool {
	for _, s := range w.starts {
		if place, metres := w.costs.Cheapest(s.k); place < 0 || metres > around/2 {
			return false
		}
	}
	return true
}

// origin says where people are: at a point that is listed, or on cells, which are not.
func (w *walk) origin() {
	if w.c.cells {
		s := w.e.step("cells")
		s.parameter("detour", w.p.Detour, "")
		w.recipe(s)
		return
	}
	s := w.e.step("origin")
	s.parameter("detour", w.p.Detour, "")
	if w.matrix != nil {
		s.Note = explained.Say("note.matrix")
	}
	var t Listing
	for _, o := range w.starts {
		p := w.points[w.l.origins[0]+o.k]
		t.Rows = append(t.Rows, Line{ID: o.id, Values: []schema.Value{schema.Text(o.id), schema.Float(p.Lon), schema.Float(p.Lat), schema.Float(o.people)}})
	}
	w.describe(&t, "communes-points")
	t.Columns = []Heading{computed("origine", ""), computed("longitude", "degrés"), computed("latitude", "degrés"), computed("habitants", "habitants")}
	w.e.list(s, &t)
}

func (w *walk) describe(t *Listing, name string) {
	v, _ := w.e.Version(name)
	t.Dataset, t.Version, t.Total = name, v.ID, len(t.Rows)
}

func computed(name, unit string) Heading {
	return Heading{Name: name, Title: explained.Say("column." + name), Unit: unit, Computed: true}
}

// trip is from an origin to a place.
type trip struct {
	from     start
	place    int32
	straight float64
	cost     float64
}

// trips are those of the commune's people to the places within a cost, by origin and then by cost.
func (w *walk) trips(atMost float64) (all []trip) {
	for _, s := range w.starts {
		var own []trip
		w.costs.From(s.k, atMost, func(place int, cost float64) {
			own = append(own, trip{s, int32(place), w.straight(s.k, place), cost})
		})
		slices.SortStableFunc(own, func(a, b trip) int {
			switch {
			case a.cost < b.cost:
				return -1
			case a.cost > b.cost:
				return 1
			}
			return int(a.place - b.place)
		})
		all = append(all, own...)
	}
	return all
}

// nearest are the trips to the place that costs least.
func (w *walk) nearest() (all []trip) {
	for _, s := range w.starts {
		if place, cost := w.costs.Cheapest(s.k); place >= 0 {
			all = append(all, trip{s, int32(place), w.straight(s.k, place), cost})
		}
	}
	return all
}

func (w *walk) straight(k, place int) float64 {
	return balance.Distance(w.points[w.l.origins[0]+k], w.places[w.l.places[0]+place].point)
}

// listTrips shows trips, with what else is said of each.
func (w *walk) listTrips(s *Step, trips []trip, columns []Heading, more func(trip) []schema.Value) {
	t := w.placeListing(append([]Heading{computed("origine", ""), computed("habitants", "habitants"), computed("distance_vol", "m"), computed("distance", "m")}, columns...))
	for _, r := range trips {
		line := w.placeLine(r.place)
		line.Values = append(line.Values, schema.Text(r.from.id), schema.Float(r.from.people), schema.Float(r.straight), schema.Float(r.cost))
		if more != nil {
			line.Values = append(line.Values, more(r)...)
		}
		t.Rows = append(t.Rows, line)
	}
	w.describe(t, places)
	w.e.list(s, t)
}

// listPlaces shows the places that trips go to, once each and not from where, with what else is said of each.
func (w *walk) listPlaces(s *Step, trips []trip, columns []Heading, more func(trip) []schema.Value) {
	t, seen := w.placeListing(columns), map[int32]bool{}
	trips = slices.Clone(trips)
	slices.SortStableFunc(trips, func(a, b trip) int { return int(a.place - b.place) })
	for _, r := range trips {
		if seen[r.place] {
			continue
		}
		seen[r.place] = true
		line := w.placeLine(r.place)
		if more != nil {
			line.Values = append(line.Values, more(r)...)
		}
		t.Rows = append(t.Rows, line)
	}
	w.describe(t, places)
	w.e.list(s, t)
}

// placeListing is a table of places, with columns besides.
func (w *walk) placeListing(columns []Heading) *Listing {
	t := &Listing{Columns: []Heading{{Name: "id"}, {Name: "nom"}, {Name: "longitude", Unit: "degrés"}, {Name: "latitude", Unit: "degrés"}}}
	for i := range t.Columns {
		if c := w.e.Dataset(places).Schema.Column(t.Columns[i].Name); c != nil {
			t.Columns[i].Title, t.Columns[i].delimiter = c.Title, c.Delimiter
		}
	}
	t.Columns = append(t.Columns, columns...)
	return t
}

func (w *walk) placeLine(place int32) Line {
	p := w.at(place)
	line := Line{ID: w.placeID(p.id), Values: []schema.Value{schema.Text(p.id), schema.Text(p.name), schema.Float(p.point.Lon), schema.Float(p.point.Lat)}}
	if p.beyond {
		line.ID, line.Dataset = w.e.Dataset(bordering).IDOf([]string{p.id}), bordering
	}
	return line
}

func (w *walk) placeID(id string) string { return w.e.Dataset(places).IDOf([]string{id}) }

// people are those who live there.
func (w *walk) inhabitants() (all float64) {
	for _, s := range w.starts {
		all += s.people
	}
	return all
}
