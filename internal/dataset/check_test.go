package dataset_test

import (
	"fmt"
	"strings"
	"testing"

	"maille/internal/dataset"
)

// TestLoadSaysWhatIsWrong: each overlay makes one mistake in a valid instance, and Load says one sentence of it, with the
// file and the key.
func TestLoadSaysWhatIsWrong(t *testing.T) {
	const long = "abcdefghijklmnopqrstuvwxyz-abcdefghijklmn" // 41 bytes
	for _, c := range []struct {
		name string
		o    overlay
		want string
	}{
		{"an unknown key", overlay{"datasets/lieux.json#/licences": `[]`},
			`datasets/lieux.json: json: unknown field "licences"`},
		{"an unknown key inside", overlay{"datasets/lieux.json#/publication/geometry/srid": `4326`},
			`datasets/lieux.json: json: unknown field "srid"`},
		{"an unknown key in a mapping", overlay{"datasets/lieux.json#/resources/0/map/nom": `{"colum": "libelle"}`},
			`datasets/lieux.json: json: unknown field "colum"`},
		{"two JSON values", overlay{"datasets/lieux.json": `{"name": "lieux"} {}`},
			`datasets/lieux.json: more text after the JSON value`},
		{"a descriptor cut short", overlay{"datasets/lieux.json": `{"name": "lieux"`},
			`datasets/lieux.json: unexpected EOF`},
		{"a name that is not the file's", overlay{"datasets/lieux.json#/name": `"places"`},
			`datasets/lieux.json: name: "places" differs from the file's name`},
		{"no name", overlay{"datasets/lieux.json#/name": absent},
			`datasets/lieux.json: name: "" differs from the file's name`},
		{"a name that SQL would quote", bus("Bus", nil),
			`datasets/Bus.json: name: must be words of a-z and 0-9 joined by hyphens, at most 40 characters`},
		{"a name that ends with a hyphen", bus("bus-", nil),
			`datasets/bus-.json: name: must be words of a-z and 0-9 joined by hyphens, at most 40 characters`},
		{"a name with an underscore", bus("bus_ici", nil),
			`datasets/bus_ici.json: name: must be words of a-z and 0-9 joined by hyphens, at most 40 characters`},
		{"a name of 41 characters", bus(long, nil),
			`datasets/` + long + `.json: name: must be words of a-z and 0-9 joined by hyphens, at most 40 characters`},
		{"no title", overlay{"datasets/lieux.json#/title": absent}, `datasets/lieux.json: title: is missing`},
		{"a blank title", overlay{"datasets/lieux.json#/title": `" \n"`}, `datasets/lieux.json: title: is missing`},
		{"no description", overlay{"datasets/lieux.json#/description": absent}, `datasets/lieux.json: description: is missing`},
		{"no licence", overlay{"datasets/lieux.json#/licenses": `[]`}, `datasets/lieux.json: licenses: names no licence`},
		{"a licence that nobody can find", overlay{"datasets/lieux.json#/licenses": `[{"name": "maison"}]`},
			`datasets/lieux.json: licenses[0]: "maison" is not known; give its address as path`},
		{"a licence without address", overlay{"datasets/lieux.json#/licenses": `[{"name": "maison", "path": "licence.html"}]`},
			`datasets/lieux.json: licenses[0].path: "licence.html" is no address`},
		{"no source", overlay{"datasets/lieux.json#/sources": absent}, `datasets/lieux.json: sources: credits no one`},
		{"no schema", overlay{"datasets/lieux.json#/schema": absent}, `datasets/lieux.json: schema: is missing`},
		{"a schema that is not there", overlay{"datasets/lieux.json#/schema": `"places.json"`},
			`datasets/lieux.json: schema: schemas/places.json cannot be read: open places.json: file does not exist`},
		{"a schema that is wrong", overlay{"schemas/lieux.json#/fields/1/type": `"text"`},
			`schemas/lieux.json: fields[1] (nom).type: "text" is none of [string integer number boolean date list]`},
		{"a schema with a misspelt key", overlay{"schemas/lieux.json#/fields/1/titel": `"Nom"`},
			`schemas/lieux.json: not a Table Schema: field "nom": json: unknown field "titel"`},

		{"a frequency that is misspelt", overlay{"datasets/lieux.json#/publication/frequency": `"DAYLY"`},
			fmt.Sprintf(`datasets/lieux.json: publication.frequency: "DAYLY" is none of %v`, dataset.Frequencies)},
		{"a theme of another vocabulary", overlay{"datasets/lieux.json#/publication/theme": `"TOUR"`},
			`datasets/lieux.json: publication.theme: "TOUR" is none of [AGRI ECON EDUC ENER ENVI GOVE HEAL INTR JUST OP_DATPRO REGI SOCI TECH TRAN]`},

		{"an end on no day", overlay{"datasets/lieux.json#/publication/sunset": `{"date": "2027-02-30", "reason": "Le producteur cesse."}`},
			`datasets/lieux.json: publication.sunset.date: "2027-02-30" is no day such as 2027-12-31`},
		{"an end without why", overlay{"datasets/lieux.json#/publication/sunset": `{"date": "2027-12-31", "reason": " "}`},
			`datasets/lieux.json: publication.sunset.reason: is missing`},

		{"neither resources nor derived", overlay{"datasets/lieux.json#/resources": absent},
			`datasets/lieux.json: resources: a dataset has either resources, derived or computed`},
		{"resources and derived", overlay{"datasets/communes.json#/resources": `[{"path": "a.csv", "format": "csv"}]`},
			`datasets/communes.json: resources: a dataset has either resources, derived or computed`},
		{"a resource without path", overlay{"datasets/lieux.json#/resources/0/path": absent},
			`datasets/lieux.json: resources[0].path: is missing`},
		{"a format that is not read", overlay{"datasets/lieux.json#/resources/0/format": `"dbf"`},
			`datasets/lieux.json: resources[0].format: "dbf" is none of [csv json jsonl geojson geojsonseq shapefile gpkg xlsx ods parquet]`},
		{"an encoding that is not read", overlay{"datasets/lieux.json#/resources/0/encoding": `"utf-16"`},
			`datasets/lieux.json: resources[0].encoding: "utf-16" is none of [utf-8 iso-8859-1 windows-1252 detect]`},
		{"a delimiter of two bytes", overlay{"datasets/lieux.json#/resources/0/dialect/delimiter": `"||"`},
			`datasets/lieux.json: resources[0].dialect: the delimiter is one byte, and the quote is "`},
		{"a quote for delimiter", overlay{"datasets/lieux.json#/resources/0/dialect/delimiter": `"\""`},
			`datasets/lieux.json: resources[0].dialect: the delimiter is one byte, and the quote is "`},
		{"a single quote", overlay{"datasets/lieux.json#/resources/0/dialect/quoteChar": `"'"`},
			`datasets/lieux.json: resources[0].dialect: the delimiter is one byte, and the quote is "`},
		{"a mapping of a field that is not in the schema", overlay{"datasets/lieux.json#/resources/0/map/name": `"libelle"`},
			`datasets/lieux.json: resources[0].map.name: the schema has no field "name"`},
		{"a field whose name looks like a format", overlay{"datasets/lieux.json#/resources/0/map/100%d": `"libelle"`},
			`datasets/lieux.json: resources[0].map.100%d: the schema has no field "100%d"`},
		{"a mapping with two ways", overlay{"datasets/lieux.json#/resources/0/map/nom": `{"column": "a", "template": "{b}"}`},
			`datasets/lieux.json: resources[0].map.nom: exactly one of column, const, template and case`},
		{"a mapping with no way", overlay{"datasets/lieux.json#/resources/0/map/nom": `{"terms": {"a": "b"}}`},
			`datasets/lieux.json: resources[0].map.nom: exactly one of column, const, template and case`},
		{"a mapping to null", overlay{"datasets/lieux.json#/resources/0/map/nom": `null`},
			`datasets/lieux.json: resources[0].map.nom: exactly one of column, const, template and case`},
		{"a reading that does not exist", overlay{"datasets/lieux.json#/resources/0/map/nom": `{"column": "a", "as": "month"}`},
			`datasets/lieux.json: resources[0].map.nom.as: "month" is none of [quarter year decimal-comma telephone postcode no-cedex one-line opening-hours url cut first-code cell-longitude cell-latitude cell-side]`},
		{"a pointer without its slash", overlay{"datasets/lieux.json#/resources/0/map/nom": `{"column": "a", "pointer": "0/nom"}`},
			`datasets/lieux.json: resources[0].map.nom.pointer: is a JSON Pointer (/0/name) into a column`},
		{"a pointer into no column", overlay{"datasets/lieux.json#/resources/0/map/nom": `{"const": "a", "pointer": "/0"}`},
			`datasets/lieux.json: resources[0].map.nom.pointer: is a JSON Pointer (/0/name) into a column`},
		{"a condition of a case that asks two things", overlay{"datasets/lieux.json#/resources/0/map/nom": `{"case": [{"when": {"column": "a", "is": "empty", "above": "b"}, "then": "x"}]}`},
			`datasets/lieux.json: resources[0].map.nom.case.when: needs a column and one of is ("empty" or "present"), in, match, above`},
		{"a condition that asks nothing", overlay{"datasets/lieux.json#/resources/0/where/0": `{"column": "a"}`},
			`datasets/lieux.json: resources[0].where: needs a column and one of is ("empty" or "present"), in, match, above`},
		{"a condition without column", overlay{"datasets/lieux.json#/resources/0/where/0": `{"is": "empty"}`},
			`datasets/lieux.json: resources[0].where: needs a column and one of is ("empty" or "present"), in, match, above`},
		{"a condition misspelt", overlay{"datasets/lieux.json#/resources/0/where/0": `{"column": "a", "is": "vide"}`},
			`datasets/lieux.json: resources[0].where: needs a column and one of is ("empty" or "present"), in, match, above`},
		{"an unpivot without column", overlay{"datasets/lieux.json#/resources/0/unpivot/0": `{"set": {"a": "b"}}`},
			`datasets/lieux.json: resources[0].unpivot: needs either column or match`},
		{"an unpivot of columns that no header names", overlay{"datasets/lieux.json#/resources/0/unpivot/0": `{"match": "T[1-4]"}`, "datasets/lieux.json#/resources/0/format": `"jsonl"`},
			`datasets/lieux.json: resources[0].unpivot.match: needs a header, which jsonl has not; name each column`},
		{"an unpivot whose expression is none", overlay{"datasets/lieux.json#/resources/0/unpivot/0": `{"match": "("}`},
			"datasets/lieux.json: resources[0].unpivot.match: error parsing regexp: missing closing ): `(`"},
		{"an expression that runs out of its anchors", overlay{"datasets/lieux.json#/resources/0/unpivot/0": `{"match": "\\QT1 2018"}`},
			"datasets/lieux.json: resources[0].unpivot.match: error parsing regexp: missing closing ): `^(?:\\QT1 2018)$`"},
		{"a condition whose anchors part", overlay{"datasets/lieux.json#/resources/0/where/0": `{"column": "a", "match": "a)|(b"}`},
			"datasets/lieux.json: resources[0].where.match: error parsing regexp: unexpected ): `a)|(b`"},
		{"a member that is no glob", overlay{"datasets/lieux.json#/resources/0/member": `"a["`}, `datasets/lieux.json: resources[0].member: "a[" is no glob`},

		{"no key", overlay{"datasets/lieux.json#/publication/key": absent}, `datasets/lieux.json: publication.key: is missing`},
		{"a key that is not in the schema", overlay{"datasets/lieux.json#/publication/key": `["id", "numero"]`},
			`datasets/lieux.json: publication.key: the schema has no field "numero"`},
		{"a key that may be empty", overlay{"schemas/lieux.json#/fields/0/constraints/required": absent},
			`schemas/lieux.json: fields.id.constraints.required: is part of the key, so it must be true`},
		{"a list in the key", overlay{"schemas/lieux.json#/fields/0": `{"name": "id", "type": "list", "delimiter": "|", "constraints": {"required": true}}`},
			`datasets/lieux.json: publication.key: id is a list, which cannot identify a row`},
		{"a number in the key", overlay{"schemas/lieux.json#/fields/0/type": `"number"`},
			`datasets/lieux.json: publication.key: id is a number, which cannot identify a row`},
		{"a unique field that is not the key", overlay{"schemas/lieux.json#/fields/1/constraints": `{"unique": true}`},
			`schemas/lieux.json: fields.nom.constraints.unique: is checked of a key of one field only`},
		{"a title that is not in the schema", overlay{"datasets/lieux.json#/publication/title": `"name"`},
			`datasets/lieux.json: publication.title: the schema has no field "name"`},
		{"a commune that is not in the schema", overlay{"datasets/lieux.json#/publication/commune": `"insee"`},
			`datasets/lieux.json: publication.commune: the schema has no field "insee"`},
		{"an update that is not in the schema", overlay{"datasets/lieux.json#/publication/updated": `"maj"`},
			`datasets/lieux.json: publication.updated: the schema has no field "maj"`},
		{"an index that is not in the schema", overlay{"datasets/lieux.json#/publication/index": `["id", "ville"]`},
			`datasets/lieux.json: publication.index: the schema has no field "ville"`},
		{"a property of tiles that is not in the schema", overlay{"datasets/lieux.json#/publication/tiles/properties": `["id", "nom", "ville"]`},
			`datasets/lieux.json: publication.tiles.properties: the schema has no field "ville"`},
		{"a time that is not in the schema", overlay{"datasets/lieux.json#/publication/time": `"jour"`},
			`datasets/lieux.json: publication.time: the schema has no field "jour"`},
		{"a time that is no date", overlay{"datasets/lieux.json#/publication/time": `"nom"`},
			`datasets/lieux.json: publication.time: nom is a string; a date is needed`},
		{"a tolerance of 2", overlay{"datasets/lieux.json#/publication/tolerance": `2`},
			`datasets/lieux.json: publication.tolerance: is a share, from 0 to 1`},
		{"a tolerance below zero", overlay{"datasets/lieux.json#/publication/tolerance": `-0.1`},
			`datasets/lieux.json: publication.tolerance: is a share, from 0 to 1`},
		{"a fall of 2", overlay{"datasets/lieux.json#/publication/fall": `2`},
			`datasets/lieux.json: publication.fall: is a share, from 0 to 1`},
		{"a churn below zero", overlay{"datasets/lieux.json#/publication/churn": `-1`},
			`datasets/lieux.json: publication.churn: is a share, from 0 to 1`},
		{"all the communes of nothing", overlay{"datasets/lieux.json#/publication/complete": `"cities"`},
			`datasets/lieux.json: publication.complete: "cities" is no other dataset with publication.commune`},
		{"all the communes of itself", overlay{"datasets/lieux.json#/publication/complete": `"lieux"`},
			`datasets/lieux.json: publication.complete: "lieux" is no other dataset with publication.commune`},
		{"a field named after a query parameter", overlay{"schemas/lieux.json#/fields/-": `{"name": "bbox", "type": "string"}`},
			`schemas/lieux.json: fields.bbox: is the name of a query parameter`},

		{"a geometry type that is not kept", overlay{"datasets/contours.json#/publication/geometry/type": `"LineString"`, "datasets/contours.json#/publication/reference": absent,
			"datasets/lieux.json#/publication/rules": `[]`},
			`datasets/contours.json: publication.geometry.type: "LineString" is none of [Point MultiPolygon]`},
		{"a longitude alone", overlay{"datasets/lieux.json#/publication/geometry/latitude": absent},
			`datasets/lieux.json: publication.geometry: longitude and latitude go together`},
		{"a longitude that is not in the schema", overlay{"datasets/lieux.json#/publication/geometry/longitude": `"lon"`},
			`datasets/lieux.json: publication.geometry.longitude: the schema has no field "lon"`},
		{"a longitude that is no number", overlay{"schemas/lieux.json#/fields/4/type": `"string"`},
			`datasets/lieux.json: publication.geometry.longitude: longitude is a string; a number is needed`},
		{"a latitude that is an integer", overlay{"schemas/lieux.json#/fields/3/type": `"integer"`},
			`datasets/lieux.json: publication.geometry.latitude: latitude is a integer; a number is needed`},
		{"columns of points for polygons", overlay{"datasets/lieux.json#/publication/geometry/type": `"MultiPolygon"`, "datasets/lieux.json#/publication/rules": `[]`},
			`datasets/lieux.json: publication.geometry: longitude and latitude make points`},
		{"a resource's CRS that is not read", overlay{"datasets/lieux.json#/resources/0/crs": `"EPSG:27572"`},
			`datasets/lieux.json: resources[0].crs: "EPSG:27572" is not read`},
		{"a CRS that is not read", overlay{"datasets/lieux.json#/publication/geometry/crs": `"EPSG:2154"`},
			`datasets/lieux.json: publication.geometry.crs: "EPSG:2154" is not read; EPSG:4326 is`},
		{"a grid below zero", overlay{"datasets/lieux.json#/publication/geometry/grid": `-1`},
			`datasets/lieux.json: publication.geometry.grid: is a step in degrees, from 1e-12 to 1`},
		{"a grid as coarse as France", overlay{"datasets/lieux.json#/publication/geometry/grid": `10`},
			`datasets/lieux.json: publication.geometry.grid: is a step in degrees, from 1e-12 to 1`},
		{"levels of points", overlay{"datasets/lieux.json#/publication/geometry/generalise": `[0.001]`}, generaliseText("lieux")},
		{"levels that do not rise", overlay{"datasets/contours.json#/publication/geometry/generalise": `[0.004, 0.001]`}, generaliseText("contours")},
		{"a level that is nothing", overlay{"datasets/contours.json#/publication/geometry/generalise": `[0]`}, generaliseText("contours")},
		{"a level as coarse as France", overlay{"datasets/contours.json#/publication/geometry/generalise": `[2]`}, generaliseText("contours")},
		{"nine levels", overlay{"datasets/contours.json#/publication/geometry/generalise": `[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]`}, generaliseText("contours")},
		{"a field named geometry", overlay{"schemas/lieux.json#/fields/-": `{"name": "geometry", "type": "string"}`},
			`schemas/lieux.json: fields.geometry: is the name of a query parameter`},

		{"a rule that does not exist", overlay{"datasets/lieux.json#/publication/rules": `["unique"]`},
			`datasets/lieux.json: unknown rule "unique": rules are unique-key, known-commune, valid-geometry, inside-territory, inside-commune`},
		{"a level that does not exist", overlay{"datasets/lieux.json#/publication/rules": `["known-commune:info"]`},
			`datasets/lieux.json: rule "known-commune:info": level must be error or warning`},
		{"a level left out after its colon", overlay{"datasets/lieux.json#/publication/rules": `["known-commune:"]`},
			`datasets/lieux.json: rule "known-commune:": level must be error or warning`},
		{"a key that two rows may share", overlay{"datasets/lieux.json#/publication/rules": `["unique-key:warning"]`},
			`datasets/lieux.json: publication.rules: unique-key is always an error: one id cannot name two rows`},
		{"known-commune without commune", overlay{"datasets/lieux.json#/publication/commune": absent, "datasets/lieux.json#/publication/rules": `["known-commune"]`},
			`datasets/lieux.json: publication.rules: known-commune needs publication.commune`},
		{"inside-commune without commune", overlay{"datasets/lieux.json#/publication/commune": absent, "datasets/lieux.json#/publication/rules": `["inside-commune"]`},
			`datasets/lieux.json: publication.rules: inside-commune needs publication.commune`},
		{"inside-commune without points", overlay{"datasets/communes.json#/publication/commune": `"code_insee"`, "datasets/communes.json#/publication/rules": `["inside-commune"]`},
			`datasets/communes.json: publication.rules: inside-commune needs points`},
		{"inside-territory without geometry", overlay{"datasets/lieux.json#/publication/geometry": absent, "datasets/lieux.json#/publication/tiles": absent,
			"datasets/lieux.json#/publication/rules": `["inside-territory"]`},
			`datasets/lieux.json: publication.rules: inside-territory needs points`},
		{"valid-geometry without geometry", overlay{"datasets/lieux.json#/publication/geometry": absent, "datasets/lieux.json#/publication/tiles": absent,
			"datasets/lieux.json#/publication/rules": `["valid-geometry"]`},
			`datasets/lieux.json: publication.rules: valid-geometry needs publication.geometry`},

		{"contacts of no column", overlay{"datasets/lieux.json#/publication/contacts": `{"fax": "telephone"}`},
			`datasets/lieux.json: publication.contacts.fax: the schema has no field "fax"`},
		{"contacts that are required", overlay{"datasets/lieux.json#/publication/contacts": `{"id": "email"}`},
			`datasets/lieux.json: publication.contacts.id: must be a string or a list that may be empty`},
		{"contacts of no kind", overlay{"datasets/lieux.json#/publication/contacts": `{"nom": "fax"}`},
			`datasets/lieux.json: publication.contacts.nom: "fax" is not known; email and telephone are`},

		{"a reference that does not exist", overlay{"datasets/lieux.json#/publication/reference": `"epci"`},
			`datasets/lieux.json: publication.reference: "epci" is none of [communes contours passages arrondissements]`},
		{"a reference taken twice", overlay{"datasets/lieux.json#/publication/reference": `"communes"`},
			`datasets/lieux.json: publication.reference: "communes" is already communes-cog`},
		{"a reference without codes of communes", overlay{"datasets/communes-cog.json#/publication/commune": absent},
			`datasets/communes-cog.json: publication.reference: needs publication.commune`},
		{"contours without polygons", overlay{"datasets/contours.json#/publication/geometry": absent, "datasets/contours.json#/publication/rules": `[]`},
			`datasets/contours.json: publication.reference: needs polygons`},
		{"a rule whose reference is not there", overlay{"datasets/contours.json#/publication/reference": absent, "datasets/lieux.json#/publication/rules": `["inside-commune"]`},
			`datasets/lieux.json: publication.rules: inside-commune needs a dataset whose publication.reference is "contours"`},
		{"an input that does not exist", overlay{"datasets/communes.json#/derived/from": `["contours", "communes-cog", "epci"]`, "datasets/communes.sql": "select 1 from contours, communes_cog, epci"},
			`datasets/communes.json: derived.from: no dataset is named "epci"`},
		{"a dataset that reads itself", overlay{"datasets/communes.json#/derived/from": `["communes"]`, "datasets/communes.sql": "select * from communes"},
			`datasets/communes.json: derived.from: the datasets read each other in a circle: communes → communes`},
		{"a circle through a rule", overlay{"datasets/communes-cog.json": derivedText("communes-cog", "communes", `"commune": "code_insee", "reference": "communes",`),
			"datasets/communes-cog.sql": "select * from communes"},
			`datasets/communes.json: derived.from: the datasets read each other in a circle: communes → contours → communes-cog → communes`},

		{"no SQL", overlay{"datasets/communes.sql": absent},
			`datasets/communes.json: derived: datasets/communes.sql cannot be read: open communes.sql: file does not exist`},
		{"SQL that no descriptor goes with", overlay{"datasets/epci.sql": "select 1"},
			`datasets/epci.sql: no descriptor goes with this SQL`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := dataset.Load(files(t, c.o))
			if err == nil || err.Error() != c.want {
				t.Errorf("\n got %v\nwant %s", err, c.want)
			}
		})
	}
}

