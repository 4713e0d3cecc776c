package schedule_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"maille/internal/dataset"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/schedule"
)

// TestTwoNodesDoItOnce: scheduled at the same minute, all is ingested and published once; and again the next day.
func TestTwoNodesDoItOnce(t *testing.T) {
	t.Parallel()
	w := build(t)
	one, two := w.node(t, ""), w.node(t, "")
	w.done(t, one.Jobs, 3)
	jobs := w.states(t, one.Jobs)
	if n := slices.IndexFunc(jobs, func(s string) bool { return !strings.HasSuffix(s, " completed") }); n >= 0 || !slices.Contains(jobs, "ingest lieux completed") {
		t.Errorf("%q", jobs)
	}
	if loads := w.count(t, "maille.load"); loads != 2 {
		t.Errorf("%d loads of two datasets", loads)
	}
	first := w.count(t, "maille.release")
	if first < 1 || first > 2 { // two nodes may each have ended one of two groups
		t.Errorf("%d releases", first)
	}
	w.put("lieux", "id,nom\na,Deux\n")
	begun := len(jobs)
	w.at(24 * time.Hour)
	w.done(t, two.Jobs, begun+2)
	if jobs := w.states(t, two.Jobs)[begun:]; !slices.Equal(jobs, []string{"ingest lieux completed", "publish completed"}) {
		t.Errorf("%q", jobs)
	}
	if loads, releases := w.count(t, "maille.load"), w.count(t, "maille.release"); loads != 3 || releases != first+1 {
		t.Errorf("%d loads, %d releases after %d", loads, releases, first)
	}
	due, err := one.Pipeline.DB.Calendar(t.Context())
	if err != nil || len(due) != 2 || due[0].Frequency != "DAILY" || !due[0].Next.Equal(time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)) || !due[0].Last.Equal(w.clock()) ||
		!due[1].Next.Equal(time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v %v", due, err)
	}
}

// TestNothingNewIsNotPublished: a date at which nothing changed makes no publication.
func TestNothingNewIsNotPublished(t *testing.T) {
	t.Parallel()
	w := build(t)
	n := w.node(t, "")
	w.done(t, n.Jobs, 3)
	before := w.states(t, n.Jobs)
	w.at(24 * time.Hour)
	w.done(t, n.Jobs, len(before)+1)
	time.Sleep(200 * time.Millisecond)
	if jobs := w.states(t, n.Jobs)[len(before):]; !slices.Equal(jobs, []string{"ingest lieux completed"}) {
		t.Errorf("%q", jobs)
	}
}

// TestCatchingUp: dates that passed while no node was there are one run when one is.
func TestCatchingUp(t *testing.T) {
	t.Parallel()
	w := build(t)
	n := w.node(t, "")
	w.done(t, n.Jobs, 3)
	before := len(w.states(t, n.Jobs))
	n.end(t)
	w.at(5 * 24 * time.Hour)
	n = w.node(t, "")
	w.done(t, n.Jobs, before+1)
	time.Sleep(200 * time.Millisecond)
	if jobs := w.states(t, n.Jobs)[before:]; !slices.Equal(jobs, []string{"ingest lieux completed"}) {
		t.Errorf("%q", jobs)
	}
	w.at(5*24*time.Hour + time.Hour)
	time.Sleep(200 * time.Millisecond)
	if jobs := w.states(t, n.Jobs)[before:]; len(jobs) != 1 {
		t.Errorf("%q", jobs)
	}
}

