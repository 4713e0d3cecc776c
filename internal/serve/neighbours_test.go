package serve_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
)

// TestNeighboursInAnswers: people of the edge may have their place beyond it. Answers count it, name its source, and doubt the limit no longer.
func TestNeighboursInAnswers(t *testing.T) {
	notRaced(t)
	w := imaginedWorld(t)
	commune := query[struct {
		Code     string
		Metres   float64
		People   int
		Straight float64
	}](t, w.database, `select jsonb_build_object('Code', a.code_insee, 'People', a.population, 'Metres', distance, 'Straight', st_distance(st_makepoint(p.longitude, p.latitude)::geography, v.geometry::geography))
		from opendata.acces_mediation a join opendata.communes_points p using (code_insee) join opendata.lieux_voisins v on v.id = lieu_proche
		where a.origine = 'point' and distance < 2 * distance_vol order by a.code_insee limit 1`)
	if math.Abs(commune.Metres-1.3*commune.Straight) > 0.01 {
		t.Fatalf("%+v", commune)
	}
	for _, beyond := range []bool{true, false} {
		radius := math.Ceil(commune.Metres)
		if beyond {
			radius--
		}
		reach := parse[questioned](t, fmt.Sprintf("%s/portee?territoire=%s&rayon=%.0f", w.address, commune.Code, radius))
		var figures struct {
			Around    int       `json:"lieux_hors_du_territoire"`
			Near      headcount `json:"a_portee"`
			Uncertain headcount `json:"limite_plus_proche"`
		}
		must(t, json.Unmarshal(reach.Raw, &figures))
		if text := strings.Join(reach.Limits, " "); (figures.Around == 1) == beyond || figures.Uncertain.Habitants != 0 || (figures.Near.Habitants == int64(commune.People)) == beyond ||
			!strings.Contains(text, "nommés") || !strings.Contains(sources(reach), " lieux-voisins ") {
			t.Errorf("%.0f m: %s\n%+v, %s, of%s", radius, reach.Sentence, figures, text, sources(reach))
		}
	}
	gaps := parse[questioned](t, fmt.Sprintf("%s/ecarts?territoire=%s&distance_min=%f", w.address, commune.Code, commune.Metres-1))
	if len(gaps.Rows) != 1 || gaps.Rows[0]["lieu_proche"] != "beyond" || gaps.Rows[0]["limite_plus_proche"] != false || !strings.Contains(strings.Join(gaps.Limits, " "), "nommés") {
		t.Errorf("%s %v %v", gaps.Sentence, gaps.Limits, gaps.Rows)
	}
}

// TestTownHallsLookAround: what is asked of one commune's town hall is read around it, and everywhere where a place may be farther: its row is that
// of the answer for all.
func TestTownHallsLookAround(t *testing.T) {
	notRaced(t)
	w := imaginedWorld(t)
	south := query[string](t, w.database, "select code_insee from opendata.communes_points where mairie_latitude is not null order by mairie_latitude limit 1")
	for query, away := range map[string]bool{"vol_oiseau=true": false, "service=loisirs-et-creations-numeriques": true, "public=seniors": false} {
		one := parse[questioned](t, w.address+"/ecarts?depuis=mairie&territoire="+south+"&"+query)
		all := parse[questioned](t, w.address+"/ecarts?depuis=mairie&"+query)
		for _, row := range all.Rows {
			if row["code_insee"] == south && (fmt.Sprint(row) != fmt.Sprint(one.Rows[0]) || row["distance"] == nil || (row["lieu_proche"] == "away") != away) {
				t.Errorf("%s: %v, of all %v", query, one.Rows[0], row)
			}
		}
	}
}

// sources are the datasets that an answer was made of.
func sources(q questioned) string {
	names := " "
	for _, s := range q.Sources {
		names += s.Collection + " "
	}
	return names
}
