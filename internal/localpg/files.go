package localpg

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
)

// bigLog is the size in bytes from which the log of the last starts makes room for a new one.
const bigLog = 10 * mebibyte

func (c *Cluster) logPath() string { return filepath.Join(c.home, "server.log") }

// openLog opens the server's log, which only its user reads. One older log is kept.
func (c *Cluster) openLog() (*os.File, error) {
	path := c.logPath()
	if info, err := os.Lstat(path); err == nil && info.Size() > bigLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, err
		}
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	return f, c.owner.own(path)
}

// tail is the end of a log, for a person to read.
func tail(path string) []byte {
	content, err := os.ReadFile(path)
	if err != nil {
		return []byte(err.Error())
	}
	return bytes.TrimSpace(content[max(0, len(content)-2000):])
}

// writeSettings prepares the socket folder and the settings file for a start.
func (c *Cluster) writeSettings() error {
	sockets := socketDir(c.home, c.owner)
	if err := c.owner.privateDir(sockets); err != nil {
		return err
	}
	path := filepath.Join(c.data(), settingsFile)
	port, err := choosePort(rememberedPort(path), c.home)
	if err != nil {
		return err
	}
	return c.owner.write(path, settings(memory(), c.options.Volatile, port, sockets))
}

var portLine = regexp.MustCompile(`(?m)^port = (\d+)$`)

// rememberedPort reads the port of the last start from the settings file, 0 when there was none.
func rememberedPort(path string) int {
	content, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	m := portLine.FindSubmatch(content)
	if m == nil {
		return 0
	}
	port, _ := strconv.Atoi(string(m[1]))
	return port
}

// Ports are taken below the ranges from which Linux and macOS number outgoing connections, so that one stays free
// from a start to the next.
const firstPort, portCount = 20000, 10000

// choosePort keeps the remembered port while it is free. Otherwise it looks from a place that depends on the cluster,
// so that several seldom want the same.
func choosePort(remembered int, home string) (int, error) {
	if remembered != 0 && isFree(remembered) {
		return remembered, nil
	}
	h := fnv.New32a()
	h.Write([]byte(home))
	start := int(h.Sum32() % portCount)
	for i := range portCount {
		if port := firstPort + (start+i)%portCount; isFree(port) {
			return port, nil
		}
	}
	return 0, fmt.Errorf("no free port on 127.0.0.1 from %d to %d", firstPort, firstPort+portCount-1)
}

func isFree(port int) bool {
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	return l.Close() == nil
}
