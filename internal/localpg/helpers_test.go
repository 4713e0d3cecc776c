package localpg_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"maille/internal/fault"
	"maille/internal/localpg"
)

// helper names the folder of a cluster that this test binary, run again as another process, starts and uses.
const helper = "MAILLE_LOCALPG_HELPER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helper); dir != "" {
		os.Exit(help(dir))
	}
	os.Exit(m.Run())
}

// help uses a cluster until its standard input ends.
func help(dir string) int {
	c, err := localpg.Start(context.Background(), localpg.Options{Dir: dir, Volatile: true})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := c.Close(); err != nil {
		fmt.Println(err)
		return 1
	}
	return 0
}

type process struct {
	cmd   *exec.Cmd
	stdin io.Closer
	lines *bufio.Scanner
}

func spawn(t *testing.T, dir string) *process {
	t.Helper()
	need(t)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), helper+"="+dir)
	stdin, err1 := cmd.StdinPipe()
	stdout, err2 := cmd.StdoutPipe()
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return &process{cmd, stdin, bufio.NewScanner(stdout)}
}

func (p *process) ready(t *testing.T) {
	t.Helper()
	if !p.lines.Scan() || p.lines.Text() != "ready" {
		t.Fatalf("the other process says %q", p.lines.Text())
	}
}

func (p *process) leave(t *testing.T) {
	t.Helper()
	p.stdin.Close()
	if err := p.cmd.Wait(); err != nil {
		t.Fatal(err)
	}
}

func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil && err != os.ErrProcessDone {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // "signal: killed"
}

// need skips a test on a machine without PostgreSQL, where CI fails.
func need(t *testing.T) {
	t.Helper()
	if err := localpg.Look(t.Context()); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(fault.Message(err))
	}
}

func asRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can drop to another user")
	}
}

// testDir is a new folder that any user may enter, unlike t.TempDir.
func testDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "maille-localpg-")
	if err != nil {
		t.Fatal(err)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// start gives a cluster that ends with its test.
func start(t *testing.T, o localpg.Options) *localpg.Cluster {
	t.Helper()
	need(t)
	o.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	c, err := localpg.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func stop(t *testing.T, c *localpg.Cluster) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
}

func do(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func ask(t *testing.T, url, sql string) (answer string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if err := conn.QueryRow(t.Context(), sql, pgx.QueryExecModeSimpleProtocol).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

func try(url string) error {
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		return err
	}
	return conn.Close(context.Background())
}

// homeOf follows the pointer of a relocated cluster.
func homeOf(t *testing.T, dir string) string {
	t.Helper()
	if content, err := os.ReadFile(filepath.Join(dir, "place")); err == nil {
		return strings.TrimSpace(string(content))
	}
	return dir
}

func postmasterOf(t *testing.T, dir string) int {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(homeOf(t, dir), "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(content), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func isAlive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if os.IsNotExist(err) {
		return false
	}
	if err != nil { // no /proc here
		return syscall.Kill(pid, 0) == nil
	}
	return !strings.Contains(string(stat), ") Z ") // a zombie waits for its parent, not for us
}

// outlives says whether a process that was told to end is still there; between its last word and its end is a moment.
func outlives(pid int) bool {
	for range 100 {
		if !isAlive(pid) {
			return false
		}
		time.Sleep(20 * time.Millisecond)
	}
	return true
}

// processIDs are the programs that work on a cluster, this process apart.
func processIDs(t *testing.T, dir string) (ids []int) {
	t.Helper()
	for _, line := range processesOf(t, dir) {
		id, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if pid, err := strconv.Atoi(id); err == nil {
			ids = append(ids, pid)
		}
	}
	return ids
}

func processesOf(t *testing.T, dir string) (lines []string) {
	t.Helper()
	out, err := exec.Command("ps", "-A", "-ww", "-o", "pid=,args=").Output()
	if err != nil {
		t.Skipf("ps: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, homeOf(t, dir)) {
			lines = append(lines, line)
		}
	}
	return lines
}

func postmasters(t *testing.T, dir string) (lines []string) {
	t.Helper()
	for _, line := range processesOf(t, dir) {
		if strings.Contains(line, "postgres -D ") {
			lines = append(lines, line)
		}
	}
	return lines
}

func waitFor(pattern string) {
	for range 5000 {
		if found, _ := filepath.Glob(pattern); len(found) > 0 {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func modeOf(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func ownersOf(t *testing.T, path string) (uid, gid int) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	stat := info.Sys().(*syscall.Stat_t)
	return int(stat.Uid), int(stat.Gid)
}

func realUser(t *testing.T, pid int) int {
	t.Helper()
	out, err := exec.Command("ps", "-o", "uid=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		t.Skipf("ps: %v", err)
	}
	uid, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	return uid
}

// sleeper is a harmless process of a user.
func sleeper(t *testing.T, uid, gid int) int {
	t.Helper()
	cmd := exec.Command("sleep", "300")
	cmd.Dir = "/"
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd.Process.Pid
}

func deadPid(t *testing.T) int {
	t.Helper()
	cmd := exec.Command("true")
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	return cmd.Process.Pid
}
