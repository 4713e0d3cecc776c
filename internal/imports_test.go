package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// embedded are the folders of files that only cmd and pgtest may import; the others receive an fs.FS.
var embedded = []string{"maille/datasets", "maille/schemas", "maille/migrations"}

// row is one of the table of doc/design.md: a package, what it knows, and what it may import of this module.
var row = regexp.MustCompile("(?m)^\\| `([a-z0-9]+)` \\| .* \\| ([^|]*) \\|$")

// table is what each package may import.
func table(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../doc/design.md")
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string]string{}
	for _, r := range row.FindAllStringSubmatch(string(text), -1) {
		allowed[r[1]] = strings.Trim(r[2], "–")
	}
	return allowed
}

func TestImports(t *testing.T) {
	allowed := table(t)
	folders, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		list, known := allowed[folder.Name()]
		if !known {
			t.Errorf("package %s is not in the table: add its line to doc/design.md", folder.Name())
		}
		may := strings.Fields(list)
		for file, imports := range importsOf(t, folder.Name()) {
			for _, imported := range imports {
				name := strings.TrimPrefix(imported, "maille/internal/")
				switch {
				case slices.Contains(may, name):
				case name == "pgtest":
					t.Errorf("%s imports pgtest, which is for test files", file)
				case slices.Contains(embedded, imported):
					t.Errorf("%s imports %s: only cmd and pgtest may; take an fs.FS", file, imported)
				default:
					t.Errorf("%s imports %s, but %s may import only: %s", file, name, folder.Name(), list)
				}
			}
		}
	}
	for name := range allowed {
		if _, err := os.Stat(name); err != nil {
			t.Errorf("the table has %s, which is no package", name)
		}
	}
}

// importsOf lists what each file of a package, but its tests, imports of this module.
func importsOf(t *testing.T, folder string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	files, err := fs.Glob(os.DirFS(folder), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file := path.Join(folder, name)
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			if imported, _ := strconv.Unquote(spec.Path.Value); strings.HasPrefix(imported, "maille/") {
				found[file] = append(found[file], imported)
			}
		}
	}
	return found
}