// TestLoadChecksSQL: the mistakes that a derived dataset's SQL can be held to without a database.
func TestLoadChecksSQL(t *testing.T) {
	const both = " from communes_cog c join contours g using (code_insee)"
	for _, c := range []struct{ name, sql, want string }{
		{"nothing", "", `must be one select`},
		{"a comment alone", "-- select", `must be one select`},
		{"two statements", "select 1" + both + "; select 2", `must be one statement: text follows the semicolon`},
		{"two semicolons", "select 1" + both + ";;", `must be one statement: text follows the semicolon`},
		{"not a select", "values (1)", `must be one select`},
		{"a deletion", "delete" + both, `must be one select`},
		{"a deletion inside", "with d as (delete from x returning 1) select 1" + both, `delete: depends on writing or changes data, so its rows could not be made again`},
		{"a table made", "select 1 into t" + both, `into: depends on writing or changes data, so its rows could not be made again`},
		{"the clock", "select now()" + both, `now: depends on the clock or changes data, so its rows could not be made again`},
		{"the clock twice is said once", "select now(), Now()" + both, `now: depends on the clock or changes data, so its rows could not be made again`},
		{"the clock without parentheses, in capitals", "select CURRENT_DATE" + both, `current_date: depends on the clock or changes data, so its rows could not be made again`},
		{"the clock in a text", "select 'Now'::date" + both, `'now': depends on the clock or changes data, so its rows could not be made again`},
		{"the clock in quotes", `select "now"()` + both, `now: depends on the clock or changes data, so its rows could not be made again`},
		{"chance", "select random()" + both, `random: depends on chance or changes data, so its rows could not be made again`},
		{"a sample", "select 1" + both + " tablesample system (1)", `tablesample: depends on chance or changes data, so its rows could not be made again`},
		{"who asks", "select current_user" + both, `current_user: depends on who asks or changes data, so its rows could not be made again`},
		{"where rows lie", "select c.ctid" + both, `ctid: depends on where rows happen to lie or changes data, so its rows could not be made again`},
		{"a setting", "select current_setting('x')" + both, `current_setting: depends on a setting or changes data, so its rows could not be made again`},
		{"an input that is not read", "select 1 from contours", `communes-cog: is in derived.from but the SQL does not read it`},
		{"an input in a comment is not read", "select 1 from contours -- communes_cog", `communes-cog: is in derived.from but the SQL does not read it`},
		{"an input in a text is not read", "select 'communes_cog' from contours", `communes-cog: is in derived.from but the SQL does not read it`},
		{"a relation that is not listed", "select 1" + both + " join lieux using (code_insee)", `lieux: is read by the SQL but is not in derived.from`},
		{"a relation that is not listed, in a list", "select 1" + both + ", lieux_dits", `lieux-dits: is read by the SQL but is not in derived.from`},
		{"a quote that does not close", "select 'a" + both, `a quote does not close`},
		{"a doubled quote does not close", "select 'a''" + both, `a quote does not close`},
		{"a quoted name that does not close", `select 1 as "a` + both, `a quote does not close`},
		{"a parenthesis that does not close", "select (1" + both, `a parenthesis does not close`},
		{"a parenthesis that was not opened", "select 1)" + both + " (", `a parenthesis closes that was not opened`},
		{"a string in which a backslash escapes", `select E'\'' || '` + both, `a string is written E'…'; write it '…'`},
		{"a string in dollars", "select $$'$$" + both, `a string is written $…$, or a parameter $1; write it '…'`},
		{"a comment in a comment", "select 1 /* /* */ ' */" + both + " where now() > '' ", `now: depends on the clock or changes data, so its rows could not be made again`},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := bus("lieux-dits", overlay{"datasets/communes.sql": c.sql})
			_, err := dataset.Load(files(t, o))
			want := "datasets/communes.sql: " + c.want
			if err == nil || err.Error() != want {
				t.Errorf("\n got %v\nwant %s", err, want)
			}
		})
	}
}

