package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"maille/internal/pipeline"
)

// progress shows bars on a terminal; elsewhere it shows nothing, and the log has a line for each step.
type progress struct {
	w        io.Writer
	terminal bool
}

func newProgress(w io.Writer) progress {
	file, ok := w.(*os.File)
	return progress{w: w, terminal: ok && term.IsTerminal(int(file.Fd()))}
}

// level keeps log lines from cutting through bars.
func (p progress) level() slog.Level {
	if p.terminal {
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// Step begins a bar, or a spinner when nobody knows how long it will be.
func (p progress) Step(label string, bytes int64) pipeline.Bar {
	if !p.terminal {
		return silent{}
	}
	if bytes == 0 {
		bytes = -1
	}
	return bar{progressbar.NewOptions64(bytes, progressbar.OptionSetWriter(p.w), progressbar.OptionSetDescription(fmt.Sprintf("%-45s", label)),
		progressbar.OptionShowBytes(bytes > 0), progressbar.OptionSetWidth(24), progressbar.OptionThrottle(80*time.Millisecond),
		progressbar.OptionClearOnFinish())}
}

type bar struct{ *progressbar.ProgressBar }

func (b bar) Add(bytes int) { _ = b.ProgressBar.Add(bytes) }
func (b bar) Done()         { _ = b.Finish() }

type silent struct{}

func (silent) Add(int) {}
func (silent) Done()   {}
