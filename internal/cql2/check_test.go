package cql2_test

import (
	"reflect"
	"strings"
	"testing"

	"maille/internal/cql2"
	"maille/internal/geo"
)

// TestCheck gives the tree to use.
func TestCheck(t *testing.T) {
	for _, c := range []struct{ about, text, want string }{
		{"a text beside a date is one", `date_maj > '2026-01-01'`, `date_maj > DATE('2026-01-01')`},
		{"on either side", `'2026-01-01' <= date_maj`, `DATE('2026-01-01') <= date_maj`},
		{"a timestamp beside a date", `date_maj > '2026-01-01T01:00:00+02:00'`, `date_maj > TIMESTAMP('2025-12-31T23:00:00Z')`},
		{"in a list", `date_maj NOT IN ('2026-01-01', DATE('2026-01-02'))`, `date_maj NOT IN (DATE('2026-01-01'), DATE('2026-01-02'))`},
		{"before a list", `'2026-01-01' IN (date_maj)`, `DATE('2026-01-01') IN (date_maj)`},
		{"bounds", `date_maj BETWEEN '2026-01-01' AND '2026-02-01'`, `date_maj BETWEEN DATE('2026-01-01') AND DATE('2026-02-01')`},
		{"of a temporal function", `T_AFTER(date_maj, '2026-01-01')`, `T_AFTER(date_maj, DATE('2026-01-01'))`},
		{"of a function", `year('2026-01-01') = 2026`, `year(DATE('2026-01-01')) = 2026`},
		{"a text beside a text stays", `nom = '2026-01-01'`, `nom = '2026-01-01'`},
		{"a function has its own name", `LOWER(nom) = Upper(code_insee)`, `lower(nom) = upper(code_insee)`},
		{"a boolean property is a condition", `ouvert AND NOT ouvert`, `ouvert AND NOT ouvert`},
		{"booleans are compared", `ouvert = TRUE OR (population > 3) <> ouvert`, `ouvert = TRUE OR (population > 3) <> ouvert`},
		{"properties are compared", `population > surface AND nom = code_insee`, `population > surface AND nom = code_insee`},
		{"texts have an order", `code_insee BETWEEN '67000' AND '67999'`, `code_insee BETWEEN '67000' AND '67999'`},
		{"a value that an enum does not have", `état = 'vieux'`, `état = 'vieux'`},
		{"anything may be null", `geometry IS NULL OR services IS NOT NULL OR population + 1 IS NULL`, `geometry IS NULL OR services IS NOT NULL OR population + 1 IS NULL`},
		{"lists", `A_CONTAINS(services, ('a', nom)) AND A_EQUALS((), services) AND A_EQUALS(services, ()) AND A_OVERLAPS((1), (2, 3))`, `A_CONTAINS(services, ('a', nom)) AND A_EQUALS((), services) AND A_EQUALS(services, ()) AND A_OVERLAPS((1), (2, 3))`},
		{"a pattern in both", `ACCENTI(CASEI(nom)) LIKE ACCENTI(CASEI('é%'))`, `ACCENTI(CASEI(nom)) LIKE ACCENTI(CASEI('é%'))`},
		{"an instant in an interval", `T_DURING(date_maj, INTERVAL('..', '2026-01-01'))`, `T_DURING(date_maj, INTERVAL('..', '2026-01-01'))`},
		{"one day is an interval", `T_DURING(INTERVAL('2026-01-01T12:00:00Z', '2026-01-01'), INTERVAL(date_maj, '..'))`, `T_DURING(INTERVAL('2026-01-01T12:00:00Z', '2026-01-01'), INTERVAL(date_maj, '..'))`},
		{"geometries of functions", `distance(centroid(geometry), POINT(7.7 48.5)) < 10000 AND area(geometry) / perimeter(geometry) > 2`,
			`distance(centroid(geometry), POINT(7.7 48.5)) < 10000 AND area(geometry) / perimeter(geometry) > 2`},
		{"functions of numbers", `round(population / 3) = floor(ceil(abs(surface))) + length(nom) - month(date_maj)`, `round(population / 3) = floor(ceil(abs(surface))) + length(nom) - month(date_maj)`},
	} {
		before := text(t, c.text)
		printed := string(cql2.AppendText(nil, before))
		checked, err := cql2.Check(before, fields)
		if err != nil {
			t.Errorf("%s: %v", c.about, err)
			continue
		}
		if got := string(cql2.AppendText(nil, checked)); got != c.want {
			t.Errorf("%s: %s\ngave %s\nwant %s", c.about, c.text, got, c.want)
		}
		if after := string(cql2.AppendText(nil, before)); after != printed {
			t.Errorf("%s: the tree that was given has become %s", c.about, after)
		}
		again, err := cql2.Check(checked, fields)
		if err != nil || !reflect.DeepEqual(cql2.Bare(again), cql2.Bare(checked)) {
			t.Errorf("%s: checked twice it is %v, %v", c.about, again, err)
		}
		stable(t, checked)
	}
}

