package serve_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"maille/internal/serve"
	"maille/internal/store"
)

// TestFewStatements: the page of a commune, which says what thirty collections have under its code, asks the database a
// few times only, however many collections there are.
func TestFewStatements(t *testing.T) {
	w := *sample(t)
	var statements atomic.Int64
	w.database = counted(t, w.database, &statements)
	w.readers = w.open(t, store.Options{})
	s := w.serve(t, serve.Options{})
	must(t, s.Refresh(t.Context()))
	at := listen(t, s) + "/collections/communes/items/"
	look(t, at+"91228")
	before := statements.Load()
	p := look(t, at+"91377")
	if n := statements.Load() - before; n < 1 || n > 8 { // the feature, the outlines of the map (a transaction, then the rows), the others: 7
		t.Errorf("%d statements", n)
	}
	if p.named("Services publics de proximité") == "" {
		t.Error("the page does not say what other collections have")
	}
}

// counted is the address of a proxy that counts what is executed (PostgreSQL 54.7, Execute and Query).
func counted(t *testing.T, database string, statements *atomic.Int64) string {
	t.Helper()
	config, err := pgconn.ParseConfig(database)
	must(t, err)
	network, place := pgconn.NetworkAddress(config.Host, config.Port)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial(network, place)
			if err != nil {
				client.Close()
				return
			}
			go func() { _, _ = io.Copy(client, server); client.Close() }()
			go func() { count(client, server, statements); server.Close() }()
		}
	}()
	at := l.Addr().(*net.TCPAddr)
	return fmt.Sprintf("postgres://%s@%s:%d/%s?sslmode=disable", config.User, at.IP, at.Port, config.Database)
}

// count passes on what a client says: a first message of a length and a text, then messages of a letter, a length and a text.
func count(client io.Reader, server io.Writer, statements *atomic.Int64) {
	for head, began := make([]byte, 4), false; ; {
		if _, err := io.ReadFull(client, head); err != nil {
			return
		}
		if began && (head[0] == 'E' || head[0] == 'Q') {
			statements.Add(1)
		}
		n := int64(binary.BigEndian.Uint32(head[len(head)-4:])) - 4
		if _, err := server.Write(head); err != nil {
			return
		}
		if _, err := io.CopyN(server, client, n); err != nil {
			return
		}
		head, began = make([]byte, 5), true
	}
}
