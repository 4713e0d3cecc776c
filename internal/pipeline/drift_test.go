package pipeline_test

import (
	"slices"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/fault"
)

// drifts are the rules and messages of the drift that the last run over lieux found.
func drifts(t *testing.T, w *world) (found []string, status string) {
	t.Helper()
	outcomes, err := w.Ingest(t.Context(), "lieux")
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range outcomes[0].Found {
		if strings.HasPrefix(i.Rule, "drift-") {
			if i.Level != dataset.Warning || i.Line != 1 || i.Resource != 0 {
				t.Errorf("%+v", i)
			}
			found = append(found, i.Rule+" "+i.Column+": "+i.Message)
		}
	}
	return found, outcomes[0].Status
}

func TestDrift(t *testing.T) {
	t.Parallel()
	const header = "id,code_insee,longitude,latitude,services,date_maj"
	for _, c := range []struct {
		name, content, status string
		want                  []string
	}{
		{"other rows", lieuxCSV + "e,91001,2.17,48.35,Aide,2026-01-03\n", "sealed", nil},
		{"a column without a name", strings.ReplaceAll(lieuxCSV, "\n", ",\n"), "unchanged", nil},
		{"a column that comes", strings.Replace(strings.ReplaceAll(lieuxCSV, "\n", ",x\n"), ",x\n", ",horaires\n", 1), "unchanged",
			[]string{"drift-added horaires: la colonne « horaires » est nouvelle dans le fichier"}},
		{"a column that goes", "id,code_insee,longitude,latitude,services\na,91001,2.16,48.34,Aide|Accès\n", "sealed", []string{
			"drift-removed date_maj: la colonne « date_maj » a disparu du fichier",
			"drift-type date_maj: date_maj : le fichier avait des dates, il a désormais des cellules vides"}},
		{"a column that is renamed", strings.Replace(lieuxCSV, "date_maj", "Date-MàJ", 1), "sealed", []string{
			"drift-renamed date_maj: la colonne « date_maj » a disparu du fichier ; elle semble s'appeler désormais « Date-MàJ »",
			"drift-type date_maj: date_maj : le fichier avait des dates, il a désormais des cellules vides"}},
		{"a column that is renamed beyond likeness", strings.Replace(lieuxCSV, "services", "offre", 1), "sealed", []string{
			"drift-renamed services: la colonne « services » a disparu du fichier ; elle semble s'appeler désormais « offre »",
			"drift-type services: services : le fichier avait du texte, il a désormais des cellules vides"}},
		{"columns in another order", "code_insee,id,longitude,latitude,services,date_maj\n91001,a,2.16,48.34,Aide,1999-12-31\n", "sealed", nil},
		{"numbers that become texts", strings.NewReplacer("2.16", "2.16 E").Replace(lieuxCSV), "sealed", []string{
			"drift-type longitude: longitude : le fichier avait des nombres décimaux, il a désormais du texte"}},
		{"numbers without decimals", header + "\na,91001,2,48.34,Aide,2026-01-02\n", "sealed", []string{
			"drift-type longitude: longitude : le fichier avait des nombres décimaux, il a désormais des nombres entiers"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := settled(t)
			w.put("lieux.csv", c.content)
			found, status := drifts(t, w)
			if !slices.Equal(found, c.want) || status != c.status {
				t.Errorf("%s\n got %q\nwant %q", status, found, c.want)
			}
			if again, _ := drifts(t, w); len(again) != 0 {
				t.Errorf("again: %q", again)
			}
			l, _, err := w.DB.LastLoad(t.Context(), "lieux")
			if err != nil || len(c.want) > 0 && l.Counts[strings.Fields(c.want[0])[0]] == 0 {
				t.Errorf("the load does not say it: %+v, %v", l.Counts, err)
			}
		})
	}
}

// TestDriftOfWhatIsRefused: the columns that are remembered are those of the last good file.
func TestDriftOfWhatIsRefused(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.put("lieux.csv", strings.Replace(lieuxCSV, "id,code_insee,", "identifiant,insee,", 1))
	for range 2 {
		found, status := drifts(t, w)
		if status != "refused" || len(found) != 2 || !strings.HasPrefix(found[0], "drift-renamed id: ") {
			t.Errorf("%s %q", status, found)
		}
	}
	outcomes, _ := w.Ingest(t.Context(), "lieux")
	if m := fault.Message(outcomes[0].Err); !strings.HasSuffix(m, " ; « id » semble s'appeler désormais « identifiant »") {
		t.Error(m)
	}
	counts := one[string](t, w.conn, "select counts ->> 'drift-renamed' from maille.load where dataset = 'lieux' order by id desc limit 1")
	if counts != "2" {
		t.Errorf("%s issues are kept with the load", counts)
	}
	w.put("lieux.csv", lieuxCSV)
	if found, status := drifts(t, w); status != "current" || len(found) != 0 {
		t.Errorf("%s %q", status, found)
	}
}
