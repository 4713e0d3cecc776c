package source_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"maille/internal/fault"
	"maille/internal/source"
)

func TestCSV(t *testing.T) {
	checkReadable(t, []readable{
		{"columns are bound by name, others are passed over", `{"format": "csv"}`,
			"nom,autre,code\nÉvry,x,91228\n", []string{"2: 91228/Évry//"}},
		{"optional columns may be absent", `{"format": "csv"}`, "code\n91228\n", []string{"2: 91228///"}},
		{"spaces around names do not count", `{"format": "csv"}`, " code ,nom\u00a0\n91228,Évry\n", []string{"2: 91228/Évry//"}},
		{"spaces around cells do", `{"format": "csv"}`, "code,nom\n91228, Évry\n", []string{"2: 91228/ Évry//"}},
		{"the dialect says the delimiter", `{"format": "csv", "dialect": {"delimiter": ";"}}`, "code;nom\n91228;a,b\n", []string{"2: 91228/a,b//"}},
		{"columns that nobody reads may share a name", `{"format": "csv"}`, "code,,\n91228,,\n", []string{"2: 91228///"}},
		{"a line is where the record starts", `{"format": "csv"}`,
			"code,nom\n\n91228,\"É\nvry\"\r\n91377,Massy", []string{"3: 91228/É\nvry//", "5: 91377/Massy//"}},
		{"a header over two lines counts for two", `{"format": "csv"}`, "code,\"a\nb\"\n91228,\n", []string{"3: 91228///"}},
		{"the header may stand further down, below anything", `{"format": "csv", "dialect": {"headerRows": [4]}}`,
			"Titre,\n\"un guillemet qui ne se ferme pas\n\ncode,nom\n91228,Évry\n\"2\",\"M\nassy\"\n3,x\n", []string{"5: 91228/Évry//", "6: 2/M\nassy//", "8: 3/x//"}},
		{"bars part fields", `{"format": "csv", "dialect": {"delimiter": "|"}}`, "code|nom\n1|a,b\n", []string{"2: 1/a,b//"}},
		{"tabulations part fields", `{"format": "csv", "dialect": {"delimiter": "\t"}}`, "code\tnom\n01001\ta;b\n", []string{"2: 01001/a;b//"}},
		{"nothing is written with a sign, spaces of any width around it", `{"format": "csv", "dialect": {"nullSequence": "-"}}`,
			"code,nom,population\n01, - ,\u00a0-\u202f \n-1,a-b,\u2009-\n", []string{"2: 01///", "3: -1/a-b//"}},
		{"nothing is empty for conditions", `{"format": "csv", "dialect": {"nullSequence": " - "}, "where": [{"column": "nom", "is": "empty"}]}`,
			"code,nom\n1, -  \n2,x\n", []string{"2: 1///"}},
		{"nothing makes no row when columns become rows", `{"format": "csv", "dialect": {"nullSequence": "-"}, "unpivot": [{"column": "a"}, {"column": "b"}], "map": {"nom": "_value"}}`,
			"code,a,b\n1, - ,2\n", []string{"2: 1/2//"}},
		{"nothing is empty for templates", `{"format": "csv", "dialect": {"nullSequence": "-"}, "map": {"nom": {"template": "x{nom}"}}}`, "code,nom\n1, - \n", []string{"2: 1///"}},
		{"a header alone gives no row", `{"format": "csv"}`, "code,nom\n", nil},
		{"a row with too few or too many fields is said", `{"format": "csv"}`, "code,nom\n91228\n91377,Massy,x\n91001,Abbéville\n", []string{
			"2: 91228/// [3:2  columns error la ligne a 1 champs, l'en-tête en a 2]",
			"3: 91377/Massy// [3:3  columns error la ligne a 3 champs, l'en-tête en a 2]",
			"4: 91001/Abbéville//"}},
		{"a row with too few fields is said whatever where seems to say", `{"format": "csv", "where": [{"column": "type", "in": ["all"]}]}`,
			"code,type\n91228,all\n91377,pro\n91001\n", []string{
				"2: 91228///",
				"4: 91001/// [3:4  columns error la ligne a 1 champs, l'en-tête en a 2]"}},
	})
}

