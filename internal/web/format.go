package web

import (
	"fmt"
	"html/template"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // a container may lack the zone

	"maille/internal/fault"
	"maille/internal/schema"
	"maille/internal/serve"
)

// say gives texts, and values as people of the language write them.
type say struct{ texts fault.Texts }

func functions(texts fault.Texts, style string, maps *mapFiles) template.FuncMap {
	s := say{texts}
	return template.FuncMap{
		"style": func() string { return style }, "maps": func() *mapFiles { return maps }, "swatch": swatch, "plain": plain, "strip": strip, "legend": rest,
		"text": s.text, "plural": s.plural, "number": s.number, "degrees": s.degrees, "decimal": s.decimal, "percent": s.percent, "size": s.size,
		"day": s.day, "shortDay": s.shortDay, "iso": iso, "moment": s.moment, "instant": instant, "cell": s.cell, "word": s.word, "map": s.draw,
		"web": webAddress, "join": func(items []string) string { return strings.Join(items, s.text("list")) },
		"query": escapedQuery, "int64": whole, "field": field, "short": short, "cut": cutText, "cards": tableOf, "choice": s.choice, "r": vectorOfR, "python": dictOfPython, "duckdb": structOfDuckDB, "shell": inShell, "explain": s.explain, "drawing": drawing,
	}
}

// text is a sentence or a word; one that is not known is shown as it is.
func (s say) text(id string, pairs ...any) string {
	if _, known := s.texts[id]; !known {
		return id[strings.IndexByte(id, '.')+1:]
	}
	return s.texts.Say(id, pairs...)
}

// plural is "1 ligne" or "12 lignes": a text of two words, of one and of many. In French nought is singular.
func (s say) plural(id string, n int64) string {
	one, many, _ := strings.Cut(s.text(id), "|")
	if n >= 2 {
		return s.number(n) + "\u00a0" + many
	}
	return s.number(n) + "\u00a0" + one
}

// explain says what went wrong: of the parameter or the thing that is at fault, where there is a text for it.
func (s say) explain(p serve.ProblemPage) string {
	status := fmt.Sprintf("about.%d", p.Status)
	for _, id := range []string{status + "." + p.Parameter, status + ".parameter"} {
		if _, known := s.texts[id]; known && p.Parameter != "" {
			return s.text(id, "parameter", p.Parameter)
		}
	}
	return s.text(status)
}

// drawing is a picture of package serve, on a page.
func drawing(d serve.Drawing) template.HTML { return template.HTML(d) }

func (s say) number(n int64) string { return s.grouped(strconv.FormatInt(n, 10)) }

// grouped writes digits by threes, with the signs of the language.
func (s say) grouped(digits string) string {
	whole, fraction, _ := strings.Cut(digits, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "\u2212", whole[1:]
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(s.text("thousands"))
		}
		b.WriteRune(c)
	}
	if fraction != "" && fraction != "0" {
		b.WriteString(s.text("decimals") + fraction)
	}
	return b.String()
}

// percent is a share, to a hundredth.
func (s say) percent(share float64) string {
	return s.grouped(strconv.FormatFloat(math.Round(share*10_000)/100, 'f', -1, 64)) + "\u00a0%"
}

// decimal is a number with so many decimals, none of them a nought at the end; -1 for all there are. A page gives the address of one that
// may be null.
func (s say) decimal(f *float64, decimals int) string {
	text := strconv.FormatFloat(*f, 'f', decimals, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return s.grouped(text)
}

func (s say) degrees(f float64) string {
	return s.grouped(strconv.FormatFloat(f, 'f', 3, 64)) + "°"
}

// size is a number of bytes, in powers of a thousand as the SI has it.
func (s say) size(bytes int64) string {
	value, unit := float64(bytes), 0
	for value >= 1000 && unit < 3 {
		value, unit = value/1000, unit+1
	}
	digits := 0
	if unit > 0 && value < 10 {
		digits = 1
	}
	return s.grouped(strconv.FormatFloat(value, 'f', digits, 64)) + "\u00a0" + s.text(fmt.Sprintf("bytes.%d", unit))
}

func (s say) day(t time.Time) string {
	t = t.UTC()
	return s.text("day", "day", s.text("day."+strconv.Itoa(t.Day())), "month", s.text(fmt.Sprintf("month.%d", t.Month())), "year", t.Year())
}

// paris is where the clocks are that people are told the time of.
var paris = func() *time.Location {
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		panic(err) // it is in the program
	}
	return zone
}()

