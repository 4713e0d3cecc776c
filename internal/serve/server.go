// Package serve knows HTTP: OGC API Features, files, problem documents, caching.
package serve

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/mux"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/maypok86/otter/v2"
	"github.com/maypok86/otter/v2/stats"
	"golang.org/x/sync/singleflight"

	"maille/internal/blob"
	"maille/internal/catalog"
	"maille/internal/fault"
	"maille/internal/release"
	"maille/internal/store"
)

// Options are what a Server is made of.
type Options struct {
	DB            *store.DB
	Exports       *store.DB // that exports are read from, where a statement may take its time; nil for DB
	Blobs         blob.Store
	Spool         string // folder for large answers on their way; "" for the system's
	SpoolBytes    int64  // that large pages may take there in all; 0 means 2 GiB
	ExportBytes   int64  // that exports may; 0 means 8 GB
	BodyBytes     int64  // that answers under way may take in memory, besides the cache; 0 means 256 MiB
	Title         string // of the instance
	Description   string
	Publisher     catalog.Publisher // who answers for the instance
	DOI           catalog.DOIs      // given by the operator: see catalog.DOIs
	BaseURL       string            // without a slash at its end; "" takes the scheme http and the request's Host
	Build         string            // version of the program, part of every ETag
	CacheBytes    int64             // of answers kept in memory; 0 means 128 MiB
	Pages         Renderer          // of HTML; nil where the program has none
	CataloguePage int               // datasets on a page of the catalogue; 0 for 100
	NoMetrics     bool              // they are elsewhere, or nowhere: see Monitor
	Basemap       *Basemap          // under the data of maps; nil for none, so that pages ask nothing of others
	Log           *slog.Logger
}

// Server answers HTTP requests from the release that is current, or from the one that the path names.
type Server struct {
	Options
	handler    http.Handler
	current    atomic.Pointer[view]
	edition    atomic.Int64                            // of what is published: see store.DB.Edition. Nothing is remembered beyond one
	failures   atomic.Int64                            // the last publication that came to nothing
	opening    singleflight.Group                      // of named releases
	writing    singleflight.Group                      // of feeds
	firstRows  *lru.Cache[string, []release.RowChange] // of files of changes, by their hash: what feeds show
	looking    sync.Mutex                              // so that who looked first does not put its release over a later one
	views      *lru.Cache[string, *view]               // of named releases; they never change
	answers    *otter.Cache[string, *stored]           // answers, by what form.kept says
	known      *otter.Cache[string, *known]            // requests answered before
	flights    flights
	archives   *archives
	exporting  *slots // of the exports that are read from the database
	exportRoom *room
	limits     exportLimits
	meters     *meters
	monitor    http.Handler // of /metrics
	unnamed    sync.Once    // that links of the catalogue are made of Host was said
}

