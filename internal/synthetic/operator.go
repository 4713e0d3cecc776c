package synthetic

import (
	"strconv"

	"maille/internal/dataset"
)

// operator is who builds, and how it names premises and points.
type operator struct {
	name  string
	style style
}

type style uint8

const (
	slashed style = iota // IMB/31555/C/03UH, FI-31555-01IN
	dashed               // ID-3155500000JE, SRO-31555-00012
	packed               // 143000AT021900101, NRO_01143_00013
)

// dense are who builds in the largest cities.
var dense = []choice{{"FRTE", 700}, {"FREE", 140}, {"SFTT", 100}, {"SFR0", 60}}

func operatorNamed(name string) operator {
	if name == "FRTE" {
		return operator{name, slashed}
	}
	return operator{name, dashed}
}

// operatorOf gives a town to one of two private operators, and the country to its département's public network, whose
// code is made up. The zero operator is several.
func operatorOf(c *Commune, rank int) operator {
	number, _ := strconv.Atoi(c.Code[2:])
	switch {
	case c.Population >= 100_000:
		return operator{}
	case c.Population >= 10_000 && number%4 == 0:
		return operatorNamed("SFTT")
	case c.Population >= 10_000 || rank%3 == 0:
		return operatorNamed("FRTE")
	}
	return operator{"RI" + dataset.Departement(c.Code), packed}
}

// appendID writes an identifier that nothing else in the file has: the commune and a number that is its own there.
func (o operator) appendID(b []byte, code string, rank int, n uint32) []byte {
	switch o.style {
	case slashed:
		b = append(append(append(b, "IMB/"...), code...), '/', "CSX"[n%3], '/')
		if n < base36four {
			n = uint32(uint64(n) * 1103 % base36four) // prime to 36: no two meet
		}
		return appendBase36(b, n, 4)
	case dashed:
		return appendBase36(append(append(b, "ID-"...), code...), n, 8)
	}
	b = append(append(b, code[2:]...), "000"...)
	b = append(b, 'A'+byte(rank/26), 'A'+byte(rank%26))
	return appendDecimal(b, n, 9)
}

func (o operator) appendPoint(b []byte, code string, n uint32) []byte {
	switch o.style {
	case slashed:
		return appendBase36(append(append(append(b, "FI-"...), code...), '-'), n, 4)
	case dashed:
		return appendDecimal(append(append(append(b, "SRO-"...), code...), '-'), n, 5)
	}
	return appendDecimal(append(append(append(b, "NRO_"...), code...), '_'), n, 5)
}

const base36four = 36 * 36 * 36 * 36

func appendBase36(b []byte, n uint32, width int) []byte  { return appendPadded(b, n, width, 36) }
func appendDecimal(b []byte, n uint32, width int) []byte { return appendPadded(b, n, width, 10) }

// appendPadded writes n on width digits, or as many as it takes.
func appendPadded(b []byte, n uint32, width int, base uint32) []byte {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	var text [16]byte
	at := len(text)
	for n > 0 || width > 0 {
		at--
		text[at] = digits[n%base]
		n /= base
		width--
	}
	return append(b, text[at:]...)
}
