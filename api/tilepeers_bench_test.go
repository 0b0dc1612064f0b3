package api_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/klauspost/compress/gzip"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/intake"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
	"github.com/wangge/wangge/grid/synth"
)

// tilePeers is a synthetic city in PostGIS with what serves it: the product, a handler that asks PostGIS for tiles as pg_tileserv does, and
// MapServer and files behind nginx where these are installed.
type tilePeers struct {
	pool  *pgxpool.Pool
	store *store.Store
	live  *live.Live
	spots [][]geo.Point // where somebody looks, round for round: at label points of grids drawn at random
}

// newTilePeers imports WANGGE_BENCH_GRIDS grids (50,000) and WANGGE_BENCH_PLACES places (1,000,000), and copies both into tables of the
// kind that a tile server is given: a row a thing, with an index on its geometry in longitude and latitude, and one with web mercator.
func newTilePeers(b *testing.B) *tilePeers {
	b.Helper()
	p := &tilePeers{pool: gridtest.Pool(b)}
	p.store = store.New(p.pool)
	city, err := synth.New(synth.Config{Seed: 1, Grids: benchSize(b, "WANGGE_BENCH_GRIDS", 50_000), Places: benchSize(b, "WANGGE_BENCH_PLACES", 1_000_000), Incidents: -1})
	if err != nil {
		b.Fatal(err)
	}
	var sources []intake.Source
	for layer, records := range city.Layers() {
		if layer.Shape != grid.LineShape && layer.Name != "buildings" && layer.Name != "household_points" {
			sources = append(sources, intake.Source{Layer: layer.Name, Name: layer.Name, Records: records})
		}
	}
	begin := time.Now()
	if _, err := intake.Run(b.Context(), intake.Config{Store: p.store, Actor: importer, CRS: crs.WGS84, Sources: sources}); err != nil {
		b.Fatal(err)
	}
	b.Logf("imported in %v", time.Since(begin).Round(time.Second))
	for _, sql := range []string{
		`CREATE TABLE peer_grid AS
		 SELECT g.id, g.code, v.name, g.kind, g.community_code, v.boundary AS geom
		 FROM grid g JOIN grid_version v ON v.grid_id = g.id AND v.to_edition IS NULL WHERE g.kind = 'base'`,
		`CREATE TABLE peer_grid_mercator AS SELECT id, code, name, kind, community_code, ST_Transform(geom, 3857) AS geom FROM peer_grid`,
		`CREATE TABLE peer_place AS SELECT id, code, kind, name, state, shape AS geom FROM place`,
		`CREATE INDEX ON peer_grid USING gist (geom)`,
		`CREATE INDEX ON peer_grid_mercator USING gist (geom)`,
		`CREATE INDEX ON peer_place USING gist (geom)`,
		`VACUUM ANALYZE`,
	} {
		if _, err := p.pool.Exec(b.Context(), sql); err != nil {
			b.Fatal(sql, err)
		}
	}
	if p.live, err = live.Open(b.Context(), p.store); err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range 4 * 300 {
		if i%300 == 0 {
			p.spots = append(p.spots, nil)
		}
		editions := p.live.Now().City.Editions()
		base := editions[rng.IntN(len(editions))].Base()
		at, err := geo.Snap(base[rng.IntN(len(base))].LabelPoint)
		if err != nil {
			b.Fatal(err)
		}
		p.spots[i/300] = append(p.spots[i/300], at)
	}
	return p
}

// requests are for 300 tiles of zooms 10 to 16 as often as a map viewer asks for each: one of ten for z10, more for those that follow. Each round
// looks elsewhere.
func (p *tilePeers) requests(round int, least, most uint8, path string) (ids []mvt.TileID, requests [][]byte) {
	weights := []uint8{10, 10, 10, 11, 11, 11, 11, 12, 12, 12, 12, 13, 13, 13, 13, 13, 14, 14, 14, 14, 14, 14, 15, 15, 15, 15, 15, 16, 16, 16, 16}
	for i, at := range p.spots[round] {
		z := weights[i%len(weights)]
		if z < least || z > most {
			continue
		}
		id := mvt.Project(at).Tile(z)
		ids = append(ids, id)
		requests = append(requests, fmt.Appendf(nil, "GET "+path+" HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n", id.Z, id.X, id.Y))
	}
	return ids, requests
}

// pass sends each request once over c connections and returns how long all took, and each.
func pass(b *testing.B, address string, c int, requests [][]byte) (all time.Duration, each []time.Duration) {
	b.Helper()
	each = make([]time.Duration, len(requests))
	var next atomic.Int64
	var running sync.WaitGroup
	begin := time.Now()
	for range c {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			b.Fatal(err)
		}
		defer connection.Close()
		running.Go(func() {
			in := bufio.NewReaderSize(connection, 64<<10)
			for i := next.Add(1) - 1; i < int64(len(requests)); i = next.Add(1) - 1 {
				start := time.Now()
				if _, err := connection.Write(requests[i]); err != nil {
					b.Error(err)
					return
				}
				if err := skipAnswer(in); err != nil {
					b.Errorf("%s: %v", requests[i], err)
					return
				}
				each[i] = time.Since(start)
			}
		})
	}
	running.Wait()
	return time.Since(begin), each
}

