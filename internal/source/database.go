package source

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs/readervfs"
)

// database is a stranger's SQLite file, which is only read, and of which nothing runs: no trigger, no view, no function
// that its schema calls.
type database struct {
	file
	ctx    context.Context
	in     watched
	name   string
	conn   *sqlite3.Conn
	broken bool // it panicked: nothing more is asked of it
}

var databases atomic.Int64

func openDatabase(ctx context.Context, f file, in *whole) (*database, error) {
	if _, err := f.begin(in); err != nil {
		return nil, err
	}
	db := &database{file: f, ctx: ctx, in: watched{whole: in}, name: fmt.Sprintf("maille-%d", databases.Add(1))}
	readervfs.Create(db.name, db)
	if err := db.do(db.open); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

func (db *database) open() (err error) {
	if db.conn, err = sqlite3.OpenFlags("file:"+db.name+"?vfs=reader&immutable=1", sqlite3.OPEN_READONLY|sqlite3.OPEN_URI); err != nil {
		return err
	}
	db.conn.SetInterrupt(db.ctx)
	db.conn.Limit(sqlite3.LIMIT_LENGTH, longestFeature)
	db.conn.Limit(sqlite3.LIMIT_ATTACHED, 0)
	for option, on := range map[sqlite3.DBConfig]bool{
		sqlite3.DBCONFIG_DEFENSIVE: true, sqlite3.DBCONFIG_TRUSTED_SCHEMA: false, sqlite3.DBCONFIG_ENABLE_VIEW: false,
		sqlite3.DBCONFIG_ENABLE_TRIGGER: false, sqlite3.DBCONFIG_ENABLE_LOAD_EXTENSION: false, sqlite3.DBCONFIG_DQS_DML: false,
	} {
		if _, err := db.conn.Config(option, on); err != nil {
			return err
		}
	}
	return db.conn.Exec(`pragma query_only = on; pragma cell_size_check = on; pragma cache_size = -4096`)
}

// ReadAt and Size are what SQLite reads the file by.
func (db *database) ReadAt(p []byte, off int64) (int, error) { return db.in.ReadAt(p, off) }
func (db *database) Size() (int64, error)                    { return db.in.size, nil }

func (db *database) Close() (err error) {
	defer readervfs.Delete(db.name)
	if db.conn == nil || db.broken {
		return nil
	}
	return db.do(db.conn.Close)
}

// do asks something of SQLite and says what is wrong with the file. The library panics when SQLite's memory, which is
// bounded, runs out, or when its code traps, and a corrupt file may bring it there; the database is then left to the
// garbage collector.
func (db *database) do(ask func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			if raisedHere() {
				panic(r)
			}
			db.broken = true
			err = db.corrupt(fmt.Errorf("sqlite: %v", r))
		}
	}()
	return db.corrupt(ask())
}

// corrupt turns what SQLite says into a refusal. Refusals and io.EOF pass.
func (db *database) corrupt(err error) error {
	var said *sqlite3.Error
	switch {
	case db.in.failed != nil:
		return db.in.failed
	case db.ctx.Err() != nil:
		return db.ctx.Err()
	case !db.broken && !errors.As(err, &said) && !errors.As(err, new(sqlite3.ErrorCode)) && !errors.As(err, new(sqlite3.ExtendedErrorCode)):
		return err
	case errors.Is(err, sqlite3.NOTADB):
		return db.refuse("gpkg.sqlite").Because(err)
	case strings.Contains(err.Error(), "no such table: gpkg_"):
		return db.refuse("gpkg.none").Because(err)
	}
	return db.refuse("gpkg.corrupt").Because(err)
}

// lacking passes an error by which SQLite says that the table is not there.
func (db *database) lacking(err error, table string) error {
	if err != nil && strings.Contains(err.Error(), "no such table: "+table) {
		return nil
	}
	return err
}

func (db *database) prepare(sql string) (*sqlite3.Stmt, error) {
	s, _, err := db.conn.Prepare(sql)
	return s, err
}

// mostRows bounds what query reads of a catalogue.
const mostRows = 10_000

// query reads the rows of a small answer as text.
func (db *database) query(sql string, parameters ...string) (rows [][]string, err error) {
	s, err := db.prepare(sql)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	for i, p := range parameters {
		if err := s.BindText(i+1, p); err != nil {
			return nil, err
		}
	}
	for s.Step() {
		row := make([]string, s.ColumnCount())
		for i := range row {
			row[i] = s.ColumnText(i)
		}
		if rows = append(rows, row); len(rows) > mostRows {
			return nil, db.refuse("gpkg.corrupt")
		}
	}
	return rows, s.Err()
}
