package source

import (
	"bytes"
	"encoding/binary"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

// dbf reads a dBase III to IV or FoxPro table from start to end, as shapefiles have them.
type dbf struct {
	file
	r       io.Reader
	fields  []dbfField
	charset encoding.Encoding // of text that is not UTF-8; of all text when it is declared
	strict  bool              // the resource declares the encoding
	records uint32            // that the header announces
	rank    uint32
	row     []byte
}

type dbfField struct {
	name     string
	kind     byte
	from, to int // bytes of a record
}

const (
	dbfHeader      = 32
	dbfDescriptor  = 32
	dbfName        = 11
	dbfEndOfFields = 0x0d
	dbfDeleted     = '*'
)

// openDBF reads the header. The encoding is the resource's, or what cpg, the text of a .cpg file, says, or the header.
func openDBF(f file, r io.Reader, declared, cpg string) (*dbf, error) {
	d := &dbf{file: f, r: r}
	head := make([]byte, dbfHeader)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, d.ended(err)
	}
	if version := head[0] & 7; version != 3 && head[0] != 0x30 && head[0] != 0x31 && head[0] != 0x32 && head[0] != 0xf5 {
		return nil, d.refuse("dbf.version", "value", int(head[0]))
	}
	d.records = binary.LittleEndian.Uint32(head[4:])
	header, width := int(binary.LittleEndian.Uint16(head[8:])), int(binary.LittleEndian.Uint16(head[10:]))
	d.charset, d.strict = charset(declared, cpg, head[29])
	if header < dbfHeader+1 || width < 1 {
		return nil, d.refuse("dbf.header")
	}
	descriptors := make([]byte, header-dbfHeader) // 64 KiB at most
	if _, err := io.ReadFull(r, descriptors); err != nil {
		return nil, d.ended(err)
	}
	d.row = make([]byte, width)
	return d, d.describe(descriptors)
}

// describe reads the fields; what follows their end mark in the header is FoxPro's.
func (d *dbf) describe(descriptors []byte) error {
	at := 1 // after the mark of deletion
	long := d.long(descriptors)
	for len(descriptors) > 0 && descriptors[0] != dbfEndOfFields {
		if len(descriptors) < dbfDescriptor {
			return d.refuse("dbf.header")
		}
		name, _, _ := bytes.Cut(descriptors[:dbfName], []byte{0})
		length := int(descriptors[16])
		if descriptors[11] == 'C' && long {
			length += int(descriptors[17]) << 8
		}
		d.fields = append(d.fields, dbfField{d.text(bytes.TrimRight(name, " ")), descriptors[11], at, at + length})
		if at += length; at > len(d.row) {
			return d.refuse("dbf.header")
		}
		descriptors = descriptors[dbfDescriptor:]
	}
	if len(d.fields) == 0 {
		return d.refuse("dbf.header")
	}
	return nil
}

// long says whether the decimals of texts are the high bytes of their lengths, as Clipper and FoxPro write them: then only
// do the fields fill the record. Others leave there how wide a column shows.
func (d *dbf) long(descriptors []byte) bool {
	width := 1
	for ; len(descriptors) >= dbfDescriptor && descriptors[0] != dbfEndOfFields; descriptors = descriptors[dbfDescriptor:] {
		if width += int(descriptors[16]); descriptors[11] == 'C' {
			width += int(descriptors[17]) << 8
		}
	}
	return width == len(d.row)
}

func (d *dbf) names() []string {
	names := make([]string, len(d.fields))
	for i := range d.fields {
		names[i] = d.fields[i].name
	}
	return names
}

// next reads a record; io.EOF follows the last that the header announces.
func (d *dbf) next() (deleted bool, err error) {
	if d.rank == d.records {
		return false, io.EOF
	}
	d.rank++
	if _, err := io.ReadFull(d.r, d.row); err != nil {
		return false, d.ended(err)
	}
	switch d.row[0] {
	case ' ':
		return false, nil
	case dbfDeleted:
		return true, nil
	}
	return false, d.refuse("dbf.record", "line", d.rank)
}

func (d *dbf) ended(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return d.refuse("dbf.truncated", "line", d.rank, "expected", d.records).Because(err)
	}
	return d.unreadable(err)
}

// text reads what is valid UTF-8 as UTF-8 unless the resource declares otherwise: .cpg files lie both ways, and bytes of
// another encoding are hardly ever valid UTF-8.
func (d *dbf) text(cell []byte) string {
	if d.charset == nil || !d.strict && utf8.Valid(cell) {
		return string(cell)
	}
	decoded, err := d.charset.NewDecoder().Bytes(cell)
	if err != nil { // a table of one byte a character knows them all
		return string(cell)
	}
	return string(decoded)
}

// charset is the encoding of text, and whether the resource declares it; nil is UTF-8 whatever the bytes.
func charset(declared, cpg string, language byte) (e encoding.Encoding, strict bool) {
	if declared == "utf-8" {
		return nil, true
	}
	if e := encodings[declared]; e != nil && declared != "detect" {
		return e, true
	}
	if e := codePages[codePageName(cpg)]; e != nil {
		return e, false
	}
	if e := languages[language]; e != nil && cpg == "" {
		return e, false
	}
	return charmap.Windows1252, false
}

// codePages by what .cpg files call them, letters and digits only. Latin-1 is read as windows-1252, which has more.
var codePages = map[string]encoding.Encoding{
	"437": charmap.CodePage437, "cp437": charmap.CodePage437, "ibm437": charmap.CodePage437, "oem437": charmap.CodePage437,
	"850": charmap.CodePage850, "cp850": charmap.CodePage850, "ibm850": charmap.CodePage850, "oem850": charmap.CodePage850,
	"885915": charmap.ISO8859_15, "iso885915": charmap.ISO8859_15, "latin9": charmap.ISO8859_15,
}

// languages are code pages by the language driver that a header names; the others are windows-1252 or say nothing.
var languages = map[byte]encoding.Encoding{0x01: charmap.CodePage437, 0x02: charmap.CodePage850}

func codePageName(cpg string) string {
	var name []byte
	for _, c := range bytes.ToLower([]byte(cpg)) {
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' {
			name = append(name, c)
		}
	}
	return string(name)
}
