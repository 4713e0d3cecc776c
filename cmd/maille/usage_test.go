package main

import (
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestHelp: every command says what it does and shows how it is called.
func TestHelp(t *testing.T) {
	isolated(t)
	write(t, map[string]string{"maille.toml": "this is not TOML"}) // help helps even then
	var visit func(cmd *cobra.Command, path ...string)
	visit = func(cmd *cobra.Command, path ...string) {
		code, stdout, stderr := maille(t, append(path, "--help")...)
		if code != exitOK || stderr != "" {
			t.Errorf("%v --help: %d %s", path, code, stderr)
		}
		for _, want := range []string{"Usage:", "Examples:", "  maille " + strings.Join(path, " "), "--config"} {
			if !strings.Contains(stdout, strings.TrimRight(want, " ")) {
				t.Errorf("%v --help has no %q:\n%s", path, want, stdout)
			}
		}
		for _, sub := range cmd.Commands() {
			if !sub.Hidden && sub.Name() != "help" && sub.Name() != "completion" {
				visit(sub, append(path[:len(path):len(path)], sub.Name())...)
			}
		}
	}
	root := command()
	visit(root)
	for _, name := range strings.Fields("up migrate check ingest bundle publish serve schedule db") {
		if found, _, err := root.Find([]string{name}); err != nil || found.Name() != name {
			t.Errorf("no command %s: %v", name, err)
		}
	}
}

func TestUsage(t *testing.T) {
	isolated(t)
	for _, c := range []struct {
		because string
		args    []string
		says    string
	}{
		{"an unknown flag", []string{"check", "--nonsense"}, "--nonsense"},
		{"an unknown flag of the program", []string{"--nonsense"}, "--nonsense"},
		{"a flag of another command", []string{"check", "--listen", ":1"}, "--listen"},
		{"a flag without its value", []string{"serve", "--listen"}, "--listen"},
		{"an unknown command", []string{"nonsense"}, "nonsense"},
		{"an unknown command of a command", []string{"db", "nonsense"}, "nonsense"},
		{"an argument too many", []string{"up", "more"}, "more"},
		{"an argument too many", []string{"check", "more"}, "more"},
		{"an unknown form of log", []string{"check", "--log", "xml"}, "xml"},
	} {
		code, stdout, stderr := maille(t, c.args...)
		if code != exitUsage || !strings.Contains(stderr, c.says) || stdout != "" {
			t.Errorf("%s, maille %v: %d %s%s", c.because, c.args, code, stdout, stderr)
		}
		oneLine(t, stderr)
	}
}

// TestAlone: without a command the program says what there is.
func TestAlone(t *testing.T) {
	isolated(t)
	if code, stdout, _ := maille(t); code != exitOK || !strings.Contains(stdout, "Available Commands:") {
		t.Errorf("%d %s", code, stdout)
	}
	if code, stdout, _ := maille(t, "--version"); code != exitOK || !strings.HasPrefix(stdout, "maille version ") {
		t.Errorf("%d %s", code, stdout)
	}
}

// TestNoInstance: what works on what was published makes no database where there is none.
func TestNoInstance(t *testing.T) {
	dir := isolated(t)
	t.Setenv("MAILLE_DATABASE_URL", "")
	for _, args := range [][]string{{"prune"}, {"restore", "2026-11-22.1"}, {"erase", "Jeanne Exemple"}, {"check", "--files"}} {
		code, _, stderr := maille(t, append(args, "--data", "mistyped")...)
		if code != exitUsage || !strings.Contains(stderr, "no database in mistyped") {
			t.Errorf("%v: %d %s", args, code, stderr)
		}
		oneLine(t, stderr)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%v %v", left, err)
	}
}
