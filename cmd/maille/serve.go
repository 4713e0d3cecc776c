package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"maille/internal/fault"
	"maille/internal/serve"
	"maille/internal/store"
	"maille/internal/web"
)

func serveCommand(c *config) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the current release, and every other under /r/",
		Example: `  maille serve
  MAILLE_DATABASE_URL=postgres://reader@db1,db2/maille maille serve --listen 0.0.0.0:8080 --base-url https://data.example.fr`,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			return c.listening(cmd, func(in *instance, listener net.Listener) error {
				server, err := in.server(cmd.Context())
				if err != nil {
					return err
				}
				in.announce(cmd, listener)
				return in.answer(cmd.Context(), server, listener)
			})
		},
	}
	listenFlags(cmd, c)
	return cmd
}

func listenFlags(cmd *cobra.Command, c *config) {
	cmd.Flags().StringVar(&c.Listen, "listen", "", `address to listen on (default "127.0.0.1:8080")`)
	cmd.Flags().StringVar(&c.BaseURL, "base-url", "", "address that the public sees, for links; taken from each request unless said")
}

// listening opens the instance, migrated, and its address, runs a command that serves, and closes both.
func (c *config) listening(cmd *cobra.Command, run func(*instance, net.Listener) error) (err error) {
	in, err := c.open(cmd)
	if err != nil {
		return err
	}
	defer in.close(&err)
	listener, err := net.Listen("tcp", in.Listen)
	if err != nil {
		return fault.New(fault.Unavailable, "cannot listen on %s: is something else there? (--listen chooses another)", in.Listen).About("listen").Because(err)
	}
	defer listener.Close()
	if in.BaseURL == "" && !loopback(listener.Addr()) {
		in.log.Warn("links are made of each request's Host, so that every name gets its own copy of each answer; say --base-url to the public", "listen", in.Listen)
	}
	if err := in.listenForMetrics(listener); err != nil {
		return err
	}
	if in.cluster != nil || cmd.Name() == "up" { // serving a real server needs no right to change it
		if _, err := in.migrate(cmd.Context()); err != nil {
			return err
		}
	}
	return run(in, listener)
}

// listenForMetrics opens the address of /metrics, where there is one. Without one they are among the other paths, unless others
// than this machine reach those.
func (in *instance) listenForMetrics(public net.Listener) (err error) {
	in.hidden = in.Metrics != "" || !loopback(public.Addr())
	if in.Metrics == "" {
		return nil
	}
	if in.metrics, err = net.Listen("tcp", in.Metrics); err != nil {
		return fault.New(fault.Unavailable, "cannot listen on %s for /metrics", in.Metrics).About("metrics_listen").Because(err)
	}
	in.closers = append(in.closers, func() error { _ = in.metrics.Close(); return nil }) // the server that ended has closed it
	return nil
}

// monitor answers /metrics at its own address until the context ends.
func (in *instance) monitor(ctx context.Context, handler http.Handler) {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second, WriteTimeout: time.Minute}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	in.log.Info("metrics", "address", in.metrics.Addr().String())
	if err := server.Serve(in.metrics); ctx.Err() == nil {
		in.log.Error("nobody answers /metrics", "error", err)
	}
}

// loopback says whether only this machine reaches an address.
func loopback(address net.Addr) bool {
	tcp, ok := address.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// announce says where the service is, once it has something to answer.
func (in *instance) announce(cmd *cobra.Command, listener net.Listener) {
	in.log.Info("serve", "address", listener.Addr().String())
	fmt.Fprintf(cmd.OutOrStdout(), "Serving on http://%s (Ctrl-C stops)\n", listener.Addr())
}

// readers bound what the public may ask of PostgreSQL at once.
func readers() store.Options {
	return store.Options{Connections: 4 + 2*runtime.NumCPU(), Queue: 512, Wait: 10 * time.Second, StatementTimeout: 30 * time.Second}
}

// exporters are for files of all the features that someone chose: a few at once, each of which may take its time.
func exporters() store.Options {
	return store.Options{Connections: 4, Queue: 16, Wait: 10 * time.Second, StatementTimeout: 30 * time.Minute}
}

func (in *instance) server(ctx context.Context) (*serve.Server, error) {
	db, err := in.store(ctx, readers())
	if err != nil {
		return nil, err
	}
	exports, err := in.store(ctx, exporters())
	if err != nil {
		return nil, err
	}
	blobs, err := in.blobs(ctx)
	if err != nil {
		return nil, err
	}
	pages, err := web.New(web.French)
	if err != nil {
		return nil, err
	}
	server, err := serve.New(serve.Options{Pages: pages, DB: db, Exports: exports, Blobs: blobs, Spool: blobs.Temporary(), ExportBytes: in.exports, Title: in.Title,
		Description: in.Description, Publisher: in.Publisher, DOI: in.DOI, Basemap: in.Basemap, NoMetrics: in.hidden, BaseURL: in.BaseURL, Build: buildVersion(), Log: in.log})
	if err != nil {
		return nil, err
	}
	return server, server.Refresh(ctx)
}

// answer serves until the context ends, then lets requests under way finish.
func (in *instance) answer(ctx context.Context, server *serve.Server, listener net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	var following sync.WaitGroup
	defer following.Wait()
	defer stop()
	following.Go(func() { server.Follow(ctx) })
	if in.metrics != nil {
		following.Go(func() { in.monitor(ctx, server.Monitor()) })
	}
	following.Go(func() { in.keepCluster(ctx, server.DB.Ping) })
	return server.Listen(ctx, listener)
}
