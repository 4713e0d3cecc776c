//go:build race

package main

// raced says that the race detector is on: what takes a minute without it takes six.
const raced = true
