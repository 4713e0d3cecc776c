//go:build !race

package dump_test

const raced = false
