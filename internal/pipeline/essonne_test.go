package pipeline_test

import (
	"bytes"
	"encoding/csv"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"maille/internal/dataset"
	"maille/internal/release"
)

// sample is an instance of the real descriptors over the bundled sample, published.
func sample(t *testing.T) (*world, *release.Manifest) {
	t.Helper()
	w := sampled(t, essonne(t))
	for name, status := range w.run(t) {
		if got, _, _ := strings.Cut(status, ": "); got != release.Sealed { // the sample has not every resource, and says so
			t.Fatalf("%s is %s", name, status)
		}
	}
	m, _ := w.publish(t)
	return w, m
}

// sampled is an instance of some of the real descriptors, whose files are those of the bundled sample.
func sampled(t *testing.T, r *dataset.Registry) *world {
	t.Helper()
	w := build(t, r)
	var profile struct{ Sources map[string][]any } // of places, or lists of places
	if _, err := toml.DecodeFile("../../datasets/profiles/essonne-demo.toml", &profile); err != nil {
		t.Fatal(err)
	}
	w.Fetcher.Files = os.DirFS("../../datasets")
	w.Place = func(d *dataset.Dataset, resource int) []string {
		if place, moved := w.places[d.Name]; moved {
			return []string{place}
		}
		if all := profile.Sources[d.Name]; resource < len(all) && all[resource] != "" {
			return places(all[resource])
		}
		return []string{d.Resources[resource].Path}
	}
	return w
}

func places(one any) (all []string) {
	switch p := one.(type) {
	case string:
		if p != "-" {
			all = []string{p}
		}
	case []any:
		for _, place := range p {
			all = append(all, place.(string))
		}
	}
	return all
}

func TestEssonne(t *testing.T) {
	notRaced(t)
	t.Parallel()
	w, m := sample(t)
	t.Run("the figures are the real ones", func(t *testing.T) { w.truth(t) })
	t.Run("the balance is what SQL makes of it", func(t *testing.T) { w.balance(t) })
	t.Run("the points of communes", func(t *testing.T) { w.points(t) })
	t.Run("the places beyond the border", func(t *testing.T) { w.beyond(t) })
	t.Run("access is what SQL finds", func(t *testing.T) { w.access(t) })
	t.Run("access under other choices", func(t *testing.T) { w.sensitive(t) })
	t.Run("the same again is the same", func(t *testing.T) { w.again(t, m) })
	t.Run("a CSV of it is it", func(t *testing.T) { w.fromCSV(t, m) })
	w.tidy(t)
	t.Run("restored from its files it is it", func(t *testing.T) { w.fromFiles(t, m) })
}

func (w *world) truth(t *testing.T) {
	for _, c := range []struct{ what, sql, want string }{
		{"communes", "select count(*) from opendata.communes", "194"},
		{"population", "select sum(population) from opendata.communes", "1338485"},
		{"EPCI", "select count(*) || ', ' || count(*) filter (where partiel) || ' partial' from opendata.epci", "13, 4 partial"},
		{"EPCI that cross the border: communes here of all", `select string_agg(code_epci || ': ' || communes_ici || ' of ' || communes_total, ', ' order by code_epci)
			from opendata.epci where partiel`, "200054781: 6 of 130, 200059228: 15 of 23, 247700644: 1 of 4, 247800584: 1 of 18"},
		{"communes of EPCI", "select sum(communes_ici) || ' ' || sum(population_ici) from opendata.epci", "194 1338485"},
		{"département", "select code_departement || ' ' || nom || ' ' || communes || ' ' || population from opendata.departements", "91 Essonne 194 1338485"},
		{"Cartefibre", `select sum(cartefibre_ftth) || ' of ' || sum(cartefibre_locaux) || ', ' || round(100.0 * sum(cartefibre_ftth) / sum(cartefibre_locaux), 2)
			from opendata.couverture_thd_communes`, "696403 of 719204, 96.83"},
		{"Ma connexion internet", `select sum(mci_ftth) || ' of ' || sum(mci_locaux) || ', ' || round(100.0 * sum(mci_ftth) / sum(mci_locaux), 2)
			from opendata.couverture_thd_communes`, "686901 of 715869, 95.95"},
		{"ANCT", "select sum(anct_ftth) || ' of ' || sum(anct_locaux) from opendata.couverture_thd_communes", "696403 of 708866"},
		{"the lowest rate", `select code_insee || ' ' || cartefibre_ftth || '/' || cartefibre_locaux || ' ' || cartefibre_taux
			from opendata.couverture_thd_communes order by cartefibre_taux limit 1`, "91494 2063/2932 70.36"},
		{"one quarter", "select string_agg(distinct trimestre, ' ') from opendata.couverture_thd_communes", "2026T2"},
		{"town halls without a site", "select count(*) from opendata.offre_communes where mairie_site is not true", "16"},
		{"points outside their commune", `select count(*) from maille.issue i join maille.load l on l.id = i.load
			where l.dataset = 'services-en-ligne' and rule = 'inside-commune' and level = 'warning'`, "10"},
	} {
		if got := one[string](t, w.conn, "select ("+c.sql+")::text"); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
	area := one[float64](t, w.conn, "select ST_Area(ST_Union(geometry)::geography) / 1e6 from opendata.communes_contours")
	if math.Abs(area/1819.9-1) > 0.001 {
		t.Errorf("area = %.1f km²", area)
	}
}

// again ingests the same, then as another build would: each dataset, derived ones too, leads to the version that stands.
func (w *world) again(t *testing.T, m *release.Manifest) {
	for _, want := range []string{"current", release.Unchanged} {
		w.Registry = essonne(t)
		for name, status := range w.run(t) {
			if got, _, _ := strings.Cut(status, ": "); got != want {
				t.Errorf("%s is %s, not %s", name, status, want)
			}
		}
		if now, published := w.publish(t); published || now.Release != m.Release || !maps.Equal(versions(now), versions(m)) {
			t.Errorf("published %v: %s", published, now.Release)
		}
		w.Code = "two"
	}
}

// fromCSV ingests the dump of each source dataset without polygons through the dataset's own schema, as maille ingest
// --from does.
func (w *world) fromCSV(t *testing.T, m *release.Manifest) {
	done := 0
	for _, e := range m.Datasets {
		d := w.Registry.Get(e.Dataset)
		content := w.object(t, e.Files[0].SHA256)
		records, err := csv.NewReader(bytes.NewReader(content)).ReadAll()
		if err != nil || int64(len(records)-1) != e.Rows || strings.Join(records[0], " ") != strings.Join(d.Schema.Names(), " ") {
			t.Errorf("%s: %d records for %d rows, %v", e.Files[0].Name, len(records), e.Rows, err)
		}
		if g := d.Publication.Geometry; d.IsDerived() || e.Rows == 0 || g != nil && g.Type == "MultiPolygon" {
			continue
		}
		done++
		path := filepath.Join(t.TempDir(), d.Name+".csv")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		w.Registry = essonne(t)
		w.Registry.Get(d.Name).Resources = []dataset.Resource{{Path: path, Format: "csv"}}
		w.places = map[string]string{d.Name: path}
		if got := w.run(t, d.Name)[d.Name]; got != release.Unchanged {
			t.Errorf("%s is %s", d.Name, got)
		}
		if _, v, err := w.DB.LastLoad(t.Context(), d.Name); err != nil || v.ID != e.ID {
			t.Errorf("%s, not %s (%v)", v, e.Version, err)
		}
	}
	clear(w.places)
	if done < 13 {
		t.Errorf("only %d datasets", done)
	}
}
