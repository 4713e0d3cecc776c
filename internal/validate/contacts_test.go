package validate_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/validate"
)

const (
	reachable = `{"name": "lieux", "publication": {"key": ["id"], "contacts": {"courriels": "email", "telephone": "telephone"}}}`
	reached   = `{"fields": [
		{"name": "id", "type": "string", "constraints": {"required": true}},
		{"name": "nom", "type": "string"},
		{"name": "commune", "type": "string"},
		{"name": "telephone", "type": "string", "constraints": {"pattern": "\\+\\d+"}},
		{"name": "courriels", "type": "list", "delimiter": "|"}
	]}`
)

func sifted(t *testing.T, nom, commune, telephone, courriels string) ([]string, []dataset.Issue) {
	t.Helper()
	var report dataset.Report
	v := validate.New(restore(t, reachable, reached))
	f := v.Row(&dataset.Row{Resource: 1, Line: 9, Cells: []string{"a", nom, commune, telephone, courriels}}, &report)
	if f == nil {
		t.Fatalf("the row is left out: %v", report.Issues)
	}
	return []string{f.Values[3].String(), f.Values[4].String()}, report.Issues
}

func TestEmailsOfPersons(t *testing.T) {
	for _, c := range []struct {
		because, address string
		personal         bool
	}{
		{"prenom.nom", "camille.durandal@mairie-massy.fr", true},
		{"prenom.nom, in capitals and accents", "Zoé.Durandal@Mairie-Massy.fr", true},
		{"prenom-nom with a number", "paul-durandal91@gmail.com", true},
		{"nom.prenom", "durandal.sophie@gmail.com", true},
		{"a first name nobody lists, and a name", "ouvzia.durandal@mairie-massy.fr", true},
		{"p.nom", "p.durandal@mairie-massy.fr", true},
		{"jp.nom", "jp.durandal@mairie-massy.fr", true},
		{"pnom", "pdurandal@mairie-massy.fr", true},
		{"a name and its service", "mediatheque.sophie@gmail.com", true},
		{"a saint's first name, which the commune has, before a name", "martin.durandal@gmail.com", true},
		{"pnom.service at a free mail", "edurandal.mairie@orange.fr", true},
		{"a domain of persons", "xbzd@conseiller-numerique.fr", true},
		{"nothing before @", "@gmail.com", true},
		{"no address at all", "Camille Durandal", true},

		{"contact", "contact@gmail.com", false},
		{"a role in two words", "conseiller.numerique@mairie-massy.fr", false},
		{"a role in one word with a number", "espacepublicnumerique2@free.fr", false},
		{"an acronym", "epn@mairie-massy.fr", false},
		{"an acronym that nobody lists", "zkn@mairie-massy.fr", false},
		{"the commune", "massy@pimms.example", false},
		{"the commune, in another word", "lesmassycois@orange.fr", false},
		{"a word of the name", "quinconce@orange.fr", false},
		{"the name's words together", "lequinconcedesarts@orange.fr", false},
		{"the name's initials", "lqda@orange.fr", false},
		{"a first name that the name has", "quinconce.simone@orange.fr", false},
		{"a saint", "mediatheque.saint.martin@orange.fr", false},
		{"the domain's own name", "lepotager@lepotager.example", false},
		{"a domain of places", "les-trois-sources@france-services.gouv.fr", false},
	} {
		nom := "Le Quinconce des arts Simone Veil"
		values, issues := sifted(t, nom, "Massy-Saint-Martin", "", c.address)
		if gone := values[1] == ""; gone != c.personal || gone != (len(issues) == 1) {
			t.Errorf("%s: %s is personal: %v, with %d issues", c.because, c.address, gone, len(issues))
		}
	}
}

