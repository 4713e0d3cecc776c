// Package release knows immutable versions, the loads that led to them, and the manifests that name them.
package release

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"maille/internal/dataset"
	"maille/internal/geo"
)

// Version is the content of a dataset, named by the hash of its schema and rows.
type Version struct {
	Dataset   string    `json:"dataset"`
	ID        string    `json:"id"`   // the first twelve hexadecimal digits of Hash
	Hash      string    `json:"hash"` // SHA-256, hexadecimal
	Rows      int64     `json:"rows"`
	Extent    *geo.BBox `json:"extent,omitempty"`    // CRS84; nil without geometry
	Unlocated int64     `json:"unlocated,omitempty"` // rows without geometry
}

// String is the version's name: communes@3f9a1c0b7d2e.
func (v Version) String() string { return v.Dataset + "@" + v.ID }

// Status of a load.
const (
	Running   = "running"
	Sealed    = "sealed"    // led to a new version
	Unchanged = "unchanged" // led to a version that already stood
	Refused   = "refused"   // the data are wrong
	Failed    = "failed"    // something else went wrong
)

// Load is one run that led to a version, or did not.
type Load struct {
	ID          int64             `json:"id"`
	Dataset     string            `json:"dataset"`
	Version     string            `json:"version,omitempty"`
	Status      string            `json:"status"`
	Fingerprint string            `json:"fingerprint"` // SHA-256 of descriptor, schema and SQL
	Code        string            `json:"code"`        // version of the program
	RowsRead    int64             `json:"rows_read"`
	RowsKept    int64             `json:"rows_kept"`
	Inputs      map[string]string `json:"inputs,omitempty"` // dataset to version
	Counts      map[string]int64  `json:"issues,omitempty"` // rule to number of issues
	Reason      string            `json:"reason,omitempty"`
	Artefacts   []Artefact        `json:"artefacts,omitempty"`
}

// Artefact is a publisher's file as it was fetched.
type Artefact struct {
	Resource     int       `json:"resource"`
	Place        string    `json:"place"`
	Origin       string    `json:"-"`   // source.Origin of the place; "" of loads from before it was kept
	URL          string    `json:"url"` // after redirects
	RetrievedAt  time.Time `json:"retrieved_at"`
	LastModified string    `json:"last_modified,omitempty"`
	ETag         string    `json:"etag,omitempty"`
	MediaType    string    `json:"media_type,omitempty"`
	Bytes        int64     `json:"bytes"`
	SHA256       string    `json:"sha256"`
	Vintage      string    `json:"vintage,omitempty"`
	Licences     []string  `json:"licences,omitempty"`
}

// Source is how a resource of a dataset fares from run to run.
type Source struct {
	Resource     int
	Place        string            // where it was last looked for first
	LastGood     time.Time         // when it was last fetched for a version that stood; zero when it never was
	FailingSince time.Time         // when it first could not be fetched, or was refused; zero while it is good
	Reason       string            // why, in French, fit to be published
	Columns      []string          // of the last good file, in its order
	Kinds        map[string]string // by column of the schema: what its cells looked like
}

// Manifest is a release: which version of each dataset, and the files made of it.
type Manifest struct {
	Release   string          `json:"release"`
	Published time.Time       `json:"published"`
	Previous  string          `json:"previous,omitempty"`
	Code      string          `json:"code"`
	Datasets  []Entry         `json:"datasets"`
	Themes    []dataset.Theme `json:"themes,omitempty"` // maps of several of them

	Withdrawn  []string    `json:"withdrawn,omitempty"`  // datasets that the previous release had
	Correction string      `json:"correction,omitempty"` // in French, by the operator: why this release mends the previous one
	Erased     []Tombstone `json:"erased,omitempty"`     // persons' data that were taken out since
}

// Entry is one dataset of a release.
type Entry struct {
	Version
	Fingerprint string            `json:"fingerprint"` // of descriptor, schema and SQL
	Load        int64             `json:"load"`
	Since       string            `json:"since"`           // the release from which, without a break, this version stands, described in the same words
	SinceTime   time.Time         `json:"since_time"`      // when that release was published
	Issued      time.Time         `json:"issued,omitzero"` // when the first release with this dataset, without a break, was published
	Modified    time.Time         `json:"modified"`        // when the first release with this version, without a break, was published, whatever the words
	Inputs      map[string]string `json:"inputs,omitempty"`
	Computed    *Computed         `json:"computed,omitempty"` // nil where no method computed it
	Artefacts   []Artefact        `json:"artefacts,omitempty"`
	Issues      map[string]int64  `json:"issues,omitempty"`
	Stale       []Stale           `json:"stale,omitempty"`
	Generation  int               `json:"generation,omitempty"` // of the bytes of the files: that of the program which made them
	Change      *Change           `json:"change,omitempty"`     // since the previous release; nil when the version is the same
	Files       []File            `json:"files"`
	LeftOut     []string          `json:"left_out,omitempty"` // names of dumps that are not made: their format does not hold the rows
}