// TestWrongKinds says what is there, what should be, and where.
func TestWrongKinds(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`nom = 'a' AND populaton > 3`, `unknown property "populaton", did you mean "population"? (column 15)`},
		{`Population > 3`, `unknown property "Population", did you mean "population"? (column 1)`},
		{`etat = 'neuf'`, `unknown property "etat", did you mean "état"? (column 1)`},
		{`opulation > 3`, `unknown property "opulation", did you mean "population"? (column 1)`},
		{`ponulatiop > 3`, `unknown property "ponulatiop", did you mean "population"? (column 1)`},
		{`ńöm = 1`, `unknown property "ńöm", did you mean "nom"? (column 1)`},
		{`A_EQUALS((geometry), (geometry))`, `the items of a list are texts, numbers, dates or booleans, all alike: geometry is a geometry (column 11)`},
		{`xyz = 1`, `unknown property "xyz" (column 1)`},
		{`round(xyz) = 1`, `unknown property "xyz" (column 7)`},
		{`population > 'abc'`, `population is a number, 'abc' is a text (column 14)`},
		{`population > '12'`, `population is a number, '12' is a text; write 12 without quotes (column 14)`},
		{`code_insee = 67482`, `code_insee is a text, 67482 is a number; write '67482' (column 14)`},
		{`67482 = code_insee`, `67482 is a number, code_insee is a text; write '67482' (column 9)`},
		{`nom = population`, `nom is a text, population is a number (column 7)`},
		{`services = 'a'`, `services is a list, 'a' is a text; A_CONTAINS(list, ('a', 'b')) asks for items of a list (column 12)`},
		{`services = services`, `= does not compare lists; A_EQUALS and A_CONTAINS do (column 1)`},
		{`geometry <> geometry`, `<> does not compare geometries; S_EQUALS and S_INTERSECTS do (column 1)`},
		{`INTERVAL('..', '..') = INTERVAL('..', '..')`, `= does not compare intervals; the T_ functions do (column 1)`},
		{`ouvert BETWEEN TRUE AND FALSE`, `BETWEEN takes numbers, texts or dates, but ouvert is a boolean (column 1)`},
		{`ouvert = 1`, `ouvert is a boolean, 1 is a number (column 10)`},
		{`date_maj > 'hier'`, `'hier' is no day such as 2026-06-30 (column 12)`},
		{`date_maj > '..'`, `'..' is no day such as 2026-06-30 (column 12)`},
		{`T_AFTER(date_maj, '..')`, `'..' is no day such as 2026-06-30 (column 19)`},
		{`date_maj > 2020`, `date_maj is a date, 2020 is a number (column 12)`},
		{`population IN (1, 'a')`, `population is a number, 'a' is a text (column 19)`},
		{`geometry IN ('a')`, `IN takes texts, numbers, dates and booleans, but geometry is a geometry (column 1)`},
		{`population BETWEEN 1 AND nom`, `population is a number, nom is a text (column 26)`},
		{`population LIKE 'a'`, `LIKE takes texts, but population is a number (column 1)`},
		{`nom LIKE code_insee`, `the pattern of LIKE is a text between quotes, in CASEI or ACCENTI or by itself, not code_insee (column 10)`},
		{`nom LIKE lower('A')`, `the pattern of LIKE is a text between quotes, in CASEI or ACCENTI or by itself, not lower('A') (column 10)`},
		{`CASEI(population) = 'a'`, `CASEI takes texts, but population is a number (column 7)`},
		{`nom + 1 = 2`, `+ takes numbers, but nom is a text (column 1)`},
		{`-nom = 2`, `* takes numbers, but nom is a text (column 2)`},
		{`population AND ouvert`, `AND takes booleans, but population is a number (column 1)`},
		{`NOT nom`, `NOT takes booleans, but nom is a text (column 5)`},
		{`S_INTERSECTS(nom, POINT(1 2))`, `S_INTERSECTS takes geometries, but nom is a text (column 14)`},
		{`S_INTERSECTS(geometry, 'POINT(1 2)')`, `S_INTERSECTS takes geometries, but 'POINT(1 2)' is a text (column 24)`},
		{`T_AFTER(population, date_maj)`, `T_AFTER takes dates, timestamps and intervals, but population is a number (column 9)`},
		{`T_DURING(date_maj, INTERVAL('2026-02-01', '2026-01-01'))`, `the interval ends before it begins (column 20)`},
		{`T_DURING(date_maj, INTERVAL(nom, '..'))`, `an interval goes from a date to a date, but nom is a text (column 29)`},
		{`A_CONTAINS(nom, ('a'))`, `A_CONTAINS takes lists, but nom is a text (column 12)`},
		{`A_CONTAINS(services, (1))`, `the items of (1) are numbers, not texts (column 22)`},
		{`A_EQUALS((1), ('a'))`, `the items of ('a') are texts, not numbers (column 15)`},
		{`A_CONTAINS(services, ('a', 1))`, `the items of a list are texts, numbers, dates or booleans, all alike: 1 is a number (column 28)`},
		{`A_CONTAINS(services, ('a', ('b')))`, `the items of a list are texts, numbers, dates or booleans, all alike: ('b') is a list (column 28)`},
		{`lowr(nom) = 'a'`, `unknown function "lowr", did you mean "lower"? (column 1)`},
		{`S_INTERSECT(geometry, geometry)`, `unknown function "S_INTERSECT", did you mean "S_INTERSECTS"? (column 1)`},
		{`frobnicate(nom)`, `unknown function "frobnicate" (column 1)`},
		{`lower(nom, nom) = 'a'`, `lower takes one argument, not 2 (column 1)`},
		{`distance(geometry) = 1`, `distance takes two arguments, not 1 (column 1)`},
		{`length(population) = 1`, `length takes a text, but population is a number (column 8)`},
		{`year('hier') = 1`, `'hier' is no day such as 2026-06-30 (column 6)`},
		{`population + 1`, `a filter is true or false, but population + 1 is a number (column 1)`},
		{`'` + strings.Repeat("é", 100) + `'`, `a filter is true or false, but '` + strings.Repeat("é", 39) + `… is a text (column 1)`},
	} {
		_, err := cql2.Check(text(t, c.text), fields)
		refused(t, c.text, err, c.want)
	}
	e, err := cql2.ParseJSON([]byte(`{"op":"and","args":[true,{"op":"=","args":[{"property":"nmo"},1]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	_, err = cql2.Check(e, fields)
	refused(t, "JSON", err, `unknown property "nmo", did you mean "nom"? (at $.args[1].args[0])`)
}

// TestTextsBesideADate are dated wherever the date stands.
func TestTextsBesideADate(t *testing.T) {
	for filter, want := range map[string]string{
		`'2020-01-01' BETWEEN '2019-01-01' AND DATE('2022-01-01')`: `DATE('2020-01-01') BETWEEN DATE('2019-01-01') AND DATE('2022-01-01')`,
		`'2020-01-01' IN ('2020-01-01', DATE('2020-01-02'))`:       `DATE('2020-01-01') IN (DATE('2020-01-01'), DATE('2020-01-02'))`,
		`date_maj BETWEEN '2019-01-01' AND '2022-01-01'`:           `date_maj BETWEEN DATE('2019-01-01') AND DATE('2022-01-01')`,
		`'2020-01-01' BETWEEN date_maj AND '2022-01-01T00:00:00Z'`: `DATE('2020-01-01') BETWEEN date_maj AND TIMESTAMP('2022-01-01T00:00:00Z')`,
		`'2020-01-01' IN ('2020-01-01', '2020-01-02')`:             `'2020-01-01' IN ('2020-01-01', '2020-01-02')`,
	} {
		e, err := cql2.Check(text(t, filter), fields)
		if err != nil {
			t.Errorf("%s: %v", filter, err)
		} else if got := string(cql2.AppendText(nil, e)); got != want {
			t.Errorf("%s becomes %s", filter, got)
		}
	}
	_, err := cql2.Check(text(t, `'hier' IN ('2020-01-01', DATE('2020-01-02'))`), fields)
	refused(t, "IN", err, `'hier' is no day such as 2026-06-30 (column 1)`)
}

func TestCheckPositions(t *testing.T) {
	for _, c := range []struct{ text, crs, want string }{
		{`S_INTERSECTS(geometry, POINT(7.02 49.92))`, "", ""},
		{`S_INTERSECTS(geometry, POINT(-180 90))`, "", ""},
		{`NOT S_INTERSECTS(geometry, POINT(90 180))`, "", `the position 90 180 is not where its system is meant for (filter-crs says which) (column 28)`},
		{`S_INTERSECTS(geometry, MULTIPOINT(7.02 49.92, 90 180))`, "", `the position 90 180 is not where its system is meant for (filter-crs says which) (column 24)`},
		{`S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(1 2), MULTIPOLYGON(((0 0, 1 0, 181 1, 0 0)))))`, "", `the position 181 1 is not where its system is meant for (filter-crs says which) (column 24)`},
		{`S_INTERSECTS(geometry, BBOX(-180,-90,180,90))`, "", ""},
		{`S_INTERSECTS(geometry, BBOX(170,-90,-170,90))`, "", ""},
		{`S_INTERSECTS(geometry, BBOX(1,2,3,4,95,6))`, "", `the position 4 95 is not where its system is meant for (filter-crs says which) (column 24)`},
		{`S_INTERSECTS(geometry, BBOX(1,50,2,49))`, "", `the first corner of a bounding box is the lower one (column 24)`},
		{`S_INTERSECTS(geometry, POINT(48.5 97.7))`, "http://www.opengis.net/def/crs/EPSG/0/4326", ""},
		{`S_INTERSECTS(geometry, POINT(97.7 48.5))`, "http://www.opengis.net/def/crs/EPSG/0/4326", `the position 97.7 48.5 is not where its system is meant for (filter-crs says which) (column 24)`},
		{`S_INTERSECTS(geometry, BBOX(-50,170,50,-170))`, "http://www.opengis.net/def/crs/EPSG/0/4326", ""},
		{`S_INTERSECTS(geometry, POINT(652469.02 6862035.26))`, "http://www.opengis.net/def/crs/EPSG/0/2154", ""},
		{`S_INTERSECTS(geometry, POINT(2.35 48.85))`, "http://www.opengis.net/def/crs/EPSG/0/2154", `the position 2.35 48.85 is not where its system is meant for (filter-crs says which) (column 24)`},
		{`S_INTERSECTS(geometry, BBOX(700000,6000000,600000,6100000))`, "http://www.opengis.net/def/crs/EPSG/0/2154", `the first corner of a bounding box is the lower one (column 24)`},
		{`S_INTERSECTS(geometry, BBOX(-20037508.35,-20037508.35,20037508.35,20037508.35))`, "http://www.opengis.net/def/crs/EPSG/0/3857", ""},
		{`S_INTERSECTS(geometry, POINT(9e8 0))`, "http://www.opengis.net/def/crs/EPSG/0/2975", `the position 900000000 0 is not where its system is meant for (filter-crs says which) (column 24)`},
	} {
		err := cql2.CheckPositions(text(t, c.text), geo.FindOGCCRS(c.crs))
		if c.want == "" && err != nil {
			t.Errorf("%s: %v", c.text, err)
		} else if c.want != "" {
			refused(t, c.text, err, c.want)
		}
	}
}
