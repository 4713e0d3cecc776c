package catalog

import (
	"strconv"
	"strings"

	"maille/internal/release"
)

// ChangeSentence says in French what changed in a dataset: « Lieux : 2 lignes ajoutées, 1 retirée, 3 modifiées ».
func ChangeSentence(title string, c *release.Change) string {
	return texts.Say("feed.of", "title", title, "what", changed(c))
}

// Uncounted says that a dataset changed, where nobody has counted by how much.
func Uncounted(title string) string {
	return texts.Say("feed.of", "title", title, "what", texts.Say("feed.uncounted"))
}

func changed(c *release.Change) string {
	if c.Before == "" {
		return counted("feed.new", c.Added)
	}
	var parts []string
	for _, p := range []struct {
		id string
		n  int64
	}{{"feed.added", c.Added}, {"feed.removed", c.Removed}, {"feed.changed", c.Changed}} {
		if p.n == 0 {
			continue
		}
		id := p.id
		if len(parts) > 0 {
			id += ".also" // the noun is said once
		}
		parts = append(parts, counted(id, p.n))
	}
	if len(parts) == 0 {
		parts = append(parts, texts.Say("feed.none"))
	}
	if n := len(c.Columns); n > 0 {
		parts = append(parts, of("feed.columns", int64(n), "names", strings.Join(c.Columns, ", ")))
	}
	return strings.Join(parts, ", ")
}

// Causes says in French why a dataset changed; "" when it is not known.
func Causes(causes []string) string {
	words := make([]string, len(causes))
	for i, cause := range causes {
		words[i] = texts.Say("cause." + cause)
	}
	return strings.Join(words, ", ")
}

// Totals adds up what changed in several datasets, of which it says how many there are.
func totals(n int) string { return counted("feed.datasets", int64(n)) }

// counted says how many; in French nought is singular.
func counted(id string, n int64) string { return of(id, n, "n", grouped(n)) }

func of(id string, n int64, pairs ...any) string {
	one, many, _ := strings.Cut(texts.Say(id, pairs...), "|")
	if n >= 2 {
		return many
	}
	return one
}

// grouped writes digits by threes.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "\u202f" + digits[i:]
	}
	return digits
}
