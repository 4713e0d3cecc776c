package source_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"maille/internal/fault"
)

// odsOf makes an ODS out of the XML of its tables.
func odsOf(tables string) string {
	return zipWith(packed{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}, packed{"META-INF/manifest.xml", "<manifest:manifest/>"},
		packed{"content.xml", `<?xml version="1.0" encoding="UTF-8"?><office:document-content><office:font-face-decls/><office:body><office:spreadsheet>` +
			tables + `</office:spreadsheet></office:body></office:document-content>`})
}

func odsTable(name, rows string) string {
	return `<table:table table:name="` + name + `"><table:table-column table:number-columns-repeated="16384"/>` + rows + `</table:table>`
}

func odsRow(cells ...string) string {
	return `<table:table-row>` + strings.Join(cells, "") + `</table:table-row>`
}

func odsText(text string) string {
	return `<table:table-cell office:value-type="string" calcext:value-type="string"><text:p>` + text + `</text:p></table:table-cell>`
}

func odsValue(kind, attribute, value, shown string) string {
	return `<table:table-cell office:value-type="` + kind + `" office:` + attribute + `="` + value + `"><text:p>` + shown + `</text:p></table:table-cell>`
}

func TestODS(t *testing.T) {
	header := odsRow(odsText("code"), odsText("nom"), odsText("population"))
	const ods = `{"format": "ods"}`
	blank := `<table:table-cell table:number-columns-repeated="16384"/>`
	tail := `<table:table-row table:number-rows-repeated="1048570">` + blank + `</table:table-row>`
	checkReadable(t, []readable{
		{"rows of the first sheet", ods, odsOf(odsTable("A", header+odsRow(odsText("01001"), odsText("a"), odsValue("float", "value", "12", "12")+blank)+tail) + odsTable("B", header)),
			[]string{"2: 01001/a/12/"}},
		{"a sheet by its name", `{"format": "ods", "dialect": {"sheetName": "B"}}`, odsOf(odsTable("A", header) + odsTable("B", header+odsRow(odsText("1")))), []string{"2: 1///"}},
		{"lines above the header, and blank rows, count", `{"format": "ods", "dialect": {"headerRows": [4]}}`,
			odsOf(odsTable("A", odsRow(odsText("Titre"))+`<table:table-row table:number-rows-repeated="2">`+blank+`</table:table-row>`+header+odsRow(blank)+odsRow(odsText("1")))), []string{"6: 1///"}},
		{"rows in groups", ods, odsOf(odsTable("A", "<table:table-header-rows>"+header+"</table:table-header-rows><table:table-row-group><table:table-rows>"+odsRow(odsText("1"))+"</table:table-rows></table:table-row-group>")), []string{"2: 1///"}},
		{"rows and cells that are repeated", ods, odsOf(odsTable("A", header+`<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2" office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>`)),
			[]string{"2: x/x//", "3: x/x//"}},
		{"values are as the file has them, not as they show", ods, odsOf(odsTable("A", header+
			odsRow(odsValue("percentage", "value", "0.125", "12,5 %"), odsValue("float", "value", "1.2E-3", "0"), odsValue("currency", "value", "1.0", "1 €"))+
			odsRow(odsValue("date", "date-value", "2018-03-31", "31/03/18"), odsValue("date", "date-value", "2018-03-31T10:05:00", "x"), odsValue("boolean", "boolean-value", "true", "VRAI"))+
			odsRow(odsValue("time", "time-value", "PT08H30M00S", "8h30"), odsValue("string", "string-value", "caché", "x"), odsValue("float", "value", "1001", "01001")))),
			[]string{"2: 0.125/0.0012/1/", "3: 2018-03-31/2018-03-31T10:05:00/true/", "4: 08:30:00/caché/01001/"}},
		{"paragraphs, spaces, links, and no comment", ods, odsOf(odsTable("A", header+odsRow(
			`<table:table-cell><office:annotation><text:p>note</text:p></office:annotation><text:p> a  b<text:s text:c="2"/>c<text:tab/>d</text:p><text:p><text:a>e</text:a><text:span>f</text:span></text:p><draw:frame><text:p>g</text:p></draw:frame></table:table-cell>`))),
			[]string{"2: a b  c\td\nef///"}},
		{"covered cells keep their column", ods, odsOf(odsTable("A", header+odsRow(odsText("1"), "<table:covered-table-cell/>", odsText("3")))), []string{"2: 1//3/"}},
		{"unpivot by match, and nothing as it is written", `{"format": "ods", "dialect": {"nullSequence": "-"}, "unpivot": [{"match": "T[1-4] \\d{4}"}],
			"map": {"nom": {"column": "_column", "as": "quarter"}, "population": "_value"}}`,
			odsOf(odsTable("A", odsRow(odsText("code"), odsText("T1 2018"), odsText("T2 2018"))+odsRow(odsText("1"), odsText(" -  "), odsValue("float", "value", "5", "5")))), []string{"2: 1/2018T2/5/"}},
	})
	checkBroken(t, []broken{
		{"a sheet that is not there", `{"format": "ods", "dialect": {"sheetName": "C"}}`, odsOf(odsTable("A", header) + odsTable("B é", "")), 0,
			"f : le classeur n'a pas de feuille « C » ; il a « A », « B é »"},
		{"a password", ods, zipWith(packed{"META-INF/manifest.xml", "<m:manifest><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>"}, packed{"content.xml", "\x00"}), 0,
			"f : le classeur est protégé par un mot de passe"},
		{"an XLSX", ods, zipWith(packed{"[Content_Types].xml", ""}), 0, "f : le fichier n'est pas un classeur ODS"},
		{"CSV", ods, "code,nom\n", 0, "f : le fichier n'est pas un classeur ODS"},
		{"a page", ods, "<html>", 0, "f : le fichier est une page HTML, pas du ODS"},
		{"XML that is cut", ods, zipWith(packed{"META-INF/manifest.xml", "<m/>"}, packed{"content.xml", "<office:a><table:table><table:table-row>"}), 0,
			"f : le classeur est altéré, sa partie content.xml ne peut être lue"},
		{"entities that grow", ods, zipWith(packed{"META-INF/manifest.xml", "<m/>"}, packed{"content.xml", `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><office:a><table:table table:name="A"><table:table-row><table:table-cell><text:p>&b;</text:p>`}), 0,
			"f : le classeur est altéré, sa partie content.xml ne peut être lue"},
		{"elements in elements", ods, odsOf(strings.Repeat("<a>", 100000)), 0, "f : le classeur est altéré, sa partie content.xml ne peut être lue"},
		{"a header that is not there", `{"format": "ods", "dialect": {"headerRows": [9]}}`, odsOf(odsTable("A", header)), 0, "f : le fichier s'arrête avant la ligne 9, où l'en-tête est attendu"},
		{"columns that are not there", ods, odsOf(odsTable("A", odsRow(odsText("nom")))), 0, "f : l'en-tête n'a pas de colonne « code » ; il a « nom »"},
		{"a long cell that is repeated", ods, odsOf(odsTable("A", header+odsRow(strings.Replace(odsText(strings.Repeat("x", 1<<20)), "office:", `table:number-columns-repeated="17" office:`, 1)))), 0,
			"f : dans la partie content.xml du classeur, la ligne 2 dépasse 16 Mio"},
		{"a cell without end", ods, odsOf(odsTable("A", header+odsRow(odsText(strings.Repeat("x", 17<<20))))), 0,
			"f : dans la partie content.xml du classeur, la ligne 2 dépasse 16 Mio"},
		{"an element of many attributes", ods, odsOf("<a " + strings.Repeat(`b="" `, 2<<20) + "/>"), 0, "f : dans la partie content.xml du classeur, la ligne 0 dépasse 16 Mio"},
	})
}

