package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"maille/internal/fault"
)

// postmaster is the server process of a cluster, as its postmaster.pid tells.
type postmaster struct {
	pid     int
	port    int
	sockets string
}

// living reads postmaster.pid and tells whether that process is alive and serves this data folder: after a crash or a
// reboot its number may be another program's. Port and sockets are empty until the server has opened them.
func living(data string) (postmaster, bool) {
	pm, ok := readPostmaster(data)
	if !ok {
		return pm, false
	}
	args := commandLine(pm.pid)
	return pm, len(args) > 0 && slices.Contains([]string{"postgres", "postmaster"}, filepath.Base(args[0])) && slices.Contains(args, data)
}

// readPostmaster reads the lines of postmaster.pid: pid, data folder, start time, port, socket folder, …
func readPostmaster(data string) (pm postmaster, ok bool) {
	content, err := os.ReadFile(pidFile(data))
	if err != nil {
		return pm, false
	}
	lines := strings.Split(string(content), "\n")
	if pm.pid, err = strconv.Atoi(strings.TrimSpace(lines[0])); err != nil || pm.pid <= 0 {
		return pm, false
	}
	if len(lines) > 5 {
		pm.port, _ = strconv.Atoi(lines[3])
		pm.sockets = lines[4]
	}
	return pm, true
}

func pidFile(data string) string { return filepath.Join(data, "postmaster.pid") }

// errDied says that a postmaster ended before it answered.
var errDied = errors.New("the postmaster ended before it answered")

// ensurePostmaster adopts the living postmaster or launches one.
func (c *Cluster) ensurePostmaster(ctx context.Context) error {
	if pm, alive := living(c.data()); alive {
		err := c.await(ctx, nil)
		if err == nil {
			c.options.Logger.Debug("adopted a private PostgreSQL", "dir", c.home, "pid", pm.pid)
		}
		if !errors.Is(err, errDied) { // it may have been on its way out
			return err
		}
	}
	err := c.launchAgain(ctx)
	if errors.Is(err, errDied) && c.options.Volatile {
		// After a power cut, or a cleaner of old temporary files, nothing of it can be trusted.
		c.options.Logger.Warn("a volatile PostgreSQL cluster does not start: making it anew", "dir", c.home)
		if err := os.RemoveAll(c.data()); err != nil {
			return err
		}
		if err := c.create(ctx); err != nil {
			return err
		}
		err = c.launchAgain(ctx)
	}
	if errors.Is(err, errDied) {
		log := c.logPath()
		return fault.New(fault.Unavailable, "the private PostgreSQL does not start, %s tells why", log).About(log).Because(fmt.Errorf("%w\n%s", err, tail(log)))
	}
	return err
}

// launchAgain launches a few times: a port may be taken between look and use, and the orphans of a killed postmaster
// need a moment to leave its shared memory.
func (c *Cluster) launchAgain(ctx context.Context) (err error) {
	for wait := 100 * time.Millisecond; wait < time.Second; wait *= 2 {
		if err = c.launch(ctx); !errors.Is(err, errDied) {
			return err
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
	return err
}

func (c *Cluster) launch(ctx context.Context) error {
	if err := errors.Join(c.disarmPidFile(), c.writeSettings()); err != nil {
		return err
	}
	log, err := c.openLog()
	if err != nil {
		return err
	}
	defer log.Close()
	// It outlives ctx, and this process: others may use it.
	cmd := c.owner.command(context.WithoutCancel(ctx), c.data(), c.install.program("postgres"), "-D", c.data())
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait() // only to reap it: the log has its last words
		close(exited)
	}()
	if err := c.await(ctx, exited); err != nil {
		end(cmd, exited)
		return err
	}
	c.options.Logger.Info("started a private PostgreSQL", "dir", c.home, "port", c.postmaster.port, "pid", cmd.Process.Pid)
	return nil
}

// disarmPidFile makes a postmaster.pid whose process is not a postmaster of this cluster harmless. PostgreSQL clears
// the file of a dead process by itself, but not one whose number is now another program's. The number of its own parent
// it ignores: so ours goes there, rather than remove the file, whose other lines let PostgreSQL look for orphans that
// still use the shared memory.
func (c *Cluster) disarmPidFile() error {
	if _, alive := living(c.data()); alive {
		return nil
	}
	content, err := os.ReadFile(pidFile(c.data()))
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	_, rest, _ := strings.Cut(string(content), "\n")
	return c.owner.write(pidFile(c.data()), strconv.Itoa(os.Getpid())+"\n"+rest)
}

// end stops a postmaster that this process launched and nobody uses yet.
func end(cmd *exec.Cmd, exited <-chan struct{}) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} { // fast, immediate, now
		_ = cmd.Process.Signal(signal)
		select {
		case <-exited:
			return
		case <-time.After(10 * time.Second):
		}
	}
}

// stop shuts the cluster down and waits for the end of its postmaster. Clients are disconnected, work in progress is
// rolled back.
func (c *Cluster) stop(ctx context.Context) error {
	pm, alive := living(c.data())
	if !alive {
		return nil
	}
	if err := syscall.Kill(pm.pid, syscall.SIGINT); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	for {
		if now, alive := living(c.data()); !alive || now.pid != pm.pid {
			c.options.Logger.Info("stopped the private PostgreSQL", "dir", c.home, "pid", pm.pid)
			return nil
		}
		if err := sleep(ctx, pause); err != nil {
			return fault.New(fault.Unavailable, "the private PostgreSQL (process %d) is still stopping", pm.pid).Because(err)
		}
	}
}
