package serve_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/store"
)

// TestThirtyTwoHangUp: clients that leave in the middle of large answers, all at once, leave the service as it was.
func TestThirtyTwoHangUp(t *testing.T) {
	w := largeWorld(t, store.Options{Connections: 8, Queue: 512, Wait: 10 * time.Second, StatementTimeout: 30 * time.Second})
	for _, round := range []struct {
		because string
		linger  int // 0: reset; -1: the usual end
		after   time.Duration
	}{{"reset while answers are made", 0, 0}, {"closed while they are made", -1, 0}, {"reset while they are sent", 0, 500 * time.Millisecond}} {
		begin := time.Now()
		var crowd []client
		for range 32 {
			crowd = append(crowd, dial(t, w, cold(10_000)))
		}
		eventually(t, 20*time.Second, "every connection of the pool at work", func() bool { return busy(t, w.database) == 8 })
		time.Sleep(round.after)
		for _, c := range crowd {
			must(t, c.SetLinger(round.linger))
			c.Close()
		}
		t.Logf("%s: thirty-two after %s", round.because, time.Since(begin))
		begin = time.Now()
		if a := ask(t, http.MethodGet, w.address+cold(10)); a.StatusCode != 200 {
			t.Fatalf("%s: the next request: %s %s", round.because, a.Status, a.body)
		}
		first := time.Since(begin)
		if first > time.Second {
			t.Errorf("%s: the next request took %s", round.because, first)
		}
		for range 50 {
			if a := ask(t, http.MethodGet, w.address+cold(10)); a.StatusCode != 200 {
				t.Fatalf("%s: %s %s", round.because, a.Status, a.body)
			}
		}
		t.Logf("%s: first %s, fifty %s", round.because, first, time.Since(begin)-first)
		eventually(t, 2*time.Second, "no statement lingers", func() bool { return busy(t, w.database) == 0 })
	}
	if strings.Contains(w.log.String(), "level=ERROR") {
		t.Errorf("clients that leave are not errors: %s", w.log.String())
	}
}

// TestQueueIsBounded: a pile-up says "busy" at once, or after the time a request may wait, in a problem document.
func TestQueueIsBounded(t *testing.T) {
	w := largeWorld(t, store.Options{Connections: 1, Queue: 2, Wait: 500 * time.Millisecond})
	free := lockPoints(t, w)
	dial(t, w, cold(10)) // holds the only connection
	eventually(t, 2*time.Second, "a statement that waits", func() bool { return busy(t, w.database) > 0 })
	var waiting sync.WaitGroup
	var mu sync.Mutex
	words := map[string]int{}
	for range 12 {
		path := w.address + cold(10)
		waiting.Go(func() {
			a := ask(t, http.MethodGet, path)
			p := problemOf(t, a)
			if p.Status != 503 || a.Header.Get("Retry-After") == "" {
				t.Errorf("%s %v", a.Status, a.Header)
			}
			discreet(t, p)
			mu.Lock()
			defer mu.Unlock()
			words[p.Detail]++
		})
	}
	waiting.Wait()
	if len(words) != 2 {
		t.Errorf("some are refused at once, some after a while: %v", words)
	}
	if a := ask(t, http.MethodGet, w.address+"/collections"); a.StatusCode != 200 {
		t.Errorf("what needs no database: %s", a.Status)
	}
	free()
	eventually(t, 2*time.Second, "the service answers again", func() bool {
		return ask(t, http.MethodGet, w.address+cold(10)).StatusCode == 200
	})
}

// lockPoints keeps every read of the large dataset waiting until it is told to free it.
func lockPoints(t *testing.T, w *world) (free func()) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), w.database)
	must(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	var table string
	must(t, conn.QueryRow(t.Context(), "select format('data.%I', tablename) from pg_tables where schemaname = 'data'").Scan(&table))
	_, err = conn.Exec(t.Context(), "begin; lock table "+table)
	must(t, err)
	return func() {
		_, err := conn.Exec(t.Context(), "rollback")
		must(t, err)
	}
}
