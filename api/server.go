package api

import (
	"context"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/singleflight"

	"github.com/wangge/wangge/api/basemap"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// Config is what a Server needs.
type Config struct {
	Store *store.Store
	Live  *live.Live
	// Page is the built web page; nil when it was left out.
	Page fs.FS
	// OpenReads lets everybody read what is not public: only for the demo, and only by a name of loopback.
	OpenReads bool
	// PublicURL is the address that links carry, for instance https://grid.example.cn; "" takes it from the request.
	PublicURL string
	// TileCache is how many bytes of tiles are held in memory; 0 for none.
	TileCache int64
	// UploadDir is where files lie while they are imported, in a directory of the server's own; "" for the system's temporary directory.
	UploadDir string
	// Basemap lies under the page's map; nil for none.
	Basemap *basemap.Basemap
	// Operator is who makes every request, when it is not nil: for a caller in this process, whom nobody needs to ask for a token.
	Operator *grid.Actor
	// Progress is told how far an export for the Operator is; nil for nobody. A total of 0 is not known.
	Progress func(what string, done, total int64)
}

// Server answers HTTP requests. Make it with New.
type Server struct {
	store      *store.Store
	live       *live.Live
	page       fs.FS
	packed     map[string]packedFile // of the page
	openReads  bool
	publicURL  string
	basemap    *basemap.Basemap
	operator   *grid.Actor
	progress   func(what string, done, total int64) // of exports
	document   func() ([]byte, error)               // the OpenAPI document as JSON
	refreshing singleflight.Group
	named      atomic.Pointer[namedEditions]
	jsonOuts   jsonOuts
	kept       *keptParts
	locators   locators
	limits     limits
	tagged     taggedCities
	tiles      *tileCache
	compared   differences
	batches    chan struct{} // one for each that runs, and for each disc
	cleans     chan struct{} // likewise
	listeners  chan struct{} // likewise
	strangers  chan struct{} // likewise, of those without a token
	exports    exportSeats   // likewise
	uploads    *uploads
	jobs       *importJobs
	streams    context.Context // until EndStreams
	endStreams context.CancelFunc
	metrics    *metrics
	requestIDs *requestIDs
	registry   *prometheus.Registry
	started    time.Time
}

// New returns a server for the config.
func New(c Config) *Server {
	s := &Server{
		store: c.Store, live: c.Live, page: c.Page, packed: packPage(c.Page), openReads: c.OpenReads, publicURL: c.PublicURL, operator: c.Operator, basemap: c.Basemap,
		document: sync.OnceValues(openAPIDocument), registry: prometheus.NewRegistry(), started: time.Now(),
		batches: make(chan struct{}, maxBatches()), cleans: make(chan struct{}, maxCleans),
		listeners: make(chan struct{}, maxListeners), strangers: make(chan struct{}, maxStrangers),
		exports: newExportSeats(), progress: c.Progress, kept: newKeptParts(), uploads: newUploads(c.UploadDir),
	}
	if c.Operator == nil { // a server, which may take files
		removeAbandoned(c.UploadDir)
	}
	s.jobs = newImportJobs(s.runImport)
	s.streams, s.endStreams = context.WithCancel(context.Background())
	s.tiles = newTileCache(c.TileCache, s.registry)
	s.metrics, s.requestIDs, s.limits = newMetrics(s.registry), newRequestIDs(), usualLimits()
	s.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), newGauges(s))
	return s
}

// Close ends the imports that run, of which nothing is stored then, and removes the files that were sent. Call it when no request is
// answered any more.
func (s *Server) Close() error {
	s.jobs.close()
	return s.uploads.close()
}

// Handler returns all routes, on one screen. The one that a dispatcher waits for is known by its path alone: asking every route, and
// what the router notes in the request, would take a third of the time of its answer.
func (s *Server) Handler() http.Handler {
	router := s.router()
	locate, underToken := match(router, http.MethodGet, locatePath), s.pathTokens(router)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == locatePath && r.URL.RawPath == "" && r.Method == http.MethodGet {
			locate.ServeHTTP(w, r)
			return
		}
		if strings.HasPrefix(r.URL.Path, pathRoot) {
			underToken.ServeHTTP(w, r)
			return
		}
		router.ServeHTTP(w, r)
	})
}

const locatePath = "/v1/locate"

