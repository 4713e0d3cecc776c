package serve

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"maille/internal/dump"
	"maille/internal/indicator"
)

// offerShapes is GeoJSON where json is another form.
var offerShapes = offer{"geojson", mediaGeoJSON, []string{"application/vnd.geo+json"}}

var offerXLSX = offer{dump.XLSX.Extension, dump.XLSX.MediaType, nil}

// questionOffers are how answers to questions are written.
var questionOffers = []offer{offerJSON, offerHTML, offerCSV, offerXLSX, offerShapes}

// questionFiles are those of them that are files of rows.
var questionFiles = map[string]*dump.Format{offerCSV.name: dump.CSV, offerXLSX.name: dump.XLSX, offerShapes.name: dump.GeoJSON}

// asked is a question that was read: its parameters in canonical form, and what answers it.
type asked struct {
	kind      string // ecarts, portee, scenario: the path, too
	territory indicator.Territory
	query     url.Values
	ask       func(context.Context) (*indicator.Told, error)
	offer     offer
}

// answerQuestion reads a question and answers it in the form that the client likes.
func (s *Server) answerQuestion(w http.ResponseWriter, r *request, parameters []string, read func(context.Context) (*asked, error)) error {
	o, err := r.negotiate(s.written(questionOffers)...)
	if err != nil {
		return err
	}
	if err := errorsFirst(r.only(parameters...), r.holds(indicator.Asked)); err != nil {
		return err
	}
	q, err := read(r.Context())
	if err != nil {
		return err
	}
	q.offer = o
	depends := []string{q.kind, q.query.Encode(), r.digest, s.Title}
	if o.name == offerHTML.name {
		return s.show(w, r, depends, func(ctx context.Context) (*Page, error) { return s.questionPage(ctx, r, q) })
	}
	return s.send(w, r, answer{mediaType: o.mediaType, depends: depends,
		produce: func(ctx context.Context, w io.Writer) (http.Header, error) {
			told, err := q.ask(ctx)
			if err != nil {
				return nil, err
			}
			if f := questionFiles[o.name]; f != nil {
				return s.writeAnswer(ctx, w, r, q, told, f)
			}
			return nil, s.writeTold(w, r, q, told)
		}})
}

