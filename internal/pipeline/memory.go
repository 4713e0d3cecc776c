package pipeline

import (
	"os"
	"runtime/debug"
)

// mostMemory is what Go's heap keeps to while a release is made: garbage is collected sooner, and nothing is refused. The program
// itself and SQLite's pages come on top, and all of it stays under 500 MB.
const mostMemory = 384 << 20

// BoundMemory makes the process keep to it until the function that it gives is called. Who says GOMEMLIMIT has said how much.
// It is not for a process that serves: what that keeps, it keeps within bounds of its own.
func BoundMemory() (restore func()) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	before := debug.SetMemoryLimit(mostMemory)
	return func() { debug.SetMemoryLimit(before) }
}
