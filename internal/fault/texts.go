package fault

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Texts are sentences for people in one language, by identifier. They live in a JSON file beside the package that
// says them, with placeholders such as {column}, so that a translator never opens Go code.
type Texts map[string]string

// ParseTexts reads a JSON object of sentences.
func ParseTexts(data []byte) (Texts, error) {
	var t Texts
	if err := json.Unmarshal(data, &t); err != nil {
		return nil, fmt.Errorf("texts: %w", err)
	}
	return t, nil
}

// MustTexts reads embedded sentences; a file that does not parse is a defect of the build.
func MustTexts(data []byte) Texts {
	t, err := ParseTexts(data)
	if err != nil {
		panic(err)
	}
	return t
}

// Say fills the sentence with pairs of placeholder and value. An unknown identifier says itself, with its pairs.
func (t Texts) Say(id string, pairs ...any) string {
	sentence, ok := t[id]
	if !ok {
		return strings.TrimSpace(id + " " + fmt.Sprintln(pairs...))
	}
	old := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		old = append(old, "{"+fmt.Sprint(pairs[i])+"}", fmt.Sprint(pairs[i+1]))
	}
	return strings.NewReplacer(old...).Replace(sentence)
}
