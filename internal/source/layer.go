package source

import (
	"archive/zip"
	"io"
	"path"
	"strings"

	"maille/internal/geo"
)

// layer is the files of a shapefile: those of one name in a zip, whatever the case of their letters.
type layer struct {
	file
	members map[string]*zip.File // by extension in small letters
	budget  *budget
}

const longestSmall = 64 << 10 // of a .prj or .cpg

// findLayer finds the layer whose .shp the pattern matches, or the only one.
func findLayer(f file, in *whole, pattern string) (*layer, error) {
	members, err := f.shapefileMembers(in)
	if err != nil {
		return nil, err
	}
	f.archive = "zip"
	chosen := choose(f, pattern)
	layers := map[string]*layer{}
	var found *layer
	for _, m := range members {
		stem, extension := cutExtension(m.Name)
		if litter(memberName(m.Name)) {
			continue
		}
		l := layers[stem]
		if l == nil {
			l = &layer{f, map[string]*zip.File{}, &budget{packed: in.size}}
			layers[stem] = l
		}
		if l.members[extension] != nil {
			return nil, f.refuse("archive.twice", "member", guillemets([]string{m.Name}))
		}
		l.members[extension] = m
		if extension != ".shp" {
			continue
		}
		if wanted, err := chosen.wants(m.Name); err != nil {
			return nil, err
		} else if wanted {
			found = l
		}
	}
	if len(chosen.names) == 0 {
		return nil, f.refuse("shapefile.none")
	}
	return found, chosen.settled()
}

// cutExtension parts a path where layers are told apart: whatever the case of its letters.
func cutExtension(name string) (stem, extension string) {
	name = strings.ToLower(memberName(name))
	extension = path.Ext(name)
	return strings.TrimSuffix(name, extension), extension
}

func (f file) shapefileMembers(in *whole) ([]*zip.File, error) {
	head, err := f.begin(in)
	switch {
	case err != nil:
		return nil, err
	case !begins(head, zipMagics...):
		return nil, f.refuse("shapefile.zip")
	}
	f.archive = "zip"
	listed, err := directory(f, in)
	if err != nil {
		return nil, err
	}
	return listed.File, nil
}

// member opens a file of the layer; the file returned is what sentences call it.
func (l *layer) member(extension string) (file, io.ReadCloser, error) {
	f, m := l.file, l.members[extension]
	if m == nil {
		return f, nil, f.refuse("shapefile.part", "extension", extension, "member", guillemets([]string{memberName(l.members[".shp"].Name)}))
	}
	f = f.inside("zip", m.Name)
	if m.Flags&zipEncrypted != 0 {
		return f, nil, f.refuse("archive.encrypted")
	}
	r, err := m.Open()
	if err != nil {
		return f, nil, f.unreadable(err)
	}
	return f, r, nil
}

// small reads a file of a line; "" when there is none.
func (l *layer) small(extension string) (string, error) {
	if l.members[extension] == nil {
		return "", nil
	}
	f, r, err := l.member(extension)
	if err != nil {
		return "", err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, longestSmall))
	if err != nil {
		return "", f.unreadable(err)
	}
	return strings.TrimSpace(string(data)), nil
}

// crs is what the .prj says, or what the resource declares without one.
func (l *layer) crs(declared string) (*geo.CRS, error) {
	text, err := l.small(".prj")
	if err != nil {
		return nil, err
	}
	if text == "" {
		return l.declaredCRS(declared)
	}
	crs, name, ok := geo.FromWKT(text)
	if name == "" {
		name = text
	}
	if !ok {
		return nil, l.unknownCRS(name)
	}
	return crs, nil
}

// declaredCRS is the system that the resource declares for files that say nothing: CRS84 when it does not either.
func (f file) declaredCRS(name string) (*geo.CRS, error) {
	if name == "" {
		return geo.CRS84, nil
	}
	if crs, ok := geo.ParseCRS(name); ok {
		return crs, nil
	}
	return nil, f.unknownCRS(name)
}

func (f file) unknownCRS(name string) error {
	return f.refuse("crs", "crs", guillemets([]string{name}))
}
