package web

import "strings"

// The lines that open a collection in other programs name the columns of codes, whose leading zeros those would lose.

// Names of columns are made of a-z, 0-9 and _ (schema.Parse): no language needs them escaped.

// dictOfPython is {"code_insee": str, …}.
func dictOfPython(names []string) string { return "{" + each(names, `"`, `": str`) + "}" }

// vectorOfR is c(code_insee = "character", …).
func vectorOfR(names []string) string { return "c(" + each(names, "", ` = "character"`) + ")" }

// structOfDuckDB is {'code_insee': 'VARCHAR', …}.
func structOfDuckDB(names []string) string { return "{" + each(names, `'`, `': 'VARCHAR'`) + "}" }

// inShell is a text between the double quotes of a POSIX shell (XCU §2.2.3).
func inShell(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", "\\`").Replace(text)
}

func each(names []string, before, after string) string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = before + name + after
	}
	return strings.Join(all, ", ")
}
