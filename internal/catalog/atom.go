package catalog

import (
	"encoding/xml"
	"io"
	"net/url"
	"regexp"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// AtomMediaType is that of a feed (RFC 4287 §7).
const AtomMediaType = "application/atom+xml"

// Feed is an Atom feed (RFC 4287). gorilla/feeds has neither several links nor an id of one's own for an entry.
type Feed struct {
	ID, Title, Subtitle string
	Author, AuthorURL   string
	Updated             time.Time // when there is no entry to say it
	Self, Page          string    // addresses of the feed, and of the page about the same
	Entries             []FeedEntry
}

// FeedEntry is one of its entries. Content is HTML.
type FeedEntry struct {
	ID, Title, Summary, Content string
	Page                        string
	Updated                     time.Time
	Categories                  []string
}

type atomFeed struct {
	XMLName  xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang     string      `xml:"xml:lang,attr"`
	ID       string      `xml:"id"`
	Title    string      `xml:"title"`
	Subtitle string      `xml:"subtitle,omitempty"`
	Updated  string      `xml:"updated"`
	Author   atomPerson  `xml:"author"`
	Links    []atomLink  `xml:"link"`
	Entries  []atomEntry `xml:"entry"`
}

type atomPerson struct {
	Name string `xml:"name"`
	URI  string `xml:"uri,omitempty"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomText struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

type atomTerm struct {
	Term string `xml:"term,attr"`
}

type atomEntry struct {
	ID         string     `xml:"id"`
	Title      string     `xml:"title"`
	Updated    string     `xml:"updated"`
	Published  string     `xml:"published"`
	Links      []atomLink `xml:"link"`
	Categories []atomTerm `xml:"category"`
	Summary    string     `xml:"summary,omitempty"`
	Content    *atomText  `xml:"content,omitempty"`
}

// Write writes the feed.
func (f *Feed) Write(w io.Writer) error {
	out := atomFeed{Lang: "fr", ID: f.ID, Title: legible(f.Title), Subtitle: legible(f.Subtitle), Author: atomPerson{legible(f.Author), f.AuthorURL},
		Links: []atomLink{{"self", AtomMediaType, f.Self}, {"alternate", "text/html", f.Page}}}
	updated := f.Updated
	for i, e := range f.Entries {
		if i == 0 || e.Updated.After(updated) {
			updated = e.Updated
		}
		one := atomEntry{ID: e.ID, Title: legible(e.Title), Updated: instant(e.Updated), Published: instant(e.Updated), Summary: legible(e.Summary),
			Links: []atomLink{{"alternate", "text/html", e.Page}}}
		for _, term := range e.Categories {
			one.Categories = append(one.Categories, atomTerm{term})
		}
		if e.Content != "" {
			one.Content = &atomText{"html", legible(e.Content)}
		}
		out.Entries = append(out.Entries, one)
	}
	out.Updated = instant(updated)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", " ")
	if err := encoder.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// instant is a date of RFC 3339, in UTC (RFC 4287 §3.3).
func instant(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// legible leaves out the characters that XML 1.0 does not have (§2.2).
func legible(text string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0xfffe || c == 0xffff {
			return -1
		}
		return c
	}, text)
}

// noName are the characters that the authority of a tag does not have.
var noName = regexp.MustCompile(`[^A-Za-z0-9.-]+`)

// Tag is an identifier that stays when addresses change their scheme or port (RFC 4151): of the service at root, for a thing
// that specific names. Two services of one host have each their path; a name of other letters is as the DNS has it, or it
// would be somebody else's (§2.1).
func Tag(root, specific string) string {
	host := root
	if u, err := url.Parse(root); err == nil && u.Hostname() != "" {
		host = u.Hostname()
		if path := strings.Trim(u.Path, "/"); path != "" {
			specific = path + "/" + specific
		}
	}
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	return "tag:" + strings.Trim(noName.ReplaceAllString(host, "-"), "-.") + ",2026:" + (&url.URL{Path: specific}).EscapedPath()
}
