package localpg

import (
	"fmt"
	"os"
	"os/exec"

	"maille/internal/fault"
)

// The sentences below are all that a person gets when the machine lacks something: they end with the command to type.

func noServer() error {
	if bin := os.Getenv("MAILLE_PG_BIN"); bin != "" {
		return fault.New(fault.Unavailable, "MAILLE_PG_BIN is %s, where initdb and postgres are not both found: name PostgreSQL's bin folder", bin)
	}
	return fault.New(fault.Unavailable, "no PostgreSQL was found on this machine: %s, or set MAILLE_DATABASE_URL", remedy(0))
}

func oldServer(major int) error {
	return fault.New(fault.Unavailable, "PostgreSQL %d is too old, Maille needs %d or later: %s", major, oldest, remedy(0))
}

func noPostGIS(major int) error {
	return fault.New(fault.Unavailable, "PostgreSQL %d has no PostGIS: %s", major, remedy(major))
}

func oldPostGIS(major int, version string) error {
	return fault.New(fault.Unavailable, "PostGIS %s of PostgreSQL %d is too old, Maille needs 3.3 or later: %s", version, major, remedy(major))
}

// remedy is the command that installs PostGIS for a major, or both for major 0.
func remedy(major int) string {
	has := func(program string) bool { _, err := exec.LookPath(program); return err == nil }
	switch {
	case has("apt-get") && major == 0:
		return "apt-get install postgresql postgresql-postgis"
	case has("apt-get"):
		return fmt.Sprintf("apt-get install postgresql-%d-postgis-3", major)
	case has("dnf"):
		return "dnf install postgresql-server postgis"
	case has("apk"):
		return "apk add postgresql postgis"
	case has("brew"):
		return "brew install postgresql postgis"
	}
	return fmt.Sprintf("install PostgreSQL %d or later with PostGIS 3.3 or later", oldest)
}
