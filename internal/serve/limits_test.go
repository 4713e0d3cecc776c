package serve_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// listening serves the world as the program does, and gives the address.
func listening(t testing.TB, w *world) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.server.Listen(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		must(t, <-ended)
	})
	return listener.Addr().String()
}

// say sends bytes over a connection of its own and reads the answer, within five seconds.
func say(t testing.TB, address, text string) (*http.Response, []byte) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	must(t, err)
	defer conn.Close()
	must(t, conn.SetDeadline(time.Now().Add(5*time.Second)))
	go func() { _, _ = io.WriteString(conn, text) }() // a server that refuses does not read to the end
	method, _, _ := strings.Cut(text, " ")
	answer, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%.60q: %v", text, err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("%.60q: %v", text, err)
	}
	return answer, body
}

// TestBodiesAreNotAwaited: a body that a request announces is not read, and the answer does not wait for it.
func TestBodiesAreNotAwaited(t *testing.T) {
	w := sample(t)
	address := listening(t, w)
	for because, headers := range map[string]string{
		"announced and never sent": "Content-Length: 100000\r\n\r\n",
		"in chunks, the first one": "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
		"asking first":             "Content-Length: 100000\r\nExpect: 100-continue\r\n\r\n",
		"more than we would skip":  "Content-Length: 1000000000\r\n\r\n" + strings.Repeat("x", 1<<20),
	} {
		for _, method := range []string{"GET", "HEAD", "POST", "OPTIONS"} {
			for range 2 { // cold, then as it is remembered
				begin := time.Now()
				a, _ := say(t, address, method+" /collections/communes HTTP/1.1\r\nHost: service.example\r\n"+headers)
				want := map[string]int{"GET": 200, "HEAD": 200, "POST": 405, "OPTIONS": 204}[method]
				if took := time.Since(begin); a.StatusCode != want || !a.Close || took > 2*time.Second {
					t.Errorf("a body %s, %s: %s after %s", because, method, a.Status, took)
				}
			}
		}
	}
}

// TestTooLong: what is too long is refused in words, and beyond what is worth reading, by its status.
func TestTooLong(t *testing.T) {
	w := sample(t)
	address := listening(t, w)
	long := strings.Repeat("a", 1_000_000)
	for _, c := range []struct {
		because, request string
		status           int
		problem          bool
	}{
		{"a path", "GET /collections/" + long[:100_000] + " HTTP/1.1\r\nHost: x\r\n\r\n", 414, true},
		{"a query of a megabyte", "GET /collections/communes/items?filter=" + long + " HTTP/1.1\r\nHost: x\r\n\r\n", 400, true},
		{"a header", "GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + long + long + "\r\n\r\n", 431, false},
		{"many headers", "GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X-Many: "+long[:1000]+"\r\n", 2000) + "\r\n", 431, false},
		{"an address", "GET /?" + long + long + " HTTP/1.1\r\nHost: x\r\n\r\n", 431, false},
		{"no host", "GET / HTTP/1.1\r\n\r\n", 400, false},
		{"a long Accept", "GET /collections/communes HTTP/1.1\r\nHost: x\r\nAccept: " + strings.Repeat("a/b,", 100_000) + "*/*\r\n\r\n", 406, true},
		{"a long Accept-Encoding", "GET /collections/communes HTTP/1.1\r\nHost: x\r\nAccept-Encoding: " + strings.Repeat("x,", 100_000) + "\r\n\r\n", 200, false},
		{"a long If-None-Match", "GET /collections/communes HTTP/1.1\r\nHost: x\r\nIf-None-Match: " + strings.Repeat(`"x",`, 100_000) + "\r\n\r\n", 200, false},
	} {
		begin := time.Now()
		a, body := say(t, address, c.request)
		if a.StatusCode != c.status || time.Since(begin) > 2*time.Second {
			t.Errorf("%s: %s after %s: %.200s", c.because, a.Status, time.Since(begin), body)
		}
		if c.problem {
			a.Request.URL = nil
			if p := problemOf(t, reply{a, body}); p.Parameter == "" {
				t.Errorf("%s: %+v", c.because, p)
			}
		}
	}
}

// TestUnusualMethods: those that have a form of their own are refused like the others.
func TestUnusualMethods(t *testing.T) {
	w := sample(t)
	address := listening(t, w)
	for _, line := range []string{"TRACE /collections HTTP/1.1", "CONNECT /collections HTTP/1.1", "POST /collections HTTP/1.0", "get /collections HTTP/1.1", "QUERY / HTTP/1.1"} {
		if a, _ := say(t, address, line+"\r\nHost: x\r\n\r\n"); a.StatusCode != 405 || a.Header.Get("Allow") != "GET, HEAD, OPTIONS" {
			t.Errorf("%s: %s %v", line, a.Status, a.Header)
		}
	}
	if a, _ := say(t, address, "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"); a.StatusCode/100 != 2 {
		t.Errorf("OPTIONS *: %s", a.Status)
	}
}

// TestSlowHeaders: a client that sends its headers letter by letter is left after ten seconds.
func TestSlowHeaders(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten seconds")
	}
	t.Parallel()
	w := sample(t)
	conn, err := net.Dial("tcp", listening(t, w))
	must(t, err)
	defer conn.Close()
	go func() {
		for _, letter := range "GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X-Slow: x\r\n", 10) {
			if _, err := fmt.Fprint(conn, string(letter)); err != nil {
				return
			}
			time.Sleep(200 * time.Millisecond)
		}
	}()
	begin := time.Now()
	must(t, conn.SetReadDeadline(begin.Add(20*time.Second)))
	_, err = io.Copy(io.Discard, conn)
	if took := time.Since(begin); took > 15*time.Second {
		t.Errorf("left after %s: %v", took, err)
	}
}