// TestSurnamesThatLookLikeRoles: a surname may begin or end as a word of a service does, or be one.
func TestSurnamesThatLookLikeRoles(t *testing.T) {
	for _, address := range []string{
		"p.laborde@gmail.com", "laborde@mairie-massy.fr", "s.bussiere@mairie-massy.fr", "m.villeneuve@orange.fr", "c.salles@massy.example",
		"a.parent@massy.example", "lieutaud.m@gmail.com", "f.lafrance@massy.example", "lafrance@massy.example", "e.maisonneuve@massy.example",
		"b.pointeau@massy.example", "m.cantona@gmail.com", "francelle.roy@gmail.com", "p.maison@massy.example", "j.poste@massy.example",
		"delaville@massy.example", "lamaison@gmail.com", "p.laborde@france-services.gouv.fr",
	} {
		if values, issues := sifted(t, "France services, maison du canton", "Massy", "", address); values[1] != "" || len(issues) != 1 {
			t.Errorf("%s is kept", address)
		}
	}
	for _, address := range []string{
		"maisondelagglo@massy.example", "pointinfo@massy.example", "mediatheque@massy.example", "busfranceservices@massy.example", "f.services@massy.example",
		"m.numerique@massy.example", "guichetunique@massy.example", "centresocial@gmail.com", "mfslasource@massy.example", "contact.canton@massy.example",
	} {
		if values, _ := sifted(t, "France services, maison du canton", "Massy", "", address); values[1] != address {
			t.Errorf("%s is dropped", address)
		}
	}
}

// TestSeveralAddressesInOneText: a text that should be one address is judged by all that it holds.
func TestSeveralAddressesInOneText(t *testing.T) {
	for courriels, kept := range map[string]bool{
		"contact@massy.example;camille.durandal@massy.example": false, "contact@massy.example, camille.durandal@massy.example": false,
		"contact@massy.example camille.durandal@massy.example": false, "contact@massy.example/camille.durandal@massy.example": false,
		"contact@massy.example (Ouvzia Durandal)": false, "contact@massy.exampleouvzia.durandal@massy.example": false,
		strings.Repeat("contact@massy.example ", 100):  false,
		"contact@massy.example ; mairie@massy.example": true, "accueil : contact@massy.example": true, " contact@massy.example ": true,
	} {
		if values, issues := sifted(t, "Le lieu", "Massy", "", courriels); (values[1] == courriels) != kept || (len(issues) == 0) != kept {
			t.Errorf("%q is kept as %q", courriels, values[1])
		}
	}
}

// TestContactsAreNotQuoted: what breaks a rule is said without its text, which may be a person's all the same.
func TestContactsAreNotQuoted(t *testing.T) {
	d := restore(t, `{"name": "l", "publication": {"key": ["id"], "contacts": {"tel": "telephone"}}}`,
		`{"fields": [{"name": "id", "type": "string", "constraints": {"required": true}}, {"name": "tel", "type": "string", "constraints": {"pattern": "\\+\\d+"}}]}`)
	var report dataset.Report
	validate.New(d).Row(&dataset.Row{Cells: []string{"a", "Mme Durandal 01 60 10 00 00"}}, &report)
	if len(report.Issues) != 1 || report.Issues[0].Message != `tel : « … » n'a pas la forme attendue \+\d+` {
		t.Errorf("%+v", report.Issues)
	}
}

func TestTelephonesOfPersons(t *testing.T) {
	for number, personal := range map[string]bool{
		"+33612345678": true, "+33712345678": true, "+33 6 12 34 56 78": true, "+33(0)612345678": true, "0033612345678": true, "06 12 34 56 78": true,
		"07.12.34.56.78": true, "+590690123456": true, "+594694123456": true, "+596696123456": true, "+262692123456": true, "+262639123456": true,
		"0692123456": true, "+687751234": true, "+68987123456": true, "612345678": true, "7 12 34 56 78": true,
		"01 60 10 00 00 / 06 12 34 56 78": true, "0160100000;0612345678": true, "01 60 10 00 00 06 12 34 56 78": true, "01 60 10 00 00 - 612345678": true,
		"+33160100000+33612345678": true, "01 60 10 00 00 poste 12 ou 06 12 34 56 78": true, "+33 1 60 10 00 00 (06 12 34 56 78)": true,
		"06/12/34/56/78": true, "0508 55 12 34": true, "poste 612345678": true,
		"01 60 10 00 00 / 01 60 10 00 01": false, "01 60 10 00 00 poste 612": false, "00687261234": false, "160100000": false,
		"+33123456789": false, "+33912345678": false, "+33800123456": false, "+590590123456": false, "+262262123456": false, "+262269123456": false,
		"+594594123456": false, "+596596123456": false, "+68940123456": false, "+687261234": false,
	} {
		d := restore(t, `{"name": "l", "publication": {"key": ["id"], "contacts": {"tel": "telephone"}}}`,
			`{"fields": [{"name": "id", "type": "string", "constraints": {"required": true}}, {"name": "tel", "type": "string"}]}`)
		var report dataset.Report
		f := validate.New(d).Row(&dataset.Row{Cells: []string{"a", number}}, &report)
		if gone := f.Values[1].IsNull(); gone != personal || report.Counts[dataset.PersonalContact] != int64(len(report.Issues)) {
			t.Errorf("%s is personal: %v, %v", number, gone, report.Issues)
		}
	}
}

