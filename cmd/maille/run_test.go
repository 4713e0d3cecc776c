package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// isolated puts the test in an empty folder and takes the operator's environment away.
func isolated(t *testing.T) string {
	t.Helper()
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "MAILLE_") && name != "MAILLE_TEST_DATABASE_URL" {
			t.Setenv(name, "")
		}
	}
	dir := t.TempDir()
	t.Chdir(dir)
	return dir
}

// maille runs the program as a shell would, to its end.
func maille(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	out, errs := &text{}, &text{}
	code = run(t.Context(), args, out, errs)
	return code, out.String(), errs.String()
}

// program is one that runs until it is told to stop.
type program struct {
	stdout, stderr text
	stop           context.CancelFunc
	ended          chan int
}

func start(t *testing.T, args ...string) *program {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	p := &program{stop: stop, ended: make(chan int, 1)}
	go func() { p.ended <- run(ctx, args, &p.stdout, &p.stderr) }()
	t.Cleanup(func() { stop(); p.end(t) })
	return p
}

// address waits until the program serves.
func (p *program) address(t *testing.T) string {
	t.Helper()
	for range 15_000 {
		if _, after, found := strings.Cut(p.stdout.String(), "Serving on "); found && strings.Contains(after, " ") {
			return strings.Fields(after)[0]
		}
		select {
		case code := <-p.ended:
			p.ended <- code
			t.Fatalf("ended with %d: %s", code, p.stderr.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
	t.Fatalf("it does not serve: %s", p.stderr.String())
	return ""
}

func (p *program) end(t *testing.T) int {
	t.Helper()
	p.stop()
	select {
	case code := <-p.ended:
		p.ended <- code
		return code
	case <-time.After(20 * time.Second):
		t.Fatal("it does not stop")
		return 0
	}
}

// text is what a program writes, while another reads.
type text struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (t *text) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.Write(p)
}

func (t *text) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}

// write makes files, by path and content.
func write(t *testing.T, files map[string]string) {
	t.Helper()
	for name, content := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// oneLine holds an error to what a person reads: one line, which begins with the program's name, without a trail.
func oneLine(t *testing.T, stderr string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(stderr), "\n")
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, "maille: ") || strings.Contains(last, "store.") || strings.Contains(last, "syscall") {
		t.Errorf("not a sentence for people: %s", stderr)
	}
}
