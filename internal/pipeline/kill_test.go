package pipeline_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// childVariable makes this program ingest and publish in place of testing: what it holds is the database, the folder of
// objects and the folder of files.
const childVariable = "MAILLE_PIPELINE_CHILD"

func TestMain(m *testing.M) {
	if places := strings.Fields(os.Getenv(childVariable)); len(places) == 3 {
		if err := child(context.Background(), places[0], places[1], places[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(ctx context.Context, url, blobs, files string) error {
	p, db, err := newPipeline(ctx, small(), url, blobs)
	if err != nil {
		return err
	}
	defer db.Close()
	w := world{}
	p.Fetcher.Files, p.Place = os.DirFS(files), w.place
	fmt.Println("begin")
	outcomes, err := p.Ingest(ctx)
	for _, o := range outcomes {
		err = errors.Join(err, o.Err)
	}
	if err == nil {
		_, _, err = p.Publish(ctx)
	}
	return err
}

// state is what publishers have at a time: every dataset differs from one state to the next.
func state(t *testing.T, folder string, n int) {
	t.Helper()
	var codes, lieux strings.Builder
	codes.WriteString("code_insee,nom,population\n")
	lieux.WriteString("id,code_insee,longitude,latitude,services,date_maj\n")
	for i := range 400 {
		fmt.Fprintf(&codes, "%05d,Commune %d de l'état %d,%d\n", i, i, n, i+n)
		fmt.Fprintf(&lieux, "l%d,%05d,%g,%g,Aide|État %d,2026-01-01\n", i, i/2, 2+float64(i)/1000, 48+float64(i)/500, n)
	}
	fmt.Fprintf(&lieux, "n,00000,,,État %d,\n", n)
	for name, content := range map[string]string{"codes.csv": codes.String(), "lieux.csv": lieux.String(), "notes.json": fmt.Sprintf(`[{"id": "%d"}]`, n)} {
		if err := os.WriteFile(folder+"/"+name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

const kills = 40

// TestKilledAtAnyMoment kills a program that makes a release of a new state of everything, at moments spread over the
// time that it takes. Afterwards the old release or the new one is served, whole, and the next run completes.
func TestKilledAtAnyMoment(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	w, folder := build(t, small()), t.TempDir()
	w.Fetcher.Files = os.DirFS(folder)
	var whole time.Duration
	for n := range 4 { // the first states are made undisturbed, to know how long that takes
		state(t, folder, 1+n)
		start, cmd := w.spawn(t, folder)
		if err := cmd.Wait(); err != nil {
			t.Fatalf("the child fails undisturbed: %v", err)
		}
		whole = max(time.Since(start), whole*3/4)
		w.whole(t)
	}
	old, killed := 0, 0
	for n := range kills {
		state(t, folder, 100+n)
		before := w.whole(t)
		start, cmd := w.spawn(t, folder)
		moment := time.Duration((float64(n) + random.Float64()) / kills * float64(whole))
		time.Sleep(time.Until(start.Add(moment)))
		cmd.Process.Kill()
		if cmd.Wait() != nil {
			killed++
		}
		after := w.whole(t)
		if after.Release == before.Release {
			old++
			if !maps.Equal(versions(after), versions(before)) {
				t.Errorf("killed after %v: release %s changed", moment, after.Release)
			}
		} else if after.Previous != before.Release {
			t.Errorf("killed after %v: %s follows %s", moment, after.Release, after.Previous)
		}
		w.completes(t, n, moment)
	}
	t.Logf("%d killed of %d within %v, %d of them before the new release", killed, kills, whole, old)
	if killed < kills/2 || old < kills/4 {
		t.Errorf("%d were killed, %d left the old release", killed, old)
	}
}

// spawn starts the child, and says when it begins to work.
func (w *world) spawn(t *testing.T, folder string) (time.Time, *exec.Cmd) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+w.url+" "+w.blobs+" "+folder, "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if line != "begin\n" {
		t.Fatalf("the child says %q, %v", line, err)
	}
	go io.Copy(io.Discard, out)
	return time.Now(), cmd
}

// completes runs what the child did, undisturbed: it gives the new state, and leaves nothing of the child's.
func (w *world) completes(t *testing.T, n int, moment time.Duration) {
	t.Helper()
	for name, status := range w.run(t) {
		if status != "sealed" && status != "unchanged" && status != "current" {
			t.Errorf("after a kill at %v, %s is %s", moment, name, status)
		}
	}
	w.publish(t)
	want := fmt.Sprintf("%d 400 %d 400", 100+n, 401)
	got := one[string](t, w.conn, `select (select id from opendata.notes) || ' ' || (select count(*) from opendata.codes where nom like '%de l''état ' || $1)
		|| ' ' || (select count(*) from opendata.lieux where services @> array['État ' || $1]) || ' ' || (select count(*) from opendata.bilan)`, fmt.Sprint(100+n))
	if got != want {
		t.Errorf("after a kill at %v: %s, want %s", moment, got, want)
	}
	w.tidy(t)
}
