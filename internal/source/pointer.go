package source

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// pointerSteps splits a JSON Pointer (RFC 6901 §4); "" has none.
func pointerSteps(pointer string) []string {
	if pointer == "" {
		return nil
	}
	steps := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	for i, step := range steps {
		steps[i] = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
	}
	return steps
}

// point follows steps into a JSON text; false when it is not JSON. A way that leads nowhere gives "".
func point(text string, steps []string, join string) (string, bool) {
	if text == "" {
		return "", true
	}
	value := bytes.TrimSpace([]byte(text))
	if !json.Valid(value) {
		return "", false
	}
	for _, step := range steps {
		if value = child(value, step); value == nil {
			return "", true
		}
	}
	return string(appendText(nil, value, join)), true
}

func child(value []byte, step string) (found []byte) {
	switch value[0] {
	case '{':
		for key, v := range members(value) {
			if string(appendString(nil, key)) == step {
				found = v
			}
		}
	case '[':
		i := 0
		for v := range elements(value) {
			if strconv.Itoa(i) == step {
				return v
			}
			i++
		}
	}
	return found
}