// TestODSOfManyRepeats: counts that no sheet has cost nothing.
func TestODSOfManyRepeats(t *testing.T) {
	header := odsRow(odsText("code"), odsText("nom"))
	many := `<table:table-cell table:number-columns-repeated="99999999999" office:value-type="string"><text:p>x</text:p></table:table-cell>`
	got, err := lines(t, strings.NewReader(odsOf(odsTable("A", header+odsRow(many, many)+`<table:table-row table:number-rows-repeated="99999999999"><table:table-cell/></table:table-row>`))), `{"format": "ods"}`, places)
	if err != nil || len(got) != 1 || got[0] != "2: x/x//" {
		t.Errorf("%q, %v", got, err)
	}
	text := odsOf(odsTable("A", header+`<table:table-row table:number-rows-repeated="2147483647">`+odsText("x")+`</table:table-row>`))
	got, err = lines(t, strings.NewReader(text), `{"format": "ods", "where": [{"column": "code", "is": "empty"}]}`, places)
	if m := fault.Message(err); m != "f : la feuille compte plus de 16777216 lignes" {
		t.Errorf("%d rows, %v", len(got), err)
	}
}

// workbook is an XLSX as another program writes it.
func workbook(t testing.TB, fill func(f *excelize.File)) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	fill(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestXLSX(t *testing.T) {
	simple := workbook(t, func(f *excelize.File) {
		must(t, f.SetSheetRow("Sheet1", "A1", &[]any{"code", "nom", "population"}))
		must(t, f.SetSheetRow("Sheet1", "A2", &[]any{"01001", "L'Abergement\nClémenciat", 806}))
		must(t, f.SetSheetRow("Sheet1", "A4", &[]any{"2A004", nil, 1e-7}))
		_, err := f.NewSheet("Autre")
		must(t, err)
		must(t, f.SetSheetRow("Autre", "B3", &[]any{"code", "T3 2017", "T4 2017"}))
		must(t, f.SetSheetRow("Autre", "B4", &[]any{"1", " -    ", 1234.5}))
	})
	styled := workbook(t, func(f *excelize.File) {
		must(t, f.SetSheetRow("Sheet1", "A1", &[]any{"code", "nom", "population"}))
		style := func(cell string, code string, value any) {
			id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
			must(t, err)
			must(t, f.SetCellValue("Sheet1", cell, value))
			must(t, f.SetCellStyle("Sheet1", cell, cell, id))
		}
		style("A2", "00000", 1001)
		style("B2", `dd/mm/yyyy`, time.Date(2018, 3, 31, 0, 0, 0, 0, time.UTC))
		style("C2", `0.0%`, 0.125)
		style("A3", `[$-40C]d mmmm yyyy\ hh:mm`, time.Date(2026, 6, 30, 10, 5, 0, 0, time.UTC))
		style("B3", `#,##0 "dossiers"`, 1234)
		style("C3", `[h]:mm`, 1.5)
		style("A4", `hh:mm`, 0.5)
		style("B4", "General", true)
		must(t, f.SetCellFormula("Sheet1", "C4", "1+1"))
		must(t, f.SetCellRichText("Sheet1", "A5", []excelize.RichTextRun{{Text: "ri", Font: &excelize.Font{Bold: true}}, {Text: "che"}}))
		must(t, f.MergeCell("Sheet1", "A5", "B5"))
		style("A6", "dd/mm/yyyy", 59)
		style("B6", "dd/mm/yyyy", 1e9)
		style("C6", "0.00E+00", 1e20)
	})
	const xlsx = `{"format": "xlsx"}`
	checkReadable(t, []readable{
		{"rows of the first sheet, blank ones counted", xlsx, simple, []string{"2: 01001/L'Abergement\nClémenciat/806/", "4: 2A004//0.0000001/"}},
		{"a workbook in a zip", `{"format": "xlsx", "member": "**/*.xlsx"}`, zipWith(packed{"x/a.xlsx", simple}), []string{"2: 01001/L'Abergement\nClémenciat/806/", "4: 2A004//0.0000001/"}},
		{"a sheet by its name, a header further down, columns that match", `{"format": "xlsx", "dialect": {"sheetName": "Autre", "headerRows": [3], "nullSequence": "-"},
			"unpivot": [{"match": "T[1-4] \\d{4}"}], "map": {"nom": {"column": "_column", "as": "quarter"}, "population": "_value"}}`, simple, []string{"4: 1/2017T4/1234.5/"}},
		{"formats tell dates and codes, and change nothing else", xlsx, styled, []string{"2: 01001/2018-03-31/0.125/", "3: 2026-06-30T10:05:00/1234/1.5/",
			"4: 12:00:00/true//", "5: riche///", "6: 1900-02-28/1000000000/100000000000000000000/"}},
	})
	checkBroken(t, []broken{
		{"a sheet that is not there", `{"format": "xlsx", "dialect": {"sheetName": "C"}}`, simple, 0, "f : le classeur n'a pas de feuille « C » ; il a « Sheet1 », « Autre »"},
		{"an old workbook, or one with a password", xlsx, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), 0,
			"f : le fichier est un classeur ancien (.xls) ou protégé par un mot de passe, ce qui n'est pas lu"},
		{"an ODS", xlsx, odsOf(odsTable("A", "")), 0, "f : le fichier n'est pas un classeur XLSX"},
		{"a workbook that is cut", xlsx, simple[:len(simple)-100], 0, "f : le fichier zip est altéré"},
		{"a workbook altered inside", xlsx, strings.Replace(simple, "xl/worksheets/sheet1.xml", "xl/worksheets/sheet9.xml", 2), 0, "f : le fichier n'est pas un classeur XLSX"},
	})
}

