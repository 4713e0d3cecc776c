package serve_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"maille/internal/store"
)

// TestStop: who is told to stop answers whole what is under way, takes nothing new, and ends.
func TestStop(t *testing.T) {
	w := largeWorld(t, store.Options{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.server.Listen(ctx, listener) }()
	w.address = "http://" + listener.Addr().String()
	c := dial(t, w, cold(10_000))
	response, err := http.ReadResponse(c.answer, nil)
	must(t, err)
	stop()
	eventually(t, 2*time.Second, "no new connection", func() bool {
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
	body, err := io.ReadAll(response.Body)
	if err != nil || !json.Valid(body) || len(body) < 20<<20 {
		t.Errorf("%d bytes of the answer under way: %v", len(body), err)
	}
	select {
	case err := <-ended:
		must(t, err)
	case <-time.After(5 * time.Second):
		t.Error("it does not end")
	}
}
