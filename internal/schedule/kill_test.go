package schedule_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"maille/internal/blob"
	"maille/internal/dataset"
	"maille/internal/pipeline"
	"maille/internal/schedule"
	"maille/internal/source"
	"maille/internal/store"
)

// childVariable makes this program schedule in place of testing, with publishers that never answer: what it holds is the database
// and the folder of objects.
const childVariable = "MAILLE_SCHEDULE_CHILD"

func TestMain(m *testing.M) {
	if places := strings.Fields(os.Getenv(childVariable)); len(places) == 2 {
		fmt.Fprintln(os.Stderr, child(context.Background(), places[0], places[1]))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// stuck says that it was asked, and never answers.
type stuck struct{}

func (stuck) Open(string) (fs.File, error) {
	fmt.Println("asked")
	select {}
}

func child(ctx context.Context, url, blobs string) error {
	db, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return err
	}
	kept, err := blob.Open(blobs)
	if err != nil {
		return err
	}
	r, err := described(map[string]string{"lieux": "DAILY"})
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	s, err := schedule.New(ctx, schedule.Options{URL: url, Log: log, Look: 50 * time.Millisecond, Pipeline: &pipeline.Pipeline{
		DB: db, Registry: r, Blobs: kept, Fetcher: &source.Fetcher{Files: stuck{}}, Place: func(d *dataset.Dataset, _ int) []string { return []string{d.Resources[0].Path} },
		Code: "one", Now: func() time.Time { return noon }, Log: log, Progress: silence{}}})
	if err != nil {
		return err
	}
	return s.Run(ctx)
}

// TestKilledInMidJob: the job of a program that is killed is done by another, a moment later, and counts as tried.
func TestKilledInMidJob(t *testing.T) {
	t.Parallel()
	w := build(t)
	program := exec.Command(os.Args[0])
	program.Env = append(os.Environ(), childVariable+"="+w.url+" "+w.blobs)
	program.Stderr = t.Output()
	said, err := program.StdoutPipe()
	if err == nil {
		err = program.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(said).ReadString('\n'); line != "asked\n" {
		t.Fatalf("%q %v", line, err)
	}
	o := w.options(t, "")
	o.Waits = []time.Duration{time.Millisecond}
	n := w.start(t, o)
	time.Sleep(o.Settle + o.Settle/2)
	if jobs := w.states(t, n.Jobs); jobs[0] != "ingest lieux running" {
		t.Errorf("taken from a node that lives: %q", jobs)
	}
	_ = program.Process.Kill()
	_, _ = io.Copy(io.Discard, said)
	_ = program.Wait()
	until(t, "done by another", func() bool { return w.states(t, n.Jobs)[0] == "ingest lieux completed" })
	jobs, err := n.List(t.Context(), 100)
	if err != nil || jobs[len(jobs)-1].Attempt != 2 {
		t.Errorf("%+v %v", jobs, err)
	}
	if !strings.Contains(w.logged(), "the program that did it died") {
		t.Error("nobody is told")
	}
}