// TestRetry: what cannot be fetched is tried again by itself, with the reason in the list; what could is published meanwhile.
func TestRetry(t *testing.T) {
	t.Parallel()
	w := build(t)
	n := w.node(t, "http://127.0.0.1:1/lieux.csv") // nobody listens there
	asked, fresh, err := n.Jobs.Run(t.Context(), "lieux", "notes")
	if err != nil || !fresh {
		t.Fatal(err)
	}
	if same, fresh, err := n.Jobs.Run(t.Context(), "lieux", "notes"); err != nil || fresh && same == asked {
		t.Error(same, fresh, err)
	}
	find := func() (found schedule.Job) {
		jobs, err := n.List(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, job := range jobs {
			if job.ID == asked {
				found = job
			}
		}
		return found
	}
	until(t, "to be tried again", func() bool { return find().State == "retryable" })
	got := find()
	if got.Attempt != 1 || got.Attempts != 8 || !strings.HasPrefix(got.Error, "lieux: ") || strings.Contains(got.Error, "notes") ||
		time.Until(got.Scheduled) < 50*time.Minute || time.Until(got.Scheduled) > 70*time.Minute {
		t.Errorf("%+v", got)
	}
	until(t, "published", func() bool { return w.count(t, "maille.release") > 0 })
	w.put("notes", "id,nom\na,Trois\n") // a second attempt does not take it: notes was done
	if _, err := n.Retry(t.Context(), asked); err != nil {
		t.Fatal(err)
	}
	until(t, "tried again", func() bool { return find().Attempt == 2 && find().State == "retryable" })
	if loads := w.count(t, "maille.load where dataset = 'notes'"); loads != 1 {
		t.Errorf("%d loads of notes", loads)
	}
	if job, err := n.Cancel(t.Context(), asked); err != nil || job.State != "cancelled" {
		t.Errorf("%+v %v", job, err)
	}
	if _, err := n.Retry(t.Context(), 10_000); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
	if _, err := n.Cancel(t.Context(), 10_000); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
}

// TestNextDateTakesOver: what waits to be tried again is part of the next date's job, and does not keep it out.
func TestNextDateTakesOver(t *testing.T) {
	t.Parallel()
	w := build(t)
	n := w.node(t, "http://127.0.0.1:1/lieux.csv")
	until(t, "to be tried again", func() bool { return slices.Contains(w.states(t, n.Jobs), "ingest lieux retryable") })
	w.at(24 * time.Hour)
	until(t, "one cancelled, one to be tried again", func() bool {
		all := w.states(t, n.Jobs)
		return slices.Contains(all, "ingest lieux cancelled") && slices.Contains(all, "ingest lieux retryable")
	})
	due, err := n.Pipeline.DB.Calendar(t.Context())
	if err != nil || !due[0].Last.IsZero() {
		t.Errorf("%+v %v", due, err) // never run to its end
	}
}

// TestStoppedInMidJob: a node that is told to stop gives its job back, at no cost to it, and another completes it.
func TestStoppedInMidJob(t *testing.T) {
	t.Parallel()
	w := build(t)
	letGo := w.hold()
	defer letGo()
	one := w.node(t, "")
	until(t, "running", func() bool { return running(w.states(t, one.Jobs)) })
	one.stop()
	time.AfterFunc(300*time.Millisecond, letGo) // the file system of a test hears no context
	one.end(t)
	jobs, err := one.List(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, job := range jobs {
		if job.State != "available" || job.Attempt != 0 {
			t.Errorf("%+v", job)
		}
	}
	two := w.node(t, "")
	w.done(t, two.Jobs, 3)
	if jobs := w.states(t, two.Jobs); slices.ContainsFunc(jobs, func(s string) bool { return !strings.HasSuffix(s, " completed") }) {
		t.Errorf("%q", jobs)
	}
}

func running(all []string) bool {
	return slices.ContainsFunc(all, func(s string) bool { return strings.HasSuffix(s, "running") })
}

// TestRefusedIsNotTriedAgain: a check that refuses ends the publication, whose reason stays in the list.
func TestRefusedIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	w := build(t)
	rows := "id,nom\n"
	for i := range 30 {
		rows += fmt.Sprintf("n%d,Note\n", i)
	}
	w.put("notes", rows)
	n := w.node(t, "")
	w.done(t, n.Jobs, 3)
	releases := w.count(t, "maille.release")
	w.put("notes", "id,nom\na,1\n")
	before := len(w.states(t, n.Jobs))
	if _, _, err := n.Jobs.Run(t.Context(), "notes"); err != nil {
		t.Fatal(err)
	}
	w.done(t, n.Jobs, before+2)
	if jobs := w.states(t, n.Jobs)[before:]; !slices.Equal(jobs, []string{"ingest notes completed", "publish cancelled"}) {
		t.Errorf("%q", jobs)
	}
	if after := w.count(t, "maille.release"); after != releases {
		t.Errorf("%d releases after %d", after, releases)
	}
	jobs, err := n.List(t.Context(), 1)
	if err != nil || !strings.Contains(jobs[0].Error, "notes") {
		t.Errorf("%+v %v", jobs, err)
	}
}

// TestRefreshed: what a program did when it began is not done again; what failed then is.
func TestRefreshed(t *testing.T) {
	t.Parallel()
	w := build(t)
	s, err := schedule.New(t.Context(), w.options(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Refreshed(t.Context(), noon, []string{"lieux"}); err != nil {
		t.Fatal(err)
	}
	due, err := s.Pipeline.DB.Calendar(t.Context())
	want := []release.Due{
		{Frequency: "DAILY", Schedule: "0 4 * * *", Datasets: []string{"lieux"}, Next: noon},
		{Frequency: "MONTHLY", Schedule: "0 4 1 * *", Datasets: []string{"notes"}, Next: time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC), Last: noon},
	}
	for i := range want {
		if err != nil || len(due) != 2 || due[i].Frequency != want[i].Frequency || !due[i].Next.Equal(want[i].Next) || !due[i].Last.Equal(want[i].Last) {
			t.Errorf("%+v %v", due, err)
		}
	}
}

// TestNothingIsLeftOut: on a new database, and when a dataset is described later, what no publisher brings comes too.
func TestNothingIsLeftOut(t *testing.T) {
	t.Parallel()
	w := build(t)
	o := w.options(t, "")
	o.Pipeline.Place = func(d *dataset.Dataset, _ int) []string {
		if d.Name != "notes" {
			return nil // this instance leaves it out
		}
		return []string{"notes.csv"}
	}
	n := w.start(t, o)
	published := func(datasets int) func() bool {
		return func() bool {
			m, err := n.Pipeline.DB.Current(t.Context())
			return err == nil && m != nil && len(m.Datasets) == datasets
		}
	}
	until(t, "both are published", published(2))
	n.end(t)
	more, err := described(map[string]string{"lieux": "DAILY", "notes": "MONTHLY", "projets": "DAILY"})
	if err != nil {
		t.Fatal(err)
	}
	o.Pipeline.Registry = more
	w.at(40 * 24 * time.Hour)
	n = w.start(t, o)
	until(t, "what was described since is published", published(3))
}
