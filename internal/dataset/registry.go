package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"maille/internal/fault"
	"maille/internal/schema"
)

// Files are where descriptors (with their SQL) and schemas are: embedded, or an operator's folders.
type Files struct{ Datasets, Schemas fs.FS }

// Registry is every dataset of an instance, and the graph of who reads whom.
type Registry struct {
	byName map[string]*Dataset
	order  []string
	refs   map[string]string // publication.reference to dataset
	themes []Theme
}

// Load reads and checks every descriptor, schema and SQL file; a later Files adds datasets to the earlier ones. The
// error joins one sentence for each thing that is wrong, naming file and key.
func Load(files ...Files) (*Registry, error) {
	r := &Registry{byName: map[string]*Dataset{}, refs: map[string]string{}}
	l := loader{registry: r}
	for _, f := range files {
		l.files(f)
		l.readThemes(f)
	}
	l.checkGraph()
	l.checkLayerNames()
	l.checkThemes()
	slices.SortFunc(l.problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return r, errors.Join(l.problems...)
}

// Get finds a dataset by name; nil when there is none.
func (r *Registry) Get(name string) *Dataset { return r.byName[name] }

// All lists the datasets so that each stands after those it reads.
func (r *Registry) All() []*Dataset {
	all := make([]*Dataset, len(r.order))
	for i, name := range r.order {
		all[i] = r.byName[name]
	}
	return all
}

// Reference is the dataset against which rules check, by its publication.reference; nil when the instance has none.
func (r *Registry) Reference(kind string) *Dataset { return r.byName[r.refs[kind]] }

// Keep leaves out, from now on, the rows of communes of other départements, of every dataset that publishes by commune.
func (r *Registry) Keep(departements []string) {
	for _, d := range r.byName {
		if d.Publication.Commune != "" && !d.IsDerived() {
			d.territory = departements
		}
	}
}

type loader struct {
	registry *Registry
	problems []error
}

func (l *loader) add(err error) {
	if err != nil {
		l.problems = append(l.problems, err)
	}
}

func (l *loader) problem(file, key, format string, args ...any) {
	where := file
	if key != "" {
		where += ": " + key
	}
	l.add(fault.New(fault.Invalid, "%s: %s", where, fmt.Sprintf(format, args...)).About(file))
}

func (l *loader) files(f Files) {
	names, err := fs.Glob(f.Datasets, "*.json")
	l.add(err)
	for _, file := range names {
		if d := l.read(f, file); d != nil {
			if l.registry.byName[d.Name] != nil {
				l.problem("datasets/"+file, "name", "%q is taken by another descriptor", d.Name)
				continue
			}
			l.registry.byName[d.Name] = d
		}
	}
	l.orphans(f, names)
}

// orphans names SQL files that no descriptor goes with.
func (l *loader) orphans(f Files, descriptors []string) {
	scripts, err := fs.Glob(f.Datasets, "*.sql")
	l.add(err)
	for _, file := range scripts {
		if !slices.Contains(descriptors, strings.TrimSuffix(file, ".sql")+".json") {
			l.problem("datasets/"+file, "", "no descriptor goes with this SQL")
		}
	}
}

func (l *loader) read(f Files, file string) *Dataset {
	where := "datasets/" + file
	text, err := fs.ReadFile(f.Datasets, file)
	if err != nil {
		l.problem(where, "", "%s", err)
		return nil
	}
	d := &Dataset{DescriptorText: text}
	if err := schema.Strict(text, &d.Descriptor); err != nil {
		l.problem(where, "", "%s", err)
		return nil
	}
	if d.Name != strings.TrimSuffix(path.Base(file), ".json") {
		l.problem(where, "name", "%q differs from the file's name", d.Name)
		return nil
	}
	if !l.readSchema(f, d, where) {
		return nil
	}
	l.readSQL(f, d, where)
	l.checkDescriptor(d, where)
	return d
}

func (l *loader) readSchema(f Files, d *Dataset, where string) bool {
	if d.Descriptor.Schema == "" {
		l.problem(where, "schema", "is missing")
		return false
	}
	text, err := fs.ReadFile(f.Schemas, d.Descriptor.Schema)
	if err != nil {
		l.problem(where, "schema", "schemas/%s cannot be read: %s", d.Descriptor.Schema, err)
		return false
	}
	s, err := schema.Parse(text)
	if err != nil {
		l.problem("schemas/"+d.Descriptor.Schema, "", "%s", fault.Message(err))
		return false
	}
	d.Schema, d.SchemaText = s, text
	return true
}

func (l *loader) readSQL(f Files, d *Dataset, where string) {
	if d.Derived == nil {
		return
	}
	file := d.Name + ".sql"
	text, err := fs.ReadFile(f.Datasets, file)
	if err != nil {
		l.problem(where, "derived", "datasets/%s cannot be read: %s", file, err)
		return
	}
	if d.SQL = string(text); d.SQL == "" {
		l.problem("datasets/"+file, "", "must be one select")
	}
}

// Restore makes a Dataset of the texts that a load kept, as they were when it ran, for reading what it led to. It has
// neither SQL nor inputs.
func Restore(descriptor, schemaText []byte) (*Dataset, error) {
	d := &Dataset{DescriptorText: descriptor, SchemaText: schemaText}
	if err := json.Unmarshal(descriptor, &d.Descriptor); err != nil {
		return nil, err
	}
	s, err := schema.Restore(schemaText)
	d.Schema = s
	return d, err
}