func (s *Server) router() *mux.Router {
	r := mux.NewRouter().UseEncodedPath()
	bounded, boundedBy, fromMemory := s.bounded, s.boundedBy, s.fromMemory
	route := func(path string, h handler, methods ...string) { r.Handle(path, s.wrap(path, h)).Methods(methods...) }
	get := func(path string, h handler) { route(path, bounded(h), http.MethodGet, http.MethodHead) }
	post := func(path string, h handler) { route(path, bounded(s.writing(h)), http.MethodPost) }
	patch := func(path string, h handler) { route(path, bounded(s.writing(h)), http.MethodPatch) }
	remove := func(path string, h handler) { route(path, bounded(h), http.MethodDelete) }
	// open is a path that pages of any other site may read.
	open := func(path string, h handler) {
		get(path, anyOrigin(h))
		route(path, bounded(preflight(readMethods)), http.MethodOptions)
	}

	route(locatePath, fromMemory(anyOrigin(s.inTime(s.locate, asOfParam, planParam))), http.MethodGet, http.MethodHead)
	route(locatePath, s.streamed(anyOrigin(s.inTime(s.locateBatch, asOfParam, planParam))), http.MethodPost)
	route(locatePath, bounded(preflight(locateMethods)), http.MethodOptions)
	open("/v1/locate/all", s.inTime(s.locateAll, asOfParam, planParam))

	open("/v1/divisions", s.from(s.divisions))
	open("/v1/divisions/{code}", s.from(s.division))
	open("/v1/grids", s.inTime(s.grids, asOfParam, planParam))
	open("/v1/grids/{code}", s.inTime(s.grid, asOfParam, planParam))
	open("/v1/grids/{code}/contact", s.inTime(s.gridContact, asOfParam))
	open("/v1/workers", s.from(s.workers))
	post("/v1/workers", s.from(s.createWorker))
	get("/v1/workers/{code}", s.from(s.worker))
	patch("/v1/workers/{code}", s.from(s.patchWorker))
	get("/v1/posts", s.from(s.posts))
	post("/v1/posts", s.from(s.createPost))
	get("/v1/posts/{id}", s.from(s.post))
	patch("/v1/posts/{id}", s.from(s.patchPost))
	get("/v1/duty", s.from(s.duties))
	post("/v1/duty", s.from(s.createDuty))
	get("/v1/duty/{id}", s.from(s.duty))
	patch("/v1/duty/{id}", s.from(s.patchDuty))
	get("/v1/staffing/{division}", s.inTime(s.staffing, asOfParam))
	open("/v1/organizations", s.from(s.organizations))
	open("/v1/search", s.from(s.search))
	open("/v1/codes", s.codes)
	get("/v1/session", s.from(s.session))
	route("/v1/events", s.streamed(anyOrigin(s.from(s.events))), http.MethodGet, http.MethodHead)
	route("/v1/events", bounded(preflight(readMethods)), http.MethodOptions)
	get("/v1/coverage/{division}", s.inTime(s.coverage, asOfParam))

	get("/v1/places", s.inTime(s.places, asOfParam))
	post("/v1/places", s.from(s.createPlace))
	get("/v1/places/{code}", s.inTime(s.place, asOfParam))
	patch("/v1/places/{code}", s.from(s.patchPlace))
	get("/v1/incidents", s.inTime(s.incidents, asOfParam))
	post("/v1/incidents", s.from(s.createIncident))
	get("/v1/incidents/{code}", s.inTime(s.incident, asOfParam))
	patch("/v1/incidents/{code}", s.from(s.patchIncident))
	post("/v1/incidents/{code}/acts", s.from(s.actOnIncident))
	get("/v1/incidents/{code}/events", s.from(s.incidentEvents))
	get("/v1/incidents/{code}/supervisions", s.from(s.supervisions))
	get("/v1/incidents/{code}/duplicates", s.from(s.duplicates))

	open("/v1/items", s.from(s.items))
	get("/v1/item-lists/{county}", s.from(s.itemLists))
	post("/v1/item-lists/{county}", s.from(s.createItemList))
	get("/v1/item-lists/{county}/{version}", s.from(s.itemList))
	post("/v1/item-lists/{county}/{version}/items/{code}/admission", s.from(s.requestAdmission))
	post("/v1/item-lists/{county}/{version}/items/{code}/decision", s.from(s.decideAdmission))
	post("/v1/item-lists/{county}/{version}/effect", s.from(s.putItemsInEffect))

	get("/v1/plans", s.from(s.plans))
	post("/v1/plans", s.from(s.createPlan))
	get("/v1/plans/{code}", s.from(s.plan))
	patch("/v1/plans/{code}", s.from(s.patchPlan))
	get("/v1/plans/{code}/changes", s.from(s.planChanges))
	post("/v1/plans/{code}/changes", s.from(s.changePlan))
	post("/v1/plans/{code}/undo", s.from(s.undoPlan))
	post("/v1/plans/{code}/redo", s.from(s.redoPlan))
	get("/v1/plans/{code}/draft", s.from(s.planDraft))
	get("/v1/plans/{code}/workingset", s.from(s.workingSet))
	get("/v1/plans/{code}/block", s.from(s.planBlock))
	get("/v1/plans/{code}/impact", s.from(s.planImpact))
	post("/v1/plans/{code}/check", s.from(s.checkPlan))
	get("/v1/plans/{code}/findings", s.from(s.planFindings))
	post("/v1/plans/{code}/findings/{id}/waiver", s.from(s.waiveFinding))
	get("/v1/plans/{code}/consultations", s.from(s.consultations))
	post("/v1/plans/{code}/consultations", s.from(s.consult))
	patch("/v1/plans/{code}/consultations/{id}", s.from(s.patchConsultation))
	post("/v1/plans/{code}/submit", s.from(s.submitPlan))
	post("/v1/plans/{code}/decide", s.from(s.decidePlan))
	post("/v1/plans/{code}/withdraw", s.from(s.withdrawPlan))
	post("/v1/plans/{code}/publish", s.from(s.publishPlan))
	get("/v1/plans/{code}/filing", s.from(s.planFiling))
	post("/v1/plans/{code}/file", s.from(s.filePlan))
	get("/v1/plans/{code}/announcements", s.from(s.planAnnouncements))
	post("/v1/plans/{code}/announce", s.from(s.announcePlan))
	post("/v1/plans/{code}/rebase", s.from(s.rebasePlan))
	post("/v1/plans/{code}/revert", s.from(s.revertPlan))

	get("/v1/editions", s.from(s.editions))
	get("/v1/editions/{county}/diff", s.from(s.editionDiff))
	get("/v1/editions/{county}/{number}", s.from(s.edition))
	get("/v1/grids/{code}/history", s.from(s.gridHistory))
	get("/v1/divisions/{code}/history", s.from(s.divisionHistory))
	get("/v1/places/{code}/history", s.from(s.placeHistory))

	route("/v1/mesh/clean", boundedBy(maxCleanBody, cleanIn, s.from(s.cleanMesh)), http.MethodPost)

	route("/v1/uploads", s.streamed(s.writing(s.from(s.createUpload))), http.MethodPost)
	get("/v1/uploads/{id}", s.from(s.upload))
	patch("/v1/uploads/{id}", s.from(s.patchUpload))
	remove("/v1/uploads/{id}", s.from(s.deleteUpload))
	get("/v1/uploads/{id}/preview", s.from(s.previewUpload))
	get("/v1/imports", s.from(s.imports))
	post("/v1/imports", s.from(s.createImport))
	get("/v1/imports/{id}", s.from(s.importState))
	remove("/v1/imports/{id}", s.from(s.cancelImport))
	get("/v1/imports/{id}/rejects", s.from(s.importRejects))
	get("/v1/imports/{id}/clean.geojson", s.from(s.importCleaning))
	get("/v1/layers", s.from(s.layers))

	get("/v1/tokens", s.from(s.tokens))
	post("/v1/tokens", s.from(s.createToken))
	remove("/v1/tokens/{id}", s.writing(s.from(s.revokeToken)))

	open("/tiles/{tileset}.json", s.inTime(s.tileJSON, asOfParam))
	open("/styles/{name}.json", s.inTime(s.style, asOfParam))
	open("/tiles/{tileset}/{z}/{x}/{y}.mvt", s.inTime(s.tile, asOfParam))

	get("/basemap/{z}/{x}/{y}", s.basemapTile) // for our own page: the operator's licence is not for other sites
	get("/basemap.pmtiles", s.basemapFile)

	for _, one := range s.ogcRoutes() { // with an OpenAPI document of its own
		get(one.Path, anyOrigin(s.from(one.Handle)))
		route(one.Path, bounded(preflight(readMethods)), http.MethodOptions)
	}

	stream := func(path string, h handler) {
		route(path, s.streamed(anyOrigin(h)), http.MethodGet, http.MethodHead)
		route(path, bounded(preflight(readMethods)), http.MethodOptions)
	}
	stream("/v1/export/{collection}.{format}", s.inTime(s.exportFeatures, asOfParam, planParam))
	stream("/v1/export/tiles/{tileset}.pmtiles", s.inTime(s.exportTiles, asOfParam))

	open("/openapi.json", s.openAPI)
	get("/problems/{slug}", s.problemPage)
	get("/healthz", s.healthz)
	get("/readyz", s.readyz)
	get("/metrics", plain(promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{})))

	r.NotFoundHandler = s.wrap(noRoute, bounded(s.servePage))
	r.MethodNotAllowedHandler = s.wrap(noRoute, bounded(methodNotAllowed(r)))
	return r
}

// match returns the handler that the router has for a path.
func match(router *mux.Router, method, path string) http.Handler {
	var found mux.RouteMatch
	router.Match(&http.Request{Method: method, URL: &url.URL{Path: path}}, &found)
	return found.Handler
}

// plain makes a handler of one that answers its errors itself.
func plain(h http.Handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		h.ServeHTTP(w, r)
		return nil
	}
}
