package source

import (
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"
)

// detected reads UTF-8, and as windows-1252 each byte that is not: publishers who change their export in mid-file, or
// paste from an older one, write both. No statistics: the same bytes give the same text wherever they stand.
type detected struct{}

func (detected) NewDecoder() *encoding.Decoder { return &encoding.Decoder{Transformer: mixed{}} }
func (detected) NewEncoder() *encoding.Encoder { return encoding.Nop.NewEncoder() }

type mixed struct{ transform.NopResetter }

func (mixed) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	if whole := src[:min(len(src), len(dst))]; utf8.Valid(whole) { // nearly always
		if nDst = copy(dst, whole); nDst < len(src) {
			err = transform.ErrShortDst
		}
		return nDst, nDst, err
	}
	for nSrc < len(src) {
		r, width := utf8.DecodeRune(src[nSrc:])
		if r == utf8.RuneError && width == 1 {
			if !atEOF && !utf8.FullRune(src[nSrc:]) {
				return nDst, nSrc, transform.ErrShortSrc
			}
			r = charmap.Windows1252.DecodeByte(src[nSrc])
		}
		if nDst+utf8.RuneLen(r) > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += utf8.EncodeRune(dst[nDst:], r)
		nSrc += width
	}
	return nDst, nSrc, nil
}
