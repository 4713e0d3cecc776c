package schema_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"maille/internal/schema"
)

func TestAppendQuoted(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", `""`},
		{"accents and emoji as they are", "été 😀", `"été 😀"`},
		{"quotes and backslashes", `a"b\c`, `"a\"b\\c"`},
		{"lines and tabs", "a\nb\rc\td", `"a\nb\rc\td"`},
		{"other control characters", "\x00\x1f\b\f", `"\u0000\u001f\u0008\u000c"`},
		{"delete is no control character of JSON", "\x7f", "\"\x7f\""},
		{"line separators, which scripts take for ends of lines", "a\u2028b\u2029", `"a\u2028b\u2029"`},
		{"their neighbours", "\u2027\u202a", "\"\u2027\u202a\""},
		{"bytes that are not UTF-8, each one", "a\xff\xfeb", "\"a\ufffd\ufffdb\""},
		{"a character cut short", "a\xc3", "\"a\ufffd\""},
		{"a replacement character that was there", "\ufffd", "\"\ufffd\""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := string(schema.AppendQuoted([]byte("x"), c.text)); got != "x"+c.want {
				t.Errorf("AppendQuoted(%q) = %s, want x%s", c.text, got, c.want)
			}
		})
	}
}

// FuzzAppendQuoted: encoding/json reads back the text, with U+FFFD for each byte that is not UTF-8.
func FuzzAppendQuoted(f *testing.F) {
	for _, text := range []string{"", "a\"b\\", "\x00\x1f\x7f", "\u2028\u2029", "\xe2\x80", "\xed\xa0\x80", "é\xffé", "😀"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quoted := schema.AppendQuoted(nil, text)
		var got string
		if err := json.Unmarshal(quoted, &got); err != nil {
			t.Fatalf("%s: %v", quoted, err)
		}
		if want := string([]rune(text)); got != want {
			t.Fatalf("AppendQuoted(%q) reads back as %q", text, got)
		}
		if !utf8.Valid(quoted) || strings.ContainsAny(string(quoted), "\u2028\u2029\n") {
			t.Fatalf("AppendQuoted(%q) = %q", text, quoted)
		}
	})
}
