package dataset_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// published are the datasets that Maille ships. Their packages may be imported by cmd and tests of the whole only, so
// they are read from their folders.
func published(t *testing.T) *dataset.Registry {
	t.Helper()
	r, err := dataset.Load(dataset.Files{Datasets: os.DirFS("../../datasets"), Schemas: os.DirFS("../../schemas")})
	if err != nil {
		t.Fatalf("\n%v", err)
	}
	return r
}

func TestPublishedDatasets(t *testing.T) {
	r := published(t)
	all := r.All()
	if len(all) < 10 {
		t.Fatalf("only %d datasets", len(all))
	}
	seen := map[string]bool{}
	used := map[string]bool{}
	for _, d := range all {
		for _, input := range d.Inputs() {
			if !seen[input] {
				t.Errorf("%s stands before %s, which it reads", d.Name, input)
			}
		}
		seen[d.Name] = true
		used[d.Descriptor.Schema] = true
		if pk := d.Schema.PrimaryKey; !slices.Equal(pk, d.Publication.Key) {
			t.Errorf("%s: the schema's primaryKey %v is not the key %v", d.Name, pk, d.Publication.Key)
		}
		for i := range d.Schema.Columns {
			if c := &d.Schema.Columns[i]; c.Title == "" || c.Description == "" {
				t.Errorf("%s: the field %s has no title or no description", d.Name, c.Name)
			}
		}
	}
	files, err := os.ReadDir("../../schemas")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".json") && !used[f.Name()] {
			t.Errorf("no dataset uses schemas/%s", f.Name())
		}
	}
	for _, kind := range []string{dataset.ReferenceCommunes, dataset.ReferenceContours} {
		if r.Reference(kind) == nil {
			t.Errorf("no dataset is the reference of %s", kind)
		}
	}
}

// mediation is the national schema as it is registered (LaMednum/standard-mediation-num, 1.0.1): its fields in order,
// which ones are required, and what their patterns allow.
var mediation = []struct {
	name     string
	required bool
	enum     []string
}{
	{"id", true, nil},
	{"pivot", true, nil},
	{"nom", true, nil},
	{"commune", true, nil},
	{"code_postal", true, nil},
	{"code_insee", false, nil},
	{"adresse", true, nil},
	{"complement_adresse", false, nil},
	{"latitude", false, nil},
	{"longitude", false, nil},
	{"typologie", false, nil},
	{"telephone", false, nil},
	{"courriels", false, nil},
	{"site_web", false, nil},
	{"horaires", false, nil},
	{"presentation_resume", false, nil},
	{"presentation_detail", false, nil},
	{"source", false, nil},
	{"itinerance", false, []string{"Itinérant", "Fixe"}},
	{"structure_parente", false, nil},
	{"date_maj", true, nil},
	{"services", false, []string{
		"Aide aux démarches administratives", "Maîtrise des outils numériques du quotidien", "Insertion professionnelle via le numérique",
		"Utilisation sécurisée du numérique", "Parentalité et éducation avec le numérique", "Loisirs et créations numériques",
		"Compréhension du monde numérique", "Accès internet et matériel informatique", "Acquisition de matériel informatique à prix solidaire",
	}},
	{"publics_specifiquement_adresses", false, []string{"Jeunes", "Étudiants", "Familles et/ou enfants", "Seniors", "Femmes"}},
	{"prise_en_charge_specifique", false, []string{
		"Surdité", "Handicaps moteurs", "Handicaps mentaux", "Illettrisme", "Langues étrangères (anglais)", "Langues étrangères (autres)",
		"Déficience visuelle",
	}},
	{"frais_a_charge", false, []string{"Gratuit", "Gratuit sous condition", "Payant"}},
	{"dispositif_programmes_nationaux", false, []string{
		"Aidants Connect", "Bibliothèques numérique de référence", "Certification PIX", "Conseillers numériques", "Emmaüs Connect",
		"France Services", "Grande école du numérique", "La Croix Rouge", "Point d'accès numérique CAF", "Promeneurs du net",
		"Relais numérique (Emmaüs Connect)",
	}},
	{"formations_labels", false, []string{
		"Formé à « Mon Espace Santé »", "Formé à « DUPLEX » (illettrisme)", "Arnia/MedNum BFC (Bourgogne-Franche-Comté)",
		"Collectif ressources et acteurs réemploi (Normandie)", "Fabriques de Territoire", "Les Éclaireurs du numérique (Drôme)",
		"Mes Papiers (Métropole de Lyon)", "ORDI 3.0", "SUD LABS (PACA)",
	}},
	{"autres_formations_labels", false, nil},
	{"modalites_acces", false, []string{
		"Se présenter", "Téléphoner", "Contacter par mail", "Prendre un RDV en ligne", "Ce lieu n'accueille pas de public",
		"Envoyer un mail avec une fiche de prescription",
	}},
	{"modalites_accompagnement", false, []string{"En autonomie", "Accompagnement individuel", "Dans un atelier collectif", "À distance"}},
	{"fiche_acces_libre", false, nil},
	{"prise_rdv", false, nil},
}

