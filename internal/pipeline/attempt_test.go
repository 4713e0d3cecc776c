package pipeline_test

import (
	"testing"
	"testing/fstest"

	"maille/internal/fault"
	"maille/internal/release"
)

// TestAttemptThatAnOperatorsViewStops: people are told where to look, and not that the database was away.
func TestAttemptThatAnOperatorsViewStops(t *testing.T) {
	t.Parallel()
	w := settled(t)
	if _, err := w.conn.Exec(t.Context(), "create view public.mine as select * from opendata.codes"); err != nil {
		t.Fatal(err)
	}
	files := smallFiles()
	files.Schemas.(fstest.MapFS)["codes.json"] = fields("code_insee string", "nom string")
	w.Registry, w.Code, w.Accept = load(files), "two", []string{"codes", "bilan"}
	files.Datasets.(fstest.MapFS)["bilan.sql"] = &fstest.MapFile{Data: []byte("select code_insee, 0 as lieux, 0.5 as part from codes")}
	w.Registry = load(files)
	w.run(t)
	if _, _, err := w.Publish(t.Context()); fault.KindOf(err) != fault.Unavailable {
		t.Fatal(err)
	}
	got, err := w.DB.Attempts(t.Context(), 1)
	if err != nil || len(got) != 1 || got[0].Status != release.Failed || got[0].Reason != "des vues propres à cette instance se servent de opendata.codes, qui change ou disparaît" {
		t.Errorf("%+v, %v", got, err)
	}
}
