package pipeline_test

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/release"
)

// shared is a real file beside the project; the test is skipped where it is absent.
func shared(t *testing.T, path string) string {
	t.Helper()
	found, err := filepath.Abs(filepath.Join(cmp.Or(os.Getenv("MAILLE_SHARED"), "../../../shared"), "data", path))
	if err == nil {
		_, err = os.Stat(found)
	}
	if err != nil {
		t.Skip("the real file is not here:", path)
	}
	return found
}

// mediation is an instance whose files are those given, by resource of each dataset; what is not given is left out.
func mediation(t *testing.T, files map[string][]string) *world {
	t.Helper()
	w := build(t, essonne(t))
	w.Fetcher.Files = os.DirFS("../../datasets")
	w.Place = func(d *dataset.Dataset, resource int) []string {
		if places := files[d.Name]; resource < len(places) && places[resource] != "-" {
			return places[resource : resource+1]
		}
		return nil
	}
	return w
}

// allOfFrance are the communes of all of France.
func allOfFrance(t *testing.T) map[string][]string {
	return map[string][]string{
		"communes-mouvements":            {shared(t, "france/cog-mvtcommunes.csv.gz")},
		"communes-cog":                   {shared(t, "mirror/geo-api-communes.json")},
		"communes-contours":              {shared(t, "mirror/communes-1000m.geojson.gz")},
		"arrondissements-municipaux-cog": {shared(t, "france/etalab-decoupage-administratif-6.0.0.tgz")},
	}
}

// ingestPlaces ingests what lieux-mediation is made of, and it.
func (w *world) ingestPlaces(t *testing.T) map[string]string {
	t.Helper()
	return w.run(t, w.of("lieux-mediation")...)
}

// of names the datasets that some others are made of, and them.
func (w *world) of(names ...string) (all []string) {
	for _, d := range w.Registry.All() {
		if slices.Contains(names, d.Name) || slices.ContainsFunc(names, func(n string) bool { return slices.Contains(w.needs(n), d.Name) }) {
			all = append(all, d.Name)
		}
	}
	return all
}

func (w *world) needs(name string) (all []string) {
	for _, input := range w.Registry.Get(name).Inputs() {
		all = append(append(all, input), w.needs(input)...)
	}
	return all
}

func (w *world) table(t *testing.T, name string) string {
	t.Helper()
	_, v, err := w.DB.LastLoad(t.Context(), name)
	if err != nil || v == nil {
		t.Fatalf("%s has no version: %v", name, err)
	}
	return pgx.Identifier{"data", v.String()}.Sanitize()
}

