package pgtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"maille/internal/localpg"
)

// A test process cannot know its own end: it has no last moment to stop the cluster in, least of all when it panics or
// is killed. So it starts a keeper: this same program, which uses the cluster too until the test process is gone.

const keeperVariable = "MAILLE_PGTEST_KEEPER"

func init() {
	var parent int
	var dir string
	if n, _ := fmt.Sscanf(os.Getenv(keeperVariable), "%d %q", &parent, &dir); n == 2 {
		if err := keep(parent, dir); err != nil {
			os.Exit(1) // nobody listens; the next test process adopts what is left
		}
		os.Exit(0)
	}
}

func keep(parent int, dir string) error {
	c, err := localpg.Start(context.Background(), options(dir))
	if err != nil {
		return err
	}
	// We get another parent once the test process has let go of all it held, its lock included. The end of a pipe would
	// come before that, now and then.
	for os.Getppid() == parent {
		time.Sleep(50 * time.Millisecond)
	}
	return c.Close()
}

func startKeeper(dir string) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %q", keeperVariable, os.Getpid(), dir))
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // a Ctrl-C ends the test; the keeper then does its work
	return cmd.Start()
}
