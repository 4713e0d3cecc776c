package pipeline

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"maille/internal/blob"
)

// saying looks for a text in bytes, whatever its case and accents, in UTF-8 or Windows-1252, escaped as JSON does or not, in
// what is packed by gzip or zip too.
type saying struct{ text []byte } // folded

func sayingOf(text string) *saying { return &saying{[]byte(fold(text))} }

// fold compares as maille.folded does in the database.
func fold(text string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(text) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return foldedLetters.Replace(b.String())
}

var foldedLetters = strings.NewReplacer("œ", "oe", "æ", "ae", "ß", "ss", "ø", "o", "đ", "d", "ð", "d", "ł", "l", "ħ", "h", "ŧ", "t", "ı", "i", "ſ", "s", "ς", "σ")

// in says whether a text has it.
func (s *saying) in(text string) bool { return strings.Contains(fold(text), string(s.text)) }

// inObject says whether an object has it; sure is false of bytes that are packed in a way that is not unpacked here.
func (s *saying) inObject(ctx context.Context, r blob.Reader) (found, sure bool, err error) {
	var head [4]byte
	if _, err := r.ReadAt(head[:], 0); err != nil && !errors.Is(err, io.EOF) {
		return false, false, err
	}
	switch {
	case bytes.HasPrefix(head[:], []byte{0x1f, 0x8b}):
		unpacked, err := gzip.NewReader(r)
		if err != nil {
			return false, false, nil // it cannot be read, so nobody knows
		}
		found, err = s.inStream(ctx, unpacked)
		return found, err == nil, ctx.Err()
	case string(head[:]) == "PK\x03\x04":
		return s.inZip(ctx, r)
	}
	found, err = s.inStream(ctx, r)
	return found, string(head[:]) != "PAR1" && string(head[:]) != "SQLi", err
}

func (s *saying) inZip(ctx context.Context, r blob.Reader) (found, sure bool, err error) {
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return false, false, err
	}
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return false, false, nil
	}
	sure = true
	for _, f := range archive.File {
		member, err := f.Open()
		if err != nil {
			sure = false
			continue
		}
		found, err = s.inStream(ctx, member)
		member.Close()
		if sure = sure && err == nil; found || ctx.Err() != nil {
			return found, sure, ctx.Err()
		}
	}
	return false, sure, nil
}

// chunk is how much is looked through at once; the end of each is looked at again with the next.
const chunk = 1 << 20

func (s *saying) inStream(ctx context.Context, r io.Reader) (bool, error) {
	overlap := 16 * len(s.text) // a letter takes at most six bytes, escaped, and an accent as many
	buf := make([]byte, 0, chunk+overlap)
	for ctx.Err() == nil {
		n, err := io.ReadFull(r, buf[len(buf):min(cap(buf), len(buf)+chunk)])
		buf = buf[:len(buf)+n]
		if s.inChunk(buf) {
			return true, nil
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) && n > 0 {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		buf = append(buf[:0], buf[max(0, len(buf)-overlap):]...)
	}
	return false, ctx.Err()
}

func (s *saying) inChunk(b []byte) bool {
	if s.in(unescaped(string(b))) {
		return true
	}
	western, err := charmap.Windows1252.NewDecoder().Bytes(b)
	return err == nil && s.in(string(western))
}

var escape = regexp.MustCompile(`\\u[0-9a-fA-F]{4}`)

func unescaped(text string) string {
	return escape.ReplaceAllStringFunc(text, func(code string) string {
		n, _ := strconv.ParseUint(code[2:], 16, 16) // four hexadecimal digits
		return string(rune(n))
	})
}
