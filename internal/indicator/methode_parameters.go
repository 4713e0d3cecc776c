package indicator

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"

	"maille/internal/fault"
	"maille/internal/release"
)

// parameters says those of a dataset, and notes the value of each as texts name it.
func (m *methodTexts) parameters(e *release.Entry, values map[string]string) ([]string, error) {
	words := []string{}
	if len(e.Computed.Parameters) == 0 {
		return words, nil
	}
	var parameters map[string]any
	if err := json.Unmarshal(e.Computed.Parameters, &parameters); err != nil {
		return nil, fault.New(fault.Internal, "%s: the parameters of the release cannot be read: %s", e.Dataset, err)
	}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		value := m.value(parameters[name])
		values[e.Dataset+"."+name] = value
		words = append(words, m.parameter(name, value))
	}
	return words, nil
}

// parameter says one; one that has no text, which an older release may have, is shown by its name.
func (m *methodTexts) parameter(name, value string) string {
	text, known := m.Parameters[name]
	if !known {
		return name + " = " + value
	}
	return strings.ReplaceAll(text, "{value}", value)
}

// value is a value of JSON as people write it. The members of an object say themselves.
func (m *methodTexts) value(v any) string {
	switch v := v.(type) {
	case float64:
		return figure(v, -1)
	case string:
		return v
	case []any:
		var items []string
		for _, item := range v {
			items = append(items, m.value(item))
		}
		return strings.Join(items, " ; ")
	case map[string]any:
		var members []string
		for _, name := range slices.Sorted(maps.Keys(v)) {
			members = append(members, m.parameter(name, m.value(v[name])))
		}
		return strings.Join(members, ", ")
	}
	text, _ := json.Marshal(v)
	return string(text)
}

var placeholder = regexp.MustCompile(`\{[a-z0-9_.-]+\}`)

// substituted is a text with its values.
func substituted(text string, values map[string]string, absent string) string {
	return placeholder.ReplaceAllStringFunc(text, func(name string) string {
		return orElse(values[strings.Trim(name, "{}")], absent)
	})
}
