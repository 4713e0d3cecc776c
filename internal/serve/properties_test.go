package serve_test

import "testing"

func TestItemsByProperty(t *testing.T) {
	w := sample(t)
	for _, c := range []struct {
		because, path string
		matched       int
	}{
		{"a text", "communes/items?nom=Massy", 1},
		{"a number", "communes/items?population=72", 1},
		{"a code keeps its zeros and is not a number", "communes/items?code_departement=091", 0},
		{"two properties hold together", "couverture-thd/items?code_insee=91228&mesure=cartefibre_ftth", 1},
		{"an item of a list", "lieux-mediation/items?services=Aide%20aux%20d%C3%A9marches%20administratives", 26},
		{"together with a box", "communes/items?code_departement=91&bbox=2.2,48.7,2.3,48.75&limit=1", 13},
		{"a value that no row has", "communes/items?nom=Lutèce", 0},
		{"a property without an index", "communes/items?siren=219103777", 1},
		{"a boolean", "communes/items?petites_villes_de_demain=true", 9},
	} {
		page := parse[features](t, w.address+"/collections/"+c.path)
		if *page.NumberMatched != c.matched {
			t.Errorf("%s: %d matched, want %d", c.because, *page.NumberMatched, c.matched)
		}
	}
}

// A walk keeps its filter: every page after the first is of the same features.
func TestItemsByPropertyPages(t *testing.T) {
	w := sample(t)
	seen := 0
	for at := w.address + "/collections/couverture-thd/items?mesure=anct_ftth&limit=50"; at != ""; {
		page := parse[features](t, at)
		for _, f := range page.Features {
			if f.Properties["mesure"] != "anct_ftth" {
				t.Fatalf("%s gave %v", at, f.Properties["mesure"])
			}
		}
		seen += page.NumberReturned
		at = linked(page.Links, "next")
	}
	if seen != 194 {
		t.Errorf("%d features", seen)
	}
}

func TestItemsByPropertyRefuse(t *testing.T) {
	w := sample(t)
	for _, c := range []struct{ because, query, parameter string }{
		{"text where a number is", "population=beaucoup", "population"},
		{"more than a whole number holds", "population=99999999999999999999", "population"},
		{"empty", "nom=", "nom"},
		{"NUL, which no text of the database holds", "nom=a%00b", "nom"},
		{"no UTF-8", "nom=%ff", "nom"},
		{"said twice", "nom=Massy&nom=Orsay", "nom"},
		{"a property that is not", "sirene=219101018", "sirene"},
	} {
		w.refuses(t, c.because, "/collections/communes/items?"+c.query, c.parameter)
	}
}
