package main

import (
	"testing"

	"maille/internal/fault"
)

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{"": 0, "8GB": 8e9, "500 MB": 5e8, "2TB": 2e12, "999999TB": 999999e12} {
		if got, err := parseSize("exports_room", text); got != want || err != nil {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"0GB", "8", "8 G", "-8GB", "8.5GB", "8GBs", "9999999TB", "8  GB"} {
		if got, err := parseSize("exports_room", text); fault.KindOf(err) != fault.Invalid || fault.Subject(err) != "exports_room" {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
}