func TestCSVBroken(t *testing.T) {
	csv := `{"format": "csv"}`
	long := strings.Repeat("x", 17<<20)
	checkBroken(t, []broken{
		{"a required column is absent", csv, "nom,population\nÉvry,1\n", 0,
			"f : l'en-tête n'a pas de colonne « code » ; il a « nom », « population »"},
		{"the separator is another", csv, "code;nom\n91228;Évry\n", 0,
			"f : l'en-tête n'a pas de colonne « code » ; il a « code;nom » ; le séparateur semble être « ; »"},
		{"the separator is a tabulation", csv, "code\tnom\n", 0,
			"f : l'en-tête n'a pas de colonne « code » ; il a « code\tnom » ; le séparateur semble être « tabulation »"},
		{"the separator is another and the header is quoted", csv, "\"code\";\"nom\"\n", 0,
			"f, ligne 1 : un guillemet est mal placé ou n'est pas fermé ; le séparateur semble être « ; »"},
		{"a mapped column is absent, for an optional one", `{"format": "csv", "map": {"nom": "lib_com"}}`, "code\n91228\n", 0,
			"f : l'en-tête n'a pas de colonne « lib_com » ; il a « code »"},
		{"a column of a template is absent", `{"format": "csv", "map": {"nom": {"template": "{a}-{b}"}}}`, "code,a\n", 0,
			"f : l'en-tête n'a pas de colonne « b » ; il a « code », « a »"},
		{"a column of a condition is absent", `{"format": "csv", "where": [{"column": "type", "in": ["all"]}, {"column": "n", "above": "m"}]}`, "code\n", 0,
			"f : l'en-tête n'a pas de colonne « type », « n », « m » ; il a « code »"},
		{"none of the columns to unpivot is there", `{"format": "csv", "unpivot": [{"column": "a"}, {"column": "b"}]}`, "code\n", 0,
			"f : l'en-tête n'a pas de colonne « a », « b » ; il a « code »"},
		{"a quote is never closed below a preamble", `{"format": "csv", "dialect": {"headerRows": [3]}}`, "a\n\"\ncode,nom\n1,\"b\nc\n", 0,
			"f, ligne 4 : un guillemet n'est pas fermé (le champ court jusqu'à la ligne 5)"},
		{"the separator is another below a preamble", `{"format": "csv", "dialect": {"headerRows": [2]}}`, "a,b,c,d\ncode;nom\n", 0,
			"f : l'en-tête n'a pas de colonne « code » ; il a « code;nom » ; le séparateur semble être « ; »"},
		{"the file ends before its header", `{"format": "csv", "dialect": {"headerRows": [5]}}`, "a\nb\n", 0, "f : le fichier s'arrête avant la ligne 5, où l'en-tête est attendu"},
		{"a line above the header has no end", `{"format": "csv", "dialect": {"headerRows": [5]}}`, "a\n" + long, 0, "f : la ligne 2 dépasse 16 Mio"},
		{"a cut file below a preamble", `{"format": "csv", "dialect": {"headerRows": [2]}}`, "x\ncode,nom,a\n1,b", 0, "f : le fichier est coupé, sa dernière ligne (3) s'arrête au milieu"},
		{"no column matches", `{"format": "csv", "unpivot": [{"match": "T[1-4] \\d{4}"}]}`, "code,XT1 2018,T1 20188\n", 0,
			"f : l'en-tête n'a pas de colonne « T[1-4] \\d{4} » ; il a « code », « XT1 2018 », « T1 20188 »"},
		{"a column that matches stands twice", `{"format": "csv", "unpivot": [{"match": "T1"}]}`, "code,T1,T1\n", 0, "f : la colonne « T1 » figure plusieurs fois dans l'en-tête"},
		{"a hundred thousand columns match", `{"format": "csv", "unpivot": [{"match": "\\d+"}]}`, "code" + numbers(100000) + "\n", 0, "f : plus de 16384 colonnes répondent à « \\d+ »"},
		{"a column stands twice", csv, "code,nom,code\n", 0, "f : la colonne « code » figure plusieurs fois dans l'en-tête"},
		{"a quote is never closed", csv, "code,nom\n91001,a\n91228,\"Évry\n91377,Massy\n", 1,
			"f, ligne 3 : un guillemet n'est pas fermé (le champ court jusqu'à la ligne 4)"},
		{"a quote is never closed on the last line", csv, "code,nom\n91228,\"Évry", 0,
			"f, ligne 2 : un guillemet est mal placé ou n'est pas fermé"},
		{"text follows a quoted cell", csv, "code,nom\n91228,\"É\"vry\n", 0, "f, ligne 2 : un guillemet est mal placé ou n'est pas fermé"},
		{"a quote stands inside a cell", csv, "code,nom\n91228,É\"vry\n", 0,
			"f, ligne 2 : un guillemet se trouve dans un champ qui n'est pas entre guillemets"},
		{"a line is too long", csv, "code,nom\n91001,a\n91228," + long + "\n91377,b\n", 1, "f : la ligne 3 dépasse 16 Mio"},
		{"a header is too long", csv, long, 0, "f : la ligne 1 dépasse 16 Mio"},
		{"a quote swallows the file", csv, "code,nom\n91001,\"a\nb\"\n91228,\"" + strings.Repeat("Évry\n", 4<<20), 1, "f : la ligne 4 dépasse 16 Mio"},
		{"a line has too many fields", csv, "code,nom\n91001,a\n91228" + strings.Repeat(",", 2<<20) + "\n", 1, "f : la ligne 3 compte plus de 1048576 séparateurs"},
		{"the delimiter cannot be one", `{"format": "csv", "dialect": {"delimiter": "\""}}`, "code\n", 0, "f : le séparateur déclaré ne convient pas"},
	})
}

