package localpg

import (
	"bytes"

	"golang.org/x/sys/unix"
)

// memory is the machine's, in bytes.
func memory() uint64 {
	n, err := unix.SysctlUint64("hw.memsize")
	if err != nil {
		return 0
	}
	return n
}

// commandLine is the program and arguments of a process, or nil when it is dead.
func commandLine(pid int) []string {
	// KERN_PROCARGS2: argc, the path of the program, padding, then the arguments.
	raw, err := unix.SysctlRaw("kern.procargs2", pid)
	if err != nil || len(raw) < 4 {
		return nil
	}
	argc := int(raw[0]) | int(raw[1])<<8
	_, rest, _ := bytes.Cut(raw[4:], []byte{0})
	rest = bytes.TrimLeft(rest, "\x00")
	var args []string
	for range argc {
		arg, after, found := bytes.Cut(rest, []byte{0})
		if !found {
			break
		}
		args, rest = append(args, string(arg)), after
	}
	return args
}
