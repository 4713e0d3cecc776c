package indicator

import (
	"math"
	"strings"
	"testing"

	"maille/internal/schema"
)

// TestWrittenNumbers: sums are said without the noise of their last digits, small numbers with all that is known of them.
func TestWrittenNumbers(t *testing.T) {
	for want, x := range map[string]float64{"1\u202f233\u202f355\u202f898": 1_233_355_898.1450002, "0,768965219": 0.7689652190918411, "0,0000104284789": 0.0000104284789123, "2\u202f063": 2063,
		"non renseigné": math.NaN(), "−20": -20, "260\u202f000": 260_000.0000000103} {
		if got := written(x); got != want {
			t.Errorf("%v is %s, not %s", x, got, want)
		}
	}
	for want, x := range map[string]float64{"2\u00a0trimestres": 1.608, "1\u00a0trimestre": 1.4} {
		if got := withUnit(x, 0, "trimestres"); got != want {
			t.Errorf("%v is %s", x, got)
		}
	}
}

// TestCellsForPeople: a cell has the digits that its unit bears, a code its words; JSON keeps all.
func TestCellsForPeople(t *testing.T) {
	x := &Listing{Few: "cell.few.taken", Columns: []Heading{{Name: "longitude", Unit: "degrés"}, {Name: "distance", Unit: "m"}, {Name: "drapeau"}, {Name: "comparables"}, {Name: "quadrant"}, {Name: "n", Unit: "habitants"}},
		Rows: []Line{{Values: []schema.Value{schema.Float(2.123456789012), schema.Float(4527.049123), schema.Text("sup_100"), schema.Text("densite_7"), schema.Text("reseau_bas_offre_haute"), {}}, few: []string{"n"}}}}
	for i, want := range []string{"2.1234568", "4527", "sup_100 : au-dessus de 100 % : le nombre de locaux est sous-estimé", "densite_7 : rural à habitat très dispersé", "reseau_bas_offre_haute : réseau bas, offre haute", "< 11 (compté 5)"} {
		if got := strings.Map(plainSpace, x.Cell(0, i).String()); got != want {
			t.Errorf("%s is %q, not %q", x.Columns[i].Name, got, want)
		}
	}
	if text, err := x.MarshalJSON(); err != nil || !strings.Contains(string(text), "2.123456789012") || !strings.Contains(string(text), `"drapeau":"sup_100"`) || !strings.Contains(string(text), `"n":null`) {
		t.Errorf("%s %v", text, err)
	}
}

func plainSpace(r rune) rune {
	if r == '\u00a0' || r == '\u202f' {
		return ' '
	}
	return r
}

// TestCheckSaid: what agrees but for the last digits says so, few people are not told, and what differs is said with its digits.
func TestCheckSaid(t *testing.T) {
	for _, c := range []struct {
		again, value float64
		few          bool
		says         string
	}{
		{0.7689652190918411, 0.7689652190918411, false, "la valeur est 0,769 : c'est celle qui est publiée."},
		{0.7689652190918411, 0.7689652190918423, false, "publiée, à la précision du calcul"},
		{math.NaN(), math.NaN(), false, "Les lignes ci-dessus ne donnent pas de valeur"},
		{math.NaN(), math.NaN(), true, "il n'est pas donné (« < 11 »)"},
		{0.7689, 0.7689001, false, "est 0,7689, alors que 0,7689001 est publié"},
	} {
		e := &explaining{x: &Explanation{}, def: Definition{Decimals: 3}, value: c.value, few: c.few}
		e.check(c.again)
		if got := strings.Map(plainSpace, e.x.Check.Sentence); !strings.Contains(got, c.says) {
			t.Errorf("%v: %s", c, got)
		}
	}
}

// TestValueSaid: few people are not nobody knows how many.
func TestValueSaid(t *testing.T) {
	most, value := 10.0, 12.0
	few, share := &Explanation{Flag: flagFew, High: &most}, &Explanation{Flag: flagFew, High: &most, Indicator: Definition{Columns: Columns{Scale: 100}}}
	if got := few.Said(); got != "< 11 habitants" {
		t.Error(got)
	}
	if got := share.Said(); !strings.Contains(got, "moins de 11 habitants") {
		t.Error(got)
	}
	if got := (&Explanation{Value: &value, Indicator: Definition{Unit: "habitants"}}).Said(); got != "12\u00a0habitants" {
		t.Error(got)
	}
	var b strings.Builder
	if err := few.Print(&b); err != nil || !strings.Contains(b.String(), "< 11 habitants") || !strings.HasSuffix(b.String(), "\n") {
		t.Errorf("%s %v", &b, err)
	}
}
