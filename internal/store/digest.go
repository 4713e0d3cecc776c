package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/bits"

	"maille/internal/fault"
	"maille/internal/geo"
	"maille/internal/release"
)

// digest reads a binary COPY and hashes its rows whatever their order: each row's SHA-256, added modulo 2^256. Row
// hashes are spread evenly, so two different sets of rows agree by accident once in 2^256; the sum is no defence against
// a publisher who crafts rows to collide, who could as well publish them.
type digest struct {
	sum       [4]uint64
	rows      int64
	unlocated int64
	extent    *geo.BBox
	geometry  bool // the last field of a row is one
	began     bool
	ended     bool
	rest      []byte
}

var errCopy = errors.New("unexpected bytes in a binary COPY")

// Write takes the next bytes of the COPY.
func (g *digest) Write(p []byte) (int, error) {
	data := p
	if len(g.rest) > 0 {
		g.rest = append(g.rest, p...)
		data = g.rest
	}
	if !g.began {
		if len(data) < len(copyHeader) {
			g.keep(data)
			return len(p), nil
		}
		g.began = true
		data = data[len(copyHeader):]
	}
	for !g.ended {
		row, last, err := cutTuple(data)
		if err != nil {
			return 0, err
		}
		if row == nil {
			break
		}
		if len(row) == 2 {
			g.ended = true
			break
		}
		if err := g.row(row, last); err != nil {
			return 0, err
		}
		data = data[len(row):]
	}
	g.keep(data)
	return len(p), nil
}

func (g *digest) keep(data []byte) { g.rest = append(g.rest[:0], data...) }

// cutTuple gives the bytes of the first tuple and its last field; nil when it is not whole yet. The trailer is a tuple of
// two bytes.
func cutTuple(data []byte) (row, last []byte, err error) {
	if len(data) < 2 {
		return nil, nil, nil
	}
	fields := int16(binary.BigEndian.Uint16(data))
	if fields == -1 {
		return data[:2], nil, nil
	}
	if fields < -1 {
		return nil, nil, errCopy
	}
	at := 2
	for range fields {
		if len(data) < at+4 {
			return nil, nil, nil
		}
		n := int32(binary.BigEndian.Uint32(data[at:]))
		at += 4
		last = nil
		if n < -1 {
			return nil, nil, errCopy
		}
		if n >= 0 {
			if len(data)-at < int(n) {
				return nil, nil, nil
			}
			last = data[at : at+int(n)]
			at += int(n)
		}
	}
	return data[:at], last, nil
}

func (g *digest) row(row, last []byte) (err error) {
	g.rows++
	h := sha256.Sum256(row)
	var carry uint64
	for i := range g.sum {
		g.sum[i], carry = bits.Add64(g.sum[i], binary.LittleEndian.Uint64(h[8*i:]), carry)
	}
	if !g.geometry {
		return nil
	}
	if last == nil {
		g.unlocated++
		return nil
	}
	g.extent, err = geo.Extend(g.extent, last)
	return err
}

// version names what was read, under a dataset's signature.
func (g *digest) version(name, signature string) release.Version {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%d\n", name, signature, g.rows)
	for _, word := range g.sum {
		_ = binary.Write(h, binary.LittleEndian, word)
	}
	hash := hex.EncodeToString(h.Sum(nil))
	return release.Version{Dataset: name, ID: hash[:12], Hash: hash, Rows: g.rows, Extent: g.extent, Unlocated: g.unlocated}
}

// Digest reads the draft's content, over a connection of its own, and gives the version it would be.
func (dr *Draft) Digest(ctx context.Context) (v release.Version, err error) {
	defer fault.Wrap(&err, "store.Digest %s", dr.d.Name)
	conn, err := dr.db.acquire(ctx)
	if err != nil {
		return v, err
	}
	defer conn.Release()
	g := &digest{geometry: dr.d.Publication.Geometry != nil}
	query := "copy (select " + contentList(dr.d) + " from " + dr.table + ") to stdout (format binary)"
	if _, err := conn.Conn().PgConn().CopyTo(ctx, g, query); err != nil {
		return v, explained(ctx, err)
	}
	if !g.ended {
		return v, errCopy
	}
	return g.version(dr.d.Name, dr.d.Signature()), nil
}
