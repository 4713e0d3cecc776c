package pipeline

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"maille/internal/fault"
)

// hush keeps what was taken out for a person's sake out of sentences: those that a publisher's next file gives rise to. It
// knows digests alone, of the words of each text.
type hush struct {
	key     []byte
	digests map[int]map[[32]byte]bool // by how many words
}

func (p *Pipeline) hush(ctx context.Context) (*hush, error) {
	key, all, err := p.DB.ErasedTexts(ctx)
	h := &hush{key: key, digests: map[int]map[[32]byte]bool{}}
	for count, digests := range all {
		if n, err := strconv.Atoi(count); err == nil {
			h.digests[n] = digests
		}
	}
	return h, err
}

// says is whether a sentence has one of the texts, as whole words.
func (h *hush) says(sentence string) bool {
	if h == nil || len(h.digests) == 0 || sentence == "" {
		return false
	}
	if plain, err := url.PathUnescape(sentence); err == nil { // of ids
		sentence = plain
	}
	words := wordsOf(sentence)
	for n, known := range h.digests {
		for i := 0; i+n <= len(words); i++ {
			mac := hmac.New(sha256.New, h.key)
			mac.Write([]byte(strings.Join(words[i:i+n], " ")))
			if known[[32]byte(mac.Sum(nil))] {
				return true
			}
		}
	}
	return false
}

// sentence is a sentence, or the one in its place.
func (h *hush) sentence(s string) string {
	if h.says(s) {
		return texts.Say("erased.sentence")
	}
	return s
}

// failure is an error whose message may be kept.
func (h *hush) failure(err error) error {
	if err == nil || !h.says(fault.Message(err)) && !h.says(err.Error()) {
		return err
	}
	return fault.New(fault.KindOf(err), "%s", texts.Say("erased.sentence")).About(fault.Subject(err))
}

// wordsOf are the words of a text, whatever their case, their accents and what is between them.
func wordsOf(text string) []string {
	return strings.FieldsFunc(fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// hushIssues takes out of the run's issues what was erased. The files that gave rise to them are not kept.
func (r *run) hushIssues() {
	for i := range r.report.Issues {
		issue := &r.report.Issues[i]
		if r.hushed.says(issue.Key) || r.hushed.says(issue.Message) {
			issue.Key, issue.Message = "", texts.Say("erased.sentence")
			r.erased[issue.Resource] = true
		}
	}
}
