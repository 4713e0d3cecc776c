package source

import "time"

// stopwatch calls end when the time of a download is over. It stands still while the download queues for a slot: how long
// the files before it take is not its doing.
type stopwatch struct {
	left  time.Duration
	end   func()
	timer *time.Timer // nil while it stands still
	since time.Time
}

func (s *stopwatch) start() {
	s.since, s.timer = time.Now(), time.AfterFunc(s.left, s.end)
}

func (s *stopwatch) stop() {
	if s.timer != nil {
		s.timer.Stop()
		s.left -= time.Since(s.since)
		s.timer = nil
	}
}
