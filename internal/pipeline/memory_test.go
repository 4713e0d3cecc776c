package pipeline_test

import (
	"runtime/debug"
	"testing"

	"maille/internal/pipeline"
)

// TestBoundMemory: the bound goes with its user, and an operator's own stands.
func TestBoundMemory(t *testing.T) {
	limit := func() int64 { return debug.SetMemoryLimit(-1) }
	before := limit()
	t.Setenv("GOMEMLIMIT", "")
	restore := pipeline.BoundMemory()
	if most := limit(); most > 400<<20 {
		t.Errorf("%d bytes", most)
	}
	if restore(); limit() != before {
		t.Errorf("%d bytes are left", limit())
	}
	t.Setenv("GOMEMLIMIT", "2GiB")
	if pipeline.BoundMemory(); limit() != before {
		t.Errorf("%d bytes, in spite of GOMEMLIMIT", limit())
	}
}
