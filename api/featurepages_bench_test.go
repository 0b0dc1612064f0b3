package api_test

import (
	"bytes"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// The columns of a page of features, chosen by PostGIS alone.
const (
	hazardsInBox = `
		SELECT p.id, p.code, p.name, p.address, p.address_parts, p.plate_code, p.position_accuracy_m, p.operator_org, p.supervising_org_code,
		       p.source, p.state, p.public, p.external_refs, p.county_code, p.community_code, p.base_grid_id, p.dedicated_grid_id,
		       p.on_boundary, p.version, p.updated_at, h.*, ST_AsEWKB(p.shape)
		FROM place p
		JOIN hazard h ON h.place_id = p.id
		WHERE p.kind = 'hazard' AND p.shape && ST_MakeEnvelope($1, $2, $3, $4, 4326)
		LIMIT 100`
	gridsInBox = `
		SELECT g.code, g.community_code, g.county_code, v.name, v.households, v.residents, v.buildings, v.area_m2, v.perimeter_m, v.compactness,
		       v.host_org_code, v.bounds_text, v.from_edition, ST_AsEWKB(v.boundary)
		FROM grid_version v
		JOIN grid g ON g.id = v.grid_id
		WHERE v.to_edition IS NULL AND g.kind = 'base' AND v.boundary && ST_MakeEnvelope($1, $2, $3, $4, 4326)
		LIMIT 100`
)

// BenchmarkFeaturePages compares pages of 100 features of boxes of all sizes with a handler that does nothing but ask PostGIS, through an
// index of its own on every shape, for any 100 rows of the box, and writes them out as they come: the goal is half its requests per second.
// WANGGE_BENCH_PLACES (100000) and WANGGE_BENCH_GRIDS (10000) set the size. One iteration is one second of each; -benchtime 5x runs five.
func BenchmarkFeaturePages(b *testing.B) {
	pool := gridtest.Pool(b)
	s, err := store.OpenConfig(b.Context(), pool.Config()) // as wangge serve opens it
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.Close)
	box := wideTown(b, s, benchSize(b, "WANGGE_BENCH_GRIDS", 10_000))
	l, err := live.Open(b.Context(), s)
	if err != nil {
		b.Fatal(err)
	}
	wideHazards(b, s, l, benchSize(b, "WANGGE_BENCH_PLACES", 100_000), box)
	for _, sql := range []string{"CREATE INDEX bench_place_shape ON place USING gist (shape)", "VACUUM ANALYZE"} {
		if _, err := pool.Exec(b.Context(), sql); err != nil {
			b.Fatal(err)
		}
	}
	logToFile(b)
	product := listen(b, api.New(api.Config{Store: s, Live: l}).HTTP())
	secret := token(b, s, grid.RoleReader, "")
	for _, c := range []struct{ collection, sql string }{{"hazards", hazardsInBox}, {"base", gridsInBox}} {
		plain := listen(b, &http.Server{Handler: rowsInBox(pool, c.sql)})
		for _, share := range []float64{0.02, 0.1, 0.3, 0.8} {
			requests := pageRequests(c.collection, secret, box, share)
			b.Run(fmt.Sprintf("%s/width=%g", c.collection, share), func(b *testing.B) {
				compareLoads(b, 8, [2]string{"sql", "page"}, [2]string{plain, product}, [2][][]byte{requests, requests})
			})
		}
	}
}

// wideHazards stores n hazards, most of them around a few centres.
func wideHazards(b *testing.B, s *store.Store, l *live.Live, n int, box geo.Box) {
	b.Helper()
	layer, _ := grid.PlaceLayer("hazard")
	rng := rand.New(rand.NewPCG(3, 4))
	city := l.Now().City
	width, height := float64(box.Max.X-box.Min.X), float64(box.Max.Y-box.Min.Y)
	centres := make([][2]float64, 200)
	for i := range centres {
		centres[i] = [2]float64{rng.Float64(), rng.Float64()}
	}
	at := func(i int) geo.Point {
		c := centres[rng.IntN(len(centres))]
		x, y := c[0]+rng.NormFloat64()*0.03, c[1]+rng.NormFloat64()*0.03
		if i%4 == 0 || x < 0 || x > 1 || y < 0 || y > 1 {
			x, y = rng.Float64(), rng.Float64()
		}
		return geo.Point{X: box.Min.X + int32(x*width), Y: box.Min.Y + int32(y*height)}
	}
	imp := imported("hazards", n)
	imp.City = city
	var rows iter.Seq2[grid.Place, error] = func(yield func(grid.Place, error) bool) {
		for i := range n {
			p := at(i)
			place := grid.Place{
				Kind: "hazard", Name: "隐患" + strconv.Itoa(i), Address: "水秀路" + strconv.Itoa(i) + "号", Shape: p.Orb(), InputCRS: "wgs84", Assignment: city.AssignPoint(p),
				Detail: map[string]any{"hazard_kind": "gas", "level": "general", "found_at": time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)},
			}
			if !yield(place, nil) {
				return
			}
		}
	}
	if err := s.ImportPlaces(b.Context(), imp, layer, rows); err != nil {
		b.Fatal(err)
	}
}

// pageRequests are ready-made requests for first pages of boxes, of that share of the width and height of the box, at random in it.
func pageRequests(collection, secret string, box geo.Box, share float64) [][]byte {
	rng := rand.New(rand.NewPCG(5, 6))
	width, height := float64(box.Max.X-box.Min.X), float64(box.Max.Y-box.Min.Y)
	requests := make([][]byte, 1<<10)
	for i := range requests {
		low := geo.Point{X: box.Min.X + int32(rng.Float64()*(1-share)*width), Y: box.Min.Y + int32(rng.Float64()*(1-share)*height)}
		from, to := low.Orb(), geo.Point{X: low.X + int32(share*width), Y: low.Y + int32(share*height)}.Orb()
		requests[i] = fmt.Appendf(nil, "GET /ogc/collections/%s/items?bbox=%.7f,%.7f,%.7f,%.7f&limit=100&f=json HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n",
			collection, from[0], from[1], to[0], to[1], secret)
	}
	return requests
}

// rowsInBox answers with the bytes of the rows that a statement gives for bbox.
func rowsInBox(pool *pgxpool.Pool, sql string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var corners []any
		for text := range strings.SplitSeq(r.URL.Query().Get("bbox"), ",") {
			v, _ := strconv.ParseFloat(text, 64)
			corners = append(corners, v)
		}
		rows, err := pool.Query(r.Context(), sql, corners...)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		defer rows.Close()
		var out bytes.Buffer
		for rows.Next() {
			for _, value := range rows.RawValues() {
				out.Write(value)
			}
		}
		if err := rows.Err(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Length", strconv.Itoa(out.Len()))
		_, _ = w.Write(out.Bytes())
	})
}
