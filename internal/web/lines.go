package web

import "strings"

// The lines that open a collection in other programs name the columns of codes, whose leading zeros those would lose.

// dictOfPython is {"code_insee": str, …}.
func dictOfPython(names []string) string { return "{" + each(names, `"`, `": str`) + "}" }

// vectorOfR is c(code_insee = "character", …).
func vectorOfR(names []string) string { return "c(" + each(names, "", ` = "character"`) + ")" }

// structOfDuckDB is {'code_insee': 'VARCHAR', …}.
func structOfDuckDB(names []string) string { return "{" + each(names, `'`, `': 'VARCHAR'`) + "}" }

func each(names []string, before, after string) string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = before + name + after
	}
	return strings.Join(all, ", ")
}