// xlsxOf makes a workbook of one sheet by hand, with what excelize would not write.
func xlsxOf(workbook, sheet, strings, styles string) string {
	files := []packed{{"[Content_Types].xml", "<Types/>"},
		{"_rels/.rels", `<Relationships><Relationship Id="a" Type="http://x/officeDocument" Target="/xl/book.xml"/></Relationships>`},
		{"xl/book.xml", `<x:workbook>` + workbook + `<x:sheets><x:sheet name="A" r:id="r1"/></x:sheets></x:workbook>`},
		{"xl/_rels/book.xml.rels", `<Relationships><Relationship Id="r1" Type="http://x/worksheet" Target="s.xml"/><Relationship Id="r2" Type="http://x/sharedStrings" Target="t.xml"/><Relationship Id="r3" Type="http://x/styles" Target="u.xml"/></Relationships>`},
		{"xl/s.xml", `<x:worksheet><x:sheetData>` + sheet + `</x:sheetData></x:worksheet>`},
		{"xl/t.xml", `<sst>` + strings + `</sst>`}, {"xl/u.xml", `<styleSheet>` + styles + `</styleSheet>`}}
	return zipWith(files...)
}

func TestXLSXByHand(t *testing.T) {
	notRaced(t)
	const xlsx = `{"format": "xlsx"}`
	const header = `<row><c t="inlineStr"><is><t>code</t></is></c><c t="str"><v>nom</v></c></row>`
	checkReadable(t, []readable{
		{"cells and rows without references, prefixes, dates from 1904", xlsx, xlsxOf(`<x:workbookPr date1904="1"/>`,
			header+`<x:row><x:c s="1"><x:f>1+1</x:f><x:v>41728</x:v></x:c><x:c t="d"><x:v>2018-03-31T00:00:00</x:v></x:c></x:row>`, "", `<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>`),
			[]string{"2: 2018-03-31/2018-03-31//"}},
		{"shared strings: runs, phonetics, escapes", xlsx, xlsxOf("", header+`<row r="5"><c t="s"><v>1</v></c><c r="B5" t="s"><v>0</v></c></row>`,
			`<si><r><t>a</t></r><r><t xml:space="preserve"> b</t></r><rPh><t>x</t></rPh></si><si><t>c_x000D_d</t></si>`, ""), []string{"5: c\rd/a b//"}},
		{"references that go back are not followed", xlsx, xlsxOf("", header+`<row r="9"><c r="B9"><v>1</v></c><c r="A9"><v>2</v></c></row><row r="3"><c><v>4</v></c></row>`, "", ""),
			[]string{"9: /1//", "10: 4///"}},
		{"durations are numbers, and a translated format says nothing", xlsx, xlsxOf("", header+`<row><c s="0"><v>1.5</v></c><c s="1"><v>43190</v></c></row><row><c s="2"><v>0.5</v></c><c s="3"><v>0.5</v></c></row>`, "",
			`<numFmts><numFmt numFmtId="164" formatCode="Standard"/></numFmts><cellXfs><xf numFmtId="46"/><xf numFmtId="164"/><xf numFmtId="45"/><xf numFmtId="47"/></cellXfs>`),
			[]string{"2: 1.5/43190//", "3: 0.5/0.5//"}},
		{"a column that no sheet has", xlsx, xlsxOf("", header+`<row><c><v>1</v></c><c r="ZZZZZZZZZZZZZZZZZZ1"><v>2</v></c></row>`, "", ""), []string{"2: 1///"}},
	})
	checkBroken(t, []broken{
		{"a string that is not shared", xlsx, xlsxOf("", header+`<row><c t="s"><v>7</v></c></row>`, "", ""), 0, "f : le classeur est altéré, sa partie xl/s.xml ne peut être lue"},
		{"a sheet that is cut", xlsx, zipWith(packed{"[Content_Types].xml", ""}, packed{"_rels/.rels", `<R><Relationship Type="/officeDocument" Target="a"/></R>`}, packed{"a", `<w><sheet id="1"/></w>`},
			packed{"_rels/a.rels", `<R><Relationship Id="1" Target="s"/></R>`}, packed{"s", "<w><s>" + header}), 0, "f : le classeur est altéré, sa partie s ne peut être lue"},
		{"a row that names a long string again and again", xlsx, xlsxOf("", header+"<row>"+strings.Repeat(`<c t="s"><v>0</v></c>`, 5)+"</row>", `<si><t>`+strings.Repeat("x", 4<<20)+"</t></si>", ""), 0,
			"f : dans la partie xl/s.xml du classeur, la ligne 2 dépasse 16 Mio"},
		{"huge shared strings", xlsx, xlsxOf("", header, strings.Repeat("<si><t>"+noise(20000)+"</t></si>", 300), ""), 0, "f : les textes du classeur dépassent 128 Mio"},
		{"entities that grow", xlsx, xlsxOf("", header, `<!DOCTYPE x [<!ENTITY a "aaaa">]><si><t>&a;</t></si>`, ""), 0, "f : le classeur est altéré, sa partie xl/t.xml ne peut être lue"},
	})
}