// New makes a server; call Follow so that it knows which release is current.
func New(o Options) (*Server, error) {
	o.CacheBytes, o.BodyBytes = cmp.Or(o.CacheBytes, 128<<20), cmp.Or(o.BodyBytes, 256<<20)
	o.SpoolBytes, o.ExportBytes = cmp.Or(o.SpoolBytes, 2<<30), cmp.Or(o.ExportBytes, 8e9)
	views, err := lru.New[string, *view](64)
	if err != nil {
		return nil, err
	}
	firstRows, err := lru.New[string, []release.RowChange](4096)
	if err != nil {
		return nil, err
	}
	answers, err := otter.New(&otter.Options[string, *stored]{
		MaximumWeight: uint64(o.CacheBytes),
		Weigher:       func(key string, a *stored) uint32 { return uint32(len(key) + a.weight()) },
		StatsRecorder: stats.NewCounter(),
	})
	if err != nil {
		return nil, err
	}
	seen, err := otter.New(&otter.Options[string, *known]{
		MaximumWeight: 8 << 20,
		Weigher:       func(address string, k *known) uint32 { return uint32(len(address) + 256*(1+len(k.forms))) },
		StatsRecorder: stats.NewCounter(),
	})
	if err != nil {
		return nil, err
	}
	archives, err := newArchives(o.Blobs, mostArchives)
	if err != nil {
		return nil, err
	}
	s := &Server{Options: o, views: views, firstRows: firstRows, archives: archives, answers: answers, known: seen, flights: flights{kept: answers, memory: newRoom("", o.BodyBytes), room: newRoom(o.Spool, o.SpoolBytes)},
		exporting: newSlots(exportsAtOnce, exportsOfOne, exportWait), exportRoom: newRoom(o.Spool, o.ExportBytes), limits: usualLimits, meters: newMeters()}
	s.monitor = s.newMonitor()
	s.handler = s.around(s.routes())
	return s, nil
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Monitor answers /metrics alone, for an address that the public does not reach.
func (s *Server) Monitor() http.Handler {
	paths := http.NewServeMux()
	paths.Handle("GET /metrics", s.monitor)
	return paths
}

// routes are the paths of doc/design.md that stand today, once for the current release and once under /r/{release}.
func (s *Server) routes() *mux.Router {
	root := mux.NewRouter().UseEncodedPath().SkipClean(true)
	root.NotFoundHandler = s.handle(func(_ http.ResponseWriter, r *request) error {
		return fault.New(fault.NotFound, "there is nothing at this path; the service begins at %s/", r.root)
	})
	root.Handle("/healthz", s.handle(s.healthz))
	root.Handle("/readyz", s.handle(s.readyz))
	if !s.NoMetrics {
		root.Handle("/metrics", s.handle(s.metrics))
	}
	root.Handle("/releases", s.handle(s.releases))
	root.Handle("/catalog.{format}", s.handle(s.catalogue))
	root.Handle("/catalog/{page}.{format}", s.handle(s.catalogue))
	root.Handle("/latest.json", s.handle(s.latest))
	root.Handle("/stabilite", s.handle(s.stabilityPage))
	root.Handle("/feeds/all.atom", s.handle(s.feedAll))
	root.Handle("/feeds/collections/{collection}.atom", s.handle(s.feedCollection))
	root.Handle("/feeds/communes/{code}.atom", s.handle(s.feedCommune))
	root.Handle("/feeds/epci/{siren}.atom", s.handle(s.feedEPCI))
	root.Handle("/assets/{asset}", s.handle(s.asset))
	root.Handle("/favicon.ico", s.handle(s.asset))
	root.Handle("/glyphs/{fontstack}/{range}.pbf", s.handle(s.glyphs))
	root.Handle("/sprites/{sprite}", s.handle(s.sprite))
	s.released(root)
	frozen := root.PathPrefix("/r/{release}").Subrouter()
	frozen.Handle("", s.handle(s.landing))
	s.released(frozen)
	return root
}

func (s *Server) released(r *mux.Router) {
	for path, h := range map[string]handler{
		"/":                                s.landing,
		"/conformance":                     s.conformance,
		"/api":                             s.api,
		"/collections":                     s.collections,
		"/collections/{collection}":        s.collection,
		"/collections/{collection}/schema": s.schema,
		"/collections/{collection}/schema/geojson":        s.featureSchema,
		"/collections/{collection}/issues":                s.issues,
		"/collections/{collection}/export":                s.export,
		"/collections/{collection}/queryables":            s.queryables,
		"/collections/{collection}/sortables":             s.sortables,
		"/changes":                                        s.changes,
		"/explique":                                       s.explique,
		"/methode":                                        s.method,
		"/changes/{collection}":                           s.difference,
		"/ecarts":                                         s.gaps,
		"/portee":                                         s.reach,
		"/scenario":                                       s.scenario,
		"/territoires":                                    s.territories,
		"/territoires/{territory}":                        s.territoryOf,
		"/territoires/{territory}/lorenz.svg":             s.lorenz,
		"/functions":                                      s.functions,
		"/collections/{collection}/items":                 s.items,
		"/collections/{collection}/items/{fid:.+}":        s.item, // "/" in an id is escaped in its links, but not by everyone
		"/d/{file:.+}":                                    s.file,
		"/manifest.json":                                  s.manifest,
		"/datapackage.json":                               s.dataPackage,
		"/SHA256SUMS":                                     s.checksums,
		"/CITATION.cff":                                   s.citationFile,
		"/cite":                                           s.citePage,
		"/cite.{citation}":                                s.cite,
		"/collections/{collection}/cite":                  s.citeCollectionPage,
		"/collections/{collection}/cite.{citation}":       s.citeCollection,
		"/collections/{collection}/quality":               s.quality,
		"/collections/{collection}/tiles":                 s.tilesets, // tiles themselves do not come this way: Server.tiled
		"/collections/{collection}/tiles/{tileMatrixSet}": s.tileset,
		"/tiles":                          s.tilesets,
		"/tiles/{tileMatrixSet}":          s.tileset,
		"/tileMatrixSets":                 s.tileMatrixSets,
		"/tileMatrixSets/{tileMatrixSet}": s.tileMatrixSet,
		"/tilejson/{file}":                s.tileJSON,
		"/styles":                         s.styles,
		"/styles/{style}.json":            s.style,
		"/styles/{style}.qml":             s.qml,
		"/qgis/{file}":                    s.qgis,
		"/styles/{style}/legend.json":     s.legendJSON,
		"/styles/{style}/legend.svg":      s.legendSVG,
		"/cartes":                         s.maps,
		"/cartes/{map}":                   s.carte,
	} {
		r.Handle(path, s.handle(h))
	}
}

// Follow keeps the server on the current release until the context ends: it is told of each publication, and looks by
// itself from time to time in case it was not.
func (s *Server) Follow(ctx context.Context) {
	const often = 30 * time.Second
	told := true
	for ctx.Err() == nil {
		watch, cancel := context.WithTimeout(ctx, often)
		s.look(watch)
		err := s.DB.Watch(watch, func() { s.look(watch) })
		if watch.Err() == nil { // the database is away, or is a replica, which cannot listen
			if told {
				s.Log.Warn("not told of publications; looking for them", "error", err)
			}
			pause(ctx, 2*time.Second)
		}
		told = watch.Err() != nil
		cancel()
	}
}

func (s *Server) look(ctx context.Context) {
	if err := s.Refresh(ctx); err != nil && ctx.Err() == nil {
		s.Log.Warn("cannot read the current release", "error", err)
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// Refresh reads which release is current.
func (s *Server) Refresh(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "serve.Refresh")
	s.looking.Lock()
	defer s.looking.Unlock()
	edition, failures, err := s.DB.Edition(ctx) // before what it is of: what changes between both is read again
	if err != nil {
		return err
	}
	s.failures.Store(failures)
	m, err := s.DB.Current(ctx)
	if err != nil || m == nil {
		return err
	}
	old := s.current.Load()
	if s.edition.Swap(edition) != edition { // what was published already is not what it was
		defer s.forgetAll()
	} else if old != nil && old.edition == edition && old.digest == digest(m) {
		return nil
	}
	v, err := s.open(ctx, m, edition)
	if err != nil {
		return err
	}
	if s.current.Swap(v); old != nil && old.manifest.Release == m.Release {
		s.views.Purge() // the database is another one, or was restored: its releases may not be those that it had
	}
	s.archives.only(m)
	s.Log.Info("serving", "release", m.Release, "datasets", len(m.Datasets))
	return nil
}

// forgetAll drops what is remembered of releases that are not the current one, and all answers.
func (s *Server) forgetAll() {
	s.views.Purge()
	s.firstRows.Purge()
	s.known.InvalidateAll()
	s.answers.InvalidateAll()
}

// drain is how long requests under way may take once the server was told to stop.
const drain = 15 * time.Second

// mostHeaders is what a request may have of address and headers; beyond, net/http answers 431 by itself. It is more than
// we read of an address, so that one that is too long is told which parameter is.
const mostHeaders = 1 << 20

// Listen serves on a listener until the context ends, then lets requests under way finish.
func (s *Server) Listen(ctx context.Context, listener net.Listener) (err error) {
	defer fault.Wrap(&err, "serve.Listen")
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: mostHeaders,
		ErrorLog: slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
		defer cancel()
		err := server.Shutdown(last)
		if last.Err() != nil {
			s.Log.Warn("stopping while requests are under way", "after", drain)
			err = server.Close() // a client that does not read must not keep the program, nor its database, from stopping
		}
		stopped <- err
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
