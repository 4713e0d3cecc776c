package source_test

import (
	"strings"
	"testing"

	"maille/internal/source"
)

// limited is a schema whose text may have twenty characters.
var limited = strings.Replace(places, `"name": "nom", "type": "string"`, `"name": "nom", "type": "string", "constraints": {"maxLength": 20}`, 1)

// nom is the text that a file of one row gives to the column nom, and the rules of what was said of it.
func nom(t *testing.T, resource, text string) (cell, rules, messages string) {
	t.Helper()
	for row, err := range source.Rows(t.Context(), strings.NewReader(text), resourceOf(t, resource), 0, schemaOf(t, limited), "f") {
		if err != nil {
			t.Fatal(err)
		}
		cell = row.Cells[1]
		for _, i := range row.Issues {
			if i.Rule != "missing-column" {
				rules, messages = rules+i.Rule, messages+i.Message
			}
		}
	}
	return cell, rules, messages
}

func TestItems(t *testing.T) {
	csv := func(rest string) string { return `{"format": "csv", "dialect": {"delimiter": ","}, ` + rest + `}` }
	lost := func(line, column, word string) string {
		return " [3:" + line + " " + column + " no-term warning " + column + " : « " + word + " » n'a pas d'équivalent dans la liste et n'est pas repris]"
	}
	checkReadable(t, []readable{
		{"a list parted by something else, with spaces, empty items and the same twice", csv(`"map": {"codes": {"column": "c", "split": ";"}}`),
			"code,c\n1,a; b;;a\n2,;\n3,\n", []string{"2: 1///a|b", "3: 2///", "4: 3///"}},
		{"two words that are one in the schema", csv(`"map": {"codes": {"column": "c", "split": ";", "terms": {"x": "a", "y": "a"}}}`),
			"code,c\n1,x;b;y\n", []string{"2: 1///a|b"}},
		{"what stands before a mark", csv(`"map": {"codes": {"column": "c", "split": ";", "before": " : ", "terms": {"g": "G"}}, "nom": {"column": "c", "before": ";"}}`),
			"code,c\n1,g : gratuit;p : payant;x\n", []string{"2: 1/g : gratuit//G|p|x"}},
		{"a word without a term is left out and said, in each row", csv(`"map": {"codes": {"column": "c", "split": ";", "terms": {"x": ""}}, "nom": {"column": "n", "terms": {"?": "", "": ""}}}`),
			"code,c,n\n1,x;b,?\n1,x;b,\n", []string{"2: 1///b" + lost("2", "nom", "?") + lost("2", "codes", "x"), "3: 1///b" + lost("3", "codes", "x")}},
		{"words that are left out without a word", csv(`"map": {"codes": {"column": "c", "split": ";", "terms": {"x": "X"}, "without": ["X", "b"]}, "nom": {"column": "n", "without": ["0", "0.0"]}}`),
			"code,c,n\n1,x;b;d,0\n1,,0.5\n", []string{"2: 1///d", "3: 1/0.5//"}},
		{"two columns in one list", csv(`"map": {"codes": {"template": "{c}|{n}", "split": "|", "without": ["b"]}}`), "code,c,n\n1,a|b,a|d\n2,,d\n3,,\n",
			[]string{"2: 1///a|d", "3: 2///d", "4: 3///"}},
		{"optional columns that are absent", csv(`"map": {"codes": {"column": "c", "optional": true}, "nom": {"template": "{m}{n}", "optional": true}, "population": {"column": "j", "pointer": "/0", "optional": true}}`),
			"code,n\n1,x\n", []string{"2: 1/x//"}},
	})
}

