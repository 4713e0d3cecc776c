package serve_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"io"
	"io/fs"
	"math"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/jackc/pgx/v5"

	"maille/internal/dataset"
	"maille/internal/indicator"
	"maille/internal/serve"
	"maille/internal/store"
	"maille/internal/synthetic"
)

// imagined is the sample with all that it has no source for, made up: a grid in two communes of three, costs by road of some origins, needs,
// publics, eight quarters more, a perimeter.
var imagined struct {
	*world
	roads map[[2]string]float64 // metres, by origin and place
}

func imaginedWorld(t testing.TB) *world {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if imagined.world == nil {
		files := dataset.Files{Datasets: os.DirFS("../../datasets"), Schemas: os.DirFS("../../schemas")}
		w := newWorld(lasting{t}, files, store.Options{})
		w.Fetcher.Files = &changing{FS: files.Datasets, changed: imagine(t, files.Datasets)}
		named, usual := map[string]string{"population-carreaux": "carreaux.csv", "contexte-communes": "contexte.csv", "matrice-couts": "couts.csv", "lieux-voisins-declares": "voisins.csv", "perimetres-composition": "perimetres.csv"},
			samplePlace(t, files.Datasets)
		w.Place = func(d *dataset.Dataset, i int) []string {
			if name := named[d.Name]; name != "" && i == 0 {
				return []string{name}
			}
			return usual(d, i)
		}
		w.publish(t)
		imagined.world = w
	}
	return imagined.world
}

// imagine writes the files.
func imagine(t testing.TB, files fs.FS) fstest.MapFS {
	t.Helper()
	read := func(name string) []byte {
		text, err := fs.ReadFile(files, "echantillon/"+name)
		must(t, err)
		return text
	}
	zipped, err := gzip.NewReader(bytes.NewReader(read("communes-100m.geojson.gz")))
	must(t, err)
	communes, err := synthetic.Communes(t.Context(), bytes.NewReader(read("geo-api-communes-91.json")), zipped)
	must(t, err)
	var gridded []synthetic.Commune
	for i, c := range communes {
		if i%3 != 0 {
			gridded = append(gridded, c)
		}
	}
	described := synthetic.Cells{Seed: 7, Most: 6, System: 3035}
	cells, err := described.Of(t.Context(), gridded)
	must(t, err)
	made := fstest.MapFS{}
	write := func(name string, fill func(io.Writer) error) {
		var b bytes.Buffer
		must(t, fill(&b))
		made[name] = &fstest.MapFile{Data: b.Bytes()}
	}
	places := publicsOf(t, read("lieux-mediation.csv"))
	write("carreaux.csv", func(w io.Writer) error {
		var b bytes.Buffer
		must(t, described.Write(t.Context(), &b, gridded))
		_, err := w.Write(withLonely(b.Bytes()))
		return err
	})
	write("contexte.csv", func(w io.Writer) error { return synthetic.WriteContext(w, 7, communes) })
	write("couts.csv", func(w io.Writer) error {
		return synthetic.WriteCosts(w, originsOf(communes, cells), places.stops, 25_000)
	})
	write("perimetres.csv", func(w io.Writer) error {
		_, err := io.WriteString(w, "code_perimetre,nom,niveau,code\nsud,Sud,epci,200017846\nsud,Sud,commune,91228\n")
		return err
	})
	write("voisins.csv", func(w io.Writer) error {
		_, err := io.WriteString(w, "id,nom,commune,code_postal,code_insee,latitude,longitude,itinerance,horaires,services,publics_specifiquement_adresses,dispositif_programmes_nationaux,source,date_maj\n"+
			"beyond,Voisin,Dourdan,78660,78030,48.45,1.93,,,,,,S,2024-01-01\n"+
			"away,Loin,Goussainville,95190,95280,49.03,2.47,,,Loisirs et créations numériques,,,S,2024-01-01\n")
		return err
	})
	write("echantillon/lieux-mediation.csv", func(w io.Writer) error { return csv.NewWriter(w).WriteAll(places.rows) })
	write("echantillon/arcep-cartefibre-commune.csv", func(w io.Writer) error {
		_, err := w.Write(quartersOf(read("arcep-cartefibre-commune.csv")))
		return err
	})
	imagined.roads = roadsOf(t, made["couts.csv"].Data)
	return made
}

