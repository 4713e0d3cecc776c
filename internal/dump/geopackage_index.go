package dump

import (
	"encoding/binary"
	"math"
	"strings"

	"github.com/ncruces/go-sqlite3"
)

// indexRows makes the R-tree of the rows (F.3). Its nodes are in tables of SQLite's, in the form of
// https://sqlite.org/rtree.html §6; the root is node 1, and the others are numbered after it, level over level.
func (g *gpkg) indexRows() error {
	if g.geom == "" {
		return nil
	}
	name := "rtree_" + g.table + "_" + g.geom
	if err := g.db.Exec("create virtual table " + sqlite3.QuoteIdentifier(name) + " using rtree(id, minx, maxx, miny, maxy)"); err != nil {
		return err
	}
	if err := g.insert("gpkg_extensions", g.table, g.geom, "gpkg_rtree_index", "http://www.geopackage.org/spec120/#extension_rtree", "write-only"); err != nil {
		return err
	}
	if err := packTree(g.db, name, &g.tree); err != nil {
		return err
	}
	return g.db.Exec(g.triggers(name))
}

func (g *gpkg) triggers(name string) string {
	var pairs []string
	for _, trigger := range []string{"insert", "update1", "update2", "update3", "update4", "delete"} {
		pairs = append(pairs, "{"+trigger+"}", sqlite3.QuoteIdentifier(name+"_"+trigger))
	}
	for key, value := range map[string]string{"{t}": g.table, "{c}": g.geom, "{i}": g.fid, "{rtree}": name} {
		pairs = append(pairs, key, sqlite3.QuoteIdentifier(value))
	}
	return strings.NewReplacer(pairs...).Replace(gpkgTriggers)
}

// packer writes the nodes of an R-tree.
type packer struct {
	tree   *rtree
	order  []uint64 // of the rows
	leaves []uint32 // the node that each row is in
	size   int      // bytes of a node, as SQLite chose
	next   int64    // number of the next node
	buf    []byte

	node   *sqlite3.Stmt // number, bytes
	parent *batch        // number, number of the node above
	rowid  *batch        // row, number of its leaf
}

const (
	rtreeRoot    = 1
	rtreeHead    = 2 + 2 // depth of the tree, in the root alone; number of cells
	rtreeCellLen = 8 + 4*4
)

func packTree(db *sqlite3.Conn, name string, tree *rtree) error {
	p := packer{tree: tree, next: rtreeRoot + 1}
	var err error
	if p.size, err = nodeSize(db, name); err != nil {
		return err
	}
	if p.node, _, err = db.Prepare("insert or replace into " + sqlite3.QuoteIdentifier(name+"_node") + " values (?, ?)"); err != nil {
		return err
	}
	defer p.node.Close()
	if p.parent, err = newBatch(db, name+"_parent", 2); err != nil {
		return err
	}
	defer p.parent.close()
	if p.rowid, err = newBatch(db, name+"_rowid", 2); err != nil {
		return err
	}
	defer p.rowid.close()
	return p.pack()
}

func nodeSize(db *sqlite3.Conn, name string) (int, error) {
	s, _, err := db.Prepare("select length(data) from " + sqlite3.QuoteIdentifier(name+"_node") + " where nodeno = 1")
	if err != nil {
		return 0, err
	}
	defer s.Close()
	s.Step()
	return s.ColumnInt(0), s.Err()
}

// pack goes from the rows up, a level at a time, until one node holds all.
func (p *packer) pack() error {
	var err error
	if p.order, err = p.tree.order(); err != nil {
		return err
	}
	p.leaves = make([]uint32, len(p.order))
	cell, n := p.row, len(p.order)
	for depth := uint16(0); n > 0; depth++ { // of no rows SQLite has made the root
		above, err := p.level(depth, n, cell)
		if err != nil {
			return err
		}
		if len(above) == 1 {
			break
		}
		cell, n = func(i int) *rtreeCell { return &above[i] }, len(above)
	}
	if err := p.parent.flush(); err != nil {
		return err
	}
	return p.placeRows()
}

// row is the i-th along the curve.
func (p *packer) row(i int) *rtreeCell { return p.tree.cell(uint32(p.order[i])) }

// level writes the nodes that hold n cells, and gives what the level above has of them.
func (p *packer) level(depth uint16, n int, cell func(int) *rtreeCell) (nodes []rtreeCell, err error) {
	full := (p.size - rtreeHead) / rtreeCellLen
	for start := 0; start < n; start += full {
		node := rtreeCell{id: p.next, box: emptyCell}
		p.next++
		p.buf = append(p.buf[:0], 0, 0)
		if n <= full {
			node.id = rtreeRoot
			binary.BigEndian.PutUint16(p.buf, depth)
		}
		end := min(start+full, n)
		p.buf = binary.BigEndian.AppendUint16(p.buf, uint16(end-start))
		for i := start; i < end; i++ {
			c := cell(i)
			node.extend(c)
			p.buf = appendRTreeCell(p.buf, c)
			if err := p.hang(depth, i, c.id, node.id); err != nil {
				return nil, err
			}
		}
		if err := p.write(node.id); err != nil {
			return nil, err
		}
		nodes = append(nodes, node)
	}
	return nodes, nil
}

func appendRTreeCell(dst []byte, c *rtreeCell) []byte {
	dst = binary.BigEndian.AppendUint64(dst, uint64(c.id))
	for _, f := range c.box {
		dst = binary.BigEndian.AppendUint32(dst, math.Float32bits(f))
	}
	return dst
}

// hang says which node a cell is in: of a node now, of a row once the nodes of all are known, so that they are written
// in the order of their numbers.
func (p *packer) hang(depth uint16, i int, child, node int64) error {
	if depth == 0 {
		p.leaves[uint32(p.order[i])] = uint32(node)
		return nil
	}
	return p.parent.pair(child, node)
}

func (p *packer) placeRows() error {
	for rank, node := range p.leaves {
		if err := p.rowid.pair(p.tree.cell(uint32(rank)).id, int64(node)); err != nil {
			return err
		}
	}
	if p.tree.cells.err != nil {
		return p.tree.cells.err
	}
	return p.rowid.flush()
}

// pair inserts a row of two numbers.
func (b *batch) pair(first, second int64) error {
	b.integer(first)
	b.integer(second)
	return b.row()
}

// write writes a node, as long as all are.
func (p *packer) write(number int64) error {
	p.buf = append(p.buf, make([]byte, p.size-len(p.buf))...)
	if err := p.node.BindInt64(1, number); err != nil {
		return err
	}
	if err := p.node.BindBlob(2, p.buf); err != nil {
		return err
	}
	return p.node.Exec()
}