func TestRepairs(t *testing.T) {
	of := func(as string) string {
		return `{"format": "csv", "map": {"nom": {"column": "x", "as": "` + as + `"}}}`
	}
	for _, c := range []struct{ as, written, read, said string }{
		{"telephone", "04 50 56 87 49", "+33450568749", ""},
		{"telephone", "04.50.56.87.49", "+33450568749", ""},
		{"telephone", "04-50-56-87-49", "+33450568749", ""},
		{"telephone", "0450568749", "+33450568749", ""},
		{"telephone", " +33 4 50 56 87 49 ", "+33450568749", ""},
		{"telephone", "+33 (0)4 50 56 87 49", "+33450568749", ""},
		{"telephone", "0033450568749", "+33450568749", ""},
		{"telephone", "+33450568749", "+33450568749", ""},
		{"telephone", "04 50 56 87 49 / 04 50 56 87 50", "+33450568749", ""},
		{"telephone", "poste 12 ou 04 50 56 87 49", "+33450568749", ""},
		{"telephone", "0800 12 34 56", "+33800123456", ""},
		{"telephone", "0590 12 34 56", "+590590123456", ""},
		{"telephone", "0690 12 34 56", "+590690123456", ""},
		{"telephone", "05 94 12 34 56", "+594594123456", ""},
		{"telephone", "0596123456", "+596596123456", ""},
		{"telephone", "0262 12 34 56", "+262262123456", ""},
		{"telephone", "0269 12 34 56", "+262269123456", ""},
		{"telephone", "0639 12 34 56", "+262639123456", ""},
		{"telephone", "+590590123456", "+590590123456", ""},
		{"telephone", "+687261234", "+687261234", ""},
		{"telephone", "+68940123456", "+68940123456", ""},
		{"telephone", "+508412345", "+508412345", ""},
		{"telephone", "0508 41 23 45", "+508412345", ""},
		{"telephone", "+68940 12 34", "+689401234", ""},
		{"telephone", "+33 4 50 56 87 4", "", "telephone"},
		{"telephone", "+590 590 12 34 5", "", "telephone"},
		{"telephone", "+687 26 12 34 56", "", "telephone"},
		{"telephone", "+68140 12 34 56", "", "telephone"},
		{"telephone", "+689401234567", "", "telephone"},
		{"telephone", "3949", "", "telephone"},
		{"telephone", "04 50 56 87", "", "telephone"},
		{"telephone", "+41 22 123 45 67", "", "telephone"},
		{"telephone", "camille", "", "telephone"},
		{"telephone", "", "", ""},
		{"postcode", "1000", "01000", "postcode"},
		{"postcode", "01000", "01000", ""},
		{"postcode", "75008 CEDEX 08", "75008", ""},
		{"postcode", "75 008", "75008", ""},
		{"postcode", "0100", "0100", ""},
		{"postcode", "100", "100", ""},
		{"no-cedex", "Annecy Cedex 03", "Annecy", ""},
		{"no-cedex", "ÉVRY  CEDEX", "ÉVRY", ""},
		{"no-cedex", "Cedexville", "Cedexville", ""},
		{"one-line", "\"27 rue\n  Schuman\n\n\"", "27 rue Schuman", ""},
		{"url", "https://www.massy.fr/a?b=c", "https://www.massy.fr/a?b=c", ""},
		{"url", "www.massy.fr", "http://www.massy.fr", ""},
		{"url", "HTTP://massy.fr", "http://massy.fr", ""},
		{"url", "massy.fr ou www.mairie-massy.fr/accueil", "http://massy.fr", ""},
		{"url", "pas de site", "", "url"},
		{"url", "mairie@massy.fr", "", "url"},
		{"url", "ftp://massy.fr", "", "url"},
		{"cut", "court", "court", ""},
		{"cut", strings.Repeat("é", 20), strings.Repeat("é", 20), ""},
		{"cut", "un texte un peu plus long que vingt", "un texte un peu…", "cut"},
		{"cut", strings.Repeat("é", 21), strings.Repeat("é", 19) + "…", "cut"},
		{"first-code", "91228", "91228", ""},
		{"first-code", "7737393051", "77373", ""},
		{"first-code", "773739305", "773739305", ""},
		{"cell-side", "CRS3035RES1000mN2029000E4252000", "1000", ""},
		{"cell-latitude", "CRS3035RES200mN2831200E3755200", "48.3312980", ""},
		{"cell-longitude", "CRS3035RES200mN2831200E3755200", "2.3582099", ""},
		{"cell-longitude", "CRS5490RES200mN1592600E728800", "-60.8771064", ""},
		{"cell-latitude", "CRS2975RES200mN7634200E0359400", "-21.3880385", ""},
		{"cell-latitude", "CRS4326RES200mN48E2", "", "cell"},
		{"cell-side", "CRS27572RES200mN2029800E4252400", "", "cell"},
		{"cell-side", "CRS3035RES-200mN2029800E4252400", "", "cell"},
		{"cell-side", "3035RES200mN2029800E4252400", "", "cell"},
		{"cell-side", "CRS3035RES200mN2029800", "", "cell"},
		{"cell-longitude", "CRS3035RES200mN99999999E99999999", "", "cell"},
		{"cell-longitude", "CRS3035RES200mN1E9999999999999999999999", "", "cell"},
	} {
		got, said, messages := nom(t, of(c.as), "code,x\n1,"+c.written+"\n")
		if got != c.read || said != c.said {
			t.Errorf("%s: %q is read %q and said %q, not %q and %q", c.as, c.written, got, said, c.read, c.said)
		}
		if c.as == "telephone" && said != "" && strings.Contains(messages, c.written) {
			t.Errorf("the sentence repeats the number: %s", messages)
		}
	}
}