// tileSQL answers tiles as pg_tileserv asks PostGIS for them: the bounds once, what meets them, clipped with a buffer of 256 units, at most
// 10,000 rows. mercator says that the table is in web mercator, and nothing is to be transformed.
func tileSQL(b *testing.B, pool *pgxpool.Pool, table, columns string, mercator bool) (address string) {
	b.Helper()
	geom, query := "ST_Transform(t.geom, 3857)", "ST_Transform(bounds.query, 4326)"
	if mercator {
		geom, query = "t.geom", "bounds.query"
	}
	sql := `SELECT ST_AsMVT(tile, 'layer', 4096, 'geom', 'id') FROM (
		SELECT ST_AsMVTGeom(` + geom + `, bounds.clip, 4096, 256) AS geom, ` + columns + `
		FROM ` + table + ` t, (SELECT ST_TileEnvelope($1, $2, $3) AS clip, ST_Expand(ST_TileEnvelope($1, $2, $3), 40075016.68 / (1 << $1) / 16) AS query) AS bounds
		WHERE ST_Intersects(t.geom, ` + query + `)
		LIMIT 10000) AS tile`
	writers := sync.Pool{New: func() any { w, _ := gzip.NewWriterLevel(nil, gzip.DefaultCompression); return w }}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{z}/{x}/{y}", func(w http.ResponseWriter, r *http.Request) {
		id, err := mvt.ParseTile(r.PathValue("z"), r.PathValue("x"), r.PathValue("y"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		var tile []byte
		if err := pool.QueryRow(r.Context(), sql, int(id.Z), int(id.X), int(id.Y)).Scan(&tile); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		var packed sliceWriter
		zip := writers.Get().(*gzip.Writer)
		zip.Reset(&packed)
		_, _ = zip.Write(tile)
		_ = zip.Close()
		writers.Put(zip)
		w.Header().Set("Content-Type", "application/vnd.mapbox-vector-tile")
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", fmt.Sprint(len(packed)))
		_, _ = w.Write(packed)
	})
	return listen(b, &http.Server{Handler: mux})
}

type sliceWriter []byte

func (s *sliceWriter) Write(p []byte) (int, error) {
	*s = append(*s, p...)
	return len(p), nil
}

// server serves the product as wangge serve does, with that much memory for tiles, everything open to read.
func (p *tilePeers) server(b *testing.B, cacheBytes int64) (address string) {
	b.Helper()
	logToFile(b)
	return listen(b, api.New(api.Config{Store: p.store, Live: p.live, OpenReads: true, TileCache: cacheBytes}).HTTP())
}

// The rounds of requests: what a server that has just started is asked, what all are asked before they are measured, and what is measured.
const (
	coldRound = iota
	warmingRound
	mixedRound
	deepRound
)

// BenchmarkTilePeers prints what the product has to the others in one run on the same data, uncached: the goals are 5 times PostGIS where both
// serve grids (z14 to z16), 20 times over the mix of zooms, twice for places, and a p99 of grid tiles of at most 3 times their p50. The product
// is measured as it is when it has run for a minute (its borders are simplified, no tile is held), and right after its start as cold.
func BenchmarkTilePeers(b *testing.B) {
	p := newTilePeers(b)
	product := p.server(b, 0)
	grids := tileSQL(b, p.pool, "peer_grid", "id, code, name, kind, community_code", false)
	mercator := tileSQL(b, p.pool, "peer_grid_mercator", "id, code, name, kind, community_code", true)
	places := tileSQL(b, p.pool, "peer_place", "id, code, kind, name, state", false)
	mapserver := mapServer(b, p.pool)
	const ours, theirs = "/tiles/%s/%%d/%%d/%%d.mvt", "/%d/%d/%d"
	b.Run("grids/cold", func(b *testing.B) {
		for b.Loop() {
			_, requests := p.requests(coldRound, 10, 16, fmt.Sprintf(ours, "grids"))
			took, each := pass(b, product, tileClients, requests)
			reportTiles(b, took, each)
		}
	})
	begin := time.Now()
	p.live.Now().City.PrepareTiles(func() bool { return true })
	b.Logf("tiles prepared in %v", time.Since(begin).Round(time.Millisecond))
	for _, round := range []int{mixedRound, deepRound} {
		zooms := map[int][2]uint8{mixedRound: {10, 16}, deepRound: {14, 16}}[round]
		asked := func(path string) [2][][]byte {
			_, warming := p.requests(warmingRound, zooms[0], zooms[1], path)
			_, measured := p.requests(round, zooms[0], zooms[1], path)
			return [2][][]byte{warming, measured}
		}
		ofMapServer := func(layer string) peer {
			return peer{mapserver, [2][][]byte{p.mapServerRequests(warmingRound, zooms[0], zooms[1], layer), p.mapServerRequests(round, zooms[0], zooms[1], layer)}}
		}
		name := fmt.Sprintf("z%d-z%d", zooms[0], zooms[1])
		b.Run("grids/"+name, func(b *testing.B) {
			compareTiles(b, peer{product, asked(fmt.Sprintf(ours, "grids"))}, map[string]peer{
				"postgis": {grids, asked(theirs)}, "postgis3857": {mercator, asked(theirs)}, "mapserver": ofMapServer("grids"),
			})
		})
		b.Run("places/"+name, func(b *testing.B) {
			compareTiles(b, peer{product, asked(fmt.Sprintf(ours, "places"))}, map[string]peer{"postgis": {places, asked(theirs)}, "mapserver": ofMapServer("places")})
		})
	}
}

