package pipeline_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"maille/internal/dataset"
	"maille/internal/pipeline"
	"maille/internal/release"
)

// territory is an instance of the published datasets of territory alone, over these places; the others are left out.
func territory(t *testing.T, files fs.FS, places map[string]string, perimeters string) *world {
	t.Helper()
	names := []string{
		"communes-cog", "communes-contours", "communes-contours-2018", "communes-zonages", "communes", "communes-deleguees",
		"arrondissements-municipaux-cog", "arrondissements-municipaux-contours", "arrondissements-municipaux",
		"epci-cog", "epci-composition", "epci", "ept-cog", "ept", "departements-cog", "departements", "regions-cog", "regions",
		"communes-mouvements", "communes-passages", "arrondissements-cog", "arrondissements-composition", "arrondissements", "perimetres-composition", "perimetres",
	}
	published, shown := os.DirFS("../../datasets"), fstest.MapFS{}
	for _, name := range names {
		for _, file := range []string{name + ".json", name + ".sql"} {
			if text, err := fs.ReadFile(published, file); err == nil {
				shown[file] = &fstest.MapFile{Data: text}
			}
		}
	}
	r, err := dataset.Load(dataset.Files{Datasets: shown, Schemas: os.DirFS("../../schemas")})
	if err != nil {
		t.Fatal(err)
	}
	w := build(t, r)
	w.Fetcher.Files = files
	if perimeters != "" {
		file := filepath.Join(t.TempDir(), "perimetres.csv")
		if err := os.WriteFile(file, []byte("code_perimetre,nom,niveau,code\n"+perimeters), 0o600); err != nil {
			t.Fatal(err)
		}
		places["perimetres-composition"] = file
	}
	w.Place = func(d *dataset.Dataset, _ int) []string {
		if place := places[d.Name]; place != "" {
			return []string{place}
		}
		return nil
	}
	for _, o := range w.ingested(t) {
		if o.Status != release.Sealed {
			t.Fatalf("%s is %s: %s %v", o.Dataset, o.Status, o.Reason, o.Err)
		}
	}
	w.publish(t)
	return w
}

func (w *world) ingested(t *testing.T) []pipeline.Outcome {
	t.Helper()
	outcomes, err := w.Ingest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return outcomes
}

func (w *world) says(t *testing.T, cases []fact) {
	t.Helper()
	for _, c := range cases {
		start := time.Now()
		if got := one[string](t, w.conn, "select coalesce(("+c.sql+")::text, 'null')"); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Logf("%s: %s", c.what, took.Round(100*time.Millisecond))
		}
	}
}

type fact struct{ what, sql, want string }

