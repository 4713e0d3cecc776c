package web

import (
	"regexp"
	"strings"
)

// Templates and texts are typed with the keys of a keyboard; typeset gives them the apostrophes and the spaces of French:
// none of « », : ; ! ? stands alone at the end or the beginning of a line.

var (
	apostrophe  = regexp.MustCompile(`(\pL)'(\pL|\{)`)
	beforeColon = regexp.MustCompile(` ([:»])`)
	beforeThin  = regexp.MustCompile(` ([;!?])`)
)

func typeset(text string) string {
	text = apostrophe.ReplaceAllString(text, "$1’$2")
	text = beforeColon.ReplaceAllString(text, "\u00a0$1")
	text = beforeThin.ReplaceAllString(text, "\u202f$1")
	return strings.ReplaceAll(text, "« ", "«\u00a0")
}

// notProse is what a template has besides its sentences: actions, tags, and what is to be copied as it stands.
var notProse = regexp.MustCompile(`(?s)<pre.*?</pre>|<code.*?</code>|\{\{.*?\}\}|<(?:\{\{.*?\}\}|[^>])*>`)

func typesetHTML(template string) string {
	var b strings.Builder
	end := 0
	for _, at := range notProse.FindAllStringIndex(template, -1) {
		b.WriteString(typeset(template[end:at[0]]))
		b.WriteString(template[at[0]:at[1]])
		end = at[1]
	}
	b.WriteString(typeset(template[end:]))
	return b.String()
}
