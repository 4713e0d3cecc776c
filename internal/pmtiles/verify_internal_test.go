package pmtiles

import (
	"bytes"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"

	"maille/internal/fault"
	"maille/internal/geo"
)

const said = `{"name":"essai","vector_layers":[{"id":"lieux","fields":{"nom":"Nom"},"minzoom":0,"maxzoom":2}]}`

// parts are an archive, to be spoilt before it is put together or after.
type parts struct {
	header   Header
	root     []entry
	leaves   [][]entry // pointed to from root[0] on
	metadata string
	data     []byte
	tail     []byte // of the data, of no tile
	first    []byte // in place of the first leaf, when it is not nil
	raw      func([]byte)
}

// raw spoils the bytes of the file.
func raw(spoil func(b []byte)) func(*parts) { return func(p *parts) { p.raw = spoil } }

// sound has tiles 0/0/0 and 1/0/0, one content; 1/1/0, in a run with 2/0/0, another; and two more of one leaf each.
func sound(t testing.TB) *parts {
	a, b, c := pack(square(t, "a", 0)), pack(square(t, "b", 8)), pack(square(t, "c", 16))
	p := &parts{metadata: said, data: bytes.Join([][]byte{a, b, c}, nil)}
	one := entry{0, 0, uint32(len(a)), 2}
	two := entry{4, uint64(len(a)), uint32(len(b)), 2}
	three := entry{7, uint64(len(a) + len(b)), uint32(len(c)), 1}
	p.root = []entry{{id: 0}, {id: 4}}
	p.leaves = [][]entry{{one}, {two, three}}
	p.header = Header{Addressed: 5, Entries: 3, Contents: 3, Clustered: 1, Internal: Gzip, Tiles: Gzip, Type: vector, MaxZoom: 2}
	p.header.frame(geo.BBox{West: -170, South: -80, East: 170, North: 80})
	return p
}