// withLonely is a file of cells with some households far from the others of their commune, too few to be told.
func withLonely(text []byte) []byte {
	lines := strings.SplitAfter(strings.TrimSpace(string(text)), "\n")
	for i, line := range lines[1:] {
		m := cellName.FindStringSubmatch(strings.SplitN(line, ",", 2)[0])
		if i%4 != 0 || m == nil {
			continue
		}
		north, _ := strconv.Atoi(m[2])
		east, _ := strconv.Atoi(m[3])
		code := m[1] + "200mN" + strconv.Itoa(north+3800) + "E" + strconv.Itoa(east-3000)
		cells := strings.Split(strings.TrimSpace(line), ",")
		if cells[0], cells[6] = code, "4.5"; !strings.Contains(string(text), code) {
			lines = append(lines, "\n"+strings.Join(cells, ","))
		}
	}
	return []byte(strings.Join(lines, ""))
}

// originsOf are one cell in five, and one commune without cells in two.
func originsOf(communes []synthetic.Commune, cells []synthetic.Cell) (stops []synthetic.Stop) {
	for i := 0; i < len(cells); i += 5 {
		stops = append(stops, synthetic.Stop{ID: cells[i].Code, Lon: cells[i].Lon, Lat: cells[i].Lat})
	}
	for i := 0; i < len(communes); i += 6 {
		stops = append(stops, synthetic.Stop{ID: communes[i].Code, Lon: 2.3, Lat: 48.5 + float64(i)/1000})
	}
	return stops
}

type peopledPlaces struct {
	rows  [][]string
	stops []synthetic.Stop
}

// publicsOf are the places of the sample, two of three of which say whom they are for.
func publicsOf(t testing.TB, text []byte) (p peopledPlaces) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	must(t, err)
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	publics := []string{"Jeunes|Étudiants", "Familles et/ou enfants|Seniors", "", "Femmes|Seniors", "Jeunes", ""}
	for i, row := range rows[1:] {
		row[at["publics_specifiquement_adresses"]] = publics[i%len(publics)]
		lon, _ := strconv.ParseFloat(row[at["longitude"]], 64)
		lat, _ := strconv.ParseFloat(row[at["latitude"]], 64)
		p.stops = append(p.stops, synthetic.Stop{ID: row[at["id"]], Lon: lon, Lat: lat})
	}
	p.rows = rows
	return p
}

// quartersOf is the file of Ma carte fibre with the eight quarters before it: 1 to 3 % of the premises came in each.
func quartersOf(text []byte) []byte {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	var b strings.Builder
	b.WriteString(lines[0] + "\n")
	for k, day := range []string{"2024-06-30", "2024-09-30", "2024-12-31", "2025-03-31", "2025-06-30", "2025-09-30", "2025-12-31", "2026-03-31", "2026-06-30"} {
		for i, line := range lines[1:] {
			c := strings.Split(strings.TrimSpace(line), ";")
			n, _ := strconv.Atoi(c[3])
			c[3], c[4] = strconv.Itoa(n-n*(8-k)*(1+i%3)/100-(8-k)*(k%2)), day
			b.WriteString(strings.Join(c, ";") + "\n")
		}
	}
	return []byte(b.String())
}

func roadsOf(t testing.TB, text []byte) map[[2]string]float64 {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	must(t, err)
	roads := map[[2]string]float64{}
	for _, row := range rows[1:] {
		m, err := strconv.ParseFloat(row[2], 64)
		must(t, err)
		roads[[2]string{row[0], row[1]}] = m
		roads[[2]string{row[0], ""}] = 0
	}
	return roads
}

// TestImaginedIsExplained: with all sources, each indicator has a value, and each is computed once more by hand.
func TestImaginedIsExplained(t *testing.T) {
	notRaced(t)
	w := imaginedWorld(t)
	byHand(t, w, nil)
	if got := explained(t, w, "med_lieux", "perimetre-sud", ""); got.Value == nil {
		t.Errorf("%+v", got)
	}
}

