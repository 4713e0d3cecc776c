package dataset

import (
	"strings"
	"unicode"
)

// forbidden are words whose answer depends on the moment, on chance or on who asks; a derived dataset must give the
// same rows each time. Each is a function, a value or a statement of PostgreSQL.
var forbidden = map[string]string{
	"now": "the clock", "current_date": "the clock", "current_timestamp": "the clock", "localtimestamp": "the clock",
	"current_time": "the clock", "localtime": "the clock", "clock_timestamp": "the clock",
	"statement_timestamp": "the clock", "transaction_timestamp": "the clock", "timeofday": "the clock",
	"random": "chance", "gen_random_uuid": "chance", "setseed": "chance", "st_generatepoints": "chance",
	"nextval": "a sequence", "currval": "a sequence", "txid_current": "the transaction",
	"current_user": "who asks", "session_user": "who asks", "current_setting": "a setting",
	"tablesample": "chance", "insert": "writing", "update": "writing", "delete": "writing", "create": "writing",
	"drop": "writing", "alter": "writing", "truncate": "writing", "copy": "writing", "set_config": "a setting",
}

// checkSQL holds a derived dataset's SQL to its rules without a database: one select, over the datasets it lists and
// no others, without a function whose answer changes.
func (l *loader) checkSQL(d *Dataset) {
	if d.Derived == nil || d.SQL == "" {
		return
	}
	where := "datasets/" + d.Name + ".sql"
	words, err := sqlWords(d.SQL)
	if err != "" {
		l.problem(where, "", "%s", err)
		return
	}
	if len(words) == 0 || words[0] != "select" && words[0] != "with" {
		l.problem(where, "", "must be one select")
		return
	}
	used := map[string]bool{}
	for _, word := range words {
		used[word] = true
		if why := forbidden[word]; why != "" {
			l.problem(where, word, "depends on %s or changes data, so its rows could not be made again", why)
		}
	}
	l.checkRelations(d, where, used)
}

func (l *loader) checkRelations(d *Dataset, where string, used map[string]bool) {
	listed := map[string]bool{}
	for _, name := range d.Derived.From {
		listed[name] = true
		if !used[Relation(name)] {
			l.problem(where, name, "is in derived.from but the SQL does not read it")
		}
	}
	for _, name := range l.registry.names() {
		columns := d.Schema.Index(Relation(name)) >= 0
		if strings.Contains(name, "-") && used[Relation(name)] && !listed[name] && !columns {
			l.problem(where, name, "is read by the SQL but is not in derived.from")
		}
	}
}

func (r *Registry) names() []string {
	names := make([]string, 0, len(r.byName))
	for name := range r.byName {
		names = append(names, name)
	}
	return names
}

// sqlWords lists the words of a statement outside comments, strings and quoted names, in lower case. It says what is
// wrong when quotes or parentheses do not close or a second statement follows.
func sqlWords(text string) (words []string, problem string) {
	depth, ended := 0, false
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case strings.HasPrefix(text[i:], "--"):
			i += lengthTo(text[i:], "\n")
			continue
		case strings.HasPrefix(text[i:], "/*"):
			i += lengthTo(text[i:], "*/")
			continue
		case c == ' ' || c == '\n' || c == '\t' || c == '\r':
			i++
			continue
		}
		if ended {
			return nil, "must be one statement: text follows the semicolon"
		}
		switch {
		case c == '\'' || c == '"':
			n := quotedLength(text[i:], c)
			if n == 0 {
				return nil, "a quote does not close"
			}
			i += n
		case isWord(rune(c)):
			j := i
			for j < len(text) && isWord(rune(text[j])) {
				j++
			}
			words = append(words, strings.ToLower(text[i:j]))
			i = j
		default:
			switch c {
			case ';':
				ended = true
			case '(':
				depth++
			case ')':
				depth--
			}
			i++
		}
		if depth < 0 {
			return nil, "a parenthesis closes that was not opened"
		}
	}
	if depth != 0 {
		return nil, "a parenthesis does not close"
	}
	return words, ""
}

func isWord(r rune) bool {
	return r == '_' || r >= 0x80 || unicode.IsLetter(r) || unicode.IsDigit(r)
}

func lengthTo(text, end string) int {
	if n := strings.Index(text, end); n >= 0 {
		return n + len(end)
	}
	return len(text)
}

// quotedLength is the length of a quoted text with its quotes, doubled ones inside; 0 when it does not close.
func quotedLength(text string, quote byte) int {
	for i := 1; i < len(text); i++ {
		if text[i] != quote {
			continue
		}
		if i+1 < len(text) && text[i+1] == quote {
			i++
			continue
		}
		return i + 1
	}
	return 0
}