// square is a tile with a square in it.
func square(t testing.TB, name string, at float64) []byte {
	f := geojson.NewFeature(orb.Polygon{{{at, 0}, {at + 8, 0}, {at + 8, 8}, {at, 8}, {at, 0}}})
	f.Properties["nom"] = name
	data, err := mvt.Marshal(mvt.Layers{{Name: "lieux", Version: 2, Extent: 4096, Features: []*geojson.Feature{f}}})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// bytes puts the archive together.
func (p *parts) bytes() []byte {
	var leaves []byte
	for i, leaf := range p.leaves {
		packed := p.pack(appendDirectory(nil, leaf))
		if i == 0 && p.first != nil {
			packed = p.first
		}
		if i < len(p.root) {
			p.root[i].offset, p.root[i].length = uint64(len(leaves)), uint32(len(packed))
		}
		leaves = append(leaves, packed...)
	}
	return p.assemble(leaves)
}

func (p *parts) assemble(leaves []byte) []byte {
	root, metadata, data := p.pack(appendDirectory(nil, p.root)), p.pack([]byte(p.metadata)), append(p.data, p.tail...)
	h := &p.header
	end := uint64(headerSize)
	section := func(s *Section, part []byte) {
		*s = Section{end, uint64(len(part))}
		end += s.Length
	}
	section(&h.Root, root)
	section(&h.Metadata, metadata)
	section(&h.Leaves, leaves)
	section(&h.Data, data)
	whole := bytes.Join([][]byte{h.append(nil), root, metadata, leaves, data}, nil)
	if p.raw != nil {
		p.raw(whole)
	}
	return whole
}

func (p *parts) pack(plain []byte) []byte {
	if p.header.Internal == None {
		return plain
	}
	return pack(plain)
}

// bare leaves nothing packed.
func (p *parts) bare(t testing.TB) {
	p.header.Internal, p.header.Tiles, p.data = None, None, nil
	for i := range 3 {
		plain := square(t, string(rune('a'+i)), 8*float64(i))
		p.leaf(i).offset, p.leaf(i).length = uint64(len(p.data)), uint32(len(plain))
		p.data = append(p.data, plain...)
	}
}

// leaf is a line of the leaves.
func (p *parts) leaf(i int) *entry {
	if i == 0 {
		return &p.leaves[0][0]
	}
	return &p.leaves[1][i-1]
}

// tile replaces the content of the last tile.
func (p *parts) tile(plain []byte) { p.packed(pack(plain)) }

func (p *parts) packed(data []byte) {
	last := p.leaf(2)
	p.data = append(p.data[:last.offset:last.offset], data...)
	last.length = uint32(len(data))
}

func verify(data []byte) (*Header, error) { return Verify(bytes.NewReader(data), int64(len(data))) }

func TestVerifyAccepts(t *testing.T) {
	for name, change := range map[string]func(p *parts){
		"as it is":              func(*parts) {},
		"counts unknown (§3.2)": func(p *parts) { p.header.Addressed, p.header.Entries, p.header.Contents = 0, 0, 0 },
		"an empty tile":         func(p *parts) { p.tile(nil) },
		"a content that is back": func(p *parts) {
			p.leaf(2).offset, p.leaf(2).length, p.header.Contents, p.data = 0, p.leaf(0).length, 2, p.data[:p.leaf(2).offset]
		},
		"out of order, said so": func(p *parts) {
			p.header.Clustered = 0
			one, two := p.leaf(0), p.leaf(1)
			p.data = bytes.Join([][]byte{p.data[two.offset : two.offset+uint64(two.length)], p.data[:one.length], p.data[p.leaf(2).offset:]}, nil)
			one.offset, two.offset = uint64(two.length), 0
		},
	} {
		p := sound(t)
		change(p)
		found, err := verify(p.bytes())
		if err != nil || found.Addressed != 5 || found.Entries != 3 || found.Contents < 2 || found.MinZoom != 0 || found.MaxZoom != 2 {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
}

// TestVerifyRefuses: each file lacks one thing that an archive promises, and is told so.
func TestVerifyRefuses(t *testing.T) {
	tile := func(name string) []byte { return square(t, name, 24) }
	for _, c := range []struct {
		because string
		spoil   func(p *parts)
		want    string
	}{
		{"version 2", raw(func(b []byte) { b[7] = 2 }), "l'archive est de la version 2 de PMTiles ; seule la version 3 est lue"},
		{"another file", raw(func(b []byte) { b[0] = 'Q' }), "ce n'est pas une archive PMTiles"},
		{"data past the end", raw(func(b []byte) { b[64]++ }), "l'en-tête place les tuiles hors du fichier, qui est peut-être tronqué"},
		{"an offset that wraps", raw(func(b []byte) { copy(b[24:40], strings.Repeat("\xff", 16)) }), "l'en-tête place les métadonnées hors du fichier, qui est peut-être tronqué"},
		{"metadata over the root", raw(func(b []byte) { b[24]-- }), "l'en-tête place les métadonnées sur une autre partie du fichier"},
		{"the root over the header", raw(func(b []byte) { b[8]-- }), "le répertoire racine n'est pas tout entier dans les 16384 premiers octets, après l'en-tête"},
		{"brotli", func(p *parts) { p.header.Internal = 3 }, "la compression des répertoires (3) n'est ni aucune (1) ni gzip (2)"},
		{"tiles in zstd", func(p *parts) { p.header.Tiles = 4 }, "la compression des tuiles (4) n'est ni aucune (1) ni gzip (2)"},
		{"images", func(p *parts) { p.header.Type = 2 }, "les tuiles ne sont pas des tuiles vectorielles MVT (type 2)"},
		{"a flag of two", func(p *parts) { p.header.Clustered = 2 }, "l'en-tête dit 2 de l'ordre des tuiles, qui ne peut être que 0 ou 1"},
		{"zooms reversed", func(p *parts) { p.header.MinZoom = 3 }, "l'en-tête annonce les zooms 3 à 2, qui ne sont pas possibles"},
		{"a zoom without tiles", func(p *parts) { p.header.MaxZoom = 3 }, "l'en-tête annonce les zooms 0 à 3, et les tuiles sont aux zooms 0 à 2"},
		{"a tile below the zooms", func(p *parts) { p.header.MinZoom, p.header.CenterZoom = 1, 1 }, "la tuile 0/0/0 n'est pas dans les zooms de l'en-tête, 1 à 2"},
		{"a tile above the zooms", func(p *parts) { p.leaf(2).id = 21 }, "la tuile 3/0/0 n'est pas dans les zooms de l'en-tête, 0 à 2"},
		{"no such tile", func(p *parts) { p.leaf(2).id = 1 << 60 }, "la tuile ? n'est pas dans les zooms de l'en-tête, 0 à 2"},
		{"a centre of no zoom", func(p *parts) { p.header.CenterZoom = 9 }, "le zoom du centre (9) n'est pas de ceux de l'en-tête, 0 à 2"},
		{"a centre elsewhere", func(p *parts) { p.header.CenterLatitude = 81 }, "le centre de l'en-tête (0,81) est hors de son emprise"},
		{"bounds of nothing", func(p *parts) { p.header.Bounds.East = -170 }, "l'emprise de l'en-tête (-170,-80,-170,80) n'est pas un rectangle du monde"},
		{"bounds of no world", func(p *parts) { p.header.Bounds.East = 181 }, "l'emprise de l'en-tête (-170,-80,181,80) n'est pas un rectangle du monde"},
		{"a tile out of bounds", func(p *parts) { p.header.frame(geo.BBox{West: 10, South: 10, East: 170, North: 80}) }, "la tuile 2/0/0 est hors de l'emprise de l'en-tête (10,10,170,80)"},
		{"tiles miscounted", func(p *parts) { p.header.Addressed++ }, "l'en-tête annonce 6 tuiles, et il y en a 5"},
		{"entries miscounted", func(p *parts) { p.header.Entries++ }, "l'en-tête annonce 4 entrées de tuiles, et il y en a 3"},
		{"contents miscounted", func(p *parts) { p.header.Contents-- }, "l'en-tête annonce 2 tuiles différentes, et il y en a 3"},
		{"entries unsorted", func(p *parts) { p.leaf(2).id = p.leaf(1).id }, "les entrées d'un répertoire ne sont pas dans l'ordre"},
		{"a run over the next tile", func(p *parts) { p.leaf(1).run = 4 }, "deux entrées donnent la tuile 2/1/1, ou les répertoires ne sont pas dans l'ordre"},
		{"a run over the next leaf", func(p *parts) { p.leaf(0).run = 5 }, "deux entrées donnent la tuile 1/1/0, ou les répertoires ne sont pas dans l'ordre"},
		{"a length of none", func(p *parts) { p.leaf(1).length = 0 }, "l'entrée de la tuile 1/1/0 a une longueur nulle"},
		{"a tile past the data", func(p *parts) { p.leaf(2).length++ }, "la tuile 2/1/1 est hors de la partie des tuiles"},
		{"a tile before its turn", func(p *parts) { p.leaf(1).offset, p.leaf(2).offset = p.leaf(2).offset, p.leaf(1).offset }, "l'archive se dit ordonnée, et la tuile 1/1/0 n'est pas à sa place"},
		{"a tile within another", func(p *parts) { p.leaf(2).offset, p.leaf(2).length = 0, 30 }, "les octets de la tuile 2/1/1 sont pour partie ceux d'une autre"},
		{"a tile across two", func(p *parts) { p.header.Clustered = 0; p.leaf(2).offset-- }, "les octets de la tuile 2/1/1 sont pour partie ceux d'une autre"},
		{"a gap, unordered", func(p *parts) { p.header.Clustered = 0; p.leaf(1).length-- }, "1 octets ne sont d'aucune tuile"},
		{"data of no tile", func(p *parts) { p.tail = []byte("tail") }, "4 octets ne sont d'aucune tuile"},
		{"a leaf that begins elsewhere", func(p *parts) { p.root[1].id = 3 }, "un répertoire secondaire commence par la tuile 1/1/0, et la racine dit 1/1/1"},
		{"a leaf that nothing leads to", func(p *parts) { p.leaves = append(p.leaves, []entry{*p.leaf(2)}) },
			"les répertoires secondaires ne se suivent pas : "},
		{"a directory of nothing", func(p *parts) { p.root, p.leaves = nil, nil }, "un répertoire ne se lit pas"},
		{"a leaf that leads to itself", func(p *parts) { p.leaves[0] = []entry{{id: 0, length: 28}} }, "les répertoires secondaires ne se suivent pas : "},
		{"metadata of text", func(p *parts) { p.metadata = "bonjour" }, "les métadonnées ne sont pas un objet JSON"},
		{"metadata of null", func(p *parts) { p.metadata = "null" }, "les métadonnées ne sont pas un objet JSON"},
		{"no layers", func(p *parts) { p.metadata = `{"name":"essai"}` }, "les métadonnées n'ont pas la liste vector_layers des couches"},
		{"a version that is a number", func(p *parts) { p.metadata = strings.Replace(said, `"essai"`, `1`, 1) }, "la métadonnée name n'est pas un texte"},
		{"a layer without fields", func(p *parts) { p.metadata = strings.Replace(said, "fields", "champs", 1) }, "la couche « lieux » des métadonnées n'a pas d'identifiant, n'a pas de champs ou vient deux fois"},
		{"a layer from 3 to 2", func(p *parts) { p.metadata = strings.Replace(said, `"minzoom":0`, `"minzoom":3`, 1) }, "la couche lieux des métadonnées a son premier zoom après le dernier"},
		{"another layer in the tiles", func(p *parts) { p.metadata = strings.Replace(said, "lieux", "communes", 1) },
			"la tuile 0/0/0 n'est pas une bonne tuile vectorielle : la couche « lieux » n'est pas dans les métadonnées"},
		{"another field in the tiles", func(p *parts) { p.metadata = strings.Replace(said, `"nom"`, `"id"`, 1) },
			"la tuile 0/0/0 n'est pas une bonne tuile vectorielle : le champ nom de la couche lieux n'est pas dans les métadonnées"},
		{"a tile that is not packed", func(p *parts) { p.packed(tile("x")) }, "la tuile 2/1/1 ne se décompresse pas"},
		{"a tile that is cut", func(p *parts) { p.tile(tile("x")[:20]) }, "la tuile 2/1/1 n'est pas une bonne tuile vectorielle : elle ne se lit pas"},
		{"a layer that ends before", func(p *parts) { p.metadata = strings.Replace(said, `"maxzoom":2`, `"maxzoom":1`, 1) },
			"la tuile 2/1/1 n'est pas une bonne tuile vectorielle : la couche lieux n'est annoncée que des zooms 0 à 1"},
		{"a layer that begins after", func(p *parts) { p.metadata = strings.Replace(said, `"minzoom":0`, `"minzoom":1`, 1) },
			"la tuile 0/0/0 n'est pas une bonne tuile vectorielle : la couche lieux n'est annoncée que des zooms 1 à 2"},
		{"a tile of less than nothing", func(p *parts) { p.leaf(2).length = leastGzip - 1 }, "la tuile 2/1/1 ne se décompresse pas"},
		{"a layer twice", func(p *parts) { p.tile(append(tile("x"), tile("y")...)) }, "la tuile 2/1/1 n'est pas une bonne tuile vectorielle : la couche lieux vient deux fois"},
	} {
		p := sound(t)
		c.spoil(p)
		_, err := verify(p.bytes())
		if got := fault.Message(err); fault.KindOf(err) != fault.Refused || !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q, want %q (%v)", c.because, got, c.want, err)
		}
	}
}

// TestVerifyMemory: a content takes what Verify says, and one that comes again takes nothing.
func TestVerifyMemory(t *testing.T) {
	const n = 1_000_000
	for _, c := range []struct {
		because   string
		clustered uint8
		contents  uint64 // that differ
	}{{"in order", 1, n}, {"in order, again and again", 1, 3}, {"out of order", 0, n}, {"out of order, again and again", 0, 3}} {
		v := verifier{Archive: &Archive{Header: Header{Clustered: c.clustered, Tiles: Gzip}}}
		for i := range uint64(n) {
			if err := v.content(entry{id: i, offset: i % c.contents * leastGzip, length: leastGzip, run: 1}); err != nil {
				t.Fatalf("%s: %v", c.because, err)
			}
		}
		if most := 3*int(c.contents) + 1<<17; cap(v.contents) > most {
			t.Errorf("%s: room for %d contents of %d", c.because, cap(v.contents), c.contents)
		}
		if err := v.sort(); err != nil || len(v.contents) != int(c.contents) {
			t.Errorf("%s: %d contents (%v)", c.because, len(v.contents), err)
		}
	}
}
