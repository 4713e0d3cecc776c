package validate

import (
	_ "embed"
	"encoding/json"
	"strings"
	"unicode"
)

//go:embed words.fr.json
var wordsFR []byte

// vocabulary is what tells the address of a service from that of a person.
type vocabulary struct {
	Roles      []string `json:"roles"`    // are a word of a service's address, or several of them written together
	Stems      []string `json:"stems"`    // begin one, or are anywhere in it from six letters on; no surname has them
	Links      []string `json:"links"`    // stand between roles that are written together
	Acronyms   []string `json:"acronyms"` // are a word of one
	FirstNames []string `json:"firstNames"`
	FreeMail   []string `json:"freeMail"`   // domains that say nothing of who writes
	Personal   []string `json:"personal"`   // domains where every address is prenom.nom
	Structures []string `json:"structures"` // domains where every address is that of a place, but for mistakes

	roles, links, acronyms, names  map[string]bool
	freeMail, personal, structures map[string]bool
}

var vocab = readVocabulary(wordsFR)

func readVocabulary(data []byte) *vocabulary {
	v := &vocabulary{}
	if err := json.Unmarshal(data, v); err != nil {
		panic("words.fr.json: " + err.Error())
	}
	v.roles, v.links, v.acronyms, v.names = set(v.Roles), set(v.Links), set(v.Acronyms), set(v.FirstNames)
	v.freeMail, v.personal, v.structures = set(v.FreeMail), set(v.Personal), set(v.Structures)
	return v
}

func set(words []string) map[string]bool {
	s := make(map[string]bool, len(words))
	for _, w := range words {
		s[w] = true
	}
	return s
}

// role says whether a word of an address is a service's. Laborde begins as labo, Villeneuve as ville and Lafrance ends as
// france: but for the stems, a word is a role only as a whole.
func (v *vocabulary) role(word string) bool {
	return v.roles[word] || v.acronyms[word] || v.stem(word) || len(word) <= longestWord && v.together(word, 0)
}

func (v *vocabulary) stem(word string) bool {
	for _, stem := range v.Stems {
		if strings.HasPrefix(word, stem) || len(stem) >= 6 && strings.Contains(word, stem) {
			return true
		}
	}
	return false
}

// longestWord is how many letters of roles written together are taken apart.
const longestWord = 40

// together says whether a word is two roles or more, as maisondelagglo is; some were found before it.
func (v *vocabulary) together(word string, found int) bool {
	if word == "" {
		return found >= 2
	}
	for n := 1; n <= len(word); n++ {
		head, rest := word[:n], word[n:]
		if v.roles[head] && v.together(rest, found+1) || v.links[head] && v.together(rest, found) {
			return true
		}
	}
	return false
}

// words are those that a row uses of its place, found when they are first asked for: most rows never need them.
type words struct {
	cells   []string
	columns []int
	found   []string
	known   bool
}

func (w *words) all() []string {
	if !w.known {
		for _, column := range w.columns {
			w.found = append(w.found, split(w.cells[column])...)
		}
		w.known = true
	}
	return w.found
}

// names says whether the row itself uses a word of an address, whole or in it from five letters on. A role in a word names
// no place: every France services would name Lafrance.
func (w *words) names(word string) bool {
	for _, own := range w.all() {
		if len(own) >= 3 && own == word || len(word) >= 4 && strings.HasPrefix(own, word) ||
			len(own) >= 5 && strings.Contains(word, own) && !vocab.role(own) {
			return true
		}
	}
	return w.initials(word) || w.joined(word)
}

// joined says whether a word is several of the row's written together: laplumedamy of "La plume d'Amy".
func (w *words) joined(word string) bool {
	return len(word) >= 6 && strings.Contains(strings.Join(w.all(), ""), word)
}

// initials says whether a word, from three letters on, is made of the first letters of words that follow each other.
func (w *words) initials(word string) bool {
	if len(word) < 3 {
		return false
	}
	var b strings.Builder
	for _, own := range w.all() {
		b.WriteByte(own[0])
	}
	return strings.Contains(b.String(), word)
}

// split cuts a text into words of a-z, without accents, case or figures.
func split(text string) (found []string) {
	var word []byte
	end := func() {
		if len(word) > 0 {
			found, word = append(found, string(word)), word[:0]
		}
	}
	for _, r := range text {
		switch letters, known := plainLetters[r]; {
		case r >= 'a' && r <= 'z':
			word = append(word, byte(r))
		case r >= 'A' && r <= 'Z':
			word = append(word, byte(r)+'a'-'A')
		case known:
			word = append(word, letters...)
		case unicode.Is(unicode.Mn, r): // the accent of a letter that was written before it
		default:
			end()
		}
	}
	end()
	return found
}

// plainLetters are those of French and its neighbours, without their accents.
var plainLetters = letters(map[string]string{
	"a": "àâäáãå", "c": "ç", "e": "éèêë", "i": "îïíì", "n": "ñ", "o": "ôöóòõ", "u": "ùûüú", "y": "ÿý", "oe": "œ", "ae": "æ",
})

func letters(accented map[string]string) map[rune]string {
	plain := map[rune]string{}
	for letter, all := range accented {
		for _, r := range all + strings.ToUpper(all) {
			plain[r] = letter
		}
	}
	return plain
}
