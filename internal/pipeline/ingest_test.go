package pipeline_test

import (
	"context"
	"maps"
	"strings"
	"testing"

	"maille/internal/fault"
	"maille/internal/pipeline"
	"maille/internal/release"
)

func TestTheSameInputMakesNoNewRelease(t *testing.T) {
	t.Parallel()
	w := settled(t)
	first := w.whole(t)
	w.expect(t, w.run(t), map[string]string{"codes": "current", "lieux": "current", "notes": "current", "bilan": "current"})
	if m, published := w.publish(t); published || m.Release != first.Release {
		t.Errorf("published %v: %s", published, m.Release)
	}
	w.Code = "two" // another build of the program loads it all again
	w.expect(t, w.run(t), map[string]string{"codes": "unchanged", "lieux": "unchanged", "notes": "unchanged", "bilan": "unchanged"})
	m, published := w.publish(t)
	if published || m.Release != first.Release || !maps.Equal(versions(m), versions(first)) {
		t.Errorf("published %v: %s", published, m.Release)
	}
	w.tidy(t)
}

func TestWhatChangesAndWhatFollows(t *testing.T) {
	t.Parallel()
	w := settled(t)
	first := w.whole(t)
	w.put("lieux.csv", lieuxCSV+"e,91001,2.17,48.35,Aide,\n")
	w.expect(t, w.run(t), map[string]string{"codes": "current", "lieux": "sealed", "notes": "current", "bilan": "sealed"})
	m, published := w.publish(t)
	if !published || m.Release != "2026-11-22.2" || m.Previous != first.Release {
		t.Errorf("published %v: %s after %q", published, m.Release, m.Previous)
	}
	for name, since := range map[string]string{"codes": first.Release, "notes": first.Release, "lieux": m.Release, "bilan": m.Release} {
		if e := m.Entry(name); e.Since != since || (e.ID == first.Entry(name).ID) != (since == first.Release) {
			t.Errorf("%s since %s", e.Version, e.Since)
		}
	}
	w.put("lieux.csv", lieuxCSV)
	if w.run(t); one[string](t, w.conn, "select status from maille.load where dataset = 'lieux' order by id desc limit 1") != release.Unchanged {
		t.Error("a version that comes back is not known")
	}
	if back, _ := w.publish(t); !maps.Equal(versions(back), versions(first)) {
		t.Errorf("%v", versions(back))
	}
}

func TestRowsInErrorUpToTheTolerance(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.put("lieux.csv", lieuxCSV+"e,99999,2.17,48.35,Aide,2026-13-01\nf,99999,2.17,48.35,Aide,\n")
	if got := w.run(t, "lieux")["lieux"]; got != "sealed" {
		t.Errorf("one row of six in error: %s", got)
	}
	l, v, err := w.DB.LastLoad(t.Context(), "lieux")
	if err != nil || v.Rows != 5 || l.RowsRead != 6 || l.RowsKept != 5 || l.Counts["type"] != 1 || l.Counts["known-commune"] != 1 {
		t.Fatalf("%+v, %v", l, err)
	}
	issues, err := w.DB.Issues(t.Context(), l.ID)
	if err != nil || len(issues) != 2 || issues[0].Message != "date_maj : « 2026-13-01 » n'est pas une date AAAA-MM-JJ" || issues[0].Line != 6 || issues[0].Key != "e" ||
		issues[1].Message != "la commune 99999 n'est pas dans le référentiel" || issues[1].Line != 7 || issues[1].Level != "warning" {
		t.Errorf("%+v, %v", issues, err)
	}
	w.put("lieux.csv", lieuxCSV+"e,91001,x,48.35,Aide,\nf,91001,2.17,y,Aide,\n")
	w.expect(t, w.run(t, "lieux"), map[string]string{"bilan": "current", "lieux": "refused: 2 lignes sur 6 sont en erreur (33,3 %), plus que les 25 % admis ; " +
		"la version précédente reste. Première erreur, lieux.csv, ligne 6 : longitude : « x » n'est pas un nombre (le séparateur décimal est le point)"})
	if _, still, _ := w.DB.LastLoad(t.Context(), "lieux"); still.ID != v.ID {
		t.Errorf("%s stands", still)
	}
	w.tidy(t)
}