// Stale is a resource that cannot be fetched any more, or whose file is refused: what the version has of it was fetched
// before.
type Stale struct {
	Resource int       `json:"resource"`
	Place    string    `json:"place"`
	Since    time.Time `json:"since"`            // when it was last fetched; no age, which would change each day
	Reason   string    `json:"reason,omitempty"` // in French
}

// File is a file about a version, at /d/{Name}: what Role says.
type File struct {
	Name      string    `json:"name"`           // communes.csv; of a part communes/code_departement=91/communes.csv
	Role      string    `json:"role,omitempty"` // one of the roles below
	MediaType string    `json:"media_type"`
	Bytes     int64     `json:"bytes"`
	Rows      int64     `json:"rows"` // of a file that has rows
	SHA256    string    `json:"sha256"`
	Made      time.Time `json:"made,omitzero"` // when the first release with these bytes under this name, without a break, was published
}

// Roles of a file.
const (
	RoleDump     = ""         // the whole version, in one format
	RolePart     = "part"     // its rows of one département, in one format: a large version has such parts besides
	RoleCodebook = "codebook" // what each column means
	RoleQuality  = "quality"  // what is known of its rows
	RoleChanges  = "changes"  // rows that differ from the previous release
)

// Entry finds a dataset in the manifest; nil when it has none.
func (m *Manifest) Entry(dataset string) *Entry {
	if m == nil {
		return nil
	}
	for i := range m.Datasets {
		if m.Datasets[i].Dataset == dataset {
			return &m.Datasets[i]
		}
	}
	return nil
}

// Dump finds the file that has the whole version in a format; nil when there is none. Its name may be a later edition's.
func (e *Entry) Dump(extension string) *File {
	for i := range e.Files {
		if f := &e.Files[i]; f.Role == RoleDump && strings.HasSuffix(f.Name, "."+extension) {
			return f
		}
	}
	return nil
}

// File finds a dump by its name.
func (m *Manifest) File(name string) (*Entry, *File) {
	for i := range m.Datasets {
		for j := range m.Datasets[i].Files {
			if m.Datasets[i].Files[j].Name == name {
				return &m.Datasets[i], &m.Datasets[i].Files[j]
			}
		}
	}
	return nil, nil
}

// Same says whether two manifests name the same version of each dataset, described in the same words, with the same
// resources stale since the same time, and the same files of the same generation (those of changes apart, which are about the
// release before), and have the same themes. Why a resource cannot be fetched may differ from day to day.
func (m *Manifest) Same(other *Manifest) bool {
	if m == nil || other == nil || len(m.Datasets) != len(other.Datasets) {
		return false
	}
	for i := range m.Datasets {
		mine, theirs := &m.Datasets[i], other.Entry(m.Datasets[i].Dataset)
		if theirs == nil || theirs.Hash != mine.Hash || theirs.Fingerprint != mine.Fingerprint || theirs.Generation != mine.Generation || !slices.Equal(theirs.Lasting(), mine.Lasting()) ||
			!slices.Equal(theirs.LeftOut, mine.LeftOut) ||
			!slices.EqualFunc(theirs.Stale, mine.Stale, sameStale) {
			return false
		}
	}
	return slices.EqualFunc(m.Themes, other.Themes, sameTheme)
}

// sameTheme compares what is written: a list that is empty in a file is none once it was read back.
func sameTheme(a, b dataset.Theme) bool {
	mine, _ := json.Marshal(a) // texts and numbers, which are finite
	theirs, _ := json.Marshal(b)
	return bytes.Equal(mine, theirs)
}

func sameStale(a, b Stale) bool {
	return a.Resource == b.Resource && a.Place == b.Place && a.Since.Equal(b.Since)
}

// Pattern is the form of a release's name: the day it was published and its rank in that day.
var Pattern = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}\.\d+$`)

// Name is that of the nth release of a day (UTC), n from 1.
func Name(day time.Time, n int) string {
	return fmt.Sprintf("%s.%d", day.UTC().Format(time.DateOnly), n)
}

// Text is the manifest as it is served: indented JSON.
func (m *Manifest) Text() []byte {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		panic(err) // only strings, numbers and times inside
	}
	return append(text, '\n')
}
