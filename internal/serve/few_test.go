package serve_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestFewPeopleInAnswers: in an instance with cells, a sum over communes counts 5 for each number of few people, or all but 5, wherever it is
// asked, so that no difference tells the number; a scenario adds up from there.
func TestFewPeopleInAnswers(t *testing.T) {
	notRaced(t)
	w := imaginedWorld(t)
	hidden := 0
	for _, radius := range []int{5, 10, 20} {
		for _, territory := range append(query[[]string](t, w.database, "select array_agg(code_epci) from opendata.epci"), "91") {
			got := parse[questioned](t, fmt.Sprintf("%s/portee?territoire=%s&rayon=%d000", w.address, territory, radius))
			var figures struct {
				Far       headcount `json:"au_dela"`
				Near      headcount `json:"a_portee"`
				Taken     int       `json:"communes_estimees"`
				Least     int64     `json:"au_dela_borne_basse"`
				Most      int64     `json:"au_dela_borne_haute"`
				Published []struct {
					Rayon float64
					headcount
				} `json:"publie_au_dela"`
			}
			must(t, json.Unmarshal(got.Raw, &figures))
			column := fmt.Sprintf("pop_au_dela_%dkm", radius)
			want := query[struct{ Far, All, Few, True int64 }](t, w.database, `select jsonb_build_object('Few', count(*) filter (where few), 'All', sum(population),
				'Far', sum(case when few and '`+column+`' = any(presque_tous) then population - least(5, population) when few then least(5, population) else `+column+` end))
				from (select *, coalesce('`+column+`' = any(moins_de_11), false) as few from opendata.acces_mediation where '`+territory+`' in (code_epci, code_departement)) a`)
			if want.Few == 0 {
				continue
			}
			hidden++
			if want.Few == 1 && want.Far < 11 || want.Few == 1 && want.All-want.Far < 11 {
				if figures.Published != nil || !strings.Contains(got.Sentence, "n’est pas dit") {
					t.Errorf("%s, %d km: %s", territory, radius, got.Sentence)
				}
				continue
			}
			if figures.Far.Habitants != want.Far || figures.Near.Habitants != want.All-want.Far || figures.Taken != int(want.Few) || figures.Most-figures.Least != 9*want.Few ||
				figures.Least > want.Far || figures.Most < want.Far || !strings.Contains(got.Sentence, "environ") {
				t.Errorf("%s, %d km: %s\n%+v, by hand %+v", territory, radius, got.Sentence, figures, want)
			}
			for _, p := range figures.Published {
				if int(p.Rayon) == radius*1000 && p.Habitants != want.Far {
					t.Errorf("%s, %d km: the tables count %d, the answer %d", territory, radius, p.Habitants, want.Far)
				}
			}
			if x := parse[explanation](t, fmt.Sprintf("%s/explique?indicateur=med_pop_sans_acces_%d&territoire=%s", w.address, radius, territory)); x.Value == nil || *x.Value != float64(want.Far) {
				t.Errorf("%s, %d km: the indicator is %v, the answer %d", territory, radius, x.Value, want.Far)
			}
		}
		added := parse[questioned](t, fmt.Sprintf("%s/scenario?territoire=91&rayon=%d000&n=5", w.address, radius))
		var figures struct {
			Before struct {
				Near headcount `json:"a_portee"`
			} `json:"avant"`
			After headcount `json:"a_portee_apres"`
		}
		must(t, json.Unmarshal(added.Raw, &figures))
		total := figures.Before.Near.Habitants
		for _, row := range added.Rows {
			if total += int64(row["gain"].(float64)); total != int64(row["cumul"].(float64)) {
				t.Errorf("%s: %v after %d", added.Sentence, row, total)
			}
		}
		if total != figures.After.Habitants {
			t.Errorf("%s: %d in all, by its rows %d", added.Sentence, figures.After.Habitants, total)
		}
	}
	if hidden == 0 {
		t.Error("no number is of few people")
	}
}

// TestFewPeopleDecide: that one to ten people are beyond a radius says that not all are; it is not known of fewer than eleven.
func TestFewPeopleDecide(t *testing.T) {
	notRaced(t)
	w := imaginedWorld(t)
	for _, code := range query[[]string](t, w.database, "select array_agg(code_insee) from opendata.acces_mediation where 'pop_au_dela_5km' = any(moins_de_11)") {
		got := parse[questioned](t, w.address+"/ecarts?rayon=5000&territoire="+code)
		if few := query[bool](t, w.database, "select population < 11 from opendata.communes where code_insee = '"+code+"'"); len(got.Rows) != 0 || (got.figures(t, "inconnus").Communes != 0) != few {
			t.Errorf("%s", got.Sentence)
		}
	}
}

// TestSilentPlaces: how many places do not say whether they have the offer is in the answer, and in its sentence where most do not.
func TestSilentPlaces(t *testing.T) {
	w := sample(t)
	for _, path := range []string{"/ecarts?territoire=91&public=seniors&distance_min=5000", "/portee?territoire=91&public=seniors&rayon=5000"} {
		got := parse[questioned](t, w.address+path)
		if text := strings.Join(got.Limits, " "); !strings.Contains(got.Sentence, "À savoir : 26\u00a0lieux sur 26 n’en disent rien.") || !strings.Contains(text, "Lieux qui ne disent pas à quels publics ils s’adressent : 26 sur 26") ||
			!strings.Contains(got.Sentence, "les données ne permettent pas de dire") {
			t.Errorf("%s\n%s", got.Sentence, text)
		}
	}
	got := parse[questioned](t, w.address+"/ecarts?territoire=region-11&distance_min=5000")
	if !strings.Contains(got.Sentence, "(11), dont seule une partie est connue ici") || !strings.Contains(strings.Join(got.Notes, " "), "fiches mises à jour le 01/08/2024") {
		t.Error(got.Sentence, got.Notes)
	}
}

// TestCodesInWords: the page of an answer says in words what files have as codes.
func TestCodesInWords(t *testing.T) {
	w := sample(t)
	cells := look(t, w.address+"/ecarts?territoire=91&quadrant=reseau_bas_offre_haute").column(t, "Quadrant")
	if len(cells) == 0 || slices.ContainsFunc(cells, func(text string) bool { return text != "réseau bas, offre haute" }) {
		t.Errorf("%q", cells)
	}
}
