package serve_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// browser is what a browser asks for.
const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

// TestEveryPage walks the pages of the sample from the landing page, as a reader does, and holds each to what makes it
// readable by all: its form, its labels, its size, and links that lead somewhere.
func TestEveryPage(t *testing.T) {
	notRaced(t)
	w := sample(t)
	c := &reader{t: t, address: w.address, checked: map[string]bool{}, like: map[string]int{}}
	c.follow("", w.address+"/")
	c.follow("", w.address+"/r/"+current(t, w)+"/")
	for len(c.waiting) > 0 {
		next := c.waiting[0]
		c.waiting = c.waiting[1:]
		c.read(next)
	}
	t.Logf("%d pages read, %d addresses, the largest page has %d bytes: %s", c.pages, len(c.checked), c.largest, c.largestAt)
	for _, kind := range []string{"", "/collections", "/collections/*", "/collections/*/items", "/collections/*/items/*", "/collections/*/issues",
		"/collections/*/schema", "/conformance", "/releases"} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(c.like)), func(l string) bool { return strings.HasSuffix(l, " "+kind) }) {
			t.Errorf("no page like %s was read", kind)
		}
	}
}

// reader walks pages.
type reader struct {
	t         *testing.T
	address   string
	waiting   []string
	checked   map[string]bool
	like      map[string]int // how many pages of a kind were read
	pages     int
	largest   int
	largestAt string
}

var inPath = regexp.MustCompile(`/(collections|items|r|territoires)/[^/]+`)

// likeness is what pages have in common that are read no more than twice: their collection, their path, their parameters.
func likeness(u *url.URL) string {
	collection := ""
	if parts := strings.Split(u.Path, "/collections/"); len(parts) == 2 && !strings.HasPrefix(u.Path, "/r/") {
		collection, _, _ = strings.Cut(parts[1], "/")
	}
	at := strings.TrimSuffix(inPath.ReplaceAllString(u.Path, "/$1/*"), "/")
	return strings.Join(slices.Sorted(maps.Keys(u.Query())), "&") + collection + " " + strings.TrimPrefix(at, "/r/*")
}

// follow notes an address, and holds it to answer 200.
func (c *reader) follow(from, href string) {
	u, err := url.Parse(href)
	if err != nil {
		c.t.Errorf("%s: the link %q cannot be read", from, href)
		return
	}
	u.Fragment = ""
	href = u.String()
	if c.checked[href] || !strings.HasPrefix(href, c.address) {
		return
	}
	c.checked[href] = true
	like := likeness(u)
	if c.like[like]++; c.like[like] > 2 {
		return
	}
	if a := ask(c.t, http.MethodHead, href, "Accept", browser); a.StatusCode != http.StatusOK {
		c.t.Errorf("%s links to %s: %s", from, href, a.Status)
	} else if strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		c.waiting = append(c.waiting, href)
	}
}

const mostBytes = 100_000

func (c *reader) read(address string) {
	a := ask(c.t, http.MethodGet, address, "Accept", browser)
	c.pages++
	if n := len(a.body); n > c.largest {
		c.largest, c.largestAt = n, address
	}
	if len(a.body) > mostBytes && !strings.HasSuffix(address, "/api") {
		c.t.Errorf("%s has %d bytes", address, len(a.body))
	}
	if policy := a.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		c.t.Errorf("%s: Content-Security-Policy %q", address, policy)
	}
	if got := a.Header.Get("Vary"); !strings.Contains(got, "Accept") {
		c.t.Errorf("%s: Vary %q", address, got)
	}
	p := parsed(c.t, a)
	for _, wrong := range p.faults() {
		c.t.Errorf("%s: %s", address, wrong)
	}
	for _, link := range p.all(atom.A) {
		c.follow(address, resolve(address, attribute(link, "href")))
	}
	for _, link := range p.all(atom.Link) {
		c.follow(address, resolve(address, attribute(link, "href")))
	}
}

func resolve(base, href string) string {
	b, err := url.Parse(base)
	if err != nil {
		return href
	}
	u, err := b.Parse(href)
	if err != nil {
		return href
	}
	return u.String()
}

// document is a page, read.
type document struct {
	root *html.Node
	text string
	ids  map[string]int
}

func parsed(t testing.TB, a reply) *document {
	t.Helper()
	if got := a.Header.Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Fatalf("%s: Content-Type %q, %s", a.Request.URL, got, a.body)
	}
	root, err := html.Parse(strings.NewReader(string(a.body)))
	if err != nil {
		t.Fatalf("%s: %v", a.Request.URL, err)
	}
	d := &document{root: root, text: string(a.body), ids: map[string]int{}}
	for n := range root.Descendants() {
		if id := attribute(n, "id"); id != "" {
			d.ids[id]++
		}
	}
	return d
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func (d *document) all(name atom.Atom) (found []*html.Node) {
	for n := range d.root.Descendants() {
		if n.DataAtom == name && n.Type == html.ElementNode {
			found = append(found, n)
		}
	}
	return found
}

