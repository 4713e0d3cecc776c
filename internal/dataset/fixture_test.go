package dataset_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"maille/internal/dataset"
	"maille/internal/schema"
)

// overlay is what differs from testdata/valid: a file's text by its name, or one JSON value by the file's name, "#" and a
// JSON Pointer ("-" appends to an array, as in RFC 6902).
type overlay map[string]string

// absent takes a file or a value away.
const absent = "\x00"

// files are those of testdata/valid under an overlay.
func files(t testing.TB, o overlay) dataset.Files {
	t.Helper()
	all := fstest.MapFS{}
	root := os.DirFS("testdata/valid")
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(root, name)
		all[name] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range slices.Sorted(maps.Keys(o)) {
		name, pointer, inside := strings.Cut(key, "#")
		switch {
		case inside:
			all[name] = &fstest.MapFile{Data: edit(t, all[name].Data, pointer, o[key])}
		case o[key] == absent:
			delete(all, name)
		default:
			all[name] = &fstest.MapFile{Data: []byte(o[key])}
		}
	}
	return dataset.Files{Datasets: sub(t, all, "datasets"), Schemas: sub(t, all, "schemas")}
}

func sub(t testing.TB, all fs.FS, dir string) fs.FS {
	t.Helper()
	part, err := fs.Sub(all, dir)
	if err != nil {
		t.Fatal(err)
	}
	return part
}

func edit(t testing.TB, data []byte, pointer, value string) []byte {
	t.Helper()
	var root, put any
	if err := json.Unmarshal(data, &root); err != nil {
		t.Fatal(err)
	}
	if value != absent {
		if err := json.Unmarshal([]byte(value), &put); err != nil {
			t.Fatalf("%s: %v", value, err)
		}
	}
	root = place(t, root, strings.Split(pointer, "/")[1:], put, value == absent)
	data, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func place(t testing.TB, in any, steps []string, put any, remove bool) any {
	t.Helper()
	if len(steps) == 0 {
		return put
	}
	switch in := in.(type) {
	case map[string]any:
		if len(steps) == 1 && remove {
			delete(in, steps[0])
		} else {
			in[steps[0]] = place(t, in[steps[0]], steps[1:], put, remove)
		}
		return in
	case []any:
		if steps[0] == "-" {
			return append(in, put)
		}
		i, err := strconv.Atoi(steps[0])
		if err != nil {
			t.Fatal(err)
		}
		in[i] = place(t, in[i], steps[1:], put, remove)
		return in
	}
	return place(t, map[string]any{}, steps, put, remove)
}

// load reads the valid fixture under an overlay that leaves it valid.
func load(t testing.TB, o overlay) *dataset.Registry {
	t.Helper()
	r, err := dataset.Load(files(t, o))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// keyed is a dataset whose key is of so many texts.
func keyed(t testing.TB, parts int) *dataset.Dataset {
	t.Helper()
	var fields, key []string
	for i := range parts {
		name := "k" + strconv.Itoa(i)
		fields = append(fields, `{"name": "`+name+`", "type": "string", "constraints": {"required": true}}`)
		key = append(key, name)
	}
	s, err := schema.Parse([]byte(`{"fields": [` + strings.Join(fields, ",") + `]}`))
	if err != nil {
		t.Fatal(err)
	}
	d := &dataset.Dataset{Schema: s}
	d.Publication.Key = key
	return d
}
