package store_test

import (
	"reflect"
	"testing"
	"time"

	"maille/internal/release"
	"maille/internal/store"
)

func TestSources(t *testing.T) {
	db, conn := open(t, store.Options{})
	if none, err := db.Sources(t.Context()); err != nil || len(none) != 0 {
		t.Fatalf("%v, %v", none, err)
	}
	good := release.Source{Resource: 1, Place: "https://a.example/x.csv", LastGood: noon, Columns: []string{"id", "é"}, Kinds: map[string]string{"id": "integer"}}
	never := release.Source{Resource: 0, Place: "y.csv", FailingSince: noon.Add(time.Microsecond), Reason: "introuvable", Columns: []string{}, Kinds: map[string]string{}}
	save := func(name string, states ...release.Source) {
		t.Helper()
		if err := db.SaveSources(t.Context(), name, states); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(want map[string][]release.Source) {
		t.Helper()
		if got, err := db.Sources(t.Context()); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v\n got %+v\nwant %+v", err, got, want)
		}
	}
	save("lieux", good, never)
	save("codes", never)
	expect(map[string][]release.Source{"lieux": {never, good}, "codes": {never}})
	good.FailingSince, good.Reason, good.Columns = noon.Add(time.Hour), "en panne", []string{"id"}
	save("lieux", good) // the other one is no longer of the instance
	save("lieux", good)
	expect(map[string][]release.Source{"lieux": {good}, "codes": {never}})
	save("codes")
	expect(map[string][]release.Source{"lieux": {good}})
	if !one[bool](t, conn, "select has_table_privilege('maille_server', 'maille.source_state', 'select') and not has_table_privilege('maille_server', 'maille.source_state', 'update')") {
		t.Error("who serves may not read it, or may write it")
	}
}
