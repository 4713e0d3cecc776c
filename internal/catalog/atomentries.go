package catalog

import (
	"html"
	"slices"
	"strconv"
	"strings"
	"time"

	"maille/internal/release"
)

// Told is what a feed says of a dataset that changed in a release.
type Told struct {
	Dataset, Title string
	Change         *release.Change
	Page           string                   // of the difference
	Rows           []release.RowChange      // the first of it
	Field          func(name string) string // the title of a field; nil for its name
}

// Event is a release as a feed tells it.
type Event struct {
	Root      string
	About     string // what the feed is of, in an identifier: all, collections/communes
	Release   string
	Published time.Time
	First     bool   // nothing was published before
	Page      string // of all that changed
	Told      []Told
}

// Entry is that of a release.
func (e *Event) Entry() FeedEntry {
	entry := FeedEntry{ID: Tag(e.Root, "releases/"+e.Release+"/"+e.About), Updated: e.Published, Page: e.Page, Categories: []string{"publication"}}
	var body strings.Builder
	switch {
	case e.First:
		entry.Title = texts.Say("feed.first")
		entry.Summary = texts.Say("feed.first.about", "release", e.Release)
	case len(e.Told) == 1:
		entry.Title = ChangeSentence(e.Told[0].Title, e.Told[0].Change)
		entry.Page = e.Told[0].Page
	case len(e.Told) == 0:
		entry.Title = texts.Say("feed.reworded", "release", e.Release)
	default:
		titles := make([]string, len(e.Told))
		for i, t := range e.Told {
			titles[i] = t.Title
		}
		entry.Title = texts.Say("feed.several", "what", totals(len(e.Told)), "titles", shortened(titles))
	}
	if entry.Summary != "" {
		paragraph(&body, entry.Summary)
	}
	for i := range e.Told {
		e.Told[i].write(&body)
	}
	entry.Content = body.String()
	return entry
}

// mostTitles are said in a title; the content has them all.
const mostTitles = 3

func shortened(titles []string) string {
	if len(titles) > mostTitles {
		titles = append(titles[:mostTitles:mostTitles], "…")
	}
	return strings.Join(titles, ", ")
}

func paragraph(b *strings.Builder, text string) {
	b.WriteString("<p>" + html.EscapeString(text) + "</p>")
}

func (t *Told) write(b *strings.Builder) {
	b.WriteString(`<p><a href="` + html.EscapeString(t.Page) + `">` + html.EscapeString(ChangeSentence(t.Title, t.Change)) + "</a>")
	if why := Causes(t.Change.Causes); why != "" {
		b.WriteString(" " + html.EscapeString(texts.Say("feed.causes", "causes", why)))
	}
	b.WriteString("</p>")
	if len(t.Rows) == 0 {
		return
	}
	b.WriteString("<ul>")
	for i := range t.Rows {
		b.WriteString("<li>" + html.EscapeString(t.row(&t.Rows[i])) + "</li>")
	}
	b.WriteString("</ul>")
}

// mostFields of a row are told.
const mostFields = 4

// row says in a line what changed in a row.
func (t *Told) row(c *release.RowChange) string {
	name := c.Title
	if name == "" {
		name = c.ID
	}
	text := texts.Say("feed.row."+c.Kind, "name", name)
	for i, f := range c.Fields {
		if i == mostFields {
			return text + " ; …"
		}
		title := f.Field
		if t.Field != nil {
			title = t.Field(f.Field)
		}
		separator := " ; "
		if i == 0 {
			separator = texts.Say("colon")
		}
		text += separator + texts.Say("feed.field", "field", title, "before", cut(f.Before), "after", cut(f.After))
	}
	return text
}

// cut shortens a value to what a line holds; nothing is said of null but that.
func cut(text string) string {
	if text == "" {
		return texts.Say("feed.nothing")
	}
	return atMost(longestTold, text)
}

// longestTold is how many characters a line shows of a value.
const longestTold = 80

func atMost(longest int, text string) string {
	if len(text) <= longest {
		return text
	}
	if r := []rune(text); len(r) > longest {
		return string(r[:longest]) + "…"
	}
	return text
}

// Shortened is a change without what no feed shows, to be kept.
func Shortened(c release.RowChange) release.RowChange {
	c.Fields = slices.Clone(c.Fields[:min(len(c.Fields), mostFields+1)])
	for i := range c.Fields {
		f := &c.Fields[i]
		f.Before, f.After = strings.Clone(atMost(longestTold, f.Before)), strings.Clone(atMost(longestTold, f.After))
	}
	return c
}

// Side events of a release, that have an entry of their own.

// Correction is the entry of a release that mends the one before.
func (e *Event) Correction(why string) FeedEntry {
	return FeedEntry{ID: Tag(e.Root, "releases/"+e.Release+"/correction"), Updated: e.Published, Page: e.Page,
		Title: texts.Say("feed.correction", "why", why), Categories: []string{"correction"}}
}

// Withdrawal is the entry of a dataset that a release no longer has.
func (e *Event) Withdrawal(dataset string) FeedEntry {
	return FeedEntry{ID: Tag(e.Root, "releases/"+e.Release+"/withdrawn/"+dataset), Updated: e.Published, Page: e.Page,
		Title: texts.Say("feed.withdrawn", "dataset", dataset), Categories: []string{"retrait"}}
}

// Erasure is the entry of a person's data that were taken out. It says neither whose nor which.
func Erasure(root, page, title string, t release.Tombstone) FeedEntry {
	return FeedEntry{ID: Tag(root, "erased/"+t.Dataset+"/"+strconv.FormatInt(t.At.UnixMicro(), 10)), Updated: t.At, Page: page,
		Title: texts.Say("feed.erased", "title", title), Summary: t.Reason, Categories: []string{"effacement"}}
}

// Failure is the entry of a publication that was not made.
func Failure(root, page string, a release.Attempt) FeedEntry {
	title := texts.Say("feed.failed", "release", a.Release)
	if a.Release == "" {
		title = texts.Say("feed.failed.first")
	}
	return FeedEntry{ID: Tag(root, "attempts/"+strconv.FormatInt(a.At.UnixMicro(), 10)), Updated: a.At, Page: page,
		Title: title, Summary: a.Reason, Categories: []string{"echec"}}
}

// FeedTitle is that of a feed: of all when about is "".
func FeedTitle(instance, about string) string {
	if about == "" {
		return texts.Say("feed.title", "instance", instance)
	}
	return texts.Say("feed.title.of", "instance", instance, "about", about)
}
