package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestNothingRunsNowhere: what is skipped under the race detector is run without it. The constant raced, which is all that
// knows of the detector, is in the bodies of tests alone, where .ci/unraced finds it, and make test runs what that finds.
func TestNothingRunsNowhere(t *testing.T) {
	tests, packages := unraced(t, "tests"), strings.Fields(unraced(t, "packages"))
	names := strings.Split(strings.Trim(strings.TrimSpace(tests), "^()$"), "|")
	n := 0
	for _, root := range []string{".", "../cmd"} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") {
				return err
			}
			for _, name := range namingRaced(t, path) {
				n++
				folder, _ := filepath.Rel("..", filepath.Dir(path))
				if root == "." {
					folder = filepath.Join("internal", filepath.Dir(path))
				}
				if !slices.Contains(names, name) || !slices.Contains(packages, "./"+filepath.ToSlash(folder)) {
					t.Errorf("%s: %s is skipped under the race detector, and no test that .ci/unraced finds", path, name)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 10 {
		t.Errorf("%d tests are skipped under the race detector", n)
	}
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"go test -race -timeout 15m ./...\n", `go test -run "$$(.ci/unraced tests)" $$(.ci/unraced packages)`} {
		if !strings.Contains(string(makefile), line) {
			t.Errorf("the Makefile does not say %s", line)
		}
	}
}

func unraced(t *testing.T, what string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "../.ci/unraced", what).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// namingRaced are the functions of a file that name raced or notRaced; the file itself, when it is built with the race
// detector alone, or without it alone, and declares more than that constant.
func namingRaced(t *testing.T, path string) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	if base := filepath.Base(path); base == "race_test.go" || base == "norace_test.go" {
		if len(file.Decls) != 1 {
			names = append(names, base)
		}
		return names
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			if c.Pos() < file.Package && strings.HasPrefix(c.Text, "//go:build") && strings.Contains(c.Text, "race") {
				names = append(names, filepath.Base(path))
			}
		}
	}
	for _, d := range file.Decls {
		function, ok := d.(*ast.FuncDecl)
		if !ok || function.Name.Name == "notRaced" || strings.HasPrefix(function.Name.Name, "Benchmark") {
			continue
		}
		ast.Inspect(function, func(node ast.Node) bool {
			if id, ok := node.(*ast.Ident); ok && (id.Name == "raced" || id.Name == "notRaced") && !slices.Contains(names, function.Name.Name) {
				names = append(names, function.Name.Name)
			}
			return true
		})
	}
	return names
}
