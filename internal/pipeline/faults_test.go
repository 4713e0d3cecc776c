package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"maille/internal/blob"
	"maille/internal/fault"
	"maille/internal/pipeline"
)

// closed is a store that keeps nothing.
type closed struct {
	blob.Store
	err error
}

func (f closed) Put(context.Context, func(io.Writer) error) (blob.Object, error) {
	return blob.Object{}, f.err
}

// brittle is a store that does as it should for so many bytes, then fails; and says so of each step, to who cuts in.
type brittle struct {
	blob.Store
	left  atomic.Int64
	full  error
	steps func(n int64) // told of the number of each call; may be nil
	calls atomic.Int64
}

func (b *brittle) step() {
	if n := b.calls.Add(1); b.steps != nil {
		b.steps(n)
	}
}

func (b *brittle) Has(ctx context.Context, hash string) (bool, error) {
	b.step()
	return b.Store.Has(ctx, hash)
}

func (b *brittle) Get(ctx context.Context, hash string) (blob.Reader, error) {
	b.step()
	return b.Store.Get(ctx, hash)
}

func (b *brittle) Put(ctx context.Context, write func(io.Writer) error) (blob.Object, error) {
	b.step()
	return b.Store.Put(ctx, func(w io.Writer) error { return write(&tightWriter{w, b}) })
}

type tightWriter struct {
	io.Writer
	b *brittle
}

func (w *tightWriter) Write(p []byte) (int, error) {
	if w.b.full != nil && w.b.left.Add(-int64(len(p))) < 0 {
		return 0, fmt.Errorf("write put-1: %w", w.b.full)
	}
	return w.Writer.Write(p)
}

// changed is a settled world whose publishers have all something else by now, loaded and not published.
func changed(t *testing.T) *world {
	t.Helper()
	w := settled(t)
	w.put("codes.csv", codesCSV+"91027,Athis-Mons,36000\n")
	w.put("lieux.csv", lieuxCSV+"e,91027,2.39,48.7,Aide,\n")
	w.put("notes.json", `[{"id": "1", "texte": "Un"}, {"id": "3", "texte": "Trois"}]`)
	w.expect(t, w.run(t), map[string]string{"codes": "sealed", "lieux": "sealed", "notes": "sealed", "bilan": "sealed"})
	return w
}

// stands checks that what failed left the first release, whole, and nothing on its way.
func (w *world) stands(t *testing.T, what string) {
	t.Helper()
	if m := w.whole(t); m.Release != "2026-11-22.1" {
		t.Fatalf("%s: %s is served", what, m.Release)
	}
	if n := one[int](t, w.conn, "select count(*) from maille.release"); n != 1 {
		t.Errorf("%s: %d releases", what, n)
	}
	w.tidy(t)
}

// TestAStoreThatFailsAtEachStep fills the disk, then has the store refuse, after more and more bytes: at each step of a
// publication, the last release stays whole.
func TestAStoreThatFailsAtEachStep(t *testing.T) {
	t.Parallel()
	w := changed(t)
	sound := w.Blobs
	for _, c := range []struct {
		name string
		err  error
		kind fault.Kind
		said string
	}{
		{"a full disk", syscall.ENOSPC, fault.Unavailable, "le disque est plein"},
		{"a store that refuses", fault.New(fault.Unavailable, "the store of files answers 503"), fault.Unavailable, "la base de données ou le stockage des fichiers ne répondait pas"},
	} {
		failed := 0
		for bytes := int64(0); failed < 200; bytes += 200 + bytes/2 {
			b := &brittle{Store: sound, full: c.err}
			b.left.Store(bytes)
			w.Blobs = b
			if b.left.Load() > 10_000_000 {
				t.Fatalf("%s never shows", c.name)
			}
			_, _, err := w.Publish(t.Context())
			if err == nil {
				break
			}
			failed++
			if fault.KindOf(err) != c.kind || !errors.Is(err, c.err) {
				t.Errorf("%s after %d bytes: %v", c.name, bytes, err)
			}
			if last, err := w.DB.Attempts(t.Context(), 1); err != nil || last[0].Status != "failed" || last[0].Reason != c.said {
				t.Errorf("%s: %+v, %v", c.name, last, err)
			}
			w.Blobs = sound
			w.stands(t, fmt.Sprintf("%s after %d bytes", c.name, bytes))
		}
		if failed < 5 {
			t.Errorf("%s: failed %d times", c.name, failed)
		}
		w.Blobs = sound
		if m := w.whole(t); m.Release == "2026-11-22.1" {
			t.Errorf("%s: with room enough it is not published", c.name)
		}
		w = changed(t)
		sound = w.Blobs
	}
}