// TestImaginedQuestions: what people of cells have, by road where that is known, is what tables say; a perimeter is its communes.
func TestImaginedQuestions(t *testing.T) {
	notRaced(t)
	w := imaginedWorld(t)
	const access, offers = "opendata.acces_mediation", "opendata.acces_mediation_offres"
	for _, x := range []struct{ query, where string }{
		{"distance_min=4000", "code_insee in (select code_insee from " + access + " where distance >= 4000)"},
		{"distance_min=4000&vol_oiseau=true", "code_insee in (select code_insee from " + access + " where distance_vol >= 4000)"},
		{"rayon=5000", "population > 0 and code_insee in (select code_insee from " + access + " where pop_au_dela_5km >= population)"},
		{"public=seniors&distance_min=6000", "code_insee in (select code_insee from " + offers + " where offre = 'seniors' and distance >= 6000)"},
		{"territoire=perimetre-sud", "code_epci = '200017846' or code_insee = '91228'"},
		{"sous_dote=true", "code_insee in (select code_insee from opendata.equilibre_communes where sous_dote)"},
		{"sous_dote=false", "code_insee in (select code_insee from opendata.equilibre_communes where not sous_dote)"},
		{"double_peine=false", "code_insee in (select code_insee from opendata.equilibre_communes where not double_peine)"},
	} {
		got := parse[questioned](t, w.address+"/ecarts?"+x.query)
		want := query[[]string](t, w.database, "select coalesce(array_agg(code_insee order by code_insee collate \"C\"), '{}') from opendata.communes where "+x.where)
		if strings.Join(got.codes(), " ") != strings.Join(want, " ") || len(want) == 0 {
			t.Errorf("%s: %d communes, by hand %d\n%v\n%v", x.query, len(got.Rows), len(want), got.codes(), want)
		}
		if len(got.Rows) > 194-30 {
			continue
		}
		t.Log(got.Sentence, got.Notes)
	}
	for _, quadrant := range indicator.Quadrants {
		got := parse[questioned](t, w.address+"/ecarts?quadrant="+quadrant)
		if want := query[int](t, w.database, "select count(*) from opendata.equilibre_communes where quadrant = '"+quadrant+"'"); len(got.Rows) != want || want == 0 {
			t.Errorf("%s: %d communes, by hand %d", quadrant, len(got.Rows), want)
		}
	}
	measured := parse[questioned](t, w.address+"/ecarts?distance_min=4000")
	if notes := strings.Join(append(measured.Notes, measured.Limits...), " "); !strings.Contains(notes, "matrice") || !strings.Contains(notes, "carreaux habités") || !strings.Contains(notes, "sans carreau") {
		t.Errorf("from where, and along what: %s", notes)
	}
}

// TestImaginedReach: a radius that tables publish has the people that tables say, cells and roads and publics included; what nobody says
// is not known; few people are not said, nor what would tell them.
func TestImaginedReach(t *testing.T) {
	notRaced(t)
	w := imaginedWorld(t)
	for _, x := range []struct{ query, column, table string }{
		{"rayon=5000", "pop_au_dela_5km", "acces_mediation where true"}, {"rayon=20000", "pop_au_dela_20km", "acces_mediation where true"},
		{"rayon=5000&vol_oiseau=true", "pop_au_dela_5km_vol", "acces_mediation where true"},
		{"rayon=10000&public=seniors", "pop_au_dela_10km", "acces_mediation_offres where offre = 'seniors'"},
		{"rayon=10000&public=femmes", "pop_au_dela_10km", "acces_mediation_offres where offre = 'femmes'"},
		{"rayon=10000&programme=france-services", "pop_au_dela_10km", "acces_mediation_offres where offre = 'france-services'"},
	} {
		got := parse[questioned](t, w.address+"/portee?"+x.query)
		told := query[map[string]int64](t, w.database, "select jsonb_object_agg(code_insee, "+x.column+") from opendata."+x.table+" and "+x.column+" is not null")
		some := 0
		for _, row := range got.Rows {
			code := row["code_insee"].(string)
			far, known := row["au_dela"].(float64)
			if want, published := told[code]; known && (!published || int64(far) != want) {
				t.Errorf("%s of %s: %v beyond, published %v (%v)", x.query, code, far, want, published)
			} else if known && far > 0 {
				some++
			}
			if near, is := row["a_portee"].(float64); is && known && near+far != row["population"].(float64) && x.query[len(x.query)-1] == '0' {
				t.Errorf("%s of %s: %v and %v of %v", x.query, code, near, far, row["population"])
			}
		}
		if some == 0 && !strings.Contains(x.query, "20000") {
			t.Errorf("%s: nobody is beyond: %s", x.query, got.Sentence)
		}
	}
}

