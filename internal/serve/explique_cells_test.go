package serve_test

import (
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// gridCell is a cell as the dump has it.
type gridCell struct {
	ID       string
	People   float64
	Lon, Lat float64
	square   string
	metres   float64 // to the nearest place
}

var cellName = regexp.MustCompile(`^(.*RES)200mN(\d+)E(\d+)$`)

// cellsByHand are the cells of a commune with their share of its people, and how far they are of a place.
func cellsByHand(t *testing.T, w *world, x *explanation) []gridCell {
	t.Helper()
	code := x.Territory.Code
	cells := query[[]gridCell](t, w.database, `select jsonb_agg(jsonb_build_object('ID', id, 'People', population, 'Lon', st_x(geometry), 'Lat', st_y(geometry)) order by id)
		from opendata.population_carreaux where population > 0 and code_insee = '`+code+`'`)
	places := query[[]gridCell](t, w.database, `select jsonb_agg(jsonb_build_object('ID', id, 'Lon', st_x(geometry), 'Lat', st_y(geometry))) from (select id, geometry from opendata.lieux_mediation union all select id, geometry from opendata.lieux_voisins) l where geometry is not null`)
	population, all := query[float64](t, w.database, "select population from opendata.communes where code_insee = '"+code+"'"), 0.0
	for _, c := range cells {
		all += c.People
	}
	for i := range cells {
		c := &cells[i]
		c.People, c.metres = population*c.People/all, math.Inf(1)
		m := cellName.FindStringSubmatch(c.ID)
		north, _ := strconv.Atoi(m[2])
		east, _ := strconv.Atoi(m[3])
		c.square = m[1] + "1000mN" + strconv.Itoa(north/1000*1000) + "E" + strconv.Itoa(east/1000*1000)
		for _, p := range places {
			c.metres = min(c.metres, metresByHand(x, c.ID, c.Lon, c.Lat, p.ID, p.Lon, p.Lat))
		}
	}
	return cells
}

func tooFew(people float64) bool { return people > 0 && math.Round(people) < 11 }

// TestSquaresAreOfCells: from the rows of the grid and of places, by the recipe, each square is what its explanation says and so is the commune; no
// row tells of 1 to 10 people, nor does what is left.
func TestSquaresAreOfCells(t *testing.T) {
	notRaced(t)
	w := imaginedWorld(t)
	hidden, merged, apart := 0, 0, 0
	for _, radius := range []string{"5", "10"} {
		metres := map[string]float64{"5": 5000, "10": 10_000}[radius]
		codes := query[[]string](t, w.database, `select coalesce((select jsonb_agg(c) from (select code_insee as c from opendata.acces_mediation where origine = 'carreaux' and 'pop_au_dela_`+radius+`km' = any(moins_de_11) order by 1 limit 4) h), '[]')
			|| (select jsonb_agg(c) from (select code_insee as c from opendata.acces_mediation where origine = 'carreaux' and pop_au_dela_`+radius+`km > 0 order by 1 limit 4) h)`)
		for _, code := range codes {
			x := explained(t, w, "med_pop_sans_acces_"+radius, code, "")
			squares := x.squares()
			of := map[string]*[3]float64{} // cells, people, beyond
			total, near := 0.0, 0.0
			for _, c := range cellsByHand(t, w, &x) {
				key := c.square
				if !slices.ContainsFunc(squares, func(r evidenceRow) bool { return r.text("carre") == key }) {
					key = squares[len(squares)-1].text("carre")
				}
				if of[key] == nil {
					of[key] = &[3]float64{}
				}
				of[key][0]++
				of[key][1] += c.People
				if c.metres > metres {
					of[key][2] += c.People
					total += c.People
				} else {
					near += c.People
				}
			}
			for _, r := range squares {
				want, told := of[r.text("carre")], r.number("au_dela")
				if want == nil || r.number("carreaux") != want[0] || !close9(r.number("habitants"), want[1]) {
					t.Fatalf("%s: %v, by hand %v", code, r.Values, want)
				}
				switch {
				case tooFew(total) || tooFew(near):
					hidden++
					if len(squares) != 1 || !math.IsNaN(told) || x.Value != nil {
						t.Errorf("%s: %v beyond are told by %v", code, total, r.Values)
					}
				case len(squares) > 1 && (!close9(told, want[2]) || tooFew(want[2]) || tooFew(want[1]) || tooFew(want[1]-want[2])):
					t.Errorf("%s: %v, by hand %v", code, r.Values, *want)
				}
			}
			if len(squares) > 1 {
				apart++
				if last := squares[len(squares)-1].text("carre"); last == "autres carrés" {
					merged++
				}
			}
			if page := ask(t, http.MethodGet, w.address+"/explique?indicateur=med_pop_sans_acces_"+radius+"&territoire="+code, "Accept", "text/html"); tooFew(total) != strings.Contains(string(page.body), "<strong>&lt; 11 habitants") {
				t.Errorf("%s: %v beyond, and the page says otherwise", code, total)
			}
			if (tooFew(total) || tooFew(near)) != strings.Contains(x.Check.Sentence, "< 11") || strings.Contains(x.Check.Sentence, "ne donnent pas") {
				t.Errorf("%s: %v beyond, %s", code, total, x.Check.Sentence)
			}
		}
	}
	if t.Logf("%d hidden, %d by squares, %d of them with others", hidden, apart, merged); hidden == 0 || merged == 0 {
		t.Error("nothing was hidden")
	}
}

// TestExplainedPlacesBeyond: a place beyond the limit leads to its own collection.
func TestExplainedPlacesBeyond(t *testing.T) {
	notRaced(t)
	w := imaginedWorld(t)
	codes := query[[]string](t, w.database, "select jsonb_agg(code_insee) from (select distinct on (origine) code_insee from opendata.acces_mediation where lieu_proche = 'beyond' order by origine, code_insee) a")
	if len(codes) != 2 {
		t.Fatalf("%v: from cells, and from a point", codes)
	}
	for _, code := range codes {
		x := explained(t, w, "med_distance", code, "")
		at := slices.IndexFunc(x.last().Tables[0].Rows, func(r evidenceRow) bool { return r.text("id") == "beyond" })
		if at < 0 {
			t.Fatalf("%s: %v", code, x.last().Tables[0].Rows)
		}
		row := x.last().Tables[0].Rows[at]
		f := parse[struct{ Properties map[string]any }](t, row.Href)
		if !strings.Contains(row.Href, "/collections/lieux-voisins/items/") || f.Properties["nom"] != "Voisin" {
			t.Errorf("%s: %s, %v", code, row.Href, f.Properties)
		}
	}
}
