package localpg

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"maille/internal/fault"
)

// oldest is the first PostgreSQL major that Maille's SQL runs on.
const oldest = 15

// installation is one PostgreSQL of the machine, with PostGIS.
type installation struct {
	bin   string // folder of initdb and postgres
	major int
}

func (in installation) program(name string) string { return filepath.Join(in.bin, name) }

// folders are where systems put the binaries: Debian, PGDG on Fedora and its kin, Fedora, Alpine, Homebrew, Postgres.app.
var folders = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/usr/bin",
	"/usr/libexec/postgresql*",
	"/opt/homebrew/opt/postgresql*/bin",
	"/usr/local/opt/postgresql*/bin",
	"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// installations lists what can run Maille, the newest first, or says in one sentence what to install.
func installations(ctx context.Context) ([]installation, error) {
	var usable []installation
	lack, lacking := noServer(), 0
	for _, bin := range candidates(ctx) {
		in, err := inspect(ctx, bin)
		if err == nil {
			usable = append(usable, in)
		} else if in.major > lacking { // what the newest one lacks is the least to install
			lack, lacking = err, in.major
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(usable) == 0 {
		return nil, lack
	}
	slices.SortStableFunc(usable, func(a, b installation) int { return b.major - a.major })
	return usable, nil
}

// candidates are folders that may hold the binaries. $MAILLE_PG_BIN rules out all others.
func candidates(ctx context.Context) []string {
	if bin := os.Getenv("MAILLE_PG_BIN"); bin != "" {
		return []string{bin}
	}
	var bins []string
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		bins = append(bins, strings.TrimSpace(string(out)))
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			bins = append(bins, filepath.Dir(path))
		}
	}
	for _, pattern := range folders {
		found, _ := filepath.Glob(pattern) // the patterns are well formed
		bins = append(bins, found...)
	}
	slices.Sort(bins)
	return slices.Compact(bins)
}

var serverVersion = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// inspect tells what a folder holds; the major is set as soon as it is known.
func inspect(ctx context.Context, bin string) (installation, error) {
	in := installation{bin: bin}
	if _, err := os.Stat(in.program("initdb")); err != nil {
		return in, err
	}
	out, err := exec.CommandContext(ctx, in.program("postgres"), "--version").Output()
	if err != nil {
		return in, err
	}
	m := serverVersion.FindSubmatch(out)
	if m == nil {
		return in, fmt.Errorf("%s has no PostgreSQL version: %q", bin, out)
	}
	in.major, _ = strconv.Atoi(string(m[1]))
	if in.major < oldest {
		return in, oldServer(in.major)
	}
	return in, in.checkPostGIS(ctx)
}

var extensionVersion = regexp.MustCompile(`(?m)^default_version\s*=\s*'(\d+)\.(\d+)[^']*'`)

// checkPostGIS reads the extension's control file, which is there before any server runs.
func (in installation) checkPostGIS(ctx context.Context) error {
	for _, share := range in.shares(ctx) {
		control, err := os.ReadFile(filepath.Join(share, "extension", "postgis.control"))
		if err != nil {
			continue
		}
		m := extensionVersion.FindSubmatch(control)
		if m == nil {
			continue
		}
		major, _ := strconv.Atoi(string(m[1]))
		minor, _ := strconv.Atoi(string(m[2]))
		if major < 3 || major == 3 && minor < 3 {
			return oldPostGIS(in.major, fmt.Sprintf("%d.%d", major, minor))
		}
		return nil
	}
	return noPostGIS(in.major)
}

// shares are the folders that may hold the extensions of an installation.
func (in installation) shares(ctx context.Context) []string {
	if out, err := exec.CommandContext(ctx, in.program("pg_config"), "--sharedir").Output(); err == nil {
		return []string{strings.TrimSpace(string(out))}
	}
	prefix, major := filepath.Dir(in.bin), strconv.Itoa(in.major) // pg_config is often in a package of its own
	return []string{
		filepath.Join("/usr/share/postgresql", major),
		filepath.Join(prefix, "share"),
		filepath.Join(prefix, "share", "postgresql"),
		filepath.Join(prefix, "share", "postgresql@"+major),
		filepath.Join(prefix, "share", "pgsql"),
	}
}

// choose takes the installation that made the data folder, or the newest one when there is none yet.
func choose(installs []installation, data string) (installation, error) {
	content, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if os.IsNotExist(err) {
		return installs[0], nil
	}
	if err != nil {
		return installation{}, err
	}
	made := strings.TrimSpace(string(content))
	for _, in := range installs {
		if strconv.Itoa(in.major) == made {
			return in, nil
		}
	}
	return installation{}, fault.New(fault.Unavailable,
		"the cluster in %s was made by PostgreSQL %s and this machine has PostgreSQL %d: install PostgreSQL %s with its PostGIS, or move the folder away",
		data, made, installs[0].major, made).About(data)
}
