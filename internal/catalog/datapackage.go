package catalog

import (
	"bytes"
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"maille/internal/dataset"
	"maille/internal/release"
	"maille/internal/schema"
)

// dataPackage is a Data Package v2 (https://datapackage.org/standard/data-package/).
type dataPackage struct {
	Profile      string            `json:"$schema"`
	Name         string            `json:"name"`
	ID           string            `json:"id"`
	Title        string            `json:"title"`
	Description  string            `json:"description,omitempty"`
	Homepage     string            `json:"homepage"`
	Version      string            `json:"version"`
	Created      string            `json:"created"`
	Contributors []contributor     `json:"contributors"`
	Licenses     []dataset.License `json:"licenses,omitempty"`
	Sources      []dataset.Source  `json:"sources,omitempty"`
	Resources    []dataResource    `json:"resources"`
}

type contributor struct {
	Title string   `json:"title"`
	Path  string   `json:"path"`
	Roles []string `json:"roles"`
}

// dataResource is a file.
type dataResource struct {
	Name        string            `json:"name"`
	Type        string            `json:"type,omitempty"`
	Title       string            `json:"title"`
	Description string            `json:"description,omitempty"`
	Path        string            `json:"path"`
	Format      string            `json:"format"`
	MediaType   string            `json:"mediatype"`
	Encoding    string            `json:"encoding,omitempty"`
	Bytes       int64             `json:"bytes"`
	Hash        string            `json:"hash"`
	Licenses    []dataset.License `json:"licenses,omitempty"`
	Sources     []dataset.Source  `json:"sources,omitempty"`
	Schema      *tableSchema      `json:"schema,omitempty"`

	Computed *release.Computed `json:"computed,omitempty"` // ours: the standard lets a resource have more
}

// tableSchema is a Table Schema of a file as it is published: nothing but the empty cell stands for no value, and the
// columns are those of the schema in its order, which is what Data Package v2 takes fieldsMatch for where it is not said: the
// standard says it as a text, the published profile 2.0 wants a list (frictionlessdata/datapackage#965).
type tableSchema struct {
	Profile       string          `json:"$schema"`
	Fields        []schema.Column `json:"fields"`
	PrimaryKey    []string        `json:"primaryKey,omitempty"`
	MissingValues []string        `json:"missingValues"`
}

const (
	packageProfile = "https://datapackage.org/profiles/2.0/datapackage.json"
	schemaProfile  = "https://datapackage.org/profiles/2.0/tableschema.json"
)

// DataPackage is datapackage.json: every file of a release under its path, relative to where the document itself is. It is
// the same under / and under /r/{release}/.
func DataPackage(s *Service, m *release.Manifest, datasets map[string]*dataset.Dataset) ([]byte, error) {
	c := CiteRelease(s, m, datasets)
	p := &dataPackage{Profile: packageProfile, Name: slug(s.Title), ID: c.Link(), Title: s.Title, Description: s.Description, Homepage: s.Root + "/",
		Version: m.Release, Created: m.Published.UTC().Format(time.RFC3339), Contributors: []contributor{{s.Creator(), s.Root + "/", []string{"publisher"}}},
		Licenses: c.Licenses, Sources: c.Sources, Resources: []dataResource{}}
	for i := range m.Datasets {
		e := &m.Datasets[i]
		for j := range e.Files {
			p.Resources = append(p.Resources, resourceOf(datasets[e.Dataset], e, &e.Files[j]))
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(p)
	return b.Bytes(), err
}

func resourceOf(d *dataset.Dataset, e *release.Entry, f *release.File) dataResource {
	mediaType, _, _ := strings.Cut(f.MediaType, ";")
	r := dataResource{Name: resourceName(f.Name), Title: d.Title, Path: "d/" + f.Name, Format: formatOf(f.Name),
		MediaType: mediaType, Bytes: f.Bytes, Hash: "sha256:" + f.SHA256, Licenses: d.Licenses, Sources: d.Sources}
	if f.Role != release.RoleDump {
		r.Title = texts.Say("file."+f.Role, "title", d.Title)
	} else {
		r.Description, r.Computed = d.Description, e.Computed
	}
	if strings.HasPrefix(mediaType, "text/") || strings.HasSuffix(mediaType, "json") {
		r.Encoding = "utf-8"
	}
	if r.Format == "csv" {
		r.Schema = tableOf(d, f.Role)
	}
	if r.Schema != nil {
		r.Type = "table"
	}
	return r
}

// formatOf is the extension, but of files that readers would open as tables for it, with libraries that they may lack: the
// tables that are described are CSV.
func formatOf(file string) string {
	switch extension := strings.TrimPrefix(path.Ext(file), "."); extension {
	case "parquet":
		return "geoparquet"
	case "xlsx":
		return "ooxml"
	default:
		return extension
	}
}

// tableOf is the schema of a CSV file; nil of one that is not described here.
func tableOf(d *dataset.Dataset, role string) *tableSchema {
	s := &tableSchema{Profile: schemaProfile, MissingValues: []string{""}}
	switch role {
	case release.RoleDump, release.RolePart:
		s.Fields, s.PrimaryKey = portable(d.Schema.Columns), d.Publication.Key
	case release.RoleCodebook:
		s.Fields, s.PrimaryKey = codebookColumns(), []string{"nom"}
	default:
		return nil
	}
	return s
}

// portable are columns as all readers of Data Package v2 take them. A list is a text with a pattern: the published profile
// 2.0 lacks the type (frictionlessdata/datapackage#1089), and readers that follow it refuse the whole package for it.
func portable(columns []schema.Column) []schema.Column {
	all := slices.Clone(columns)
	for i := range all {
		c := &all[i]
		if c.Example != nil {
			c.Example = example(c) // which the profile wants to be a text
		}
		if c.Type != schema.List {
			continue
		}
		if c.Type = schema.String; c.Items != nil {
			c.Constraints.Pattern = listOf(c.Items.Enum, c.Delimiter)
		}
	}
	return all
}

// listOf is the regular expression of a list of some of these items.
func listOf(items []string, delimiter string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = regexp.QuoteMeta(item)
	}
	one := "(" + strings.Join(quoted, "|") + ")"
	return one + "(" + regexp.QuoteMeta(delimiter) + one + ")*"
}

// resourceName is of the signs that Data Package v2 advises for names; those of files are told apart by no others.
func resourceName(file string) string { return strings.ReplaceAll(file, "=", "-") }

// slug is a name of ASCII letters, digits and hyphens.
func slug(text string) string {
	var b strings.Builder
	for _, c := range norm.NFKD.String(text) {
		switch {
		case c < unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c)):
			b.WriteRune(unicode.ToLower(c))
		case unicode.Is(unicode.Mn, c):
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	if name := strings.Trim(b.String(), "-"); name != "" {
		return name
	}
	return "maille"
}