func TestTerritoryOfEssonne(t *testing.T) {
	t.Parallel()
	bundled := "echantillon/decoupage-administratif.tgz"
	w := territory(t, os.DirFS("../../datasets"), map[string]string{
		"communes-cog": "echantillon/geo-api-communes-91.json", "communes-contours": "echantillon/communes-100m.geojson.gz",
		"epci-cog": "echantillon/geo-api-epcis.json", "epci-composition": "echantillon/geo-api-communes-epci.json",
		"departements-cog": "echantillon/geo-api-departements.json", "regions-cog": "echantillon/geo-api-regions.json",
		"communes-mouvements": "echantillon/insee-mouvements-91.csv", "communes-deleguees": bundled, "arrondissements-cog": bundled, "arrondissements-composition": bundled, "ept-cog": bundled,
	}, strings.Join([]string{
		"sud-essonne,Sud Essonne,epci,200017846", "sud-essonne,Sud Essonne,commune,91223", "sud-essonne,Sud Essonne,commune,91999",
		"evry,Évry,commune,91182",
		"tout,Tout,departement,91", "tout,Tout,region,11", "tout,Tout,commune,91228",
		"grand-paris-sud,Grand Paris Sud,epci,200059228",
		"ailleurs,Ailleurs,commune,01001",
	}, "\n")+"\n")
	w.says(t, []fact{
		{"communes with a contour", "select count(*) || ' ' || count(geometry) || ' ' || string_agg(distinct contour, '') from opendata.communes", "194 194 courant"},
		{"région", "select code_region || ' ' || nom || ' ' || departements || ' ' || communes || ' ' || population from opendata.regions", "11 Île-de-France 1 194 1338485"},
		{"arrondissements", "select string_agg(nom || ' ' || communes, ', ' order by code_arrondissement) || ', ' || sum(population) from opendata.arrondissements",
			"Étampes 75, Évry 51, Palaiseau 68, 1338485"},
		{"EPT", "select nom || ' ' || communes_ici || ' of ' || communes_total || ' ' || partiel from opendata.ept", "Grand-Orly Seine Bièvre 6 of 24 true"},
		{"communes déléguées", "select string_agg(type || ' ' || code_insee || ' in ' || commune, ', ' order by code_insee) from opendata.communes_deleguees",
			"COMD 91222 in 91390, COMD 91390 in 91390"},
		{"no arrondissement municipal", "select count(*) from opendata.arrondissements_municipaux", "0"},
		{"a commune that its EPCI names too counts once", `select communes = (select communes_ici from opendata.epci where code_epci = '200017846')
			from opendata.perimetres where code_perimetre = 'sud-essonne'`, "true"},
		{"a code that nothing bears is said, and the whole is unknown", `select partiel || ' ' || array_to_string(inconnus, '|') || ' ' || (population is null and surface_km2 is null)
			from opendata.perimetres where code_perimetre = 'sud-essonne'`, "true commune 91999 true"},
		{"a commune that died is the one that follows it", `select concat_ws(' ', communes, partiel, inconnus, population = (select population from opendata.communes
			where code_insee = '91228'), surface_km2 > 0) from opendata.perimetres where code_perimetre = 'evry'`, "1 f t t"},
		{"all of it, named three times", "select communes || ' ' || population || ' ' || partiel from opendata.perimetres where code_perimetre = 'tout'", "194 1338485 false"},
		{"an EPCI that goes on elsewhere", "select communes || ' ' || partiel || ' ' || (inconnus is null) from opendata.perimetres where code_perimetre = 'grand-paris-sud'", "15 true true"},
		{"nothing of it is here", "select communes || ' ' || coalesce(population::text, 'null') || ' ' || (geometry is null) from opendata.perimetres where code_perimetre = 'ailleurs'", "0 null true"},
		dissolved("departements", ""), dissolved("regions", ""), dissolved("epci", ""), dissolved("arrondissements", ""),
	})
	w.generalised(t)
}

// dissolved compares the area of a level with that of its communes, to a millionth, in the plane where both are exact.
func dissolved(level, where string) fact {
	return fact{"area of " + level, fmt.Sprintf(`select abs(sum(ST_Area(geometry)) / (select sum(ST_Area(geometry)) from opendata.communes %s) - 1) < 1e-6
		and bool_and(ST_IsValid(geometry)) from opendata.%s`, where, level), "true"}
}

// generalised looks at the levels that stand beside communes with PostGIS' eyes.
func (w *world) generalised(t *testing.T) {
	t.Helper()
	table := one[string](t, w.conn, `select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = 'data' and tablename like 'communes@%~g'`)
	w.says(t, []fact{
		{"levels", "select string_agg(distinct level::text, ' ') from " + table, "0.001 0.004 0.016"},
		{"each has every commune with a contour", "select bool_and(n = (select count(geometry) from opendata.communes)) from (select count(*) as n from " + table + " group by level) l", "true"},
		{"they are valid", "select bool_and(ST_IsValid(geometry) and not ST_IsEmpty(geometry)) from " + table, "true"},
		{"the text is of the geometry", "select max(ST_HausdorffDistance(ST_GeomFromGeoJSON(_geojson), geometry)) < 1e-9 from " + table + " where level = 0.016", "true"},
		{"they cover what their union does: no gap is counted, no overlap", `select bool_and(abs(parts / whole - 1) < 1e-6) from
			(select sum(ST_Area(geometry)) as parts, ST_Area(ST_Union(geometry)) as whole from ` + table + " where level > 0.001 group by level) l", "true"},
		{"they are smaller and smaller", `select bool_and(n < before) from (select sum(ST_NPoints(geometry)) as n, lag(sum(ST_NPoints(geometry))) over (order by level)
			as before from ` + table + " group by level) l", "true"},
	})
}

