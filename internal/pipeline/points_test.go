package pipeline_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strconv"
	"testing"
)

// near is how many people live in communes whose representative point is within 5 km and within 10 km of places.
const near = `select string_agg(people::text, ' ' order by metres) from (
	select metres, sum(population) filter (where exists (select from %s l where ST_DWithin(l.geometry::geography, p.geometry::geography, metres))) as people
	from opendata.communes_points p, (values (5000), (10000)) radii (metres) group by metres) sums`

// points checks the points of communes, of which the sample says less than the whole country: over its border there are places too.
func (w *world) points(t *testing.T) {
	for _, c := range []struct{ what, sql, want string }{
		{"near a place of the département", fmt.Sprintf(near, "opendata.lieux_mediation"), "1197384 1335625"},
		{"town halls", "select string_agg(mairie_drapeau || ' ' || n, ', ' order by mairie_drapeau) from (select mairie_drapeau, count(*) as n from opendata.communes_points group by 1) kinds",
			"hors_commune 10, ok 184"},
		{"a point of a town hall is in its commune", `select count(*) from opendata.communes_points p join opendata.communes c using (code_insee)
			where (mairie_drapeau = 'ok') <> coalesce(ST_Covers(c.geometry, ST_SetSRID(ST_MakePoint(mairie_longitude, mairie_latitude), 4326)), false)`, "0"},
		{"outside of their commune", "select count(*) from opendata.communes_points p join opendata.communes c using (code_insee) where not ST_Covers(c.geometry, p.geometry)", "0"},
		{"the limit is that of the territory", `select count(*) from opendata.communes_points p, (select ST_Boundary(ST_Union(geometry)) as bord from opendata.communes) t
			where abs(distance_limite - ST_Distance(p.geometry::geography, t.bord::geography)) > 1`, "0"},
		{"domains", "select string_agg(distinct domaine, ' ') from opendata.communes_points", "metropole"},
		{"neighbours of Évry-Courcouronnes", "select string_agg(code_voisine, ' ' order by code_voisine) from opendata.communes_voisines where code_insee = '91228'",
			"91086 91174 91225 91340 91521 91600"},
		{"both directions", `select count(*) from opendata.communes_voisines a where not exists (
			select from opendata.communes_voisines b where b.code_insee = a.code_voisine and b.code_voisine = a.code_insee and b.contact = a.contact)`, "0"},
	} {
		if got := one[string](t, w.conn, "select ("+c.sql+")::text"); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}

// beyond counts with the places of the neighbouring départements, as whoever wants to know how far people have to go must.
func (w *world) beyond(t *testing.T) {
	file, err := os.Open("../../../shared/data/france/france-services-20240801.csv")
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the list of all France services is not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	records, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var lon, lat []float64
	for _, r := range records[1:] {
		y, wrong := strconv.ParseFloat(r[8], 64)
		x, err := strconv.ParseFloat(r[9], 64)
		if err == nil && wrong == nil {
			lon, lat = append(lon, x), append(lat, y)
		}
	}
	if _, err := w.conn.Exec(t.Context(), `create temporary table france_services as
		select ST_SetSRID(ST_MakePoint(x, y), 4326) as geometry from unnest($1::float8[], $2::float8[]) as t(x, y)`, lon, lat); err != nil {
		t.Fatal(err)
	}
	if got, want := one[string](t, w.conn, fmt.Sprintf(near, "france_services")), "1203237 1336484"; got != want {
		t.Errorf("near a place wherever it is: %s, want %s", got, want)
	}
}
