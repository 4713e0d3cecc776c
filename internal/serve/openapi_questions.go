package serve

import (
	_ "embed"
	"encoding/json"
	"maps"
)

// openapi_questions.json is the part of the description that is about questions.
//
//go:embed openapi_questions.json
var openAPIQuestions []byte

// questionComponents are the components of parameters of questions.
func questionComponents(names []string) (components []string) {
	for _, name := range names {
		if name == "f" {
			name = "f.question"
		}
		components = append(components, name)
	}
	return components
}

// gapsComponents are those of /ecarts, whose radius and order are of a few values.
var gapsComponents = func() []string {
	components := questionComponents(gapsParameters)
	for i, name := range components {
		if name == "rayon" || name == "sortby" {
			components[i] = name + ".gaps"
		}
	}
	return components
}()

// questions adds what there is at the paths of questions.
func (a *apiDocument) questions(components object) {
	var part struct {
		Paths      object
		Components map[string]object
	}
	if err := json.Unmarshal(openAPIQuestions, &part); err != nil {
		panic(err) // embedded, and held by a test
	}
	maps.Copy(a.paths, part.Paths)
	for kind, all := range part.Components {
		maps.Copy(components[kind].(object), all)
	}
}
