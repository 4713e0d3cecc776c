package indicator

import (
	"encoding/json"
	"math"
	"os"
	"testing"
)

func TestHours(t *testing.T) {
	for _, c := range []struct {
		text           string
		weekly, beyond float64 // hours
	}{
		{"Mo-Fr 09:00-12:00,14:00-18:00", 35, 0},
		{"Mo-Fr 08:30-18:30", 50, 2.5},
		{"Mo-Fr 07:00-09:00", 10, 0},
		{"Mo 13:00-19:00; Sa 09:00-12:00", 9, 4},
		{"Mo-Fr 09:00-12:00; We off", 12, 0},
		{"Mo-Fr 09:00-12:00; We 14:00-16:00", 14, 0},
		{"Mo-Fr 09:00-12:00, We 14:00-16:00", 17, 0},
		{"Mo-Fr 09:00-18:00; We 12:00-14:00 off", 43, 0},
		{"Mo-Fr 09:00-12:00,11:00-13:00", 20, 0},
		{"Tu,Fr 14:00-17:00; We,Sa 09:00-12:00,14:00-17:00", 18, 6},
		{"Fr-Mo 10:00-11:00", 4, 2},
		{"Fr 22:00-02:00", 4, 4},
		{"Fr 22:00-26:00", 4, 4},
		{"24/7", 168, 30 + 48},
		{"09:00-10:00", 7, 2},
		{"off", 0, 0},
		{"Mo-Fr 09:00-12:00; PH off", 15, 0},
		{"Mo-Fr,PH 09:00-12:00", 15, 0},
		{"PH,Mo-Fr 09:00-12:00", 15, 0},
		{"Mo-Fr 09:00-12:00; SH Mo-Fr 10:00-11:00", 15, 0},
		{"Mo-Fr 09:00-12:00; PH 10:00-12:00", 15, 0},
		{"Sa[1] 09:00-12:00", 3 * 12 / 52., 3 * 12 / 52.},
		{"Sa[1,3] 09:00-12:00", 3 * 24 / 52., 3 * 24 / 52.},
		{"Sa[1-2] 09:00-12:00", 3 * 24 / 52., 3 * 24 / 52.},
		{"Mo[-1] 09:00-12:00", 3 * 12 / 52., 0},
		{"week 1-53/2 Mo 09:00-11:00", 1, 0},
		{"week 1-53/2: Mo 09:00-11:00; week 2-52/2: Tu 09:00-11:00", 2, 0},
		{"Mo 09:00-11:00; Jul-Aug off", 2 * 44 / 52., 0},
		{"Jan-Jun,Sep-Dec Mo 09:00-11:00", 2 * 44 / 52., 0},
		{"Dec 24-Jan 05 Mo 09:00-10:00", 1 / 52., 0},
		{`Mo 09:00-12:00 open "sur rendez-vous"`, 3, 0},
		{"Mo  9:00 - 12:00 ; ", 3, 0},
	} {
		got, ok := readHours(c.text, 18*60)
		if !ok || math.Abs(got.minutes/60-c.weekly) > 1e-9 || math.Abs(got.outside/60-c.beyond) > 1e-9 {
			t.Errorf("%s: %v h, %v outside office hours, %v; want %v, %v", c.text, got.minutes/60, got.outside/60, ok, c.weekly, c.beyond)
		}
	}
}

func TestHoursUnknown(t *testing.T) {
	for _, text := range []string{"", " ", ";", "Mo", "Mo-Fr", "Mo-Fr open", "Mo 9h-12h", "Lu-Ve 09:00-12:00", "sur rendez-vous", `"sur rendez-vous"`,
		`Mo 09:00-12:00 "sur rendez-vous"`, "Mo 10:00+", "Mo sunrise-sunset", "2025 Mo 09:00-12:00", "easter off", "Mo 09:00-12:00 || Tu 09:00-12:00",
		"Mo 25:61-12:00", "Mo 49:00-50:00", "Mo[6] 09:00-12:00", "week 0 Mo 09:00-12:00", "week 60 09:00-12:00", "Mo 09:00-12:00,", "Mo 09:00", "Mo-", "Sa[", "Mo 09:00-12:00 unknown",
		"Mo 09:00-12:00 Tu 09:00-12:00", "24/7 off", "Jan-"} {
		if got, ok := readHours(text, 18*60); ok {
			t.Errorf("%q is read: %v", text, got)
		}
	}
}

// TestHoursOfPlaces reads real ones.
func TestHoursOfPlaces(t *testing.T) {
	data, err := os.ReadFile("../../../shared/data/formats/lieux-mediation-schema-0-auvergne-rhone-alpes-2022.json")
	if err != nil {
		t.Skip("needs real places:", err)
	}
	var all []struct {
		Horaires string `json:"horaires"`
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	said, read := 0, 0
	for _, p := range all {
		if p.Horaires == "" {
			continue
		}
		said++
		o, ok := readHours(p.Horaires, 18*60)
		if !ok {
			t.Logf("not read: %s", p.Horaires)
			continue
		}
		read++
		if o.minutes <= 0 || o.minutes > 7*dayMinutes || o.outside < 0 || o.outside > o.minutes {
			t.Errorf("%s: %v", p.Horaires, o)
		}
	}
	t.Logf("%d of %d are read", read, said)
	if len(all) != 687 || said-read > 5 {
		t.Errorf("%d of %d hours are read, of %d places", read, said, len(all))
	}
}

func FuzzHours(f *testing.F) {
	for _, text := range []string{"Mo-Fr 09:00-12:00,14:00-18:00; Sa[1] 09:00-12:00", "week 1-53/2 Mo 09:00-11:00; PH off", "Jul-Aug off", `Dec 24-26 "fermé"`, "24/7"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o, ok := readHours(text, 18*60)
		if !(o.outside >= 0 && o.outside <= o.minutes+1e-9 && o.minutes <= 2*7*dayMinutes) || !ok && o != (openings{}) {
			t.Errorf("%q: %v %v", text, o, ok)
		}
	})
}
