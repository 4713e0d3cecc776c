package pipeline_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"maille/internal/dataset"
	"maille/internal/pipeline"
)

// lifeVariable makes this program prune, restore or erase in place of testing: the deed, the database, the folder of objects
// and a release.
const lifeVariable = "MAILLE_LIFE_CHILD"

func init() {
	words := strings.Fields(os.Getenv(lifeVariable))
	if len(words) != 4 {
		return
	}
	p, db, err := newPipeline(context.Background(), small(), words[1], words[2])
	if err == nil {
		defer db.Close()
		fmt.Println("begin")
		err = deed(context.Background(), p, words[0], words[3])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func deed(ctx context.Context, p *pipeline.Pipeline, name, release string) (err error) {
	switch name {
	case "prune":
		_, err = p.Prune(ctx, pipeline.Keep{}, true)
	case "restore":
		_, err = p.Restore(ctx, release)
	case "erase":
		_, err = p.Erase(ctx, person, "à la demande de la personne", true)
	}
	return err
}

// TestLifeKilledAtAnyMoment kills a program that prunes, restores or erases. Afterwards each release is as it was or as it is to
// be, whole, and the same again, undisturbed, completes it.
func TestLifeKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"prune", "restore", "erase"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			killed := 0
			for n := range 4 {
				killed += killedOnce(t, name, time.Duration(n*n)*25*time.Millisecond) // the first ones close together: a prune takes a moment
			}
			if killed < 2 {
				t.Errorf("%d were killed", killed)
			}
		})
	}
}

func killedOnce(t *testing.T, name string, after time.Duration) (killed int) {
	w, first := exposed(t)
	w.put("codes.csv", string(w.files["codes.csv"].Data)+"91027,Athis-Mons,36000\n")
	w.run(t)
	w.publish(t)
	if name == "restore" {
		if err := deed(t.Context(), w.Pipeline, "prune", ""); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), lifeVariable+"="+strings.Join([]string{name, w.url, w.blobs, first.Release}, " "), "GORACE=atexit_sleep_ms=0")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "begin\n" {
		t.Fatalf("the child says %q, %v", line, err)
	}
	time.Sleep(after)
	cmd.Process.Kill()
	if cmd.Wait() != nil {
		killed = 1
	}
	w.coherent(t)
	if err := deed(t.Context(), w.Pipeline, name, first.Release); err != nil {
		t.Errorf("%s, killed after %v, does not complete: %v", name, after, err)
	}
	w.coherent(t)
	if name == "erase" {
		w.forgotten(t)
	}
	if got := one[string](t, w.conn, "select coalesce(string_agg(tablename, ' '), '') from pg_tables where schemaname = 'draft'"); got != "" {
		t.Errorf("drafts stay: %s", got)
	}
	return killed
}

// coherent checks each release: a version has a table with its rows, or is noted as pruned, and each file its bytes.
func (w *world) coherent(t *testing.T) {
	t.Helper()
	w.whole(t)
	releases, err := w.DB.Releases(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pruned, err := w.DB.Pruned(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tables := w.tables(t)
	for _, line := range releases {
		m, err := w.DB.Release(t.Context(), line.Release)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range m.Datasets {
			if name := e.Version.String(); pruned[name] == slices.Contains(tables, name) {
				t.Errorf("%s: %s is pruned: %v, and has a table: %v", m.Release, name, pruned[name], !pruned[name])
			}
			for _, f := range e.Files {
				if !w.keeps(f.SHA256) {
					t.Errorf("%s: %s is lost", m.Release, f.Name)
				}
			}
			d, err := w.DB.Described(t.Context(), e.Load)
			if err != nil {
				t.Fatal(err)
			}
			rows := int64(0)
			for _, err := range w.DB.Features(t.Context(), e.Version, d, dataset.Query{}) {
				if err == nil {
					rows++
				}
			}
			if !pruned[e.Version.String()] && rows != e.Rows {
				t.Errorf("%s: %s has %d rows of %d", m.Release, e.Version, rows, e.Rows)
			}
		}
	}
}
