package main

import (
	"fmt"
	"net"
	"runtime"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"maille/internal/fault"
	"maille/internal/serve"
	"maille/internal/store"
)

func serveCommand(c *config) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the current release, and every other under /r/",
		Example: `  maille serve
  MAILLE_DATABASE_URL=postgres://reader@db1,db2/maille maille serve --listen 0.0.0.0:8080 --base-url https://data.example.fr`,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			in, err := c.open(cmd)
			if err != nil {
				return err
			}
			defer in.close(&err)
			listener, err := in.listen()
			if err != nil {
				return err
			}
			defer listener.Close()
			if in.cluster != nil {
				if _, err := in.migrate(cmd.Context()); err != nil {
					return err
				}
			}
			return in.serve(cmd, listener)
		},
	}
	listenFlags(cmd, c)
	return cmd
}

func listenFlags(cmd *cobra.Command, c *config) {
	cmd.Flags().StringVar(&c.Listen, "listen", "", `address to listen on (default "127.0.0.1:8080")`)
	cmd.Flags().StringVar(&c.BaseURL, "base-url", "", "address that the public sees, for links; taken from each request unless said")
}

func (in *instance) listen() (net.Listener, error) {
	listener, err := net.Listen("tcp", in.Listen)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "cannot listen on %s: is something else there? (--listen chooses another)", in.Listen).About("listen").Because(err)
	}
	return listener, nil
}

// readers bound what the public may ask of PostgreSQL at once.
func readers() store.Options {
	return store.Options{Connections: 4 + 2*runtime.NumCPU(), Queue: 512, Wait: 10 * time.Second, StatementTimeout: 30 * time.Second}
}

// serve answers until the command is told to stop, then lets requests under way finish.
func (in *instance) serve(cmd *cobra.Command, listener net.Listener) error {
	ctx := cmd.Context()
	db, err := in.store(ctx, readers())
	if err != nil {
		return err
	}
	blobs, err := in.blobs()
	if err != nil {
		return err
	}
	server, err := serve.New(serve.Options{DB: db, Blobs: blobs, Title: in.Title, BaseURL: in.BaseURL, Build: buildVersion(), Log: in.log})
	if err != nil {
		return err
	}
	if err := server.Refresh(ctx); err != nil {
		return err
	}
	var following sync.WaitGroup
	following.Go(func() { server.Follow(ctx) })
	defer following.Wait()
	fmt.Fprintf(cmd.OutOrStdout(), "Serving on http://%s (Ctrl-C stops)\n", listener.Addr())
	in.log.Info("serve", "address", listener.Addr().String())
	return server.Listen(ctx, listener)
}
