package main

import (
	"testing"
	"time"
)

// TestAges: 12m is minutes, and whoever writes it means months.
func TestAges(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"": 0, "400d": 400 * 24 * time.Hour, "36h": 36 * time.Hour, "1h": time.Hour, "12m": 0, "59m59s": 0, "0d": 0, "-1d": 0, "d": 0, "long": 0} {
		if got, err := age(text); got != want || (err == nil) != (want > 0 || text == "") {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
}