// TestOpeningDays: no day is open but those that are named.
func TestOpeningDays(t *testing.T) {
	for text, want := range map[string]string{
		"Mo 09:00-12:00;We 09:00-12:00":                "Mo 09:00-12:00; We 09:00-12:00",
		"Mo 09:00-12:00;Tu;We 09:00-12:00":             "Mo 09:00-12:00; We 09:00-12:00",
		"Mo 09:00-12:00;Tu 09:00-12:00;Th 09:00-12:00": "Mo-Tu 09:00-12:00; Th 09:00-12:00",
		"Sa 09:00-12:00;Su 09:00-12:00":                "Sa-Su 09:00-12:00",
		"Fr 09:00-12:00;Mo 09:00-12:00":                "",
		"Mo 09:00-12:00;Mo 14:00-17:00":                "",
		"Mo 09:00-12:00;Mo":                            "",
	} {
		got, said, _ := nom(t, `{"format": "csv", "dialect": {"delimiter": ","}, "map": {"nom": {"column": "h", "as": "opening-hours"}}}`, "code,h\n1,"+text+"\n")
		if got != want || (said == "opening-hours") != (want == "") {
			t.Errorf("%s: %q, said %q", text, got, said)
		}
	}
}

func TestOpeningHours(t *testing.T) {
	resource := `{"format": "csv", "dialect": {"delimiter": ";"}, "map": {"nom": {"template": "Mo {l};Tu {m};We {w};{note}", "as": "opening-hours"}}}`
	for _, c := range []struct{ because, cells, hours, said string }{
		{"days that are alike", "09:00 - 12:00 / 13:30 - 17:00;09:00 - 12:00 / 13:30 - 17:00;09:00 - 12:00;", "Mo-Tu 09:00-12:00,13:30-17:00; We 09:00-12:00", ""},
		{"alike, but not in a row", "09:00 - 12:00;;09:00 - 12:00;", "Mo 09:00-12:00; We 09:00-12:00", ""},
		{"the first day closed", ";09:00 - 12:00;09:00 - 12:00;", "Tu-We 09:00-12:00", ""},
		{"until midnight", "20:00-24:00;;;", "Mo 20:00-24:00", ""},
		{"no hours", ";;;", "", ""},
		{"a remark", "09:00 - 12:00;;;une semaine sur deux", "", "opening-hours"},
		{"not hours", "matin;;;", "", "opening-hours"},
		{"the end before the beginning", "12:00 - 09:00;;;", "", "opening-hours"},
		{"one in the other", "09:00 - 12:00 / 11:00 - 17:00;;;", "", "opening-hours"},
		{"no time of a day", "09:00 - 25:00;;;", "", "opening-hours"},
	} {
		if got, said, _ := nom(t, resource, "code;l;m;w;note\n1;"+c.cells+"\n"); got != c.hours || said != c.said {
			t.Errorf("%s: %q, said %q", c.because, got, said)
		}
	}
}
