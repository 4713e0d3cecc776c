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
	if value = follow(value, steps); value == nil {
		return "", true
	}
	return string(appendText(nil, value, join)), true
}

// every is a step of ours: all items of an array, where RFC 6901 §4 has only their ranks. Of an object it is a name.
const every = "*"

func follow(value []byte, steps []string) []byte {
	for i, step := range steps {
		if step == every && value[0] == '[' {
			return gather(value, steps[i+1:])
		}
		if value = child(value, step); value == nil {
			return nil
		}
	}
	return value
}

// gather is the array of what the steps find in each item; an item where they find nothing is passed over.
func gather(array []byte, steps []string) []byte {
	all := []byte{'['}
	for item := range elements(array) {
		found := follow(item, steps)
		if found == nil {
			continue
		}
		if len(all) > 1 {
			all = append(all, ',')
		}
		all = append(all, found...)
	}
	return append(all, ']')
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
			if strconv.Itoa(i) == step || chosen(v, step) {
				return v
			}
			i++
		}
	}
	return found
}

// chosen says whether an item of an array is the one that a step of ours asks for: name=value or name!=value, of a member.
func chosen(item []byte, step string) bool {
	name, value, asks := strings.Cut(step, "=")
	if !asks || item[0] != '{' {
		return false
	}
	name, other := strings.CutSuffix(name, "!")
	member := child(item, name)
	return (member != nil && string(appendText(nil, member, "")) == value) != other
}
