package serve_test

import (
	"math"
	"slices"
	"strings"
)

// inverse is the geodesic of Vincenty (1975) on WGS 84, in metres, to a hundredth of a millimetre but for antipodes.
func inverse(lon1, lat1, lon2, lat2 float64) float64 {
	const a, f = 6378137.0, 1 / 298.257223563
	const b, degree = a * (1 - f), math.Pi / 180
	u1, u2 := math.Atan((1-f)*math.Tan(lat1*degree)), math.Atan((1-f)*math.Tan(lat2*degree))
	l := (lon2 - lon1) * degree
	lambda := l
	for range 100 {
		x, y := math.Cos(u2)*math.Sin(lambda), math.Cos(u1)*math.Sin(u2)-math.Sin(u1)*math.Cos(u2)*math.Cos(lambda)
		sin, cos := math.Hypot(x, y), math.Sin(u1)*math.Sin(u2)+math.Cos(u1)*math.Cos(u2)*math.Cos(lambda)
		if sin == 0 {
			return 0
		}
		sigma := math.Atan2(sin, cos)
		sinA := math.Cos(u1) * math.Cos(u2) * math.Sin(lambda) / sin
		cos2A := 1 - sinA*sinA
		cosM := cos
		if cos2A != 0 {
			cosM -= 2 * math.Sin(u1) * math.Sin(u2) / cos2A
		}
		c := f / 16 * cos2A * (4 + f*(4-3*cos2A))
		before := lambda
		lambda = l + (1-c)*f*sinA*(sigma+c*sin*(cosM+c*cos*(2*cosM*cosM-1)))
		if math.Abs(lambda-before) > 1e-13 {
			continue
		}
		k := cos2A * (a*a - b*b) / (b * b)
		big := 1 + k/16384*(4096+k*(-768+k*(320-175*k)))
		small := k / 1024 * (256 + k*(-128+k*(74-47*k)))
		delta := small * sin * (cosM + small/4*(cos*(2*cosM*cosM-1)-small/6*cosM*(4*sin*sin-3)*(4*cosM*cosM-3)))
		return b * big * (sigma - delta)
	}
	return math.NaN()
}

// from is the estimated distance by road from the origin of the explanation to a place.
func (x *explanation) from(place evidenceRow) float64 {
	for _, o := range x.rows("origin") {
		if o.text("origine") == place.text("origine") {
			return metresByHand(x, o.text("origine"), o.number("longitude"), o.number("latitude"), place.text("id"), place.number("longitude"), place.number("latitude"))
		}
	}
	return math.NaN()
}

func peopleOf(rows []evidenceRow) (all float64) {
	for _, r := range rows {
		all += r.number("habitants")
	}
	return all
}

// nearestOf is the mean distance, to the millimetre.
func nearestOf(x *explanation) float64 {
	if x.ofCells() {
		return math.Round(1000*overSquares(x, "connus", "distance")/overSquares(x, "connus", "")) / 1000
	}
	rows := x.rows("nearest")
	sum := 0.0
	for _, r := range rows {
		sum += r.number("habitants") * x.from(r)
	}
	return math.Round(1000*sum/peopleOf(rows)) / 1000
}

func beyondOf(x *explanation) float64 {
	if x.ofCells() {
		return math.Round(added(x.squares(), "au_dela"))
	}
	far := peopleOf(x.rows("origin"))
	for _, r := range x.rows("beyond") {
		if x.from(r) <= x.parameter("radius") {
			far -= r.number("habitants")
		}
	}
	return math.Round(far)
}

// ofCells says whether people are where the grid has them, rather than at one point.
func (x *explanation) ofCells() bool {
	return slices.ContainsFunc(x.Steps, func(s explainedStep) bool { return s.ID == "cells" })
}

// squares are the rows that sums over cells are told in; nil of one point.
func (x *explanation) squares() []evidenceRow {
	for _, s := range x.Steps {
		for _, t := range s.Tables {
			if len(t.Columns) > 0 && t.Columns[0].Name == "carre" {
				return t.Rows
			}
		}
	}
	return nil
}

// overSquares is Σ people × value over squares; of the people alone where no value is named.
func overSquares(x *explanation, people, value string) (sum float64) {
	for _, r := range x.squares() {
		switch n := r.number(people); {
		case n == 0:
		case value == "":
			sum += n
		default:
			sum += n * r.number(value)
		}
	}
	return sum
}

// added is a column added up; NaN where one is not told.
func added(rows []evidenceRow, column string) (sum float64) {
	for _, r := range rows {
		sum += r.number(column)
	}
	return sum
}

// overOrigins is the mean over people of what those of each origin have, of the rows that are theirs; NaN is not known, and not of it.
func overOrigins(x *explanation, rows []evidenceRow, has func([]evidenceRow) float64) float64 {
	sum, people := 0.0, 0.0
	for _, o := range x.rows("origin") {
		var own []evidenceRow
		for _, r := range rows {
			if r.text("origine") == o.text("origine") {
				own = append(own, r)
			}
		}
		if v := has(own); !math.IsNaN(v) {
			sum, people = sum+v*o.number("habitants"), people+o.number("habitants")
		}
	}
	return sum / people
}

func servicesOf(rows []evidenceRow) float64 {
	kinds, said := map[string]bool{}, false
	for _, r := range rows {
		if text, ok := r.Values["services"].(string); ok {
			said = true
			for kind := range strings.SplitSeq(text, "|") {
				kinds[kind] = kind != ""
			}
		}
	}
	if !said && len(rows) > 0 {
		return math.NaN()
	}
	return float64(len(kinds))
}

