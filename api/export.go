package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"

	"github.com/wangge/wangge/api/ogc"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/export"
	"github.com/wangge/wangge/grid/features"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// How many exports run at the same time. One of registers holds a connection and a moment of the database as long as its reader takes.
const (
	maxExports         = 6
	maxExportStrangers = 3
	maxExportRegisters = 2
	// exportIn bounds an export of somebody who keeps up.
	exportIn = batchIn
	// maxExportTiles is how many tiles an archive of tiles from memory may have.
	maxExportTiles = 500_000
	maxPurpose     = 200
)

// exportSeats are one for each export that runs.
type exportSeats struct{ all, strangers, registers chan struct{} }

func newExportSeats() exportSeats {
	return exportSeats{make(chan struct{}, maxExports), make(chan struct{}, maxExportStrangers), make(chan struct{}, maxExportRegisters)}
}

// take begins an export, until leave is called, or says that there are too many.
func (e exportSeats) take(stranger, registers bool) (leave func(), err error) {
	var taken []chan struct{}
	leave = func() {
		for _, seats := range taken {
			<-seats
		}
	}
	for _, one := range []struct {
		seats chan struct{}
		needs bool
	}{{e.all, true}, {e.strangers, stranger}, {e.registers, registers}} {
		if !one.needs {
			continue
		}
		select {
		case one.seats <- struct{}{}:
			taken = append(taken, one.seats)
		default:
			leave()
			return nil, (&problem{
				status: http.StatusServiceUnavailable, slug: "busy", code: "busy",
				detail: fmt.Sprintf("%d exports of this kind are running, which is as many as may at the same time: try again in a minute.", cap(one.seats)),
			}).withHeader("Retry-After", "60")
		}
	}
	return leave, nil
}

// exportFeatures answers GET /v1/export/{collection}.{format}: all features of a collection that whoever asks may read, as a file, of one
// moment.
func (s *Server) exportFeatures(w http.ResponseWriter, r *http.Request, state *live.State) error {
	q, err := params(r, "bbox", "filter", "filter-lang", "datetime", asOfParam, planParam, "purpose")
	if err != nil {
		return err
	}
	c, ok := grid.CollectionByID(pathVar(r, "collection"))
	if !ok {
		return notFound("There is no collection " + pathVar(r, "collection") + ": " + collectionNames() + ".")
	}
	format := export.Format(pathVar(r, "format"))
	if !slices.Contains(export.Formats, format) {
		return notFound(fmt.Sprintf("There is no format %s of features: there are %s. Archives of tiles are at /v1/export/tiles/TILESET.pmtiles.",
			format, strings.Trim(fmt.Sprint(export.Formats), "[]")))
	}
	query, err := q.features(c, state)
	if err != nil {
		return err
	}
	reads, err := s.exportReader(w, r, state, c)
	if err != nil {
		return err
	}
	if !c.Public {
		if _, err := past(r, state, reads.actor.Role == ""); err != nil {
			return err
		}
	}
	query.Actor = reads.actor
	out := &exportOut{w: w, name: c.ID + "." + string(format), media: format.Media(), public: reads.public, text: format.Text()}
	return s.export(w, r, reads, q, out, !c.Public, func(ctx context.Context, from *store.Store, to io.Writer) error {
		info := export.Info{Editions: w.Header().Get("Wangge-Edition"), At: momentOf(state), Anybody: reads.actor.Role == "" && !c.Public}
		file, err := export.NewWriter(format, to, c, info)
		if err != nil {
			return err
		}
		defer file.Close()
		return s.writeFeatures(ctx, file, features.Reader{Store: from}, state, query)
	})
}

// writeFeatures writes what the query chooses.
func (s *Server) writeFeatures(ctx context.Context, file export.Writer, reader features.Reader, state *live.State, query features.Query) error {
	total := 0
	if s.progress != nil {
		var err error
		if total, _, err = reader.Count(ctx, state, query, 100_000_000); err != nil {
			return ogc.BadFilter(err)
		}
	}
	n := 0
	err := reader.Read(ctx, state, query, func(f grid.Feature) error {
		if n++; s.progress != nil {
			s.progress("features", int64(n), int64(total))
		}
		return file.Write(&f)
	})
	if err != nil {
		return ogc.BadFilter(err)
	}
	return file.Finish()
}

