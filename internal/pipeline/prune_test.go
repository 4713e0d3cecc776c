package pipeline_test

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"maille/internal/blob"
	"maille/internal/pipeline"
)

// listed runs something before the objects are listed, when names were read.
type listed struct {
	blob.Store
	before func()
}

func (l *listed) All(ctx context.Context) iter.Seq2[blob.Object, error] {
	l.before()
	return l.Store.All(ctx)
}

// TestPruneUnderAnIngest: a publisher's file that comes again while a prune is under way is one that the next load needs.
func TestPruneUnderAnIngest(t *testing.T) {
	t.Parallel()
	w := settled(t)
	first := w.files["notes.json"]
	w.put("notes.json", `[{"id": "7", "texte": "Sept"}]`)
	w.run(t)
	w.publish(t)
	second, _, err := w.DB.LastLoad(t.Context(), "notes")
	if err != nil {
		t.Fatal(err)
	}
	w.put("notes.json", string(first.Data))
	other := w.another(t, small())
	kept, listings := w.Blobs, 0
	w.Blobs = &listed{kept, func() {
		if listings++; listings == 2 {
			statuses(t, other)
		}
	}}
	w.Now = func() time.Time { return time.Now().Add(25 * time.Hour) } // no age protects it
	found, err := w.Prune(t.Context(), pipeline.Keep{All: true, Sources: true}, true)
	if err != nil || listings != 2 {
		t.Fatalf("%d listings, %v", listings, err)
	}
	load, _, err := w.DB.LastLoad(t.Context(), "notes")
	if err != nil || load.ID == second.ID || !w.keeps(load.Artefacts[0].SHA256) {
		t.Errorf("the file of load %d is not there: %v", load.ID, err)
	}
	if found.Sources.Objects != 0 {
		t.Errorf("it says that %d files went", found.Sources.Objects)
	}
	if !w.keeps(second.Artefacts[0].SHA256) {
		t.Error("the file of the release that is served went")
	}
}

// TestPruneSaysWhatItDid: a table that is needed, for its dataset is being loaded, is none that went.
func TestPruneSaysWhatItDid(t *testing.T) {
	t.Parallel()
	w, all := three(t)
	codes := all[0].Entry("codes").Version.String()
	if _, err := w.conn.Exec(t.Context(), "select pg_advisory_lock(hashtext('maille.load'), hashtext('codes'))"); err != nil {
		t.Fatal(err)
	}
	found, err := w.Prune(t.Context(), pipeline.Keep{}, true)
	if err != nil || !found.Done {
		t.Fatal(err)
	}
	for _, v := range found.Versions {
		if v.Dataset == "codes" {
			t.Errorf("%s went, it says", v.Version)
		}
	}
	if !slices.Contains(w.tables(t), codes) || !strings.Contains(strings.Join(w.tables(t), " "), all[1].Entry("codes").Version.String()) {
		t.Errorf("%v", w.tables(t))
	}
	if len(found.Versions) == 0 {
		t.Error("nothing else went")
	}
}
