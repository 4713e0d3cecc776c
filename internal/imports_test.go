package internal_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// allowed is the table of doc/design.md: what each package may import of this module, besides what it lists before.
var allowed = map[string]string{
	"fault":     "",
	"schema":    "fault",
	"geo":       "fault",
	"cql2":      "fault schema geo",
	"dataset":   "fault schema geo cql2",
	"release":   "fault geo dataset",
	"source":    "fault schema geo dataset",
	"validate":  "fault schema geo dataset",
	"blob":      "fault",
	"store":     "fault schema geo cql2 dataset release",
	"pmtiles":   "fault geo",
	"dump":      "fault schema geo dataset release tile pmtiles",
	"carto":     "fault schema geo dataset",
	"synthetic": "fault schema geo dataset source",
	"tile":      "fault schema geo dataset",
	"pipeline":  "fault schema geo dataset release source validate blob store tile pmtiles dump",
	"serve":     "fault schema geo cql2 dataset release store blob tile pmtiles dump carto",
	"web":       "fault schema geo dataset carto serve",
	"localpg":   "fault",
	"pgtest":    "fault store localpg maille/migrations",
}

// embedded are the folders of files that only cmd and pgtest may import; the others receive an fs.FS.
var embedded = []string{"maille/datasets", "maille/schemas", "maille/migrations"}

func TestImports(t *testing.T) {
	folders, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if !folder.IsDir() {
			continue
		}
		table, known := allowed[folder.Name()]
		if !known {
			t.Errorf("package %s is not in the table: add its line to doc/design.md and here", folder.Name())
		}
		may := strings.Fields(table)
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
					t.Errorf("%s imports %s, but %s may import only: %s", file, name, folder.Name(), table)
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