func TestResourcesThatAreNotThere(t *testing.T) {
	t.Parallel()
	w := build(t, small())
	w.put("codes.csv", codesCSV)
	w.places["lieux"], w.places["notes"] = "-", "-"
	w.expect(t, w.run(t), map[string]string{"codes": "sealed", "bilan": "sealed",
		"lieux": "sealed: aucune ressource n'est indiquée pour cette instance", "notes": "sealed: aucune ressource n'est indiquée pour cette instance"})
	if m, _ := w.publish(t); m.Entry("lieux").Rows != 0 || m.Entry("bilan").Rows != 3 {
		t.Errorf("%+v", m)
	}
	w.expect(t, w.run(t), map[string]string{"codes": "current", "bilan": "current",
		"lieux": "current: aucune ressource n'est indiquée pour cette instance", "notes": "current: aucune ressource n'est indiquée pour cette instance"})
}

func TestADatasetWithoutItsInputIsSkipped(t *testing.T) {
	t.Parallel()
	w := build(t, small())
	w.put("notes.json", notesJSON)
	missing := "refused: codes.csv : ce fichier n'existe pas"
	w.expect(t, w.run(t), map[string]string{"codes": missing, "notes": "sealed",
		"lieux": "skipped: codes n'a pas encore de version", "bilan": "skipped: codes n'a pas encore de version"})
	if m, published := w.publish(t); !published || len(m.Datasets) != 1 {
		t.Errorf("published %v: %v", published, m)
	}
}

func TestNamesChooseWhatFollowsFromThem(t *testing.T) {
	t.Parallel()
	w := settled(t)
	w.expect(t, w.run(t, "lieux"), map[string]string{"lieux": "current", "bilan": "current"})
	w.expect(t, w.run(t, "notes"), map[string]string{"notes": "current"})
	if _, err := w.Ingest(t.Context(), "lieu"); fault.KindOf(err) != fault.Invalid || fault.Message(err) != `no dataset is named "lieu"` {
		t.Errorf("%v", err)
	}
}

func TestACallerWhoLeavesEndsTheRun(t *testing.T) {
	t.Parallel()
	w := settled(t)
	for _, at := range []string{"Téléchargement", "codes : lecture", "codes : scellement"} {
		ctx, cancel := context.WithCancel(t.Context())
		w.put("codes.csv", codesCSV+"91027,"+strings.TrimSpace(at)+",9\n")
		w.Progress = leaver{at: at, leave: cancel}
		if outcomes, err := w.Ingest(ctx); err == nil || len(outcomes) > 2 {
			t.Errorf("%s: %v, %v", at, outcomes, err)
		}
		cancel()
		w.tidy(t)
	}
	if got := one[int](t, w.conn, "select count(*) from maille.load where status = 'failed' and reason = 'the caller left'"); got != 2 {
		t.Errorf("%d loads say that the caller left", got)
	}
	w.Progress = silence{}
	if got := w.run(t); got["codes"] != "sealed" {
		t.Errorf("%v", got)
	}
}

// leaver leaves when a step begins.
type leaver struct {
	silence
	at    string
	leave func()
}

func (l leaver) Step(label string, _ int64) pipeline.Bar {
	if label == l.at {
		l.leave()
	}
	return silence{}
}

func TestAnAddressKeepsItsPasswordToItself(t *testing.T) {
	t.Parallel()
	w := settled(t)
	server := publisher(t)
	w.places["notes"] = strings.Replace(server.URL, "http://", "http://maille:hunter2@", 1) + "/notes.json"
	var log strings.Builder
	w.Log = logInto(&log)
	for range 2 { // the second time its bytes are not sent again
		if got := w.run(t, "notes")["notes"]; got != "current" {
			t.Errorf("%s", got)
		}
	}
	w.Code = "two"
	w.run(t, "notes")
	if got := w.run(t, "notes")["notes"]; got != "current" || server.sent.Load() != 3 || server.asked.Load() != 4 {
		t.Errorf("%s: sent %d times of %d", got, server.sent.Load(), server.asked.Load())
	}
	w.places["notes"] = strings.Replace(w.places["notes"], "/notes.json", "/404", 1)
	w.run(t, "notes")
	kept := one[string](t, w.conn, "select string_agg(place || ' ' || url, ' ') from maille.artefact")
	if strings.Contains(kept+log.String(), "hunter2") || !strings.Contains(kept, "/notes.json") {
		t.Errorf("kept: %s\nlog: %s", kept, log.String())
	}
}
