//go:build race

package serve_test

// raced says that the race detector is on: what asks for everything takes six times as long.
const raced = true
