// Package web knows HTML: it shows the pages of package serve to people, in one language, from templates and a sheet of
// style. Nothing of a page is run by a browser, but for that of a map, and nothing is fetched from elsewhere.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"maille/internal/fault"
	"maille/internal/serve"
)

// French is the language of the only templates that stand today: each has a folder of its own.
const French = "fr"

//go:embed fr style.css favicon.svg map/map.css map/*.js map/dist
var files embed.FS

// Renderer shows pages in one language.
type Renderer struct {
	pages  map[string]*template.Template // by kind
	assets map[string]asset              // by name
}

type asset struct {
	content   []byte
	mediaType string
}

// New reads the templates and the texts of a language.
func New(language string) (r *Renderer, err error) {
	defer fault.Wrap(&err, "web.New %s", language)
	r = &Renderer{pages: map[string]*template.Template{}, assets: map[string]asset{}}
	style, err := r.add("style.css", "text/css; charset=utf-8")
	if err != nil {
		return nil, err
	}
	icon, err := files.ReadFile("favicon.svg")
	if err != nil {
		return nil, err
	}
	r.assets["favicon.svg"] = asset{icon, "image/svg+xml"}
	said, err := files.ReadFile(language + "/texts.json")
	if err != nil {
		return nil, err
	}
	texts, err := fault.ParseTexts(said)
	if err != nil {
		return nil, err
	}
	for id, text := range texts {
		texts[id] = typeset(text)
	}
	maps, err := r.addMap(language, texts)
	if err != nil {
		return nil, err
	}
	return r, r.parse(language, functions(texts, style, maps))
}

// add keeps a file.
func (r *Renderer) add(name, mediaType string) (hashed string, err error) {
	content, err := files.ReadFile(name)
	if err != nil {
		return "", err
	}
	return r.keep(name, mediaType, content), nil
}

// keep has an asset under a name that changes with its content.
func (r *Renderer) keep(name, mediaType string, content []byte) string {
	sum := sha256.Sum256(content)
	extension := path.Ext(name)
	hashed := strings.TrimSuffix(path.Base(name), extension) + "." + hex.EncodeToString(sum[:6]) + extension
	r.assets[hashed] = asset{content, mediaType}
	return hashed
}

// parse makes a template of each page: the frame and the parts that all have, and its own.
func (r *Renderer) parse(language string, functions template.FuncMap) error {
	common := template.New("").Funcs(functions)
	for _, name := range []string{"frame.html", "parts.html"} {
		if err := read(common, language+"/"+name); err != nil {
			return err
		}
	}
	pages, err := files.ReadDir(language + "/pages")
	if err != nil {
		return err
	}
	for _, file := range pages {
		page, err := common.Clone()
		if err == nil {
			err = read(page, language+"/pages/"+file.Name())
		}
		if err != nil {
			return err
		}
		r.pages[strings.TrimSuffix(file.Name(), ".html")] = page
	}
	return nil
}

func read(into *template.Template, name string) error {
	text, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	_, err = into.New(path.Base(name)).Parse(typesetHTML(string(text)))
	return err
}

// Render writes a page, whole or not at all.
func (r *Renderer) Render(w io.Writer, p *serve.Page) (err error) {
	defer fault.Wrap(&err, "web.Render %s", p.Kind)
	page := r.pages[p.Kind]
	if page == nil {
		return fmt.Errorf("no template is named %s", p.Kind)
	}
	var body bytes.Buffer
	if err := page.ExecuteTemplate(&body, "frame", p); err != nil {
		return err
	}
	_, err = body.WriteTo(w)
	return err
}

// Asset is a file that pages need.
func (r *Renderer) Asset(name string) (content []byte, mediaType string, found bool) {
	a, found := r.assets[name]
	return a.content, a.mediaType, found
}

// Fingerprint is the names of all files that pages need: they hold hashes, and the map's library may not be among them.
func (r *Renderer) Fingerprint() string {
	return strings.Join(slices.Sorted(maps.Keys(r.assets)), " ")
}