// TestAFullDiskIsTold: whoever can make room reads where, whether a file comes or is published; no publisher is blamed.
func TestAFullDiskIsTold(t *testing.T) {
	t.Parallel()
	w := settled(t)
	sound := w.Blobs
	w.put("codes.csv", codesCSV+"91027,Athis-Mons,36000\n")
	for _, c := range []struct {
		because error
		folder  string
	}{
		{syscall.ENOSPC, sound.Temporary()},
		{&fs.PathError{Op: "write", Path: "/srv/files/put-1", Err: syscall.EDQUOT}, "/srv/files"},
		{&fs.PathError{Op: "open", Path: w.blobs, Err: syscall.ENOSPC}, w.blobs}, // a file without a name
	} {
		w.Blobs = &brittle{Store: sound, full: c.because}
		_, err := w.Ingest(t.Context())
		if fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.Message(err), "the disk of "+c.folder+" is full") {
			t.Errorf("%v: %v", c.because, err)
		}
		if n := one[int](t, w.conn, "select count(*) from maille.load where status = 'refused'"); n != 0 {
			t.Errorf("%v: %d loads are refused", c.because, n)
		}
	}
	w.Blobs = sound
	w.expect(t, w.run(t, "codes"), map[string]string{"codes": "sealed", "lieux": "unchanged", "bilan": "sealed"})
}

// TestAPublicationCutAtEachStep has the caller leave, or the database end every connection, as the store is asked for the
// first time, the second, and so on until a publication comes through.
func TestAPublicationCutAtEachStep(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		cut  func(w *world, cancel context.CancelFunc)
	}{
		{"the caller leaves", func(_ *world, cancel context.CancelFunc) { cancel() }},
		{"the database goes", func(w *world, _ context.CancelFunc) {
			_, _ = w.conn.Exec(context.Background(), "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := changed(t)
			cuts := 0
			for at := int64(1); at < 300; at++ {
				ctx, cancel := context.WithCancel(t.Context())
				sound := w.Blobs
				w.Blobs = &brittle{Store: sound, steps: func(n int64) {
					if n == at {
						c.cut(w, cancel)
					}
				}}
				_, _, err := w.Publish(ctx)
				cancel()
				w.Blobs = sound
				if err == nil {
					break
				}
				cuts++
				if kind := fault.KindOf(err); kind != fault.Canceled && kind != fault.Unavailable {
					t.Errorf("at step %d: %v", at, err)
				}
				w.Pipeline = w.another(t, small()) // whose connections are not those that broke
				w.stands(t, fmt.Sprintf("cut at step %d", at))
			}
			if cuts < 5 {
				t.Errorf("cut %d times", cuts)
			}
			if m := w.whole(t); m.Release != "2026-11-22.2" || m.Entry("codes").Rows != 4 {
				t.Errorf("after %d cuts: %s", cuts, m.Release)
			}
			w.tidy(t)
		})
	}
}

// TestTwoNodesAtTheSameMinutePublishOnce: the one that waited finds nothing to do.
func TestTwoNodesAtTheSameMinutePublishOnce(t *testing.T) {
	t.Parallel()
	w := changed(t)
	before := w.whole(t)
	var news atomic.Int64
	var wg sync.WaitGroup
	for _, p := range []*pipeline.Pipeline{w.Pipeline, w.another(t, small()), w.another(t, small())} {
		wg.Go(func() {
			m, published, err := p.Publish(t.Context())
			if err != nil || m.Release != "2026-11-22.2" {
				t.Errorf("%+v, %v", m, err)
			}
			if published {
				news.Add(1)
			}
		})
	}
	wg.Wait()
	after := w.whole(t)
	if news.Load() != 1 || after.Previous != before.Release || maps.Equal(versions(before), versions(after)) {
		t.Errorf("%d published; %s after %s", news.Load(), after.Release, after.Previous)
	}
	if got := one[string](t, w.conn, "select string_agg(status, ' ' order by id) from maille.attempt"); got != "published published unchanged" {
		t.Errorf("attempts: %s", got)
	}
}
