package localpg

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// memory is the machine's, or the container's when that is less, in bytes.
func memory() uint64 {
	var info unix.Sysinfo_t
	if err := unix.Sysinfo(&info); err != nil {
		return 0
	}
	total := uint64(info.Totalram) * uint64(info.Unit)
	if limit, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil { // "max" when there is no limit
		if n, err := strconv.ParseUint(strings.TrimSpace(string(limit)), 10, 64); err == nil {
			total = min(total, n)
		}
	}
	return total
}

// commandLine is the program and arguments of a process, or nil when it is dead. The link /proc/PID/cwd would say more,
// but in a container root may not read another user's.
func commandLine(pid int) []string {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil || len(content) == 0 { // empty for a zombie
		return nil
	}
	return strings.Split(strings.TrimRight(string(content), "\x00"), "\x00")
}
