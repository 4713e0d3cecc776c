package source

import (
	"bytes"
	"encoding/json"
	"iter"
	"unicode/utf8"
)

// What follows walks JSON that is known to be valid, without building anything of it.

// members gives the keys, as JSON strings, and the values of an object.
func members(object []byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		for i := skipSpace(object, 1); object[i] != '}'; {
			keyEnd := stringEnd(object, i)
			start := skipSpace(object, skipSpace(object, keyEnd)+1) // past the colon
			end := valueEnd(object, start)
			if !yield(object[i:keyEnd], object[start:end]) {
				return
			}
			i = skipComma(object, end)
		}
	}
}

// elements gives the values of an array.
func elements(array []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for i := skipSpace(array, 1); array[i] != ']'; {
			end := valueEnd(array, i)
			if !yield(array[i:end]) {
				return
			}
			i = skipComma(array, end)
		}
	}
}

func skipSpace(raw []byte, i int) int {
	for raw[i] <= ' ' {
		i++
	}
	return i
}

func skipComma(raw []byte, i int) int {
	if i = skipSpace(raw, i); raw[i] == ',' {
		return skipSpace(raw, i+1)
	}
	return i
}

func valueEnd(raw []byte, i int) int {
	depth := 0
	for ; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			i = stringEnd(raw, i) - 1
			if depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return i // a scalar, and the end of what holds it
			}
			if depth == 0 {
				return i + 1
			}
		case ',', ' ', '\t', '\r', '\n':
			if depth == 0 {
				return i
			}
		}
	}
	return i
}

func stringEnd(raw []byte, i int) int {
	for i++; raw[i] != '"'; i++ {
		if raw[i] == '\\' {
			i++
		}
	}
	return i + 1
}

// deeper says whether the value nests more than most levels.
func deeper(raw []byte, most int) bool {
	depth := 0
	for i := 0; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			i = stringEnd(raw, i) - 1
		case '{', '[':
			if depth++; depth > most {
				return true
			}
		case '}', ']':
			depth--
		}
	}
	return false
}

// appendText appends a value as a cell's text: numbers as written, null as nothing, an array of scalars joined, what
// nests as JSON.
func appendText(dst, value []byte, join string) []byte {
	switch value[0] {
	case 'n':
		return dst
	case '"':
		return appendString(dst, value)
	case '[':
		if join != "" && scalars(value) {
			return appendJoined(dst, value, join)
		}
	}
	return append(dst, value...)
}

func scalars(array []byte) bool {
	for value := range elements(array) {
		if value[0] == '[' || value[0] == '{' {
			return false
		}
	}
	return true
}

func appendJoined(dst, array []byte, join string) []byte {
	first := true
	for value := range elements(array) {
		if !first {
			dst = append(dst, join...)
		}
		dst, first = appendText(dst, value, join), false
	}
	return dst
}

// appendString keeps bytes that are not UTF-8 as they are, for the cell's validation to find: encoding/json would
// replace them without a word.
func appendString(dst, quoted []byte) []byte {
	inner := quoted[1 : len(quoted)-1]
	var text string
	if bytes.IndexByte(inner, '\\') < 0 || !utf8.Valid(inner) || json.Unmarshal(quoted, &text) != nil {
		return append(dst, inner...)
	}
	return append(dst, text...)
}
