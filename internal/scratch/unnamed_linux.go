package scratch

import (
	"os"

	"golang.org/x/sys/unix"
)

// unnamed makes a file that never had a name, where the file system can: whoever is killed between giving one and taking it
// back leaves it.
func unnamed(folder string) (*os.File, error) {
	if folder == "" {
		folder = os.TempDir()
	}
	return os.OpenFile(folder, os.O_RDWR|unix.O_TMPFILE, 0o600)
}