// peer is a server with what it is asked before it is measured, and then.
type peer struct {
	address  string // "" for one that is not installed
	requests [2][][]byte
}

// tileClients is how many clients ask at once.
const tileClients = 8

// compareTiles passes the requests to each server once and reports requests per second and the product's share of each.
func compareTiles(b *testing.B, product peer, peers map[string]peer) {
	for b.Loop() {
		pass(b, product.address, tileClients, product.requests[0])
		took, each := pass(b, product.address, tileClients, product.requests[1])
		reportTiles(b, took, each)
		for name, p := range peers {
			if p.address == "" {
				continue
			}
			pass(b, p.address, tileClients, p.requests[0])
			other, _ := pass(b, p.address, tileClients, p.requests[1])
			b.ReportMetric(float64(len(p.requests[1]))/other.Seconds(), name+"/s")
			b.ReportMetric(other.Seconds()/took.Seconds(), name+"-ratio")
		}
	}
}

// reportTiles reports how fast the product was.
func reportTiles(b *testing.B, took time.Duration, each []time.Duration) {
	slices.Sort(each)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(len(each))/took.Seconds(), "product/s")
	b.ReportMetric(float64(each[len(each)/2].Microseconds()), "product-p50-µs")
	b.ReportMetric(float64(each[len(each)*99/100].Microseconds()), "product-p99-µs")
}

// BenchmarkFirstTile publishes plans that merge two grids, and asks a server for the tiles of zooms 10 to 16 that show them: the goal is under
// 300 ms from the commit to the first fresh tile, the refresh included.
func BenchmarkFirstTile(b *testing.B) {
	p := newTilePeers(b)
	product := p.server(b, 0)
	p.live.Now().City.PrepareTiles(func() bool { return true })
	var refreshes, firsts, alls []time.Duration
	for b.Loop() {
		at := p.publishMerge(b)
		begin := time.Now()
		if err := p.live.Refresh(b.Context()); err != nil {
			b.Fatal(err)
		}
		refreshes = append(refreshes, time.Since(begin))
		for z := uint8(10); z <= 16; z++ {
			id := mvt.Project(at).Tile(z)
			pass(b, product, 1, [][]byte{fmt.Appendf(nil, "GET /tiles/grids/%d/%d/%d.mvt HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n", id.Z, id.X, id.Y)})
			if z == 10 {
				firsts = append(firsts, time.Since(begin))
			}
		}
		alls = append(alls, time.Since(begin))
	}
	b.ReportMetric(0, "ns/op")
	for name, took := range map[string][]time.Duration{"refresh": refreshes, "first": firsts, "seven": alls} {
		slices.Sort(took)
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, name+"-p50-ms")
		b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, name+"-max-ms")
	}
}

// publishMerge publishes a plan that merges two grids which share a border, and returns a point in them.
func (p *tilePeers) publishMerge(b *testing.B) geo.Point {
	b.Helper()
	city := p.live.Now().City
	e := city.Editions()[rand.IntN(len(city.Editions()))]
	county := e.Info().CountyCode
	plan, err := p.store.CreatePlan(b.Context(), city, importer, grid.Plan{Counties: []string{county}, Title: "调整", Reason: "workload"})
	if err != nil {
		b.Fatal(err)
	}
	for {
		k := rand.IntN(len(e.Base()) - 1)
		one, other := &e.Base()[k], &e.Base()[k+1]
		made, err := p.store.EditPlan(b.Context(), city, importer, plan.Code, plan.Version, grid.Change{Op: grid.OpMerge, Grids: []string{one.Code, other.Code}})
		if err != nil {
			continue // they are not neighbours, or of two communities
		}
		if _, err := p.pool.Exec(b.Context(), `UPDATE plan SET state = 'decided', decided_at = now() WHERE id = $1`, plan.ID); err != nil {
			b.Fatal(err)
		}
		if _, err := p.store.Publish(b.Context(), city, importer, plan.Code, made.Plan.Version); err != nil {
			b.Fatal(err)
		}
		at, err := geo.Snap(one.LabelPoint)
		if err != nil {
			b.Fatal(err)
		}
		return at
	}
}