func numbers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ",%d", i)
	}
	return b.String()
}

// TestAMillionColumns: a header is as wide as a record may be, and costs no more than its width.
func TestAMillionColumns(t *testing.T) {
	text := "code" + numbers(1_000_000) + "\n91228" + strings.Repeat(",", 1_000_000) + "\n"
	got, err := lines(t, strings.NewReader(text), `{"format": "csv", "unpivot": [{"match": "code"}], "map": {"nom": "_column"}}`, places)
	if err != nil || !slices.Equal(got, []string{"2: 91228/code//"}) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestLongHeadersAreCut(t *testing.T) {
	_, err := lines(t, strings.NewReader(strings.Repeat(strings.Repeat("é", 100)+",", 50)), `{"format": "csv"}`, places)
	if m := fault.Message(err); len(m) > 12000 || !strings.HasSuffix(m, "…") {
		t.Errorf("message of %d bytes: %s", len(m), m)
	}
}

func TestALineWithoutEndStopsAtOnce(t *testing.T) {
	for _, c := range []struct{ format, begin, repeated string }{
		{"csv", "", "x"},
		{"csv", "code,nom\n91228,\"", "Évry\n"},
		{"csv", "code\n", ","},
		{"json", `[{"code":"`, "x"},
		{"json", ``, "["},
		{"json", `[{},`, " "},
		{"geojson", `{"crs":"`, "x"},
	} {
		r := &counter{r: io.MultiReader(strings.NewReader(c.begin), repeat(c.repeated))}
		if _, err := lines(t, r, `{"format": "`+c.format+`"}`, places); fault.KindOf(err) != fault.Refused {
			t.Errorf("%s after %q: kind = %v of %v", c.format, c.begin, fault.KindOf(err), err)
		}
		if r.n > longest[c.format] {
			t.Errorf("%s after %q: %d bytes were read", c.format, c.begin, r.n)
		}
	}
}

var longest = map[string]int64{"csv": 17 << 20, "json": 17 << 20, "geojson": 65 << 20}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func TestMissingColumns(t *testing.T) {
	var warned []string
	for row, err := range source.Rows(t.Context(), strings.NewReader("code,nom\n91228,Évry\n91377,Massy\n"), resourceOf(t, `{"format": "csv"}`), 0, schemaOf(t, places), "f") {
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range row.Issues {
			warned = append(warned, fmt.Sprint(i.Line, " ", i.Level, " ", i.Message))
		}
	}
	if want := []string{"2 warning le fichier n'a pas toutes les colonnes du schéma ; il manque : population, codes"}; !slices.Equal(warned, want) {
		t.Errorf("%q, want %q", warned, want)
	}
}

// TestCutFile: the last line of a file that was cut has too few cells and no line break; one that has its line break is a
// wrong row, and one that has its cells is whole. One cell alone is a wrong row too: publishers end tables with a note.
func TestCutFile(t *testing.T) {
	for text, want := range map[string]string{
		"code,nom,population\n91228,Évry,1\n91377,Mas":      "f : le fichier est coupé, sa dernière ligne (3) s'arrête au milieu",
		"code,nom,population\n91228,Évry,1\n91377,Mas\n":    "",
		"code,nom,population\n91228,Évry,1\nSource : INSEE": "",
		"code,nom,population\n91228,Évry,1\n91377,Massy,2":  "",
		"code,nom,population\r\n91228,Évry,1\r\n91377,Mas":  "f : le fichier est coupé, sa dernière ligne (3) s'arrête au milieu",
	} {
		_, err := lines(t, strings.NewReader(text), `{"format": "csv"}`, places)
		if got := ""; err != nil {
			got = fault.Message(err)
			if got != want {
				t.Errorf("%q: %s", text, got)
			}
		} else if want != "" {
			t.Errorf("%q is read", text)
		}
	}
}

// TestDetectedEncoding: UTF-8 and windows-1252 in one file, wherever the reader's chunks end.
func TestDetectedEncoding(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"UTF-8", "Évry – L’Haÿ", "Évry – L’Haÿ"},
		{"windows-1252", "\xc9vry \x96 L\x92Ha\xff \x80", "Évry – L’Haÿ €"},
		{"both", "\xc9vry Évry", "Évry Évry"},
		{"a byte that no code page has", "a\x81b", "a\ufffdb"},
		{"the beginning of a rune at the end", "Massy\xe2\x82", "Massyâ‚"},
		{"a replacement character is a character", "\ufffd", "\ufffd"},
	} {
		for shift := range 4 {
			pad := strings.Repeat("x", 4096-9-2+shift)
			got, err := lines(t, strings.NewReader("code,nom\n"+pad+","+c.text+"\n"+"1,"+c.text+"\n"), `{"format": "csv", "encoding": "detect"}`, places)
			if want := []string{"2: " + pad + "/" + c.want + "//", "3: 1/" + c.want + "//"}; err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: %.200q, %v", c.name, strings.ReplaceAll(strings.Join(got, " "), pad, "…"), err)
			}
		}
	}
	got, err := lines(t, strings.NewReader("\ufeffcode,nom\n1,\xc9vry\n"), `{"format": "csv", "encoding": "detect"}`, places)
	if err != nil || !slices.Equal(got, []string{"2: 1/\xc9vry//"}) {
		t.Errorf("a byte order mark that lies: %q, %v", got, err)
	}
}

func TestDecimalComma(t *testing.T) {
	got, err := lines(t, strings.NewReader("code;nom;population\n91228;Évry;  66\u202f919\u00a0 \n"),
		`{"format": "csv", "dialect": {"delimiter": ";"}, "map": {"population": {"column": "population", "as": "decimal-comma"}, "nom": {"const": "1 234,5"}}}`, places)
	if err != nil || len(got) != 1 || got[0] != "2: 91228/1 234,5/66919/" {
		t.Errorf("%q, %v", got, err)
	}
}