// moment is a day and a time, as the calendar has them. Of days alone, here and in files, all are of UTC.
func (s say) moment(t time.Time) string {
	t = t.In(paris)
	date := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	return s.text("moment", "day", s.day(date), "hour", t.Hour(), "minute", t.Format("04"))
}

func (s say) shortDay(t time.Time) string { return t.UTC().Format(s.text("day.short")) }

func iso(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// shown is a value ready for a cell.
type shown struct {
	Null    bool
	Text    string
	Numeric bool
	Items   []string // of a list
	Links   []shown  // the same, where one of them is an address
	Link    string   // where the value is an address
	Time    string   // where it is a day, as machines read it
}

// cell is a value as people read it: null is never nought.
func (s say) cell(f *serve.Field, v schema.Value) shown {
	switch v.Type() {
	case schema.Integer, schema.Number:
		return shown{Text: s.figure(f.Column, v), Numeric: true}
	case schema.Boolean:
		return shown{Text: s.text("boolean." + v.String())}
	case schema.Date:
		day := time.Unix(int64(v.Days())*86400, 0)
		return shown{Text: s.shortDay(day), Time: iso(day)}
	case schema.List:
		return listed(f.Column, strings.Split(v.Text(), f.Delimiter))
	case schema.String:
		return shown{Text: v.Text(), Link: address(f.Column, v.Text())}
	}
	return shown{Null: true}
}

func listed(c *schema.Column, items []string) shown {
	list := shown{Items: items}
	any := false
	for _, item := range items {
		link := address(c, item)
		any = any || link != ""
		list.Links = append(list.Links, shown{Text: item, Link: link})
	}
	if !any {
		list.Links = nil
	}
	return list
}

// Class is how a cell is set: figures to the right, short texts on one line.
func (c shown) Class() string {
	switch {
	case c.Numeric:
		return "num"
	case len(c.Text) <= 24:
		return "one"
	}
	return ""
}

// figure is a number; that of a year is written without groups.
func (s say) figure(c *schema.Column, v schema.Value) string {
	if v.Type() == schema.Integer && strings.HasPrefix(c.Name, "annee") {
		return v.String()
	}
	return s.grouped(v.String())
}

// address is where a value leads: a page, or a mailbox where the schema says so.
func address(c *schema.Column, text string) string {
	if c.Format == "email" && strings.Count(text, "@") == 1 && !strings.ContainsAny(text, " ?&\r\n") {
		return "mailto:" + text
	}
	return webAddress(text)
}

// webAddress is an address of the web; "" for any other, which is no link whatever it says.
func webAddress(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return text
}

// word is the value of an input as people read it.
func (s say) word(f serve.Field, value string) string {
	if f.Type == schema.Boolean {
		return s.text("boolean." + value)
	}
	return value
}

// choice is a word of an input of a question as people read it.
func (s say) choice(name, value string) string {
	for _, id := range []string{"ask." + name + "." + value, "ask." + value} {
		if _, known := s.texts[id]; known {
			return s.text(id)
		}
	}
	return value
}

// escapedQuery is the value of a parameter of an address that is shown as text.
func escapedQuery(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// whole is a count of a template as the others are.
func whole(n int) int64 { return int64(n) }

// field is the field of a heading, of a value or of an input.
func field(of any) *serve.Field {
	switch v := of.(type) {
	case serve.Heading:
		return &v.Field
	case serve.FieldValue:
		return &v.Field
	case serve.Input:
		return &v.Field
	}
	return nil
}

// longest is how many characters a cell of a table shows; the page of the row has them all.
const longest = 90

// short cuts what would make a row higher than a few lines.
func short(c shown) shown {
	cut := func(text string) string {
		if r := []rune(text); len(r) > longest {
			return strings.TrimSpace(string(r[:longest])) + "…"
		}
		return text
	}
	if c.Text = cut(c.Text); len(c.Items) > 5 {
		c.Items = append(c.Items[:5:5], "…")
	}
	if len(c.Links) > 5 {
		c.Links = append(c.Links[:5:5], shown{Text: "…"})
	}
	return c
}

// cutText cuts a text as short does a cell.
func cutText(text string) string { return short(shown{Text: text}).Text }

// table is some collections and what they are.
type table struct {
	Label string
	Cards []*serve.Card
}

func tableOf(label string, cards []*serve.Card) table { return table{label, cards} }
