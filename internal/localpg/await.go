package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"maille/internal/fault"
)

// silence is how long a living postmaster may keep its socket shut; one that recovers from a crash answers at once
// that it is starting up, and may then take as long as it needs.
const silence = 30 * time.Second

// await waits until the cluster's postmaster answers, and remembers where. It returns errDied when there is none any
// more; exited tells that for a process of ours, and is nil for an adopted one.
func (c *Cluster) await(ctx context.Context, exited <-chan struct{}) error {
	heard := time.Now()
	for {
		select {
		case <-exited:
			return errDied
		default:
		}
		pm, alive := living(c.data())
		if !alive && exited == nil {
			return errDied
		}
		if alive && pm.port != 0 {
			c.postmaster = pm
			err := c.greet(ctx)
			if err == nil || isFinal(err) {
				return err
			}
			if isBusy(err) {
				heard = time.Now()
			}
		}
		if time.Since(heard) > silence {
			return fault.New(fault.Unavailable, "the private PostgreSQL (process %d) runs but does not answer: stop it, then start Maille again", pm.pid)
		}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// greet asks the server which data it serves: another cluster may have got hold of our port's socket.
func (c *Cluster) greet(ctx context.Context) error {
	conn, err := c.connect(ctx, "postgres")
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var data string
	if err := conn.QueryRow(ctx, "show data_directory").Scan(&data); err != nil {
		return err
	}
	ours, err1 := os.Stat(c.data())
	theirs, err2 := os.Stat(data)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if !os.SameFile(ours, theirs) {
		return fault.New(fault.Unavailable, "another PostgreSQL, of %s, answers on %s", data, c.postmaster.sockets)
	}
	return nil
}

func (c *Cluster) connect(ctx context.Context, database string) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.url(database))
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", database, err)
	}
	return conn, nil
}

// isBusy: the server is starting up, shutting down or full (SQLSTATE 57P03, 53300), and says so.
func isBusy(err error) bool {
	var refusal *pgconn.PgError
	return errors.As(err, &refusal) && (refusal.Code == "57P03" || refusal.Code == "53300")
}

// isFinal: the server, or we, said no for good.
func isFinal(err error) bool {
	var refusal *pgconn.PgError
	var ours *fault.Error
	return errors.As(err, &ours) || errors.As(err, &refusal) && !isBusy(err)
}