// holds refuses a release of which the rows of some datasets were pruned: an answer would be made of less than was published.
func (r *request) holds(names []string) error {
	for _, name := range names {
		if d := r.datasets[name]; d != nil {
			if err := r.rows(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// address is that of the question in a release, in a form; "" for the one that the client likes.
func (q *asked) address(base, format string) string {
	v := url.Values{}
	for name, values := range q.query {
		v[name] = values
	}
	if format != "" {
		v.Set("f", format)
	}
	if len(v) == 0 {
		return base + "/" + q.kind
	}
	return base + "/" + q.kind + "?" + v.Encode()
}

// permanent is the address that goes on giving the same answer.
func (q *asked) permanent(r *request) string {
	return q.address(r.root+"/r/"+r.manifest.Release, "")
}

// links are those of an answer: itself, where it always is, its other forms.
func (q *asked) links(s *Server, r *request) []link {
	links := []link{{q.address(r.base, q.offer.name), relSelf, q.offer.mediaType, "This answer"},
		{q.permanent(r), "permalink", mediaJSON, "This answer, as it always will be"}}
	for _, o := range s.written(questionOffers) {
		if o.name != q.offer.name {
			links = append(links, link{q.address(r.base, o.name), relAlternate, o.mediaType, "This answer as " + questionForm(o)})
		}
	}
	return append(links, link{r.base + "/api", "service-desc", mediaOpenAPI, "What may be asked"})
}

// questionForm is what a person calls a form of an answer.
func questionForm(o offer) string {
	if f := questionFiles[o.name]; f != nil {
		return f.Title
	}
	return o.title()
}

// questionDocument is an answer to programs. Its rows follow.
type questionDocument struct {
	Release   string            `json:"release"`
	Published time.Time         `json:"published"`
	Territory questionTerritory `json:"territoire"`
	Question  map[string]string `json:"question"`
	Sentence  string            `json:"phrase"`
	Notes     []string          `json:"precisions"`
	Figures   any               `json:"chiffres"`
	Sources   []questionSource  `json:"sources"`
	Said      string            `json:"sources_phrase"`
	Limits    []string          `json:"limites"`
	Links     []link            `json:"links"`
}

type questionTerritory struct {
	Code  string          `json:"code,omitempty"`
	Level indicator.Level `json:"niveau"`
	Name  string          `json:"nom,omitempty"`
}

// writeTold writes an answer as JSON: the words and the numbers, then the rows, by the names of their columns.
func (s *Server) writeTold(w io.Writer, r *request, q *asked, told *indicator.Told) error {
	document := questionDocument{Release: r.manifest.Release, Published: r.manifest.Published.UTC(), Territory: questionTerritory{q.territory.Code, q.territory.Level, q.territory.Name},
		Question: map[string]string{}, Sentence: told.Sentence, Notes: told.Notes, Figures: told.Figures, Limits: told.Limits, Links: q.links(s, r)}
	document.Sources, document.Said = r.questionSources(told.Used)
	for name := range q.query {
		document.Question[name] = q.query.Get(name)
	}
	var head bytes.Buffer
	if err := writeJSON(&head, document); err != nil {
		return err
	}
	buf := append(bytes.TrimSuffix(head.Bytes(), []byte("\n}\n")), ",\n  \"lignes\": ["...)
	e := dump.NewFeatureEncoder(told.Dataset, nil)
	for i, f := range told.Rows {
		if i > 0 {
			buf = append(buf, ',')
		}
		if buf = e.Properties(append(buf, "\n    "...), f); len(buf) >= 48<<10 {
			if _, err := w.Write(buf); err != nil {
				return err
			}
			buf = buf[:0]
		}
	}
	_, err := w.Write(append(buf, "\n  ]\n}\n"...))
	return err
}

// questionSource is a dataset that an answer was made of.
type questionSource struct {
	ID        string     `json:"collection"`
	Title     string     `json:"titre"`
	Version   string     `json:"version"`
	Since     string     `json:"depuis"` // release from which the version stands
	Retrieved *time.Time `json:"recupere_le,omitempty"`
	Vintage   string     `json:"millesime,omitempty"`
	Href      string     `json:"href"`
}

// questionSources are the datasets of an answer, and a sentence that names them with the day that the last of their files was fetched.
func (r *request) questionSources(used []string) (sources []questionSource, sentence string) {
	for _, name := range used {
		e := r.manifest.Entry(name)
		if e == nil {
			continue
		}
		source := questionSource{ID: name, Title: r.datasets[name].Title, Version: e.String(), Since: e.Since, Href: r.base + "/collections/" + name}
		for _, f := range r.retrieved(e) {
			if when := f.When.UTC(); source.Retrieved == nil || when.After(*source.Retrieved) {
				source.Retrieved = &when
			}
			source.Vintage = max(source.Vintage, f.Vintage)
		}
		if sentence != "" {
			sentence += texts.Say("choice.and")
		}
		day := ""
		if source.Retrieved != nil {
			day = texts.Say("source.retrieved", "day", source.Retrieved.Format("02/01/2006"))
		}
		sentence += source.Title + day
		sources = append(sources, source)
	}
	return sources, texts.Say("source.all", "sources", sentence, "release", r.manifest.Release, "day", r.manifest.Published.UTC().Format("02/01/2006"))
}

// writeAnswer writes the rows of an answer as a file.
func (s *Server) writeAnswer(ctx context.Context, w io.Writer, r *request, q *asked, told *indicator.Told, f *dump.Format) (http.Header, error) {
	var work func(int64) error
	if answer, ok := w.(worker); ok {
		work = answer.work
	}
	features := told.Features()
	if f == dump.GeoJSON {
		features = s.source(r).Drawn(ctx, q.territory, told.Answer)
	}
	c := &dump.Content{Dataset: told.Dataset, Geometries: f == dump.GeoJSON, Features: features, Rows: int64(len(told.Rows)), Folder: s.Spool, Work: work,
		About: dump.About{Instance: s.Title, Release: r.manifest.Release, Published: r.manifest.Published, Version: q.kind, Link: q.permanent(r), Choice: told.Sentence}}
	for _, name := range told.Used {
		if e := r.manifest.Entry(name); e != nil {
			c.About.Fetched = append(c.About.Fetched, r.sources(e)...)
		}
	}
	h := http.Header{"Content-Disposition": {`attachment; filename="` + q.filename(r, f) + `"`}, "Link": {link{Href: q.permanent(r), Rel: "canonical"}.header()}}
	_, err := f.Write(w, c)
	return h, err
}

// filename says what is in the file.
func (q *asked) filename(r *request, f *dump.Format) string {
	name := q.kind + "_" + r.manifest.Release
	if hint := slug(q.territory.String()); hint != "" {
		name += "_" + hint
	}
	return name + "." + f.Extension
}
