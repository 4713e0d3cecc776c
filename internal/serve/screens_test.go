package serve_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestScreens takes the pictures of maps that doc/ shows, of the service at MAILLE_SCREENS_URL into the folder
// MAILLE_SCREENS: see doc/screens.sh.
func TestScreens(t *testing.T) {
	service, folder := strings.TrimSuffix(os.Getenv("MAILLE_SCREENS_URL"), "/"), os.Getenv("MAILLE_SCREENS")
	if service == "" || folder == "" {
		t.Skip("MAILLE_SCREENS_URL and MAILLE_SCREENS are not said: doc/screens.sh says them")
	}
	const evry = "48.624/2.428"
	for _, s := range []struct {
		name, path    string
		width, height int
		dark          bool
		after         string // what is done once the map is drawn
	}{
		{"couverture-z8", "/cartes/couverture#8/48.55/2.25", 1440, 900, false, ""},
		{"couverture-z9", "/cartes/couverture#9.4/48.53/2.25", 1440, 900, false, ""},
		{"couverture-z10", "/cartes/couverture#10/" + evry, 1440, 900, false, ""},
		{"couverture-z12", "/cartes/couverture#12/" + evry, 1440, 900, false, clickCentre},
		{"couverture-z14", "/cartes/couverture#14/" + evry, 1440, 900, false, ""},
		{"couverture-nuit", "/cartes/couverture#9.4/48.53/2.25", 1440, 900, true, ""},
		{"couverture-320", "/cartes/couverture#8.4/48.53/2.25", 320, 1400, false, ""},
	} {
		b := newTab(t, s.width, s.height)
		if s.dark {
			b.ask("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": "dark"}}}, nil)
		}
		b.open(service + s.path)
		b.drawn()
		b.until("the table is not filled", `document.querySelector("#summary").textContent`, func(text string) bool { return text != "" })
		if s.after != "" {
			b.value(s.after)
			b.until("nothing is read", `document.querySelector("#reading a")?.href ?? ""`, func(text string) bool { return text != "" })
		}
		must(t, os.WriteFile(filepath.Join(folder, s.name+".png"), b.screenshot(), 0o644))
		fmt.Println(s.name, b.complaints())
	}
}

const clickCentre = `{ const c = document.querySelector("#map canvas"); c.focus(); c.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true})); }`
