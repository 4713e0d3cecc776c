package serve_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	summary = `document.querySelector("#summary").textContent`
	reading = `document.querySelector("#reading").hidden ? "" : document.querySelector("#reading").innerText`
	rows    = `document.querySelector('[data-twin="couverture-thd-communes"]').innerText`
)

// TestMapInBrowser draws maps in Chromium: nothing is complained of, nothing leaves the service, and what the map shows can
// be read and moved by keyboard alone.
func TestMapInBrowser(t *testing.T) {
	w := sample(t)
	script(t, look(t, w.address+"/cartes/couverture"))
	b := newTab(t, 1000, 800)
	b.open(w.address + "/cartes/couverture#13/48.624/2.428")
	b.drawn()
	holds := func(part string) func(string) bool {
		return func(text string) bool { return strings.Contains(text, part) }
	}
	before := b.until("the table says nothing", summary, holds("Couverture en très haut débit par commune\u00a0: "))
	b.until("the table has no rows", rows, holds("Évry-Courcouronnes"))

	b.value(`document.querySelector("#map canvas").focus()`)
	b.key("Enter", 13)
	read := b.until("Enter reads nothing", reading, holds("Tous les champs"))
	for _, part := range []string{"Évry-Courcouronnes", "96,06\u00a0%", "locaux", "Ouvrir la fiche complète"} {
		if !strings.Contains(read, part) {
			t.Errorf("no %q in what is read: %s", part, read)
		}
	}
	if href := b.value(`document.querySelector("#reading a.button").href`); href != w.address+"/collections/couverture-thd-communes/items/91228" {
		t.Errorf("the reading leads to %s", href)
	}
	b.key("Escape", 27)
	b.until("Escape closes nothing", reading, func(text string) bool { return text == "" })
	if got := b.value(`document.activeElement.tagName`); got != "CANVAS" {
		t.Errorf("after the reading the focus is on %s", got)
	}
	for range 4 {
		b.key("ArrowDown", 40)
	}
	b.until("the table does not follow the map", summary, func(text string) bool { return text != before && text != "" })
	b.until("the address does not follow the map", `location.hash`, func(hash string) bool { return !strings.HasSuffix(hash, "/48.62400/2.42800") })

	b.value(`document.querySelector('[data-layer="couverture-thd-communes"]').click()`)
	b.until("a layer that is off is in the table", rows, func(text string) bool { return text == "" })
	b.value(`document.querySelector("#place").value = "etampes"; document.querySelector("#goto").requestSubmit()`)
	b.until("the map does not go to Étampes", `location.hash`, holds("/48.4"))

	b.behaved(w.address)
}

// behaved says whether the page asked nothing of others, and nothing was wrong.
func (b *tab) behaved(service string) {
	b.t.Helper()
	if wrong := b.complaints(); len(wrong) > 0 {
		b.t.Errorf("the browser complains: %q", wrong)
	}
	asked := b.asked()
	for _, part := range []string{"/tilejson/", ".mvt", "maplibre-gl-csp-worker"} {
		if !slices.ContainsFunc(asked, func(address string) bool { return strings.Contains(address, part) }) {
			b.t.Errorf("no request for %s was noted among %v", part, asked)
		}
	}
	for _, address := range asked {
		if !strings.HasPrefix(address, service+"/") && !strings.HasPrefix(address, "data:") && !strings.HasPrefix(address, "blob:"+service+"/") && address != "about:blank" {
			b.t.Errorf("%s was asked", address)
		}
	}
}

// TestMapInBrowserFilter: the map, its table and a click have what the filter leaves.
func TestMapInBrowserFilter(t *testing.T) {
	w := sample(t)
	script(t, look(t, w.address+"/cartes/couverture"))
	items := parse[struct {
		Matched int `json:"numberMatched"`
	}](t, w.address+"/collections/couverture-thd-communes/items?limit=1&filter=cartefibre_taux+%3C+80")
	b := newTab(t, 400, 700)
	b.open(w.address + "/cartes/couverture-thd-communes?filter=cartefibre_taux+%3C+80")
	b.drawn()
	said := b.until("the table says nothing", summary, func(text string) bool { return text != "" })
	if !strings.Contains(said, "\u00a0: "+strconv.Itoa(items.Matched)+" dans la vue") {
		t.Errorf("%q, where the filter leaves %d", said, items.Matched)
	}
	if got := b.value(`document.querySelectorAll('.twin tbody tr').length`); got != strconv.Itoa(min(items.Matched, 12)) {
		t.Errorf("%s rows", got)
	}
	if wide := b.value(`document.documentElement.scrollWidth <= 400`); wide != "true" {
		t.Error("the page is wider than the screen")
	}
	for _, address := range b.asked() {
		if strings.Contains(address, ".mvt") && !strings.Contains(address, "filter=cartefibre_taux") {
			t.Errorf("%s has no filter", address)
		}
	}
	b.behaved(w.address)
}
