package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"maille/internal/fault"
	"maille/internal/pipeline"
)

// TestEveryFileIsVerified breaks three files of two releases: what a backup that was restored may lack.
func TestEveryFileIsVerified(t *testing.T) {
	t.Parallel()
	w := changed(t)
	w.publish(t)
	first, err := w.DB.Release(t.Context(), "2026-11-22.1")
	if err != nil {
		t.Fatal(err)
	}
	verify := func() (found []string, files int64) {
		t.Helper()
		files, bytes, err := w.Verify(t.Context(), func(b pipeline.Broken) {
			found = append(found, fmt.Sprintf("%s %s: %s", b.Release, b.Name, b.Found))
		})
		if err != nil || bytes == 0 {
			t.Errorf("%d bytes, %v", bytes, err)
		}
		slices.Sort(found)
		return found, files
	}
	found, all := verify()
	if len(found) > 0 || all < 16 {
		t.Errorf("%d files, %v", all, found)
	}
	path := func(release, name string) (string, int64) {
		m, err := w.DB.Release(t.Context(), release)
		if err != nil {
			t.Fatal(err)
		}
		_, f := m.File(name)
		return filepath.Join(w.blobs, f.SHA256[:2], f.SHA256), f.Bytes
	}
	missing, _ := path("2026-11-22.1", "codes.csv")
	truncated, size := path("2026-11-22.2", "lieux.geojson")
	flipped, _ := path("2026-11-22.2", "notes.csv")
	text, err := os.ReadFile(flipped)
	if err == nil {
		text[len(text)/2] ^= 1
		err = errors.Join(os.Remove(missing), os.Chmod(truncated, 0o600), os.Truncate(truncated, size-1), os.Chmod(flipped, 0o600), os.WriteFile(flipped, text, 0o600))
	}
	if err != nil {
		t.Fatal(err)
	}
	found, files := verify()
	want := []string{
		"2026-11-22.1 codes.csv: absent du stockage",
		fmt.Sprintf("2026-11-22.2 lieux.geojson: %d octets au lieu de %d", size-1, size),
		"2026-11-22.2 notes.csv: octets différents : l'empreinte SHA-256 n'est pas celle du manifeste",
	}
	if !slices.Equal(found, want) || files != all {
		t.Errorf("%d of %d files\n%s\nwant\n%s", files, all, strings.Join(found, "\n"), strings.Join(want, "\n"))
	}
	if _, err := w.conn.Exec(t.Context(), `update maille.release set manifest = manifest || '{"erased": [{"dataset": "codes", "files": ["codes.geojson", "codes.csv"]}]}' where id = $1`, first.Release); err != nil {
		t.Fatal(err)
	}
	if found, files = verify(); !slices.Equal(found, want[1:]) || files >= all {
		t.Errorf("what was taken out is looked for: %d files, %v", files, found)
	}
	sound := w.Blobs
	ctx, cancel := context.WithCancel(t.Context())
	w.Blobs = &brittle{Store: sound, steps: func(n int64) {
		if n == 3 {
			cancel()
		}
	}}
	if files, _, err := w.Verify(ctx, func(pipeline.Broken) {}); fault.KindOf(err) != fault.Canceled || files != 2 {
		t.Errorf("%d files, %v", files, err)
	}
}
