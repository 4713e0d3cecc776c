package source

import (
	"runtime"
	"strings"
)

const ourModule = "maille/"

// raisedHere says, in a deferred function that recovers, whether code of ours panicked: that is a mistake to mend, not a
// file to refuse. What the standard library panics of is the affair of who called it.
func raisedHere() bool {
	var callers [64]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers[:])])
	panicking := false
	for {
		frame, more := frames.Next()
		host, _, deep := strings.Cut(frame.Function, "/")
		switch {
		case frame.Function == "runtime.gopanic":
			panicking = true
		case panicking && strings.HasPrefix(frame.Function, ourModule):
			return true
		case panicking && deep && strings.Contains(host, "."), !more: // a library, which has a host
			return false
		}
	}
}