func TestMediationSchemaIsTheNationalOne(t *testing.T) {
	d := published(t).Get("lieux-mediation")
	if len(d.Schema.Columns) != len(mediation) || len(mediation) != 32 {
		t.Fatalf("%d fields, want %d", len(d.Schema.Columns), len(mediation))
	}
	required := 0
	for i, want := range mediation {
		c := &d.Schema.Columns[i]
		if c.Name != want.name || c.Constraints.Required != want.required || !slices.Equal(c.Enum(), want.enum) {
			t.Errorf("field %d is %s, required %v, of %q; want %s, %v, %q", i+1, c.Name, c.Constraints.Required, c.Enum(), want.name, want.required, want.enum)
		}
		if want.required {
			required++
		}
		if want.enum != nil && (c.Type != schema.List || c.Delimiter != "|") {
			t.Errorf("%s is a %s of %q, not a list of |", c.Name, c.Type, c.Delimiter)
		}
	}
	if required != 7 {
		t.Errorf("%d required fields", required)
	}
	if d.Schema.ConformsTo != "https://schema.data.gouv.fr/schemas/LaMednum/standard-mediation-num/1.0.1/schema.json" || d.Schema.Version != "1.0.1" {
		t.Errorf("conforms to %s, version %s", d.Schema.ConformsTo, d.Schema.Version)
	}
	if !slices.Equal(d.Publication.Key, []string{"id"}) {
		t.Errorf("key = %v", d.Publication.Key)
	}
}

// TestDeclarationsAreOfTheNationalSchema: what is declared differs from what is published by its last field alone.
func TestDeclarationsAreOfTheNationalSchema(t *testing.T) {
	r := published(t)
	declared, national := r.Get("lieux-mediation-declares").Schema, r.Get("lieux-mediation").Schema
	if len(declared.Columns) != 33 || declared.Columns[32].Name != "origine" {
		t.Fatalf("fields %v", declared.Names())
	}
	for i := range national.Columns {
		a, b := &national.Columns[i], &declared.Columns[i]
		if a.Name != b.Name || a.Type != b.Type || a.Delimiter != b.Delimiter || a.Constraints.Required != b.Constraints.Required ||
			a.Constraints.Pattern != b.Constraints.Pattern || !slices.Equal(a.Enum(), b.Enum()) || a.Description != b.Description {
			t.Errorf("%s differs", a.Name)
		}
	}
}

// TestMediationSchemaReadsItsCells: values that the registered patterns take or refuse.
func TestMediationSchemaReadsItsCells(t *testing.T) {
	s := published(t).Get("lieux-mediation").Schema
	for _, c := range []struct {
		column, cell string
		rule         string // that is broken, "" for none
	}{
		{"pivot", "43493312300029", ""}, {"pivot", "W12345678", ""}, {"pivot", "12345678", "pattern"}, {"pivot", "434933123000290", "pattern"},
		{"pivot", "43493312300029\n", "pattern"}, {"pivot", "W1234567é", "pattern"},
		{"code_postal", "01000", ""}, {"code_postal", "1000", "pattern"}, {"code_postal", "51100 CEDEX", "pattern"},
		{"code_insee", "2A004", ""}, {"code_insee", "2B033", ""}, {"code_insee", "97105", ""}, {"code_insee", "20004", "pattern"},
		{"code_insee", "2C004", "pattern"}, {"code_insee", "1004", "pattern"},
		{"telephone", "+33180059880", ""}, {"telephone", "+590590123456", ""}, {"telephone", "0180059880", "pattern"}, {"telephone", "+33 180059880", "pattern"},
		{"services", "|Loisirs et créations numériques", ""}, {"services", "Comprehension du monde numérique", "enum"},
		{"services", "Loisirs et créations numériques | Accès internet et matériel informatique", "enum"},
		{"formations_labels", "Étapes numériques (La Poste)", "enum"}, {"formations_labels", "Étapes numériques(La Poste)", "enum"},
		{"modalites_acces", "Ce lieu n’accueille pas de public", "enum"},
		{"presentation_resume", strings.Repeat("é", 280), ""}, {"presentation_resume", strings.Repeat("é", 281), "max-length"},
		{"date_maj", "2024-04-02", ""}, {"date_maj", "02/04/2024", "type"},
		{"latitude", "48.6329582", ""}, {"latitude", "48,63", "type"},
	} {
		_, bad := s.Column(c.column).Parse(c.cell)
		if got := ruleOf(bad); got != c.rule {
			t.Errorf("%s %q breaks %q, want %q", c.column, c.cell, got, c.rule)
		}
	}
}

func ruleOf(e *schema.CellError) string {
	if e == nil {
		return ""
	}
	return e.Rule
}