func outsideOf(x *explanation, rows []evidenceRow) float64 {
	if x.ofCells() {
		return 100 * overSquares(x, "habitants", "ouverts") / overSquares(x, "habitants", "lieux")
	}
	open := overOrigins(x, rows, func(own []evidenceRow) float64 { return openOf(x, own) })
	return 100 * open / overOrigins(x, rows, func(own []evidenceRow) float64 { return float64(len(own)) })
}

// openOf counts the places that are open outside office hours; NaN where places are near and none says its hours.
func openOf(x *explanation, rows []evidenceRow) float64 {
	open, told := 0.0, false
	for _, r := range rows {
		if m := r.number("hors_bureau"); !math.IsNaN(m) {
			told = true
			if m >= x.parameter("outside") {
				open++
			}
		}
	}
	if len(rows) > 0 && !told {
		return math.NaN()
	}
	return open
}

// catchmentOf is 10 000 × Σ R W, where R is 1 over the people who reach the place, by their weights.
func catchmentOf(x *explanation) float64 {
	if x.ofCells() {
		return x.parameter("per") * overSquares(x, "connus", "acces") / overSquares(x, "connus", "")
	}
	type step struct{ upto, weight float64 }
	var steps []step
	for _, p := range x.last().Parameters {
		if p.Name == "step" {
			steps = append(steps, step{p.Upto.(float64), p.Value.(float64)})
		}
	}
	weight := func(cost float64) float64 {
		for _, s := range steps {
			if cost <= s.upto {
				return s.weight
			}
		}
		return 0
	}
	demandOf := func(p evidenceRow) (demand float64) {
		for _, o := range x.rows("demand") {
			if o.text("id") == p.text("id") {
				return o.number("demande") // told by place: people of cells are among them
			}
			if o.text("lieu") == p.text("id") {
				cost := metresByHand(x, o.text("origine"), o.number("longitude"), o.number("latitude"), p.text("id"), p.number("longitude"), p.number("latitude"))
				demand += o.number("habitants") * weight(cost)
			}
		}
		return demand
	}
	return x.parameter("per") * overOrigins(x, x.last().Tables[0].Rows, func(places []evidenceRow) float64 {
		sum, said := 0.0, len(places) == 0 || x.Indicator.Columns.Offer == ""
		for _, p := range places {
			said = said || p.number("dit") == 1
			if x.Indicator.Columns.Offer == "" || p.number("offre") == 1 {
				sum += weight(x.from(p)) / demandOf(p)
			}
		}
		if !said {
			return math.NaN()
		}
		return sum
	})
}

// spreadOf are measures of how unequally people have something; the value is the number that is neither of the population nor of codes.
func spreadOf(measure string, rows []evidenceRow) float64 {
	const column = "med_acces_2sfca"
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b evidenceRow) int {
		switch {
		case a.number(column) < b.number(column):
			return -1
		case a.number(column) > b.number(column):
			return 1
		}
		return 0
	})
	people, whole := 0.0, 0.0
	for _, r := range rows {
		people, whole = people+r.number("population"), whole+r.number("population")*r.number(column)
	}
	if !(whole > 0) {
		return math.NaN()
	}
	share := func(r evidenceRow) (p, s float64) {
		return r.number("population") / people, r.number("population") * r.number(column) / whole
	}
	total, under, before, below := 0.0, 0.0, 0.0, 0.0
	var d1, d9 float64
	groupP, groupS := map[string]float64{}, map[string]float64{}
	for _, r := range rows {
		p, s := share(r)
		total += math.Abs(s - p)
		under += p * (before + before + s)
		before += s
		if below < 0.1-1e-12 {
			d1 = r.number(column)
		}
		if below < 0.9-1e-12 {
			d9 = r.number(column)
		}
		below += p
		groupP[r.text("code_epci")] += p
		groupS[r.text("code_epci")] += s
	}
	between, all := 0.0, 0.0
	for g, s := range groupS {
		if s > 0 {
			between += s * math.Log(s/groupP[g])
		}
	}
	for _, r := range rows {
		if p, s := share(r); s > 0 {
			all += s * math.Log(s/p)
		}
	}
	switch measure {
	case "hoover":
		return total / 2
	case "gini":
		return 1 - under
	case "theil.inter":
		return between
	case "theil.intra":
		return all - between
	}
	if d1 == 0 {
		return math.NaN()
	}
	return d9 / d1
}

// moranByHand reads the neighbours that rows name.
func moranByHand(rows []evidenceRow) float64 {
	const column = "med_acces_2sfca"
	value, mean, n := map[string]float64{}, 0.0, 0.0
	for _, r := range rows {
		value[r.text("code_insee")] = r.number(column)
		if r.Values["voisines"] != nil {
			mean, n = mean+r.number(column), n+1
		}
	}
	mean /= n
	up, down := 0.0, 0.0
	for _, r := range rows {
		near, _ := r.Values["voisines"].([]any)
		if len(near) == 0 {
			continue
		}
		lag := 0.0
		for _, code := range near {
			lag += (value[code.(string)] - mean) / float64(len(near))
		}
		up += (r.number(column) - mean) * lag
		down += (r.number(column) - mean) * (r.number(column) - mean)
	}
	if n < 3 || down == 0 {
		return math.NaN()
	}
	return up / down
}
