package pipeline_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/pipeline"
)

func TestNothingToPublish(t *testing.T) {
	t.Parallel()
	w := build(t, small())
	_, published, err := w.Publish(t.Context())
	if published || fault.KindOf(err) != fault.Refused || fault.Message(err) != "rien n'est encore à publier : lancer maille ingest" {
		t.Errorf("%v, %v", published, err)
	}
}

func TestAReleaseThatDoesNotHoldTogetherIsRefused(t *testing.T) {
	t.Parallel()
	w := settled(t)
	first := w.whole(t)
	w.put("codes.csv", strings.Replace(codesCSV, ",4000", ",13", 1)) // on which the derived dataset divides by zero
	w.Registry = load(withSQL("select code_insee, 0 as lieux, 10 / (population - 13) as part from codes, (select count(*) from lieux) l"))
	w.expect(t, w.run(t), map[string]string{"codes": "sealed", "lieux": "unchanged", "notes": "current", "bilan": "failed: datasets/bilan.sql: division by zero"})
	_, published, err := w.Publish(t.Context())
	old := first.Entry("codes")
	want := "bilan a été fait de " + old.String() + ", qui n'est plus la dernière version : lancer maille ingest ; la dernière publication reste en place"
	if published || fault.KindOf(err) != fault.Refused || fault.Message(err) != want {
		t.Errorf("%v, %v", published, err)
	}
	if m := w.whole(t); m.Release != first.Release || !maps.Equal(versions(m), versions(first)) {
		t.Errorf("%v", m)
	}
	w.tidy(t)
	w.Registry = small()
	if got := w.run(t); got["bilan"] != "sealed" {
		t.Errorf("%v", got)
	}
	if _, published := w.publish(t); !published {
		t.Error("what holds together again is not published")
	}
}

func withSQL(sql string) dataset.Files {
	files := smallFiles()
	files.Datasets.(fstest.MapFS)["bilan.sql"] = &fstest.MapFile{Data: []byte(sql)}
	return files
}

func TestADescriptorAheadOfItsData(t *testing.T) {
	t.Parallel()
	w := settled(t)
	first := w.whole(t)
	files := smallFiles()
	files.Schemas.(fstest.MapFS)["codes.json"] = fields("code_insee string", "nom string", "population integer", "siren string")
	w.Registry, w.Code = load(files), "two"
	w.put("codes.csv", "<!DOCTYPE html>")
	w.expect(t, w.run(t), map[string]string{"codes": "refused: codes.csv : le fichier est une page HTML, pas du CSV", "lieux": "unchanged", "notes": "unchanged", "bilan": "unchanged"})
	m, _ := w.publish(t)
	if e := m.Entry("codes"); !maps.Equal(versions(m), versions(first)) || e.Fingerprint != first.Entry("codes").Fingerprint || len(e.Stale) != 1 {
		t.Errorf("%+v", e)
	}
}

func TestADatasetThatGoes(t *testing.T) {
	t.Parallel()
	w := settled(t)
	files := smallFiles()
	delete(files.Datasets.(fstest.MapFS), "notes.json")
	w.Registry = load(files)
	w.refuses(t, "notes", "notes : la collection disparaît : cette instance ne la décrit plus (--datasets et maille.toml sont-ils les mêmes ?), et le jour annoncé de sa fin n'est pas venu. "+
		"La dernière publication reste en place ; pour publier malgré tout : maille publish --accept notes")
	w.Accept = []string{"notes"}
	m, published := w.publish(t)
	if !published || m.Entry("notes") != nil || len(m.Datasets) != 3 {
		t.Errorf("%v %v", published, versions(m))
	}
	if got := one[string](t, w.conn, "select string_agg(viewname, ' ' order by viewname) from pg_views where schemaname = 'opendata'"); got != "bilan codes lieux" {
		t.Errorf("views = %s", got)
	}
}

func TestAFileThatWasRemovedIsMadeAgain(t *testing.T) {
	t.Parallel()
	w := settled(t)
	f := w.whole(t).Entry("lieux").Files[0]
	if err := os.Remove(filepath.Join(w.blobs, f.SHA256[:2], f.SHA256)); err != nil {
		t.Fatal(err)
	}
	m, published := w.publish(t)
	if again := m.Entry("lieux").Files[0]; again.SHA256 != f.SHA256 || !w.keeps(f.SHA256) {
		t.Errorf("%+v, then %+v", f, again)
	}
	if published {
		t.Error("the same bytes are a new release")
	}
	if m, published := w.publish(t); published {
		t.Errorf("%s for nothing", m.Release)
	}
}

func TestTwoIngestsAtOnceMakeOneVersion(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.put("codes.csv", codesCSV+"91027,Athis-Mons,36000\n")
	w.put("lieux.csv", lieuxCSV+"e,91027,2.39,48.7,Aide,\n")
	var wg sync.WaitGroup
	for _, p := range []*pipeline.Pipeline{w.Pipeline, w.another(t, small()), w.another(t, small())} {
		wg.Go(func() {
			for name, status := range statuses(t, p) {
				if status != "sealed" && status != "unchanged" && status != "current" {
					t.Errorf("%s is %s", name, status)
				}
			}
		})
	}
	wg.Wait()
	w.tidy(t)
	w.run(t)
	if m, published := w.publish(t); !published || m.Entry("codes").Rows != 4 || m.Entry("bilan").Rows != 4 {
		t.Errorf("%v %v", published, versions(m))
	}
}