func inside(n *html.Node) string {
	var b strings.Builder
	for child := range n.Descendants() {
		if child.Type == html.TextNode {
			b.WriteString(child.Data)
		}
	}
	return strings.TrimSpace(b.String())
}

// faults are what keeps a page from being readable by all, or private.
func (d *document) faults() (all []string) {
	wrong := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if n := d.all(atom.Html); attribute(n[0], "lang") != "fr" {
		wrong("no language")
	}
	if n := d.all(atom.Title); len(n) == 0 || inside(n[0]) == "" {
		wrong("no title")
	}
	if n := d.all(atom.H1); len(n) != 1 || inside(n[0]) == "" {
		wrong("%d headings of the first level", len(n))
	}
	if n := d.all(atom.Main); len(n) != 1 {
		wrong("%d main parts", len(n))
	}
	for id, times := range d.ids {
		if times > 1 {
			wrong("the id %s is there %d times", id, times)
		}
	}
	d.headings(wrong)
	for n := range d.root.Descendants() {
		if n.Type == html.ElementNode {
			d.element(n, wrong)
		}
	}
	return all
}

func (d *document) headings(wrong func(string, ...any)) {
	last := 0
	for n := range d.root.Descendants() {
		if n.Type == html.ElementNode && len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
			level := int(n.Data[1] - '0')
			if level > last+1 {
				wrong("the heading %q is of level %d after %d", inside(n), level, last)
			}
			last = level
		}
	}
}

func (d *document) element(n *html.Node, wrong func(string, ...any)) {
	for _, a := range n.Attr {
		if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
			wrong("<%s> has %s, which the policy forbids", n.Data, a.Key)
		}
		if a.Key == "src" && !d.scripted(n) || a.Key == "srcset" || a.Key == "action" && strings.HasPrefix(a.Val, "//") {
			wrong("<%s> fetches %s", n.Data, a.Val)
		}
		if strings.HasPrefix(a.Key, "aria-labelledby") || a.Key == "aria-describedby" || a.Key == "for" {
			for _, id := range strings.Fields(a.Val) {
				if d.ids[id] != 1 {
					wrong("%s names %s, which is not there", a.Key, id)
				}
			}
		}
	}
	switch n.DataAtom {
	case atom.Script, atom.Iframe, atom.Img, atom.Object, atom.Style:
		if !d.scripted(n) {
			wrong("there is a <%s>", n.Data)
		}
	case atom.A:
		href := attribute(n, "href")
		if u, err := url.Parse(href); err != nil || href == "" || u.Scheme != "" && !slices.Contains([]string{"http", "https", "mailto"}, u.Scheme) {
			wrong("a link leads to %q", href)
		}
		if inside(n) == "" && attribute(n, "aria-label") == "" {
			wrong("the link to %s has no name", href)
		}
		if id, local := strings.CutPrefix(href, "#"); local && d.ids[id] != 1 {
			wrong("a link leads to %s, which is not there", href)
		}
	case atom.Input, atom.Select:
		if attribute(n, "type") != "hidden" && !d.labelled(attribute(n, "id")) {
			wrong("the input %s has no label", attribute(n, "name"))
		}
	case atom.Table:
		if n.FirstChild == nil || !hasCaption(n) {
			wrong("a table has no caption")
		}
	case atom.Th:
		if attribute(n, "scope") == "" {
			wrong("the heading %q of a table has no scope", inside(n))
		}
	case atom.Pre:
		if attribute(n, "tabindex") != "0" || attribute(n, "aria-label") == "" {
			wrong("a block that scrolls is out of the keyboard's reach")
		}
	}
	if n.Data == "svg" && attribute(n, "aria-hidden") != "true" && (attribute(n, "role") != "img" || attribute(n, "aria-labelledby") == "") {
		wrong("a drawing has no name")
	}
	if attribute(n, "class") == "scroll" && (attribute(n, "tabindex") != "0" || attribute(n, "aria-label") == "" || attribute(n, "role") != "region") {
		wrong("a region that scrolls is out of the keyboard's reach")
	}
}

// scripted says whether an element is a script that a page may have: those of a map, which are ours or data.
func (d *document) scripted(n *html.Node) bool {
	src := attribute(n, "src")
	return n.DataAtom == atom.Script && d.ids["map-data"] == 1 &&
		(src == "" && attribute(n, "type") == "application/json" || strings.Contains(src, "/assets/ma"))
}

func (d *document) labelled(id string) bool {
	return slices.ContainsFunc(d.all(atom.Label), func(l *html.Node) bool { return id != "" && attribute(l, "for") == id && inside(l) != "" })
}

func hasCaption(table *html.Node) bool {
	for child := range table.ChildNodes() {
		if child.DataAtom == atom.Caption && inside(child) != "" {
			return true
		}
	}
	return false
}