func metresByHand(x *explanation, origin string, lon, lat float64, place string, toLon, toLat float64) float64 {
	if _, by := imagined.roads[[2]string{origin, ""}]; by && imagined.world != nil && strings.HasPrefix(x.Permanent, imagined.address) {
		if m, there := imagined.roads[[2]string{origin, place}]; there {
			return m
		}
		return math.Inf(1)
	}
	return x.parameter("detour") * inverse(lon, lat, toLon, toLat)
}

// TestQuestionsOfAPrunedRelease: what rows made is no longer answered once they are away, and says so.
func TestQuestionsOfAPrunedRelease(t *testing.T) {
	notRaced(t)
	w := imaginedWorld(t)
	release := current(t, w)
	conn, err := pgx.Connect(t.Context(), w.database)
	must(t, err)
	defer conn.Close(context.Background())
	pruned := func(at string) {
		_, err := conn.Exec(t.Context(), "update maille.version set pruned_at = "+at+" where dataset = 'acces-mediation'")
		must(t, err)
	}
	pruned("now()")
	defer pruned("null")
	s := w.serve(t, serve.Options{})
	must(t, s.Refresh(t.Context()))
	at := listen(t, s) + "/r/" + release
	for _, path := range []string{"/ecarts?population_min=9", "/portee?rayon=5000", "/scenario?rayon=5000", "/explique?indicateur=med_distance&territoire=91494", "/ecarts?f=csv"} {
		for _, accept := range []string{"application/json", "text/html"} {
			if a := ask(t, http.MethodGet, at+path, "Accept", accept); a.StatusCode != http.StatusGone && a.StatusCode != http.StatusNotAcceptable {
				t.Errorf("%s as %s: %s", path, accept, a.Status)
			}
		}
	}
	if a := ask(t, http.MethodGet, at+"/explique"); a.StatusCode != http.StatusOK {
		t.Errorf("what can be explained: %s", a.Status)
	}
}

// TestGapsRowsAreThoseOfTables: the numbers of an answer, as JSON and as CSV, are those that the datasets publish.
func TestGapsRowsAreThoseOfTables(t *testing.T) {
	notRaced(t)
	w := imaginedWorld(t)
	got := parse[questioned](t, w.address+"/ecarts?sortby=code_insee")
	table, err := csv.NewReader(bytes.NewReader(ask(t, http.MethodGet, w.address+"/ecarts?sortby=code_insee&f=csv").body)).ReadAll()
	must(t, err)
	for _, x := range []struct{ column, of string }{{"taux", "couverture_thd_communes.cartefibre_taux"}, {"locaux", "couverture_thd_communes.cartefibre_locaux"}, {"distance", "acces_mediation.distance"},
		{"population", "communes.population"}} {
		from, column, _ := strings.Cut(x.of, ".")
		want := query[map[string]float64](t, w.database, "select jsonb_object_agg(code_insee, "+column+") from opendata."+from+" where "+column+" is not null")
		at := slices.Index(table[0], x.column)
		for i, row := range got.Rows {
			is, known := row[x.column].(float64)
			published, there := want[row["code_insee"].(string)]
			written, _ := strconv.ParseFloat(table[i+1][at], 64)
			if known != there || is != published || written != published {
				t.Errorf("%s of %v is %v, in CSV %q, published %v", x.column, row["code_insee"], row[x.column], table[i+1][at], published)
			}
		}
	}
}