// exportTiles answers GET /v1/export/tiles/{tileset}.pmtiles: an archive of the very tiles that the tileset answers, of one moment.
func (s *Server) exportTiles(w http.ResponseWriter, r *http.Request, state *live.State) error {
	name := pathVar(r, "tileset")
	q, err := params(r, append(tileParams(name), "min_zoom", "max_zoom", "purpose")...)
	if err != nil {
		return err
	}
	source, err := s.tileSource(w, r, state, name, q)
	if err != nil {
		return err
	}
	if _, err := source.tag(r.Context(), mvt.TileID{}); err != nil { // who may not have it
		return err
	}
	set, err := q.tileset(name, source)
	if err != nil {
		return err
	}
	reads := exportReader{public: source.public, code: name, kind: "tileset"}
	if !source.public {
		if reads.actor, err = s.known(r, grid.ReadPlaces); err != nil {
			return err
		}
	}
	set.Editions = w.Header().Get("Wangge-Edition")
	set.Progress = s.tilesDone
	registers := set.Workers == 1
	out := &exportOut{w: w, name: name + ".pmtiles", media: export.PMTilesMedia, public: source.public}
	return s.export(w, r, reads, q, out, registers, func(ctx context.Context, from *store.Store, to io.Writer) error {
		if registers { // the same, of one moment
			if source, err = s.of(from).tileSource(w, r, state, name, q); err != nil {
				return err
			}
		}
		set.Make = source.anew // an archive would push all that is held out
		archive, err := export.Tiles(ctx, set)
		if err != nil {
			return err
		}
		defer archive.Close()
		w.Header().Set("Content-Length", fmt.Sprint(archive.Size()))
		_, err = archive.WriteTo(to)
		return err
	})
}

func (s *Server) tilesDone(done, total int64) {
	if s.progress != nil {
		s.progress("tiles", done, total)
	}
}

// tileset is what the parameters choose of a tileset.
func (q query) tileset(name string, source tileSource) (export.Tileset, error) {
	set := export.Tileset{Name: name, Box: source.box, Workers: runtime.GOMAXPROCS(0)}
	set.Nested = name == tilesetPlaces || name == tilesetIncidents // each thing is in the one tile that contains it
	if set.Nested || name == tilesetReference {
		set.Workers = 1 // of one connection
	}
	low, err := q.integer("min_zoom", 0, int(source.maxZoom), 0)
	if err != nil {
		return set, err
	}
	high, err := q.integer("max_zoom", low, int(source.maxZoom), int(source.maxZoom))
	if err != nil {
		return set, err
	}
	set.MinZoom, set.MaxZoom = uint8(low), uint8(high)
	if set.Layers, err = source.layers(); err != nil {
		return set, err
	}
	if n := set.Most(); !set.Nested && n > maxExportTiles {
		return set, badParam("max_zoom", fmt.Sprintf("These are %d tiles, and an archive has up to %d: choose a lower max_zoom; clients enlarge its tiles.", n, maxExportTiles))
	}
	return set, nil
}

// of is a server that answers from another store and has nothing in common with s that keeps answers.
func (s *Server) of(from *store.Store) *Server {
	return &Server{store: from, live: s.live, openReads: s.openReads, publicURL: s.publicURL, operator: s.operator}
}

// exportReader is who has something exported.
type exportReader struct {
	actor      grid.Actor
	public     bool   // anybody may have just this
	kind, code string // of what is exported
}

// exportReader returns who reads a collection: of what is public for all, nobody asks.
func (s *Server) exportReader(w http.ResponseWriter, r *http.Request, state *live.State, c *grid.Collection) (reads exportReader, err error) {
	reads = exportReader{kind: "collection", code: c.ID}
	switch {
	case c.Public && state.Preview == nil:
		reads.public = true
		return reads, nil
	case c.Public: // inTime has asked who may read drafts
		reads.actor, err = s.known(r, grid.ReadPlans)
		return reads, err
	case c.SomePublic && s.isAnybody(r):
		reads.public = true
		return reads, nil
	}
	tokenOrigin(w, r)
	reads.actor, err = s.authorizeSome(r, state, grid.ReadPlaces)
	return reads, err
}