func TestLoadTakesSQL(t *testing.T) {
	const both = " from communes_cog c join contours g using (code_insee)"
	for _, c := range []struct{ name, sql string }{
		{"a semicolon and comments at the end", "select 1" + both + " ; -- fin\n/* fin */\n"},
		{"an input in quotes", `select 1 from "communes_cog" join contours using (code_insee)`},
		{"words of the clock in texts, comments and names that hold them", "select 'now()' as knows, 'it''s; now()' /* random() */" + both},
		{"a name of its own that is a dataset's", "with lieux as (select 1" + both + ") select * from lieux"},
		{"an alias that is a dataset's name", "select count(*) as lieux" + both},
		{"capitals", "SELECT 1 FROM COMMUNES_COG JOIN Contours USING (code_insee)"},
		{"accents", "select 1 as été" + both},
		{"parentheses in texts", "select ')' || '('" + both},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := dataset.Load(files(t, overlay{"datasets/communes.sql": c.sql})); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestLoadSaysAllThatIsWrong: one sentence each, in the order of their texts, the same each time.
func TestLoadSaysAllThatIsWrong(t *testing.T) {
	o := overlay{
		"datasets/communes.sql":                      "select random(), now() from contours",
		"datasets/communes-cog.json#/title":          absent,
		"datasets/communes-cog.json#/description":    absent,
		"datasets/lieux.json#/sources":               absent,
		"datasets/lieux.json#/publication/tolerance": `2`,
		"datasets/lieux.json#/publication/index":     `["a", "b"]`,
		"schemas/contours.json#/fields/1/type":       `"text"`,
	}
	want := strings.Join([]string{
		`datasets/communes-cog.json: description: is missing`,
		`datasets/communes-cog.json: title: is missing`,
		`datasets/communes.json: derived.from: no dataset is named "contours"`,
		`datasets/communes.sql: communes-cog: is in derived.from but the SQL does not read it`,
		`datasets/communes.sql: now: depends on the clock or changes data, so its rows could not be made again`,
		`datasets/communes.sql: random: depends on chance or changes data, so its rows could not be made again`,
		`datasets/lieux.json: publication.index: the schema has no field "a"`,
		`datasets/lieux.json: publication.index: the schema has no field "b"`,
		`datasets/lieux.json: publication.rules: inside-commune needs a dataset whose publication.reference is "contours"`,
		`datasets/lieux.json: publication.rules: inside-territory needs a dataset whose publication.reference is "contours"`,
		`datasets/lieux.json: publication.tolerance: is a share, from 0 to 1`,
		`datasets/lieux.json: sources: credits no one`,
		`schemas/contours.json: fields[1] (nom).type: "text" is none of [string integer number boolean date list]`,
	}, "\n")
	for range 10 {
		if _, err := dataset.Load(files(t, o)); err == nil || err.Error() != want {
			t.Fatalf("\n got %v\nwant %s", err, want)
		}
	}
}

// bus adds one more dataset of the name, with the schema of communes, to an overlay.
func bus(name string, o overlay) overlay {
	more := overlay{"datasets/" + name + ".json": `{"name": "` + name + `", "title": "t", "description": "d",
		"resources": [{"path": "bus.csv", "format": "csv"}], "schema": "communes.json", "licenses": [{"name": "etalab-2.0"}],
		"sources": [{"title": "s"}], "publication": {"key": ["code_insee"]}}`}
	for key, value := range o {
		more[key] = value
	}
	return more
}

// derivedText is the descriptor of a dataset derived of one other.
func derivedText(name, from, publication string) string {
	return `{"name": "` + name + `", "title": "t", "description": "d", "derived": {"from": ["` + from + `"]}, "schema": "communes.json",
		"licenses": [{"name": "etalab-2.0"}], "sources": [{"title": "s"}], "publication": {` + publication + ` "key": ["code_insee"]}}`
}

func TestStatement(t *testing.T) {
	for _, c := range []struct{ sql, want string }{
		{"select 1", "select 1\n"},
		{"select 1 -- un", "select 1 -- un\n"},
		{"select ';' as a ; -- fin", "select ';' as a "},
		{"select 1; /* fin */", "select 1"},
	} {
		if got := (&dataset.Dataset{SQL: c.sql}).Statement(); got != c.want {
			t.Errorf("%q: %q, want %q", c.sql, got, c.want)
		}
	}
}

func generaliseText(name string) string {
	return "datasets/" + name + ".json: publication.geometry.generalise: is for polygons: tolerances in degrees, rising, at most 8 of them, each above 0 and at most 1"
}
