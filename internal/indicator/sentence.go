package indicator

import (
	_ "embed"
	"math"
	"strconv"
	"strings"

	"maille/internal/fault"
)

//go:embed texts.fr.json
var textsFR []byte

// Words for people, and how they write figures.
var words = fault.MustTexts(textsFR)

// figure writes a number as people read it: digits by threes, a comma, no zeros at the end.
func figure(x float64, decimals int) string {
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(math.Abs(x), 'f', decimals, 64), ".")
	var b strings.Builder
	if x < 0 {
		b.WriteString("\u2212")
	}
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString("\u202f")
		}
		b.WriteRune(c)
	}
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		b.WriteString("," + fraction)
	}
	return b.String()
}

// several is "1 commune" or "12 communes": a text of two words, of one and of many. In French nought is singular.
func several(id string, n int64) string {
	return figure(float64(n), 0) + "\u00a0" + following(id, n)
}

// following is what is counted, as it follows its number: 12 habitants, 2 000 000 d’habitants.
func following(id string, n int64) string {
	if word, ok := words[id+".millions"]; ok && n != 0 && n%1_000_000 == 0 {
		return word
	}
	return agreed(id, n)
}

// agreed is the word that goes with so many: of one and of many.
func agreed(id string, n int64) string {
	one, many, _ := strings.Cut(words.Say(id), "|")
	if n >= 2 {
		return many
	}
	return one
}

// FewPeople is how many people must be concerned for their number to be said: under it, "< 11" (statistical confidentiality).
const FewPeople = 11

// FewTaken stands for 1 to 10 people in a sum, so that what is not told cannot be taken from it; such a sum is an estimate between those
// with 1 and with 10.
const FewTaken = 5

// IsFew says whether so many people are too few for their number to be words.
func IsFew(people int64) bool { return people > 0 && people < FewPeople }

// inhabitants is a number of people, which is not said when they are few.
func inhabitants(n int64) string {
	if IsFew(n) {
		return words.Say("people.few", "n", FewPeople)
	}
	return several("people", n)
}

// fewest is the base under which a share is not said: of twelve communes, "3 sur 12" says more than 25 %.
const fewest = 20

// share is a part of people in per cent, with what comes before it; "" where they are too few, or the whole too small.
func share(part, whole int64) string {
	if IsFew(part) {
		return ""
	}
	return portion(part, whole)
}

// portion is a part of a whole in per cent; "" where the whole is too small.
func portion(part, whole int64) string {
	if whole < fewest {
		return ""
	}
	percent := 100 * float64(part) / float64(whole)
	switch {
	case part > 0 && percent < 0.05:
		return words.Say("share.least")
	case part < whole && percent >= 99.95:
		return words.Say("share.most")
	}
	return words.Say("share", "percent", figure(percent, 1))
}

// kilometres is a distance as it was asked, to the micrometre: 800 m, 7,5 km.
func kilometres(m float64) string {
	if m < 1000 {
		return figure(m, 6) + "\u00a0m"
	}
	return figure(m/1000, 9) + "\u00a0km"
}

// headcount is a number of people as it was asked, which may be no whole one.
func headcount(x float64) string {
	if x != math.Trunc(x) {
		return figure(x, -1) + "\u00a0" + agreed("people", int64(x))
	}
	return several("people", int64(x))
}

// series joins what is listed: a, b et c.
func series(parts []string) string {
	if n := len(parts); n > 1 {
		return strings.Join(parts[:n-1], ", ") + words.Say("and") + parts[n-1]
	}
	return strings.Join(parts, "")
}

// where is how a territory is called.
func where(t Territory) string {
	switch t.Level {
	case Instance:
		return words.Say("where.instance")
	case Perimetre:
		return words.Say("where.perimetre", "name", t.Name)
	}
	return words.Say("where", "name", t.Name, "code", t.Code)
}

// whereSaid is where, and that only a part of it is known here.
func (f *facts) whereSaid(t Territory) string {
	if f != nil && f.part {
		return words.Say("where.part", "where", where(t))
	}
	return where(t)
}

// bounds says a range by one of three texts: from, to, both.
func bounds(id string, r Range, write func(float64) string, pairs ...any) string {
	switch {
	case math.IsNaN(r.To):
		return words.Say(id+".from", append(pairs, "from", write(r.From))...)
	case math.IsNaN(r.From):
		return words.Say(id+".to", append(pairs, "to", write(r.To))...)
	case r.From == r.To:
		return words.Say(id+".at", append(pairs, "at", write(r.From))...)
	}
	return words.Say(id+".both", append(pairs, "from", write(r.From), "to", write(r.To))...)
}
