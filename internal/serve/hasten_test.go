package serve

import "time"

// Hasten shortens what takes a server its time, for tests that wait for it.
func (s *Server) Hasten(place, first time.Duration, bytes int64, within time.Duration) {
	s.exporting.wait = place
	s.limits = exportLimits{first: first, lowest: pace{bytes: bytes, within: within}}
}