// holesOf counts the inner rings of a level.
func holesOf(level, code string) string {
	return fmt.Sprintf(`select string_agg(%[1]s || ' ' || n, ', ' order by %[1]s) from (select %[1]s, count(*) as n from
		(select %[1]s, (ST_DumpRings((ST_Dump(geometry)).geom)).path[1] as rank from opendata.%[2]s) r where rank > 0 group by 1) h`, code, level)
}

// TestTerritoryOfFrance: every level of France, from the mirror of official files.
func TestTerritoryOfFrance(t *testing.T) {
	notRaced(t)
	if testing.Short() {
		t.Skip("reads all of France")
	}
	shared := filepath.Join("..", "..", "..", "shared", "data")
	if _, err := os.Stat(shared); errors.Is(err, fs.ErrNotExist) {
		t.Skip("the files of France are not on this machine")
	}
	archive := "france/etalab-decoupage-administratif-6.0.0.tgz"
	w := territory(t, os.DirFS(shared), map[string]string{
		"communes-cog": "mirror/geo-api-communes.json", "communes-contours": "mirror/communes-1000m.geojson.gz",
		"communes-contours-2018": "france/communes-2018-par-departement.tar.gz",
		"epci-cog":               "mirror/geo-api-epcis.json", "epci-composition": "mirror/geo-api-communes.json",
		"departements-cog": "mirror/geo-api-departements.json", "regions-cog": "mirror/geo-api-regions.json",
		"communes-deleguees": archive, "arrondissements-cog": archive, "arrondissements-composition": archive, "ept-cog": archive,
		"arrondissements-municipaux-cog": archive,
	}, "bretagne-corse,Bretagne et Corse,region,53\nbretagne-corse,Bretagne et Corse,departement,2A\nbretagne-corse,Bretagne et Corse,region,94\n")
	w.says(t, []fact{
		{"communes", "select count(*) || ' ' || sum(population) from opendata.communes", "34969 68952941"},
		{"contours by vintage", `select string_agg(coalesce(contour, 'none') || ' ' || n, ', ' order by contour)
			from (select contour, count(*) as n from opendata.communes group by 1) c`, "2018 129, courant 34746, none 94"},
		{"a vintage goes with a geometry", "select count(*) from opendata.communes where (contour is null) <> (geometry is null)", "0"},
		{"those of 2018 are overseas", "select string_agg(distinct code_departement, ' ') from opendata.communes where contour = '2018'", "971 972 973 974 976"},
		{"Corsica's codes are texts", "select code_insee || ' ' || code_departement || ' ' || code_region from opendata.communes where code_insee = '2A004'", "2A004 2A 94"},
		{"collectivities overseas", `select string_agg(code_departement || ' ' || n, ', ' order by code_departement) from
			(select code_departement, count(*) as n from opendata.communes where length(code_departement) = 3 group by 1) d`,
			"971 32, 972 34, 973 22, 974 24, 975 2, 976 17, 977 1, 978 1, 984 5, 986 3, 987 48, 988 33, 989 1"},
		{"communes without an EPCI in metropolitan France", `select string_agg(code_insee, ' ' order by code_insee) from opendata.communes
			where code_epci is null and length(code_departement) = 2`, "22016 29083 29155 85113"},
		{"a sum that misses a term is unknown", "select string_agg(code_departement, ' ' order by code_departement) from opendata.departements where population is null", "984 989"},
		{"Paris is one commune", "select count(*) || ' ' || sum(population) from opendata.communes where code_departement = '75'", "1 2103778"},
		{"and twenty arrondissements", `select string_agg(commune || ' ' || n || ' ' || (p = c.population), ', ' order by commune) from
			(select commune, count(*) as n, sum(population) as p from opendata.arrondissements_municipaux group by 1) a join opendata.communes c on c.code_insee = a.commune`,
			"13055 16 true, 69123 9 true, 75056 20 true"},
		{"which no level counts", `select string_agg(p::text, ' ') from (select sum(population) as p from opendata.departements union all
			select sum(population) from opendata.regions union all select sum(population) from opendata.communes) s`, "68952941 68952941 68952941"},
		{"communes déléguées and associées", "select string_agg(type || ' ' || n, ', ' order by type) from (select type, count(*) as n from opendata.communes_deleguees group by 1) d",
			"COMA 471, COMD 2105"},
		{"that share a code with a commune", "select count(*) from opendata.communes_deleguees d join opendata.communes c using (code_insee)", "584"},
		{"and whose commune is known", "select count(*) from opendata.communes_deleguees d where not exists (select from opendata.communes c where c.code_insee = d.commune)", "0"},
		{"régions", "select count(*) || ' ' || sum(communes) || ' ' || count(geometry) from opendata.regions", "26 34969 18"},
		{"départements", "select count(*) || ' ' || sum(communes) || ' ' || count(geometry) from opendata.departements", "109 34969 101"},
		{"arrondissements", "select count(*) || ' ' || sum(communes) || ' ' || count(geometry) || ' ' || count(nom) from opendata.arrondissements", "333 34858 333 333"},
		{"EPCI", "select count(*) || ' ' || sum(communes_ici) || ' ' || count(*) filter (where partiel) from opendata.epci", "1255 34871 0"},
		{"EPT", "select count(*) || ' ' || sum(communes_ici) || ' ' || count(*) filter (where partiel) from opendata.ept", "11 129 0"},
		{"a perimeter of régions and a département they hold", `select communes || ' ' || partiel || ' ' || (population = (select sum(population)
			from opendata.regions where code_region in ('53', '94'))) from opendata.perimetres`,
			one[string](t, w.conn, "select sum(communes) || ' false true' from opendata.regions where code_region in ('53', '94')")},
		{"holes of the régions of metropolitan France: Llívia in 76, the enclave of 93 in 84, the two of 76 in 75", holesOf("regions", "code_region"), "75 2, 76 1, 84 1"},
		{"holes of the départements, and what fills them", `select string_agg(outside || ' in ' || hole, ', ' order by hole, outside) from (select distinct h.code_departement as hole,
			coalesce(c.code_departement, 'nothing of France') as outside from
			(select code_departement, (ST_DumpRings((ST_Dump(geometry)).geom)) as ring from opendata.departements) h
			left join (select code_departement, ST_PointOnSurface((ST_Dump(geometry)).geom) as inside from opendata.communes) c on ST_Covers((h.ring).geom, c.inside) where (h.ring).path[1] > 0) f`, "84 in 26, 54 in 55, 59 in 62, 65 in 64, nothing of France in 66"},
		{"each border is used exactly twice, or once on the coast", `select string_agg(uses || ': ' || n, ', ' order by uses) from (select uses, count(*) as n from
			(select count(*) as uses from (select ST_PointN(r, i) as a, ST_PointN(r, i + 1) as b from (select (ST_DumpRings((ST_Dump(geometry)).geom)).geom as g from opendata.communes
				where contour = 'courant') p, lateral ST_ExteriorRing(g) r, generate_series(1, ST_NPoints(r) - 1) i) e
			group by least(a::text, b::text), greatest(a::text, b::text)) u group by uses) c`, "1: 4749, 2: 204744"},
		dissolved("departements", ""), dissolved("regions", ""), dissolved("epci", "where code_epci is not null"), dissolved("arrondissements", "where code_departement <> '976'"),
	})
	w.generalised(t)
}
