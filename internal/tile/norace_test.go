//go:build !race

package tile_test

const raced = false
