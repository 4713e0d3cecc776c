package dataset

import (
	"slices"
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
	"'now'": "the clock", "'today'": "the clock", "'yesterday'": "the clock", "'tomorrow'": "the clock",
	"random_normal": "chance", "uuidv4": "chance", "uuidv7": "chance", "lastval": "a sequence", "ctid": "where rows happen to lie", "xmin": "the transaction",
	"tableoid": "where rows happen to lie", "version": "the server", "pg_backend_pid": "who asks", "age": "the clock",
	"current_user": "who asks", "session_user": "who asks", "current_setting": "a setting", "user": "who asks",
	"current_role": "who asks", "current_schema": "a setting", "pg_sleep": "the clock", "into": "writing", "merge": "writing",
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
	scanned := scanSQL(d.SQL)
	if scanned.problem != "" {
		l.problem(where, "", "%s", scanned.problem)
		return
	}
	words := scanned.words
	if len(words) == 0 || words[0] != "select" && words[0] != "with" {
		l.problem(where, "", "must be one select")
		return
	}
	used := map[string]bool{}
	for _, word := range words {
		if used[word] {
			continue
		}
		used[word] = true
		if why := forbidden[word]; why != "" {
			l.problem(where, word, "depends on %s or changes data, so its rows could not be made again", why)
		}
	}
	l.checkRelations(d, where, used, relations(words))
}

// checkRelations compares derived.from with what the SQL reads: what stands after from or join, and any word with an
// underscore that names a dataset and no field of this one.
func (l *loader) checkRelations(d *Dataset, where string, used, read map[string]bool) {
	listed := map[string]bool{}
	for _, name := range d.Derived.From {
		listed[name] = true
		if !used[Relation(name)] {
			l.problem(where, name, "is in derived.from but the SQL does not read it")
		}
	}
	for _, name := range l.registry.names() {
		columns := d.Schema.Index(Relation(name)) >= 0
		named := strings.Contains(name, "-") && used[Relation(name)] && !columns
		if !listed[name] && (named || read[Relation(name)]) {
			l.problem(where, name, "is read by the SQL but is not in derived.from")
		}
	}
}

// relations are the words that follow from or join, but for the names that the statement itself gives in its with.
func relations(words []string) map[string]bool {
	read := map[string]bool{}
	for i := 1; i < len(words); i++ {
		if words[i-1] == "from" || words[i-1] == "join" {
			read[words[i]] = true
		}
	}
	for i := 2; i < len(words); i++ {
		if words[i-1] == "as" && slices.Contains([]string{"select", "with", "values", "materialized", "not"}, words[i]) {
			delete(read, words[i-2])
		}
	}
	return read
}

func (r *Registry) names() []string {
	names := make([]string, 0, len(r.byName))
	for name := range r.byName {
		names = append(names, name)
	}
	return names
}

// sqlScanner goes through a statement, outside comments.
type sqlScanner struct {
	text    string
	at      int
	words   []string // in lower case; strings with their quotes, quoted names as they are
	depth   int      // of parentheses
	end     int      // where the semicolon stands, or -1
	problem string
}

// scanSQL lists the words of a statement. It says what is wrong when quotes or parentheses do not close, a second statement
// follows, or a string is of a kind (dollar quotes, E) in which it would not see where the quote closes.
func scanSQL(text string) *sqlScanner {
	s := &sqlScanner{text: text, end: -1}
	for s.problem == "" && s.skip() {
		if s.end >= 0 {
			s.problem = "must be one statement: text follows the semicolon"
			break
		}
		s.token()
	}
	if s.problem == "" && s.depth != 0 {
		s.problem = "a parenthesis does not close"
	}
	return s
}

// Statement is the SQL without what follows it: a semicolon, a comment.
func (d *Dataset) Statement() string {
	if s := scanSQL(d.SQL); s.end >= 0 {
		return d.SQL[:s.end]
	}
	return d.SQL + "\n" // ends a comment that the last line may be
}

// skip passes over space and comments; false at the end.
func (s *sqlScanner) skip() bool {
	for s.at < len(s.text) {
		rest := s.text[s.at:]
		switch {
		case strings.HasPrefix(rest, "--"):
			s.at += lengthTo(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			s.at += commentLength(rest)
		case strings.ContainsRune(" \n\t\r", rune(rest[0])):
			s.at++
		default:
			return true
		}
	}
	return false
}

func (s *sqlScanner) token() {
	c := s.text[s.at]
	switch {
	case c == '\'' || c == '"':
		s.quoted(c)
	case isWord(rune(c)):
		s.word()
	case c == '$':
		s.problem = "a string is written $…$, or a parameter $1; write it '…'"
	default:
		s.sign(c)
	}
}

func (s *sqlScanner) quoted(quote byte) {
	n := quotedLength(s.text[s.at:], quote)
	if n == 0 {
		s.problem = "a quote does not close"
		return
	}
	if word := s.text[s.at : s.at+n]; quote == '"' {
		s.words = append(s.words, word[1:n-1])
	} else {
		s.words = append(s.words, strings.ToLower(word))
	}
	s.at += n
}

func (s *sqlScanner) word() {
	start := s.at
	for s.at < len(s.text) && isWord(rune(s.text[s.at])) {
		s.at++
	}
	word := strings.ToLower(s.text[start:s.at])
	s.words = append(s.words, word)
	if word == "e" && strings.HasPrefix(s.text[s.at:], "'") {
		s.problem = "a string is written E'…'; write it '…'"
	}
}

func (s *sqlScanner) sign(c byte) {
	switch c {
	case ';':
		s.end = s.at
	case '(':
		s.depth++
	case ')':
		if s.depth--; s.depth < 0 {
			s.problem = "a parenthesis closes that was not opened"
		}
	}
	s.at++
}

func isWord(r rune) bool {
	return r == '_' || r >= 0x80 || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// commentLength is the length of a /* comment */, others inside it.
func commentLength(text string) int {
	depth := 0
	for i := 0; i+1 < len(text); i++ {
		switch text[i : i+2] {
		case "/*":
			depth++
			i++
		case "*/":
			i++
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return len(text)
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
