// Package api is the HTTP interface: REST under /v1, vector tiles under /tiles, and the page. Handlers parse, ask the city
// in memory or one store method, and write; every error leaves through problem.go.
//
// Coordinates in and out are lon, lat in degrees, WGS 84 unless a request names another crs.
package api

import (
	"io/fs"
	"net/http"
	"time"

	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// Config is what a Server needs.
type Config struct {
	Store *store.Store
	Live  *live.Live
	// Page is the built web page; nil when it was left out.
	Page fs.FS
	// OpenReads lets everybody read what is not public: only for the demo, on loopback.
	OpenReads bool
	// PublicURL is the address that links carry, for instance https://grid.example.cn; "" takes it from the request.
	PublicURL string
}

// Server answers HTTP requests. Make it with New.
type Server struct {
	store     *store.Store
	live      *live.Live
	page      fs.FS
	openReads bool
	publicURL string
	metrics   *metrics
	registry  *prometheus.Registry
	started   time.Time
}

// New returns a server for the config.
func New(c Config) *Server {
	s := &Server{
		store: c.Store, live: c.Live, page: c.Page, openReads: c.OpenReads, publicURL: c.PublicURL,
		registry: prometheus.NewRegistry(), started: time.Now(),
	}
	s.metrics = newMetrics(s.registry)
	return s
}

// Handler returns all routes, on one screen.
func (s *Server) Handler() http.Handler {
	r := mux.NewRouter()
	get := func(path string, h handler) { r.Handle(path, s.wrap(h)).Methods(http.MethodGet, http.MethodHead) }
	post := func(path string, h handler) { r.Handle(path, s.wrap(h)).Methods(http.MethodPost) }
	patch := func(path string, h handler) { r.Handle(path, s.wrap(h)).Methods(http.MethodPatch) }

	get("/v1/locate", s.locate)
	post("/v1/locate", s.locateBatch)

	get("/v1/session", s.session)
	get("/v1/codes", s.codes)
	get("/v1/divisions", s.divisions)
	get("/v1/divisions/{code}", s.division)
	get("/v1/grids", s.grids)
	get("/v1/grids/{code}", s.grid)
	get("/v1/workers", s.workers)
	get("/v1/coverage/{division}", s.coverage)

	get("/v1/places", s.places)
	post("/v1/places", s.createPlace)
	get("/v1/places/{code}", s.place)
	patch("/v1/places/{code}", s.patchPlace)
	get("/v1/incidents", s.incidents)
	post("/v1/incidents", s.createIncident)
	get("/v1/incidents/{code}", s.incident)
	patch("/v1/incidents/{code}", s.patchIncident)

	get("/tiles/{tileset}.json", s.tileJSON)
	get("/tiles/{tileset}/{z}/{x}/{y}.mvt", s.tile)

	get("/openapi.json", s.openAPI)
	get("/problems/{slug}", s.problemPage)
	get("/healthz", s.healthz)
	get("/readyz", s.readyz)
	r.Handle("/metrics", promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{})).Methods(http.MethodGet)

	r.NotFoundHandler = s.wrap(s.servePage)
	r.MethodNotAllowedHandler = s.wrap(s.methodNotAllowed(r))
	return r
}