func TestContactsAreTakenOutItemByItem(t *testing.T) {
	values, issues := sifted(t, "Le lieu", "Massy", "+33612345678", "accueil@massy.example|camille.durandal@massy.example||j.durandal@massy.example")
	if !slices.Equal(values, []string{"", "accueil@massy.example"}) {
		t.Errorf("kept %q", values)
	}
	if len(issues) != 3 {
		t.Fatalf("%d issues", len(issues))
	}
	for _, i := range issues {
		if i.Rule != dataset.PersonalContact || i.Level != dataset.Warning || i.Resource != 1 || i.Line != 9 || i.Key != "a" || i.Column == "" {
			t.Errorf("%+v", i)
		}
		if !strings.HasPrefix(i.Message, i.Column+" : ") || strings.Contains(i.Message, "durandal") || strings.Contains(i.Message, "6123") {
			t.Errorf("says %q", i.Message)
		}
	}
	// A number that breaks the pattern too is dropped before its sentence repeats it.
	if _, issues := sifted(t, "", "", "06 12 34 56 78", ""); len(issues) != 1 || strings.Contains(issues[0].Message, "12 34") {
		t.Errorf("%+v", issues)
	}
}

// TestContactsOfRealFiles counts what two real files lose: read by eye, next to all are persons' (see the exceptions in
// TestEmailsOfPersons), and no prenom.nom stays.
func TestContactsOfRealFiles(t *testing.T) {
	services, _ := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "france", "france-services-20240801.csv"))
	places, _ := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "formats", "lieux-mediation-schema-0-auvergne-rhone-alpes-2022.json"))
	if services == nil || places == nil {
		t.Skip("the real files are not here")
	}
	records, err := csv.NewReader(strings.NewReader(string(services))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var contacts [][]string
	for _, r := range records[1:] {
		contacts = append(contacts, []string{r[2], r[7], r[11], r[10]})
	}
	sift(t, contacts, 139, 238)
	var rows []struct{ Nom, Commune, Telephone, Courriel string }
	if err := json.Unmarshal(places, &rows); err != nil {
		t.Fatal(err)
	}
	contacts = contacts[:0]
	for _, r := range rows {
		contacts = append(contacts, []string{r.Nom, r.Commune, r.Telephone, r.Courriel})
	}
	sift(t, contacts, 77, 147)
}

func sift(t *testing.T, contacts [][]string, emails, telephones int) {
	t.Helper()
	d := restore(t, reachable, strings.Replace(reached, `"\\+\\d+"`, `".*"`, 1))
	v, gone := validate.New(d), map[string]int{}
	for _, c := range contacts {
		var report dataset.Report
		v.Row(&dataset.Row{Cells: append([]string{"a"}, c...)}, &report)
		for _, i := range report.Issues {
			gone[i.Column]++
		}
	}
	if gone["courriels"] != emails || gone["telephone"] != telephones {
		t.Errorf("%d places lose %d addresses and %d numbers, not %d and %d", len(contacts), gone["courriels"], gone["telephone"], emails, telephones)
	}
}

func BenchmarkContacts(b *testing.B) {
	v := validate.New(restore(b, reachable, reached))
	var report dataset.Report
	cells := []string{"a", "Médiathèque Simone Veil", "Évry-Courcouronnes", "+33123456789", "accueil@massy.example|camille.durandal@massy.example"}
	row := &dataset.Row{Cells: make([]string, len(cells))}
	for b.Loop() {
		copy(row.Cells, cells)
		v.Row(row, &report)
	}
}

func FuzzContacts(f *testing.F) {
	f.Add("camille.durandal@massy.example|contact@x", "Le lieu", "06 12")
	f.Add("@|.@.|é@\xff", "\x00", "+")
	d := restore(f, reachable, reached)
	f.Fuzz(func(t *testing.T, courriels, nom, telephone string) {
		var report dataset.Report
		if feature := validate.New(d).Row(&dataset.Row{Cells: []string{"a", nom, "", telephone, courriels}}, &report); feature != nil {
			for item := range strings.SplitSeq(feature.Values[4].Text(), "|") {
				if item != "" && !slices.Contains(strings.Split(courriels, "|"), item) {
					t.Errorf("%q was not in %q", item, courriels)
				}
			}
		}
	})
}