// texts are the rows of a query, their columns parted by |.
func (w *world) texts(t *testing.T, sql string) (rows []string) {
	t.Helper()
	for _, name := range []string{"lieux-mediation-declares", "lieux-mediation-communes", "lieux-mediation-doublons", "lieux-mediation"} {
		if strings.Contains(sql, "{"+name+"}") {
			sql = strings.ReplaceAll(sql, "{"+name+"}", w.table(t, name))
		}
	}
	found, err := w.conn.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	rows, err = pgx.CollectRows(found, func(r pgx.CollectableRow) (string, error) {
		values, err := r.Values()
		texts := make([]string, len(values))
		for i, v := range values {
			texts[i] = fmt.Sprint(v)
		}
		return strings.Join(texts, "|"), err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// counts are the issues of the last load of the declared places.
func (w *world) counts(t *testing.T) map[string]int64 {
	t.Helper()
	l, _, err := w.DB.LastLoad(t.Context(), "lieux-mediation-declares")
	if err != nil {
		t.Fatal(err)
	}
	return l.Counts
}

// TestPlacesOfRealFiles: 26 places of Essonne in the standard's layout (under ids of their own), 687 of Auvergne-Rhône-Alpes
// in that of version 0, 2 845 France services, of which the 26.
func TestPlacesOfRealFiles(t *testing.T) {
	notRaced(t)
	t.Parallel()
	files := allOfFrance(t)
	files["lieux-mediation-declares"] = []string{shared(t, "essonne/lieux-mediation.csv"),
		shared(t, "formats/lieux-mediation-schema-0-auvergne-rhone-alpes-2022.json"), shared(t, "france/france-services-20240801.csv")}
	w := mediation(t, files)
	w.ingestPlaces(t)
	for _, c := range []struct{ because, sql, want string }{
		{"every declaration is kept", "select origine, count(*) from {lieux-mediation-declares} group by 1 order by 1", "france-services|2845 standard-0|687 standard-1|26"},
		{"those of Paris, Lyon and Marseille too", "select count(*) from {lieux-mediation} where code_insee ~ '^(751|6938|132)'", "29"},
		{"how communes are found", "select origine, coalesce(methode, '?'), count(*) from {lieux-mediation-communes} join {lieux-mediation-declares} using (id) group by 1, 2 order by 1, 2",
			"france-services|ancien-code|3 france-services|declare|2842 standard-0|nom-et-code-postal|642 standard-0|point|45 standard-1|declare|26"},
		{"the 26 places of Essonne are found again, each with itself", `select count(*), count(distinct id) from {lieux-mediation-doublons}
			where reuni and id_b like 'france-services\_%' and replace(id_b, 'services_', 'services-liste_') = id_a`, "26|26"},
		{"the others are pairs of version 0 and France services", "select count(*) from {lieux-mediation-doublons} where reuni and id_b not like 'france-services\\_%'", "50"},
		{"pairs that are not put together", "select motif, count(*) from {lieux-mediation-doublons} where not reuni group by 1", "moins-proche|4"},
		{"a place of several declarations is one", "select count(*) from {lieux-mediation}", "3482"},
		{"no address of a person", "select count(*) from {lieux-mediation} where telephone ~ '^[+]33[67]' or exists (select from unnest(courriels) c where c ~ '@conseiller-numerique')", "0"},
		{"opening hours of France services are those of the standard's file, but where a remark goes with them", `select count(*) from {lieux-mediation-declares} a join {lieux-mediation-declares} b
			on replace(a.id, 'services_', 'services-liste_') = b.id and a.id <> b.id where a.horaires = b.horaires and a.telephone = b.telephone and a.itinerance = b.itinerance`, "21"},
	} {
		if got := strings.Join(w.texts(t, c.sql), " "); got != c.want {
			t.Errorf("%s: %s, not %s", c.because, got, c.want)
		}
	}
	counts := w.counts(t)
	for rule, want := range map[string]int64{"contact-personnel": 599, "known-commune": 0, "unique-key": 0, "opening-hours": 865} {
		if counts[rule] != want {
			t.Errorf("%d issues of %s, not %d", counts[rule], rule, want)
		}
	}
	w.Code = "two"
	for name, status := range w.ingestPlaces(t) {
		if strings.HasPrefix(name, "lieux-mediation") && status != release.Unchanged && !strings.HasPrefix(status, release.Unchanged+":") {
			t.Errorf("again, %s is %s", name, status)
		}
	}
}

// TestValidExample: the example of the national schema passes; that its commune (Reims) and its point (Aix-en-Provence)
// disagree is said.
func TestValidExample(t *testing.T) {
	notRaced(t)
	t.Parallel()
	files := allOfFrance(t)
	files["lieux-mediation-declares"] = []string{shared(t, "formats/lamednum_exemple-valide.csv")}
	w := mediation(t, files)
	w.ingestPlaces(t)
	if got := w.texts(t, "select id, pivot, code_insee, array_to_string(courriels, ',') from {lieux-mediation}"); !slices.Equal(got, []string{"structure-1|43493312300029|51454|contact@laquincaillerie.tl,responsable@laquincaillerie.tl"}) {
		t.Errorf("%q", got)
	}
	if counts := w.counts(t); counts["inside-commune"] != 1 || len(counts) != 1 {
		t.Errorf("%v", counts)
	}
}

const lieuxHeader = "id,pivot,nom,commune,code_postal,code_insee,adresse,latitude,longitude,telephone,courriels,source,itinerance,date_maj,services,formations_labels,autres_formations_labels,mediateurs"

const servicesHeader = "id_fs,lib_fs,adresse,complement_adresse,insee_com,code_postal,lib_com,latitude,longitude,mail,telephone," +
	"h_lundi,h_mardi,h_mercredi,h_jeudi,h_vendredi,h_samedi,commentaire,format_fs"

// smallPlaces is an instance over the communes of the bundled sample, with files of a few lines.
func smallPlaces(t *testing.T, standard, services, distinct string) *world {
	t.Helper()
	w := mediation(t, map[string][]string{
		"communes-cog":              {"echantillon/geo-api-communes-91.json"},
		"communes-mouvements":       {"echantillon/insee-mouvements-91.csv"},
		"communes-contours":         {"echantillon/communes-100m.geojson.gz"},
		"lieux-mediation-declares":  {file(t, lieuxHeader, standard), "-", file(t, servicesHeader, services)},
		"lieux-mediation-distincts": {file(t, "id_a,id_b,motif", distinct)},
	})
	w.ingestPlaces(t)
	return w
}

func file(t *testing.T, header, lines string) string {
	t.Helper()
	if lines == "" {
		return "-"
	}
	path := filepath.Join(t.TempDir(), "f.csv")
	if err := os.WriteFile(path, []byte(header+"\n"+lines), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestStandardAsItIsWritten: what publishers do to the national layout.
func TestStandardAsItIsWritten(t *testing.T) {
	t.Parallel()
	w := smallPlaces(t, `a,,Le lieu,MASSY CEDEX,91300,,1 rue,0,0,01 69 00 00 00,accueil@massy.example,Hubik,Fixe,2024-01-01,|Comprehension du monde numérique| Accès internet et matériel informatique,Étapes numériques\(La Poste\)|ORDI 3.0,Autre,x
b,00000000000000,Lieu,Evry Courcouronnes,91000,,1 rue,48.6329,2.4295,,,Hubik,,2024-01-01,,Étapes numériques (La Poste),,
c,43493312300029,Lieu,Nulle part,91000,,1 rue,48.6329,2.4295,3949,,Hubik,,2024-01-01,,,,
d,43493312300029,Lieu,Nulle part,1000,,1 rue,,,,,Hubik,,2024-01-01,,,,
e,43493312300029,Lieu,Courcouronnes,91080,91182,1 rue,,,,,Hubik,,2024-01-01,,,,
`, "", "")
	got := w.texts(t, `select id, pivot, commune, code_postal, coalesce(code_insee, '?'), coalesce(methode, '?'), latitude is null and geometry is null, coalesce(telephone, ''),
		coalesce(array_to_string(services, ','), ''), coalesce(array_to_string(formations_labels, ','), ''), coalesce(array_to_string(autres_formations_labels, ','), '')
		from {lieux-mediation} join {lieux-mediation-communes} c using (id, code_insee) order by id`)
	want := []string{
		"a|00000000000000|MASSY|91300|91377|nom-et-code-postal|true|+33169000000|Compréhension du monde numérique,Accès internet et matériel informatique|ORDI 3.0|Autre,Étapes numériques (La Poste)",
		"b|00000000000000|Evry Courcouronnes|91000|91228|nom-et-code-postal|false||||Étapes numériques (La Poste)",
		"c|43493312300029|Nulle part|91000|91228|point|false||||",
		"e|43493312300029|Courcouronnes|91080|91228|ancien-code|true||||",
	}
	if !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
	if got := w.texts(t, "select id, code_postal, code_insee, geometry is null from {lieux-mediation} where id = 'd'"); !slices.Equal(got, []string{"d|01000|<nil>|true"}) {
		t.Errorf("%q", got)
	}
	if counts := w.counts(t); counts["telephone"] != 1 || counts["postcode"] != 1 {
		t.Errorf("%v", counts)
	}
}

// TestPlacesArePutTogether: the rules of lieux-mediation-doublons, on points 7 m (or 155 m) apart.
func TestPlacesArePutTogether(t *testing.T) {
	t.Parallel()
	w := smallPlaces(t, `a1,43493312300029,Médiathèque Jean Cocteau,Massy,91300,91377,1 rue,48.7300,2.2700,01 69 00 00 00,accueil@massy.example,Hubik,,2024-09-01,Accès internet et matériel informatique,ORDI 3.0,,
a2,,Point numérique,Massy,91300,91377,1 rue,48.7300,2.2700,,,Hubik,,2023-01-01,,,,
a3,,Espace France services Les Ulis,Les Ulis,91940,91692,1 rue,48.6800,2.1700,,,Hubik,Itinérant,2023-01-01,,,,
a4,,MSAP Palaiseau,Palaiseau,91120,91477,1 rue,48.7100,2.2400,,,Hubik,,2023-01-01,,,,
a5,,Cyberespace de Palaiseau,Palaiseau,91120,91477,1 rue,48.7100,2.2400,,,Hubik,,2023-01-01,,,,
a6,,Cyberespace Palaiseau,Palaiseau,91120,91477,1 rue,48.7100,2.2400,,,Zoomacom,,2023-01-01,,,,
a7,,Les Reliefs,Orsay,91400,91471,1 rue,48.7000,2.2000,,,Hubik,,2023-01-01,,,,
a8,,Le Chœur,Gif-sur-Yvette,91190,91272,1 rue,48.7000,2.1300,,,Hubik,,2023-01-01,,,,
`, `1,Médiathèque Jean-Cocteau de Massy,2 rue,,91377,91300,Massy,48.73005,2.27005,fs@massy.example,01 69 00 00 01,09:00 - 12:00,,,,,,,Fixe
2,Piscine,2 rue,,91377,91300,Massy,48.73005,2.27005,,,,,,,,,,Fixe
3,France services Les Ulis,2 rue,,91692,91940,Les Ulis,48.68005,2.17005,,,,,,,,,,Fixe
4,France services de Palaiseau,2 rue,,91477,91120,Palaiseau,48.71005,2.24005,,,,,,,,,,Fixe
5,Médiathèque Jean Cocteau,2 rue,,91377,91300,Massy,48.7314,2.2700,,,,,,,,,,Fixe
6,Rel france services,2 rue,,91471,91400,Orsay,48.70005,2.20005,,,,,,,,,,Fixe
7,Choeur,2 rue,,91272,91190,Gif-sur-Yvette,48.70005,2.13005,,,,,,,,,,Fixe
`, "")
	if got, want := w.texts(t, "select id_a, id_b, regle, distance_m, ressemblance, reuni, motif, id from {lieux-mediation-doublons} order by id_a collate \"C\", id_b collate \"C\""), []string{
		"a1|france-services-liste_1|proximite|7|1|true|<nil>|a1__france-services-liste_1",
		"a4|france-services-liste_4|proximite|7|1|true|<nil>|a4__france-services-liste_4",
		"a8|france-services-liste_7|proximite|7|1|true|<nil>|a8__france-services-liste_7",
	}; !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
	if got := w.texts(t, `select count(*), count(distinct id) from {lieux-mediation}`)[0]; got != "12|12" {
		t.Errorf("%s places", got)
	}
	got := w.texts(t, `select nom, adresse, pivot, latitude, telephone, array_to_string(courriels, ','), horaires, source, array_to_string(itinerance, ','), date_maj::text,
		array_to_string(services, ','), array_to_string(dispositif_programmes_nationaux, ','), array_to_string(formations_labels, ',') from {lieux-mediation} where id like 'a1%'`)
	if want := "Médiathèque Jean Cocteau|1 rue|43493312300029|48.73|+33169000000|accueil@massy.example,fs@massy.example|Mo 09:00-12:00|France Services (ANCT)|Hubik|Fixe|2024-09-01|" +
		"Accès internet et matériel informatique,Aide aux démarches administratives|France Services|ORDI 3.0"; len(got) != 1 || got[0] != want {
		t.Errorf("\n got %q\nwant %q", got, want)
	}

	refused := file(t, "id_a,id_b,motif", "france-services-liste_1,a1,deux étages\n")
	place := w.Place
	w.Place = func(d *dataset.Dataset, resource int) []string {
		if d.Name == "lieux-mediation-distincts" {
			return []string{refused}
		}
		return place(d, resource)
	}
	w.ingestPlaces(t)
	if got := w.texts(t, "select id_a, reuni, motif, id from {lieux-mediation-doublons} where id_a = 'a1'"); !slices.Equal(got, []string{"a1|false|refusee|<nil>"}) {
		t.Errorf("refused: %q", got)
	}
	if got := w.texts(t, "select string_agg(id, ' ' order by id collate \"C\") from {lieux-mediation} where nom like '%Cocteau%'")[0]; got != "a1 france-services-liste_1 france-services-liste_5" {
		t.Errorf("refused: %s", got)
	}
}

// TestOfferOfFranceServicesAlone: the list of France services does not say that a commune has no other place.
func TestOfferOfFranceServicesAlone(t *testing.T) {
	t.Parallel()
	services := "1,France services Massy,2 rue,,91377,91300,Massy,48.73,2.27,,,,,,,,,,Fixe\n"
	for declared, want := range map[string]string{
		"": "0 0 0",
		"a,,Lieu,Palaiseau,91120,,1 rue,48.71,2.24,,,Hubik,Fixe,2023-01-01,Loisirs et créations numériques,,,\n": "194 194 2",
	} {
		w := mediation(t, map[string][]string{
			"communes-cog":             {"echantillon/geo-api-communes-91.json"},
			"communes-contours":        {"echantillon/communes-100m.geojson.gz"},
			"lieux-mediation-declares": {file(t, lieuxHeader, declared), "-", file(t, servicesHeader, services)},
		})
		w.run(t, w.of("offre-communes")...)
		if got := w.texts(t, "select count(med_lieux) || ' ' || count(med_loisirs) || ' ' || coalesce(sum(med_lieux), 0) from "+w.table(t, "offre-communes"))[0]; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestPlacesOfThreeFiles: a SIRET joins what a name does not, in one commune; a group never has two of one file.
func TestPlacesOfThreeFiles(t *testing.T) {
	t.Parallel()
	v0 := filepath.Join(t.TempDir(), "v0.json")
	if err := os.WriteFile(v0, []byte(`[
		{"id": "1", "source": "Hinaura", "pivot": "43493312300029", "nom": "Le Quinconce", "commune": "Massy", "code_postal": "91300", "adresse": "1 rue", "latitude": 48.7300, "longitude": 2.2700, "date_maj": "2022-01-01",
		 "services": "Prendre en main un ordinateur;Utiliser le numérique au quotidien;Créer et développer mon entreprise", "labels_nationaux": "CNFS;APTIC;Fabriques de Territoire", "labels_autres": "Autre",
		 "publics_accueillis": "Adultes;Seniors (+ 65 ans);Handicaps mentaux : déficiences", "conditions_acces": "Gratuit : Je peux;Adhésion : L'accès", "modalites_accompagnement": "Seul : j'ai;A ma place : une personne",
		 "courriel": "accueil@massy.example; camille.durandal@massy.example"},
		{"id": "2", "source": "Hinaura", "nom": "Cyber espace un deux trois", "commune": "Les Ulis", "code_postal": "91940", "adresse": "1 rue", "latitude": 48.6800, "longitude": 2.1700, "date_maj": "2022-01-01"}
	]`), 0o600); err != nil {
		t.Fatal(err)
	}
	w := mediation(t, map[string][]string{
		"communes-cog":      {"echantillon/geo-api-communes-91.json"},
		"communes-contours": {"echantillon/communes-100m.geojson.gz"},
		"lieux-mediation-declares": {file(t, lieuxHeader, `a1,43493312300029,Maison des associations,Massy,91300,91377,1 rue,48.7300,2.2700,,,,,2023-01-01,,,,
a2,43493312300029,Le Quinconce,Palaiseau,91120,91477,1 rue,48.7100,2.2400,,,,,2023-01-01,,,,
a3,43493312300029,Annexe,Massy,91300,91377,9 rue,48.7400,2.2700,,,,,2023-01-01,,,,
a4,,Cyber espace un deux,Les Ulis,91940,91692,1 rue,48.6800,2.1700,,,,,2023-01-01,,,,
a5,,Cyber espace quatre,Les Ulis,91940,91692,1 rue,48.6800,2.1700,,,,,2023-01-01,,,,
`), v0, file(t, servicesHeader, "1,Cyber espace trois quatre,2 rue,,91692,91940,Les Ulis,48.6800,2.1700,,,,,,,,,,Fixe\n")},
	})
	w.ingestPlaces(t)
	if got, want := w.texts(t, `select id_a, id_b, regle, reuni, motif from {lieux-mediation-doublons} order by id_a collate "C", id_b collate "C"`), []string{
		"Hinaura_1|a1|siret|true|<nil>",
		"Hinaura_2|a4|proximite|false|groupe",
		"Hinaura_2|france-services-liste_1|proximite|false|groupe",
		"a5|france-services-liste_1|proximite|false|groupe",
	}; !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
	got := w.texts(t, `select array_to_string(services, ','), array_to_string(dispositif_programmes_nationaux, ','), array_to_string(formations_labels, ','), array_to_string(autres_formations_labels, ','),
		array_to_string(publics_specifiquement_adresses, ','), array_to_string(prise_en_charge_specifique, ','), array_to_string(frais_a_charge, ','), array_to_string(modalites_accompagnement, ','),
		array_to_string(courriels, ',') from {lieux-mediation-declares} where id = 'Hinaura_1'`)
	if want := "Maîtrise des outils numériques du quotidien|Conseillers numériques|Fabriques de Territoire|Autre,APTIC|Seniors|Handicaps mentaux|Gratuit|En autonomie|accueil@massy.example"; got[0] != want {
		t.Errorf("\n got %q\nwant %q", got[0], want)
	}
	if counts := w.counts(t); counts["no-term"] != 4 || counts["contact-personnel"] != 1 {
		t.Errorf("%v", counts)
	}
}

// TestTownHalls: what the annuaire's national export has that the sample has not.
func TestTownHalls(t *testing.T) {
	t.Parallel()
	export := filepath.Join(t.TempDir(), "mairies.csv")
	lines := "id;nom;pivot;code_insee_commune;telephone;telecopie;adresse;site_internet;url_service_public\n"
	for _, hall := range [][]string{
		{"1", "Mairie - Massy", "91377", `[{"valeur":"01 69 00 00 00","description":""},{"valeur":"01 69 00 00 01"}]`,
			`[{"type_adresse":"Adresse postale","numero_voie":"BP 1","code_postal":"91301","nom_commune":"Massy Cedex","longitude":"","latitude":""},{"type_adresse":"Adresse","numero_voie":"1 avenue","code_postal":"91300","nom_commune":"Massy","longitude":"2.27","latitude":"48.73"}]`,
			`[{"libelle":"","valeur":"www.ville-massy.fr"},{"libelle":"Portail","valeur":"https://portail.ville-massy.fr"}]`},
		{"2", "Mairie déléguée - Courcouronnes", "91182", `[]`, `[]`, `[]`},
		{"3", "Mairie annexe - Massy", "91377", `[{"valeur":"06 12 34 56 78"}]`, `[{"type_adresse":"Adresse postale","numero_voie":"BP 1","longitude":"0","latitude":"0"}]`, `[{"valeur":"pas de site"}]`},
		{"4", "Mairie - Paris 8e Arrondissement", "75108", ``, ``, ``},
	} {
		for i := range hall {
			hall[i] = `"` + strings.ReplaceAll(hall[i], `"`, `""`) + `"`
		}
		pivot := `"[{""type_service_local"":""mairie"",""code_insee_commune"":[` + hall[2] + `]}]"`
		lines += strings.Join([]string{hall[0], hall[1], strings.ReplaceAll(pivot, `"`+strings.Trim(hall[2], `"`)+`"`, `""`+strings.Trim(hall[2], `"`)+`""`), hall[2], hall[3],
			`"[{""valeur"":""01 69 00 00 09""}]"`, hall[4], hall[5], "https://lannuaire.example/" + strings.Trim(hall[0], `"`)}, ";") + "\n"
	}
	if err := os.WriteFile(export, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	w := mediation(t, map[string][]string{
		"communes-cog":      {"echantillon/geo-api-communes-91.json"},
		"communes-contours": {"echantillon/communes-100m.geojson.gz"},
		"services-en-ligne": {export},
	})
	w.run(t, w.of("services-en-ligne")...)
	got := w.texts(t, `select id, nature, code_insee, telephone, adresse, code_postal, commune, round(longitude::numeric, 2)::text, url, array_to_string(sites, ',') from `+w.table(t, "services-en-ligne")+" order by id")
	if want := []string{
		"1|mairie|91377|01 69 00 00 00|1 avenue|91300|Massy|2.27|http://www.ville-massy.fr|www.ville-massy.fr,https://portail.ville-massy.fr",
		"2|mairie-deleguee|91182|<nil>|<nil>|<nil>|<nil>|<nil>|<nil>|<nil>",
		"3|mairie-annexe|91377|<nil>|<nil>|<nil>|<nil>|<nil>|<nil>|pas de site",
		"4|mairie-arrondissement|75108|<nil>|<nil>|<nil>|<nil>|<nil>|<nil>|<nil>",
	}; !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
	l, _, err := w.DB.LastLoad(t.Context(), "services-en-ligne")
	if err != nil || l.Counts["known-commune"] != 2 || l.Counts["contact-personnel"] != 1 || l.Counts["url"] != 1 {
		t.Errorf("%v %v", l.Counts, err)
	}
}

// TestSamplePlacesStay: the 26 places of the bundled sample, in the national layout, are published cell by cell as it has
// them, and the declarations too.
func TestSamplePlacesStay(t *testing.T) {
	t.Parallel()
	w := mediation(t, map[string][]string{
		"communes-cog":             {"echantillon/geo-api-communes-91.json"},
		"communes-contours":        {"echantillon/communes-100m.geojson.gz"},
		"lieux-mediation-declares": {"echantillon/lieux-mediation.csv"},
	})
	w.ingestPlaces(t)
	text, err := os.ReadFile("../../datasets/echantillon/lieux-mediation.csv")
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, r := range records[1:] {
		want = append(want, strings.Join(r, "|"))
	}
	var cells []string
	schema := w.Registry.Get("lieux-mediation").Schema
	for i := range schema.Columns {
		cell := pgx.Identifier{schema.Columns[i].Name}.Sanitize()
		if schema.Columns[i].Type == "list" {
			cell = "array_to_string(" + cell + ", '|')"
		}
		cells = append(cells, "coalesce("+cell+"::text, '')")
	}
	slices.Sort(want)
	for _, name := range []string{"lieux-mediation", "lieux-mediation-declares"} {
		got := w.texts(t, "select "+strings.Join(cells, ", ")+" from {"+name+"}")
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, want)
		}
	}
}
