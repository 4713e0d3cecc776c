package serve_test

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/websocket"
)

// tab is one page of a browser without a screen, driven by the Chrome DevTools Protocol, with all that it asked of servers
// and all that it complained of. Only what the tests of maps need of the protocol is here.
type tab struct {
	t       testing.TB
	conn    *websocket.Conn
	session string

	mu       sync.Mutex
	last     int
	waiting  map[int]chan message
	requests []string
	wrong    []string
}

// message is a command, its answer, or an event.
type message struct {
	ID      int             `json:"id,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// patience is how long the browser may take for anything: a machine may be busy, and draws without a graphics card.
const patience = 40 * time.Second

// newTab opens a page of so many pixels in a browser of its own; the test is skipped where the machine has none.
func newTab(t testing.TB, width, height int) *tab {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "chromium-headless-shell", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && program == "" {
			program = found
		}
	}
	if program == "" {
		t.Skip("chromium is not installed")
	}
	b := &tab{t: t, waiting: map[int]chan message{}}
	b.connect(launch(t, program))
	var target struct {
		ID string `json:"targetId"`
	}
	b.ask("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct {
		Session string `json:"sessionId"`
	}
	b.ask("Target.attachToTarget", map[string]any{"targetId": target.ID, "flatten": true}, &attached)
	b.session = attached.Session
	for _, domain := range []string{"Page", "Runtime", "Network", "Log"} {
		b.ask(domain+".enable", nil, nil)
	}
	b.ask("Target.setAutoAttach", map[string]any{"autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true}, nil)
	b.ask("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}, nil)
	return b
}

// launch starts the browser, and gives the address by which it is driven.
func launch(t testing.TB, program string) string {
	t.Helper()
	cmd := exec.Command(program, "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-sync",
		"--no-first-run", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--hide-scrollbars", "--remote-debugging-port=0",
		"--remote-allow-origins=*", "--user-data-dir="+t.TempDir(), "about:blank")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stderr, err := cmd.StderrPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // its children too
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if _, address, found := strings.Cut(lines.Text(), "DevTools listening on "); found {
			go func() { _, _ = io.Copy(io.Discard, stderr) }()
			return address
		}
	}
	t.Skip("chromium is there and does not start")
	return ""
}

func (b *tab) connect(address string) {
	b.t.Helper()
	var err error
	b.conn, err = websocket.Dial(address, "", "http://127.0.0.1/")
	must(b.t, err)
	b.t.Cleanup(func() { b.conn.Close() })
	go func() {
		for {
			var m message
			if websocket.JSON.Receive(b.conn, &m) != nil {
				return
			}
			b.receive(m)
		}
	}()
}

func (b *tab) receive(m message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if m.ID > 0 {
		if answer := b.waiting[m.ID]; answer != nil {
			delete(b.waiting, m.ID)
			answer <- m
		}
		return
	}
	b.note(m)
}

// note keeps what the tests look at. A worker waits until what it asks of servers is listened to.
func (b *tab) note(m message) {
	var p struct {
		Session string `json:"sessionId"`
		Request struct {
			URL string `json:"url"`
		} `json:"request"`
		Type      string `json:"type"`
		Arguments []struct {
			Value       any    `json:"value"`
			Description string `json:"description"`
		} `json:"args"`
		Entry struct {
			Level, Text, URL string
		} `json:"entry"`
		Details struct {
			Text      string `json:"text"`
			Exception struct {
				Description string `json:"description"`
			} `json:"exception"`
		} `json:"exceptionDetails"`
	}
	_ = json.Unmarshal(m.Params, &p)
	switch m.Method {
	case "Target.attachedToTarget":
		if p.Session != b.session && b.session != "" {
			b.write(p.Session, "Network.enable", nil)
			b.write(p.Session, "Runtime.enable", nil)
			b.write(p.Session, "Runtime.runIfWaitingForDebugger", nil)
		}
	case "Network.requestWillBeSent":
		b.requests = append(b.requests, p.Request.URL)
	case "Runtime.consoleAPICalled":
		if p.Type == "error" || p.Type == "warning" || p.Type == "assert" {
			b.wrong = append(b.wrong, fmt.Sprint(p.Type, p.Arguments))
		}
	case "Runtime.exceptionThrown":
		b.wrong = append(b.wrong, p.Details.Text+" "+p.Details.Exception.Description)
	case "Log.entryAdded":
		if p.Entry.Level == "error" || p.Entry.Level == "warning" {
			b.wrong = append(b.wrong, p.Entry.Text+" "+p.Entry.URL)
		}
	}
}

// write sends a command, with the lock held.
func (b *tab) write(session, method string, params any) int {
	b.last++
	text, _ := json.Marshal(params)
	if params == nil {
		text = nil
	}
	_ = websocket.JSON.Send(b.conn, message{ID: b.last, Session: session, Method: method, Params: text}) // without answer, ask says so
	return b.last
}

// ask sends a command and reads its answer.
func (b *tab) ask(method string, params, into any) {
	b.t.Helper()
	answer := make(chan message, 1)
	b.mu.Lock()
	b.waiting[b.write(b.session, method, params)] = answer
	b.mu.Unlock()
	select {
	case m := <-answer:
		if m.Error != nil {
			b.t.Fatalf("%s: %s", method, m.Error.Message)
		}
		if into != nil {
			must(b.t, json.Unmarshal(m.Result, into))
		}
	case <-time.After(patience):
		b.t.Fatalf("%s: no answer", method)
	}
}

func (b *tab) open(address string) {
	b.t.Helper()
	b.ask("Page.navigate", map[string]any{"url": address}, nil)
}

// value is what an expression of JavaScript gives, as a text.
func (b *tab) value(expression string) string {
	b.t.Helper()
	var answer struct {
		Result struct {
			Value any `json:"value"`
		} `json:"result"`
		Details *struct {
			Exception struct {
				Description string `json:"description"`
			} `json:"exception"`
		} `json:"exceptionDetails"`
	}
	b.ask("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &answer)
	if answer.Details != nil {
		b.t.Fatalf("%s: %s", expression, answer.Details.Exception.Description)
	}
	if answer.Result.Value == nil {
		return ""
	}
	return fmt.Sprint(answer.Result.Value)
}

// until waits for an expression to give what is wanted of it.
func (b *tab) until(what, expression string, wanted func(string) bool) string {
	b.t.Helper()
	got := ""
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		if got = b.value(expression); wanted(got) {
			return got
		}
	}
	b.t.Fatalf("%s: %s is %q; %v", what, expression, got, b.complaints())
	return ""
}

// drawn waits until the map of the page is drawn, to the last tile.
func (b *tab) drawn() {
	b.t.Helper()
	b.until("the map is not drawn", `document.querySelector("#map")?.dataset.ready`, func(ready string) bool { return ready == "true" })
}

func (b *tab) key(name string, code int) {
	b.t.Helper()
	for _, kind := range []string{"rawKeyDown", "keyUp"} {
		b.ask("Input.dispatchKeyEvent", map[string]any{"type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code}, nil)
	}
}

func (b *tab) click(x, y int) {
	b.t.Helper()
	for _, kind := range []string{"mouseMoved", "mousePressed", "mouseReleased"} {
		b.ask("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1}, nil)
	}
}

func (b *tab) screenshot() []byte {
	b.t.Helper()
	var shot struct {
		Data string `json:"data"`
	}
	b.ask("Page.captureScreenshot", map[string]any{"format": "png"}, &shot)
	image, err := base64.StdEncoding.DecodeString(shot.Data)
	must(b.t, err)
	return image
}

func (b *tab) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.wrong)
}

func (b *tab) asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.requests)
}
