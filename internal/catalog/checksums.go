package catalog

import (
	"strings"

	"maille/internal/release"
)

// Checksums is SHA256SUMS: what "sha256sum -c" reads in a folder that has the release's files under d/, as their addresses do.
func Checksums(m *release.Manifest) string {
	var b strings.Builder
	for i := range m.Datasets {
		for _, f := range m.Datasets[i].Files {
			b.WriteString(f.SHA256 + "  d/" + f.Name + "\n")
		}
	}
	return b.String()
}
