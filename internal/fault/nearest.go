package fault

import "strings"

// Nearest finds the candidate that a wrong name most likely meant: the same but for case and a third of its letters; ""
// when none is near.
func Nearest(wrong string, candidates []string) string {
	plain := []rune(strings.ToLower(wrong[:min(len(wrong), longestName)]))
	best, least := "", len(plain)/3+1
	for _, candidate := range candidates {
		if d := distance(plain, []rune(strings.ToLower(candidate)), least); d < least {
			best, least = candidate, d
		}
	}
	return best
}

// longestName bounds what comparing a stranger's text costs.
const longestName = 100

// distance is Damerau's and Levenshtein's, in which two letters that changed places are one mistake (optimal string
// alignment), given up at limit.
func distance(a, b []rune, limit int) int {
	if max(len(a)-len(b), len(b)-len(a)) >= limit {
		return limit
	}
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		next[0] = i + 1
		for j, y := range b {
			next[j+1] = row[j]
			if x == y {
				continue
			}
			next[j+1] = min(row[j], row[j+1], next[j]) + 1
			if i > 0 && j > 0 && x == b[j-1] && a[i-1] == y {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
