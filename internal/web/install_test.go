package web

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// installing is a copy of what .ci/install reads, and a PATH on which only what it needs is, without npm and apt-get.
type installing struct {
	t          *testing.T
	root, path string
}

func newInstalling(t *testing.T) *installing {
	t.Helper()
	if servers, _ := filepath.Glob("/usr/lib/postgresql/*/lib/postgis-3.so"); len(servers) == 0 {
		t.Skip("PostGIS is not where Debian puts it: the script would look for it first")
	}
	i := &installing{t, t.TempDir(), t.TempDir()}
	for _, name := range []string{".ci/install", "go.mod", "internal/web/map/package.json", "internal/web/map/package-lock.json", "internal/web/map/.npmrc"} {
		content, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		i.write(filepath.Join(i.root, name), string(content))
	}
	if err := os.MkdirAll(filepath.Join(i.root, "internal/web/map/dist"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bash", "cat", "cmp", "cp", "cut", "dirname", "find", "go", "head", "mkdir", "rm", "sed", "sort", "tail", "touch", "tr"} {
		program, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(program, filepath.Join(i.path, name)); err != nil {
			t.Fatal(err)
		}
	}
	i.program("id", "echo 1000") // not root, whoever tests
	return i
}

func (i *installing) write(name, content string) {
	i.t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		i.t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o755); err != nil {
		i.t.Fatal(err)
	}
}

func (i *installing) program(name, script string) {
	i.t.Helper()
	i.write(filepath.Join(i.path, name), "#!"+filepath.Join(i.path, "bash")+"\n"+script+"\n")
}

// run gives what the script says and whether it succeeds.
func (i *installing) run(variables ...string) (said string, ok bool) {
	i.t.Helper()
	cmd := exec.Command(filepath.Join(i.path, "bash"), filepath.Join(i.root, ".ci/install"))
	cmd.Env = append([]string{"PATH=" + i.path, "HOME=" + i.t.TempDir(), "GOTOOLCHAIN=local"}, variables...)
	output, err := cmd.CombinedOutput()
	return string(output), err == nil
}

func (i *installing) has(name string) bool {
	_, err := os.Stat(filepath.Join(i.root, name))
	return err == nil
}

// TestInstallWithoutMap: who has no npm and cannot install it, or no network, builds all the same and is told; the wait is
// not for each build, and continuous integration stops.
func TestInstallWithoutMap(t *testing.T) {
	t.Parallel()
	const word, failed = "pages will have no map", ".maille/map-failed"
	for _, c := range []struct{ name, program, script string }{
		{"nothing that installs", "", ""},
		{"no root", "apt-get", "echo apt-get was run; exit 1"},
		{"no network for apt", "sudo", "echo no network; exit 100"},
		{"no network for npm", "npm", "echo npm was run; exit 1"},
	} {
		i := newInstalling(t)
		if c.program != "" {
			i.program(c.program, c.script)
		}
		if c.program == "sudo" {
			i.program("apt-get", "exit 100")
		}
		first, ok := i.run()
		if !ok || !strings.Contains(first, word) || !i.has(failed) || strings.Contains(first, "apt-get was run") {
			t.Errorf("%s: %v %s", c.name, ok, first)
		}
		if again, ok := i.run(); !ok || !strings.Contains(again, word) || strings.Contains(again, "Fetching") || strings.Contains(again, "was run") {
			t.Errorf("%s, again: %v %s", c.name, ok, again)
		}
		if said, ok := i.run("CI=true"); ok || !strings.Contains(said, "CI=true: stopping") {
			t.Errorf("%s, CI=true: %v %s", c.name, ok, said)
		}
	}
}

// TestInstallMap: what npm fetches is put where the program embeds it, once.
func TestInstallMap(t *testing.T) {
	t.Parallel()
	i := newInstalling(t)
	i.program("npm", `echo npm was run; d=node_modules/maplibre-gl; mkdir -p $d/dist; touch $d/LICENSE.txt $d/dist/maplibre-gl.css
for f in $d/dist/maplibre-gl-csp.js $d/dist/maplibre-gl-csp-worker.js; do printf 'map\n//# sourceMappingURL=x\n' >$f; done`)
	if said, ok := i.run("CI=true"); !ok || !strings.Contains(said, "npm was run") || !i.has("internal/web/map/dist/maplibre-gl-license.txt") || i.has(".maille/npm") {
		t.Errorf("%v %s", ok, said)
	}
	if script, _ := os.ReadFile(filepath.Join(i.root, "internal/web/map/dist/maplibre-gl-csp.js")); string(script) != "map\n" {
		t.Errorf("%q", script)
	}
	if said, ok := i.run(); !ok || said != "" {
		t.Errorf("again: %v %s", ok, said)
	}
}
