package pipeline_test

import (
	"testing"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
)

// TestDepartements: an instance of one département reads national files, and passes over what is of the others. That is
// no error of theirs.
func TestDepartements(t *testing.T) {
	t.Parallel()
	r := small()
	r.Keep([]string{"91", "974"})
	w := build(t, r)
	w.put("codes.csv", "code_insee,nom,population\n91377,Massy,50000\n75056,Paris,2103778\n97411,Saint-Denis,155000\n")
	w.put("lieux.csv", "id,code_insee,services,longitude,latitude\na,91377,,2.27,48.73\nb,75056,,2.35,48.85\nc,,,2.35,48.85\nd,2A004,,8.7,41.9\n")
	w.put("notes.json", `[{"id":"x"}]`)
	for name, status := range w.run(t) {
		if status != release.Sealed {
			t.Errorf("%s is %s", name, status)
		}
	}
	w.publish(t)
	for _, c := range []struct{ what, sql, want string }{
		{"communes of the territory", "select string_agg(code_insee, ' ' order by code_insee) from opendata.codes", "91377 97411"},
		{"places there, and the one that does not say where", "select string_agg(id, ' ' order by id) from opendata.lieux", "a c"},
		{"nothing is reported of the others", "select sum((counts->>'known-commune')::int) from maille.load", ""},
	} {
		if got := one[*string](t, w.conn, "select ("+c.sql+")::text"); got == nil && c.want != "" || got != nil && *got != c.want {
			t.Errorf("%s: %v, want %q", c.what, got, c.want)
		}
	}
	w.Registry = small() // all of France again
	if got := w.run(t, "codes")["codes"]; got != release.Sealed {
		t.Errorf("the territory changed: codes is %s", got)
	}
	if n := one[int](t, w.conn, "select max(rows) from maille.version where dataset = 'codes'"); n != 3 {
		t.Errorf("%d communes", n)
	}
}

// TestDepartementsWithoutRows: a file that says nothing of the territory is no empty file.
func TestDepartementsWithoutRows(t *testing.T) {
	t.Parallel()
	r := small()
	r.Keep([]string{"48"})
	w := build(t, r)
	w.put("codes.csv", "code_insee,nom,population\n48095,Mende,12000\n")
	w.put("lieux.csv", "id,code_insee,services,longitude,latitude\na,91377,,2.27,48.73\n")
	w.put("notes.json", `[{"id":"x"}]`)
	if got := w.run(t)["lieux"]; got != release.Sealed {
		t.Errorf("lieux is %s", got)
	}
}

func TestDepartementOfACode(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{"91377": "91", "01004": "01", "2A004": "2A", "97411": "974", "98818": "988", "9": "9", "": ""} {
		if got := dataset.Departement(code); got != want {
			t.Errorf("%q is of %q, not %q", code, got, want)
		}
	}
}

// TestDepartementsOfNobody: a reference of which nothing is kept is a wrong configuration; what stands goes on.
func TestDepartementsOfNobody(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.Registry.Keep([]string{"20"})
	const reason = "refused: aucune ligne n'est dans les départements que cette instance garde : voir « departements » de sa configuration ; la version précédente reste"
	if got := w.run(t, "codes")["codes"]; got != reason {
		t.Errorf("codes is %s", got)
	}
	if _, _, err := w.Publish(t.Context()); fault.KindOf(err) != fault.Refused || fault.Subject(err) != "lieux" {
		t.Errorf("places of nobody are published: %v", err)
	}
	w.Accept = []string{"lieux"}
	if m, _ := w.publish(t); m.Entry("codes").Rows != 3 {
		t.Errorf("%+v", m.Entry("codes"))
	}
	w.tidy(t)
}
