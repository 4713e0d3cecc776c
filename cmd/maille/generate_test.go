package main

import (
	"strings"
	"testing"
)

func TestGenerate(t *testing.T) {
	isolated(t)
	code, first, stderr := maille(t, "generate", "immeubles", "--rows", "5")
	if code != exitOK || strings.Count(first, "\n") != 6 || stderr != "" {
		t.Fatalf("%d %s%s", code, first, stderr)
	}
	if _, again, _ := maille(t, "generate", "immeubles", "--rows", "5"); again != first {
		t.Errorf("the same flags give\n%s, and then\n%s", first, again)
	}
	if _, other, _ := maille(t, "generate", "immeubles", "--rows", "5", "--seed", "2"); other == first {
		t.Error("another seed gives the same file")
	}
	if code, help, _ := maille(t); code != exitOK || strings.Contains(help, "generate") {
		t.Error("the help lists what makes data up")
	}
	for _, args := range [][]string{{"--rows", "-1"}, {"--outside", "2"}, {"--cog", "x"}, {"--cog", "x", "--contours", "y"}} {
		if code, _, stderr := maille(t, append([]string{"generate", "immeubles"}, args...)...); code != exitUsage || stderr == "" {
			t.Errorf("%v: %d %s", args, code, stderr)
		}
	}
}
