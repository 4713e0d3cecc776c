package serve_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"maille/internal/blob"
	"maille/internal/serve"
)

// held is a store of files whose next reader waits, once it was told to, until it is let go.
type held struct {
	blob.Store
	mu       sync.Mutex
	at, free chan struct{}
}

func (h *held) hold() (at, free chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at, h.free = make(chan struct{}), make(chan struct{})
	return h.at, h.free
}

func (h *held) Get(ctx context.Context, hash string) (blob.Reader, error) {
	r, err := h.Store.Get(ctx, hash)
	h.mu.Lock()
	at, free := h.at, h.free
	h.at = nil
	h.mu.Unlock()
	if at != nil {
		close(at)
		<-free
	}
	return r, err
}

// TestErasedWhileAsked: an answer that was begun before an erasure is not what is answered after it, under /r/ either.
func TestErasedWhileAsked(t *testing.T) {
	w, files := smallWorld(t, map[string]string{"p": firstPoints, "k": "a,n\nx,1\n"})
	first := w.publish(t)
	files["p.csv"] = &fstest.MapFile{Data: []byte(secondPoints)}
	w.publish(t)
	kept := w.Blobs
	store := &held{Store: kept}
	w.Blobs = store
	w.server = w.serve(t, serve.Options{})
	w.Blobs = kept
	must(t, w.server.Refresh(t.Context()))
	w.address = listen(t, w.server)
	path := "/r/" + first.Release + "/collections/p/quality"
	status(t, w.address+"/r/"+first.Release+"/collections/p")
	at, free := store.hold()
	begun := make(chan reply)
	go func() { begun <- ask(t, http.MethodGet, w.address+path) }()
	<-at
	_, err := w.Erase(t.Context(), "jeanne exemple", "à la demande de la personne", true)
	must(t, err)
	must(t, w.server.Refresh(t.Context()))
	close(free)
	old := <-begun
	fresh := w.serve(t, serve.Options{})
	must(t, fresh.Refresh(t.Context()))
	want := ask(t, http.MethodGet, listen(t, fresh)+path)
	for range 2 {
		now := ask(t, http.MethodGet, w.address+path, "If-None-Match", old.Header.Get("ETag"))
		if now.StatusCode != 200 || string(now.body) != string(want.body) || strings.Contains(string(now.body), string(old.body)) {
			t.Errorf("what is given is from before the erasure: %s\n%s\nnot\n%s", now.Status, now.body, want.body)
		}
	}
}