// export has a file written to whoever asks, of one moment of the database where registers are read. What is not public is logged with
// the purpose before anything goes out (BR-62).
func (s *Server) export(w http.ResponseWriter, r *http.Request, reads exportReader, q query, out *exportOut, registers bool,
	write func(ctx context.Context, from *store.Store, to io.Writer) error,
) error {
	purpose, err := q.purpose(reads.public)
	if err != nil {
		return err
	}
	if r.Method == http.MethodHead {
		out.header()
		w.WriteHeader(http.StatusOK)
		return nil
	}
	leave, err := s.exports.take(reads.actor.Role == "", registers)
	if err != nil {
		return err
	}
	defer leave()
	ctx, cancel := s.exportContext(r)
	defer cancel()
	if !reads.public {
		if err := s.store.LogExport(ctx, reads.actor, reads.kind, reads.code, exportNote{out.name, purpose, q.noted()}); err != nil {
			return err
		}
	}
	out.stream = newStream(http.NoBody, w, http.NewResponseController(w), s.limits)
	if registers {
		err = s.store.AtOnce(ctx, func(moment *store.Store) error { return write(ctx, moment, out) })
	} else {
		err = write(ctx, s.store, out)
	}
	if err != nil {
		return err
	}
	return out.end()
}

// exportContext ends with the request and in time; somebody in this process waits as long as they want.
func (s *Server) exportContext(r *http.Request) (context.Context, context.CancelFunc) {
	if s.operator != nil {
		return r.Context(), func() {}
	}
	return context.WithTimeout(r.Context(), exportIn)
}

// exportNote is what the audit says of an export.
type exportNote struct {
	File    string            `json:"file"`
	Purpose string            `json:"purpose"`
	Chosen  map[string]string `json:"chosen"` // the parameters
}

// noted are the parameters that choose what is exported.
func (q query) noted() map[string]string {
	chosen := map[string]string{}
	for _, p := range q.given {
		if p.name != "purpose" {
			chosen[p.name] = p.value
		}
	}
	return chosen
}

// purpose returns the parameter, which whoever exports what is not public has to send.
func (q query) purpose(public bool) (string, error) {
	text := strings.TrimSpace(q.text("purpose"))
	if text == "" && !public {
		return "", badParam("purpose", "Say what this is for, as purpose=…: exports of what is not public are logged with it (BR-62).")
	}
	if utf8.RuneCountInString(text) > maxPurpose || strings.ContainsFunc(text, unicode.IsControl) {
		return "", badParam("purpose", fmt.Sprintf("purpose is to be one line of up to %d characters.", maxPurpose))
	}
	return text, nil
}

// momentOf returns the instant that a state is of.
func momentOf(state *live.State) time.Time {
	if state.At.IsZero() {
		return time.Now()
	}
	return state.At
}

// exportOut is a file on its way to a client; its headers go out with its first bytes, so that what fails before is a problem document.
type exportOut struct {
	w      http.ResponseWriter
	stream *stream
	name   string
	media  string
	public bool
	text   bool // worth packing
	began  bool
	packed *gzip.Writer // of a text, where the client takes gzip
}

func (o *exportOut) header() {
	h := o.w.Header()
	h.Set("Content-Type", o.media)
	if o.packs() {
		h.Set("Content-Encoding", codingGzip)
	}
	h.Set("Content-Disposition", `attachment; filename="`+o.name+`"`)
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-store")
		if o.public {
			h.Set("Cache-Control", "no-cache")
		}
	}
}

// Write implements io.Writer.
func (o *exportOut) Write(b []byte) (int, error) {
	if !o.began {
		o.began = true
		o.header()
		if o.packs() {
			o.packed, _ = gzip.NewWriterLevel(o.stream, gzip.BestSpeed) // a level that there is
		}
	}
	if o.packed != nil {
		return o.packed.Write(b)
	}
	return o.stream.Write(b)
}

// packs reports whether the file goes out gzipped.
func (o *exportOut) packs() bool {
	rec, ok := o.w.(*recorder)
	return o.text && ok && rec.gzip
}

// end sends what is left of a file that is whole, which may be one of nothing.
func (o *exportOut) end() error {
	if !o.began {
		if _, err := o.Write(nil); err != nil {
			return err
		}
	}
	if o.packed == nil {
		return nil
	}
	return o.packed.Close()
}

func collectionNames() string {
	names := make([]string, len(grid.Collections))
	for i := range grid.Collections {
		names[i] = grid.Collections[i].ID
	}
	return strings.Join(names, ", ")
}
