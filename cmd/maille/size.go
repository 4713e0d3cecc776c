package main

import (
	"math"
	"regexp"
	"strconv"

	"maille/internal/fault"
)

var sizePattern = regexp.MustCompile(`^([0-9]{1,6}) ?([MGT])B$`)

// sizes are those of disks and of their makers: powers of ten.
var sizes = map[string]int{"M": 6, "G": 9, "T": 12}

// parseSize reads a size in bytes, such as 8GB or 500 MB; "" is 0.
func parseSize(key, text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	parts := sizePattern.FindStringSubmatch(text)
	if parts == nil {
		return 0, fault.New(fault.Invalid, "%s: %q is not a size such as 8GB or 500MB", key, text).About(key)
	}
	n, err := strconv.Atoi(parts[1])
	if err != nil || n == 0 {
		return 0, fault.New(fault.Invalid, "%s: %q is no room at all", key, text).About(key)
	}
	return int64(n) * int64(math.Pow10(sizes[parts[2]])), nil
}
