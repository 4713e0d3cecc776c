package serve_test

import (
	"strings"
	"testing"
)

// meddling lets a test hold answers back, or lose them: those of addresses with a part. Without WebGL is for an address that
// ends with #sans.
const meddling = `
const ask = fetch, held = [];
let kept = null, lost = null;
window.hold = (part) => { kept = part; };
window.lose = (part) => { lost = part; };
window.release = async () => { kept = null; await Promise.allSettled(held.splice(0).map((go) => go())); await new Promise((go) => setTimeout(go, 50)); };
window.fetch = (address, options) => {
  if (lost && address.includes(lost)) return Promise.reject(new TypeError("lost"));
  if (!kept || !address.includes(kept)) return ask(address, options);
  return new Promise((answer) => held.push(() => { const asked = ask(address, options); answer(asked); return asked; }));
};
if (location.hash === "#sans") HTMLCanvasElement.prototype.getContext = () => null;
`

// meddled is a page without movements, whose answers a test can hold back.
func meddled(t *testing.T) *tab {
	t.Helper()
	b := newTab(t, 1000, 800)
	b.ask("Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": meddling}, nil)
	b.ask("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-reduced-motion", "value": "reduce"}}}, nil)
	return b
}

const (
	said  = `document.querySelector("#said").textContent`
	title = `document.querySelector("#reading").hidden ? "" : document.querySelector("#reading-title").textContent`
	lines = `document.querySelectorAll('[data-twin="couverture-thd-communes"] [data-feature]').length`
	focus = `document.activeElement.dataset.feature ?? document.activeElement.tagName`
)

func is(want string) func(string) bool { return func(text string) bool { return text == want } }

func has(part string) func(string) bool {
	return func(text string) bool { return strings.Contains(text, part) }
}

func button(id string) string { return `document.querySelector('[data-feature="` + id + `"]')` }

// moved does something and waits until the table of communes is another.
func (b *tab) moved(expression string) {
	b.t.Helper()
	const table = `document.querySelector('[data-twin="couverture-thd-communes"]').firstElementChild`
	b.value(table + `.old = true; ` + expression + `; ""`)
	b.until("the table stays", `String(`+table+`?.old)`, is("undefined"))
}

// TestMapInBrowserLate: what comes late is not shown over what was asked since; who reads the table by keyboard keeps their
// place; what a layer fails to give is said there, and takes nothing from the others.
func TestMapInBrowserLate(t *testing.T) {
	w := sample(t)
	script(t, look(t, w.address+"/cartes/couverture"))
	b := meddled(t)
	b.open(w.address + "/cartes/couverture#11/48.624/2.428")
	b.drawn()
	b.until("the table has no rows", lines, is("12"))
	ids := strings.Split(b.value(`[...document.querySelectorAll('[data-twin="couverture-thd-communes"] [data-feature]')].map((x) => x.dataset.feature).join()`), ",")
	b.click(650, 450)
	b.until("the pointer does not say that there is something to read", `document.querySelector("#map canvas").style.cursor`, is("pointer"))
	b.until("a click reads nothing", reading, has("Tous les champs"))
	b.key("Escape", 27)
	names := map[string]string{}
	for _, id := range ids[:3] {
		names[id] = b.value(button(id) + `.textContent`)
	}
	b.value(`hold("/items/` + ids[0] + `"); ` + button(ids[0]) + `.click()`)
	b.value(button(ids[1]) + `.click()`)
	b.until("the second is not read", reading, has("Tous les champs"))
	b.value(`release()`)
	if got := b.value(title); got != names[ids[1]] {
		t.Errorf("%q was read last, %q is shown", names[ids[1]], got)
	}
	b.key("Escape", 27)

	b.moved(`location.hash = "#11/48.624/2.428"`)
	b.value(`hold("/items/` + ids[0] + `"); ` + button(ids[0]) + `.click()`)
	b.key("Escape", 27)
	b.value(`release()`)
	if got := b.value(title); got != "" {
		t.Errorf("%q opens after it was closed", got)
	}

	b.moved(button(ids[2]) + `.focus(); ` + button(ids[2]) + `.click()`)
	b.until("the third is not read", reading, has("Tous les champs"))
	b.key("Escape", 27)
	if got := b.value(focus); got != ids[2] {
		t.Errorf("after the reading the focus is on %s, not on the row of %s", got, ids[2])
	}
	b.moved(`location.hash = "#11/48.625/2.428"`)
	b.until("the focus leaves the table that was filled again", `String(document.querySelector(".twin").parentNode.contains(document.activeElement))`, is("true"))

	b.value(`document.querySelector("#place").value = "zzzz"; document.querySelector("#goto").requestSubmit()`)
	b.until("nothing is said of a search in vain", said, has("Aucune commune"))
	b.moved(`location.hash = "#11/48.60/2.428"`)
	if got := b.value(said); !strings.Contains(got, "Aucune commune") {
		t.Errorf("%q is said over the answer", got)
	}
	if got := b.value(`String(document.querySelector("#summary").closest("[role=status], [aria-live]"))`); got != "null" {
		t.Error("the counts of each view are announced")
	}
	b.value(`hold("etampes"); document.querySelector("#place").value = "etampes"; document.querySelector("#goto").requestSubmit()`)
	b.moved(`document.querySelector("#place").value = "massy"; document.querySelector("#goto").requestSubmit()`)
	b.value(`release()`)
	if got := b.value(said); got != "La carte est sur Massy." {
		t.Errorf("%q is said of the last search", got)
	}

	b.moved(`lose("/collections/epci/items"); location.hash = "#11/48.61/2.428"`)
	b.until("what failed is not said", `document.querySelector('[data-twin="epci"]').textContent`, has("pas abouti"))
	b.until("one layer that fails takes the others", summary, has("Couverture en très haut débit par commune\u00a0: "))
	b.behaved(w.address)
}

// TestMapInBrowserWithout: without WebGL, or without the style, the table is there and moves, and the reader is told.
func TestMapInBrowserWithout(t *testing.T) {
	w := sample(t)
	script(t, look(t, w.address+"/cartes/couverture"))
	const trouble = `document.querySelector("#trouble")?.textContent`
	b := meddled(t)
	b.open(w.address + "/cartes/couverture-thd-communes#sans")
	b.until("nothing is said of WebGL", trouble, has("WebGL"))
	b.until("the table has no rows", lines, is("12"))
	b.moved(`document.querySelector("#place").value = "etampes"; document.querySelector("#goto").requestSubmit()`)
	b.until("the table does not go to Étampes", rows, has("Étampes"))
	b.value(`document.querySelector('[data-twin] [data-feature]').click()`)
	b.until("a row is not read", reading, has("Tous les champs"))

	b.ask("Network.setBlockedURLs", map[string]any{"urls": []string{"*/styles/*"}}, nil)
	b.open(w.address + "/cartes/couverture-thd-communes?f=html#12//")
	b.until("nothing is said of a style that does not come", trouble, has("incomplet"))
	b.until("an address without a place is one in the Gulf of Guinea", summary, has("\u00a0: 194 dans la vue"))
}
