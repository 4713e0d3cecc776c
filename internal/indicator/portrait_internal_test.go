package indicator

import (
	"strings"
	"testing"
)

// portrayed is a territory of whose people half have a place near.
func portrayed(near Figure) *Portrait {
	all, half, far := Definitions(), 50.0, 4000.0
	p := &Portrait{Territory: Territory{Level: Region, Code: "11", Name: "Île-de-France"}, Population: 2_000_000, Communes: 194, Partial: true}
	for i := range all {
		switch all[i].Code {
		case "med_part_10km":
			near.Definition, near.Period = &all[i], "2026-11-01"
			if near.Flag != flagFew {
				near.Value = &half
			}
			p.Figures = append(p.Figures, near)
		case "med_distance":
			p.Figures = append(p.Figures, Figure{Definition: &all[i], Value: &far})
		}
	}
	return p
}

// TestPortraitSentence: what is quoted says that it is of a part, between which days places were updated, and what is not told or estimated.
func TestPortraitSentence(t *testing.T) {
	const start = "Île-de-France (11) (en partie : 194 communes ici), 2 000 000 d’habitants : la part des locaux raccordables"
	for said, near := range map[string]Figure{
		"; 50 % des habitants":               {First: "2024-08-01"},
		"mises à jour du 01/08/2024 au 01/1": {First: "2024-08-01"},
		"mises à jour le 01/11/2026)":        {First: "2026-11-01"},
		"; environ 50 % des habitants":       {Flag: "partiel", Reason: flagFew},
		"n’est pas donnée, car elle dirait un nombre de moins de 11 habitants, et le plus proche est en moyenne à 4": {Flag: flagFew, Reason: flagFew},
	} {
		if text := plainly(portrayed(near).Sentence()); !strings.HasPrefix(text, plainly(start)) || !strings.Contains(text, plainly(said)) {
			t.Errorf("%s\nwithout %s", text, said)
		}
	}
}

// TestFewPeopleSaid: few people are written so, and what would tell them is not given.
func TestFewPeopleSaid(t *testing.T) {
	one, ten, most := 1.0, 10.0, 90.0
	count, err := definitionOf("med_pop_sans_acces_5")
	if err != nil {
		t.Fatal(err)
	}
	for want, f := range map[string]Figure{
		"< 11 habitants; de 1 à 10; ": {Flag: flagFew, Low: &one, High: &ten},
		"non donné; de 10 à 90; un nombre de moins de 11 habitants s’en déduirait":                                  {Flag: flagFew, Low: &ten, High: &most},
		"10 habitants; de 1 à 90; estimation : un nombre de 1 à 10 habitants, qui n’est pas donné, y compte pour 5": {Flag: "estime", Reason: flagFew, Value: &ten, Low: &one, High: &most},
	} {
		f.Definition = &count
		if got := plainly(f.Said() + "; " + f.BoundsSaid() + "; " + f.FlagSaid()); got != plainly(want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestDecilesSaid: what is the same is said once.
func TestDecilesSaid(t *testing.T) {
	d, err := definitionOf("med_part_10km")
	if err != nil {
		t.Fatal(err)
	}
	for want, of := range map[string][3]float64{
		"Un dixième des habitants vit dans des communes à 10 % ou moins, la moitié à 20 % ou moins, un dixième à 30 % ou plus.": {10, 20, 30},
		"La moitié au moins des habitants vit dans des communes à 10 % ou moins, un dixième dans des communes à 30 % ou plus.":  {10, 10, 30},
		"Un dixième des habitants vit dans des communes à 10 % ou moins, la moitié au moins dans des communes à 30 % ou plus.":  {10, 30, 30},
		"Un dixième des habitants vit dans des communes à 0 %, la moitié à 20 % ou moins, un dixième à 30 % ou plus.":           {0, 20, 30},
		"La moitié au moins des habitants vit dans des communes à 0 %, un dixième dans des communes à 30 % ou plus.":            {0, 0, 30},
		"Les huit dixièmes au moins des habitants vivent dans des communes à 0 %.":                                              {0, 0, 0},
		"Les huit dixièmes au moins des habitants vivent dans des communes à 100 %.":                                            {100, 100, 100},
	} {
		if got := plainly((&Spread{Of: &d, D1: &of[0], D5: &of[1], D9: &of[2]}).DecilesSaid()); got != plainly(want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got := plainly(headcount(1e7) + ", " + several("people", 1_500_000) + ", " + several("people", 0)); got != plainly("10 000 000 d’habitants, 1 500 000 habitants, 0 habitant") {
		t.Error(got)
	}
}

// TestTheilSaid: what lies between intercommunalités and in each adds up as it is said; people who are at one point are said.
func TestTheilSaid(t *testing.T) {
	d, err := definitionOf("thd_taux_raccordable")
	if err != nil {
		t.Fatal(err)
	}
	all, between, within := 0.00092349, 0.00016349, 0.00076
	if got := plainly((&Spread{Of: &d, Theil: &all, Between: &between, Within: &within}).TheilSaid()); !strings.Contains(got, "0,000923 = 0,000163 + 0,00076)") && !strings.Contains(got, "0,000923 = 0,000163 + 0,000760)") {
		t.Error(got)
	}
	if notes := plainly(strings.Join((&Portrait{Pointed: 194}).Notes(), " ")); !strings.Contains(notes, "les habitants de 194 communes sont comptés en un seul point") {
		t.Error(notes)
	}
}
