//go:build race

package pipeline_test

// raced says that the race detector is on: what takes a minute without it takes ten.
const raced = true
