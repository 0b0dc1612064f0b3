package api_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
)

// benchSize reads a size from the environment.
func benchSize(b *testing.B, name string, otherwise int) int {
	b.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatalf("%s: %v", name, err)
	}
	return n
}

// wideTown stores one county of n grids of about 60 vertices, 25 to a community, each with a worker of its own.
func wideTown(b *testing.B, s *store.Store, n int) geo.Box {
	b.Helper()
	tiling := geotest.Big(n, 60)
	outline := tiling.Outline
	divisions := []grid.Division{
		division(city, grid.LevelCity, "", "", "无锡市", outline),
		division(binhu, grid.LevelCounty, city, binhu, "滨湖区", outline),
		division(street, grid.LevelStreet, binhu, binhu, "河埒街道", outline),
		division(lake, grid.LevelCommunity, street, binhu, "水秀社区", outline),
	}
	must := func(err error) {
		if err != nil {
			b.Helper()
			b.Fatal(err)
		}
	}
	must(s.ImportDivisions(b.Context(), imported("divisions", len(divisions)), divisions, nil))
	organizations := []grid.Organization{{Code: "org-school", Name: "水秀小学", Kind: "institution", Level: grid.LevelCommunity, DivisionCode: lake, Public: true}}
	must(s.ImportOrganizations(b.Context(), imported("organizations", 1), organizations))
	e := store.NewEdition{CountyCode: binhu, Proven: true}
	var workers []grid.Worker
	var posts []grid.Post
	since := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, face := range tiling.Faces {
		code := fmt.Sprintf("%s%06d", lake, (i*7919)%1_000_003)
		e.Base = append(e.Base, aGrid(code, grid.Base, lake, "水秀第"+strconv.Itoa(i)+"网格", 312, face))
		workers = append(workers, grid.Worker{Code: strconv.Itoa(i), Name: "网格员" + strconv.Itoa(i), RoleType: "full_time", ManagingOrg: "org-school", WorkPhone: "0510-0000" + strconv.Itoa(i), Active: true})
		posts = append(posts, grid.Post{WorkerCode: strconv.Itoa(i), GridCode: code, PostKind: "worker", ValidFrom: since, Public: true})
	}
	must(s.ImportEditions(b.Context(), []*store.Import{imported("base_grids", len(e.Base))}, []store.NewEdition{e}))
	must(s.ImportWorkers(b.Context(), imported("workers", len(workers)), workers))
	must(s.ImportPosts(b.Context(), imported("posts", len(posts)), posts))
	return outline.Box()
}

// listen serves a handler on loopback until the benchmark ends.
func listen(b *testing.B, server *http.Server) (address string) {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	b.Cleanup(func() { _ = server.Close() })
	return listener.Addr().String()
}

// load is what a run of requests has measured.
type load struct {
	perSecond float64
	p99       time.Duration
	cpu       time.Duration // of client and server for one request: other jobs on the machine change it little
}

// hammer sends ready-made requests over c connections for a while, each the next as soon as its answer is read. It does as little as
// a client can, since it shares the processors with the server.
func hammer(b *testing.B, address string, c int, requests [][]byte, length time.Duration) load {
	b.Helper()
	took := make([][]time.Duration, c)
	var running sync.WaitGroup
	begun, busy := time.Now(), api.ProcessorTime(b)
	for i := range c {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			b.Fatal(err)
		}
		defer connection.Close()
		running.Go(func() {
			in := bufio.NewReaderSize(connection, 32<<10)
			all := make([]time.Duration, 0, 1<<17)
			for k := i * 7919; ; k++ {
				start := time.Now()
				if start.Sub(begun) >= length {
					break
				}
				if _, err := connection.Write(requests[k%len(requests)]); err != nil {
					b.Error(err)
					return
				}
				if err := skipAnswer(in); err != nil {
					b.Error(err)
					return
				}
				all = append(all, time.Since(start))
			}
			took[i] = all
		})
	}
	running.Wait()
	elapsed, busy := time.Since(begun), api.ProcessorTime(b)-busy
	all := slices.Concat(took...)
	if slices.Sort(all); len(all) == 0 {
		b.Fatal("no answer")
	}
	return load{float64(len(all)) / elapsed.Seconds(), all[len(all)*99/100], busy / time.Duration(len(all))}
}

var (
	okay          = []byte("HTTP/1.1 200 OK\r\n")
	contentLength = []byte("\r\nContent-Length: ")
	headEnd       = []byte("\r\n\r\n")
)

// skipAnswer reads one answer with status 200.
func skipAnswer(in *bufio.Reader) error {
	for want := 1; ; {
		if _, err := in.Peek(want); err != nil {
			return err
		}
		head, _ := in.Peek(in.Buffered())
		end := bytes.Index(head, headEnd)
		if end < 0 {
			want = len(head) + 1
			continue
		}
		if !bytes.HasPrefix(head, okay) {
			return fmt.Errorf("got %.100q", head)
		}
		from := bytes.Index(head, contentLength)
		if from < 0 {
			if _, err := in.Discard(end + len(headEnd)); err != nil {
				return err
			}
			return skipChunks(in)
		}
		n := 0
		for _, digit := range head[from+len(contentLength):] {
			if digit == '\r' {
				break
			}
			n = 10*n + int(digit-'0')
		}
		_, err := in.Discard(end + len(headEnd) + n)
		return err
	}
}

// skipChunks reads a body in chunks.
func skipChunks(in *bufio.Reader) error {
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(strings.TrimSpace(line), 16, 32)
		if err != nil {
			return fmt.Errorf("neither a Content-Length nor chunks: %w", err)
		}
		if _, err := in.Discard(int(n) + len("\r\n")); err != nil || n == 0 {
			return err
		}
	}
}

func median[T time.Duration | float64](values []T) T {
	slices.Sort(values)
	return values[len(values)/2]
}

// compareLoads hammers two servers by turns and reports the median of each, and of what the second has to the first in one round.
func compareLoads(b *testing.B, c int, names [2]string, addresses [2]string, requests [2][][]byte) {
	b.Helper()
	var perSecond [2][]float64
	var p99, cpu [2][]time.Duration
	var rates, tails, costs []float64
	for b.Loop() {
		var got [2]load
		for i := range got {
			got[i] = hammer(b, addresses[i], c, requests[i], time.Second)
			perSecond[i], p99[i], cpu[i] = append(perSecond[i], got[i].perSecond), append(p99[i], got[i].p99), append(cpu[i], got[i].cpu)
		}
		rates = append(rates, got[1].perSecond/got[0].perSecond)
		tails = append(tails, float64(got[1].p99)/float64(got[0].p99))
		costs = append(costs, float64(got[0].cpu)/float64(got[1].cpu))
	}
	b.ReportMetric(0, "ns/op")
	for i, name := range names {
		b.ReportMetric(median(perSecond[i]), name+"/s")
		b.ReportMetric(float64(median(p99[i]).Microseconds()), name+"-p99-µs")
		b.ReportMetric(float64(median(cpu[i]).Nanoseconds())/1000, name+"-cpu-µs")
	}
	b.ReportMetric(median(rates), "rate-ratio")
	b.ReportMetric(median(tails), "p99-ratio")
	b.ReportMetric(median(costs), "cpu-ratio")
}

// locateRequests are ready-made requests for points at random in the box.
func locateRequests(box geo.Box) [][]byte {
	rng := rand.New(rand.NewPCG(1, 2))
	width, height := box.Max.X-box.Min.X, box.Max.Y-box.Min.Y
	requests := make([][]byte, 1<<14)
	for i := range requests { // not at the edge, which is no straight line
		p := geo.Point{X: box.Min.X + width/20 + rng.Int32N(width/20*18), Y: box.Min.Y + height/20 + rng.Int32N(height/20*18)}.Orb()
		requests[i] = fmt.Appendf(nil, "GET /v1/locate?lon=%.7f&lat=%.7f HTTP/1.1\r\nHost: localhost\r\n\r\n", p[0], p[1])
	}
	return requests
}

// logToFile has the log written into a file, as the server writes it, until the benchmark ends.
func logToFile(b *testing.B) {
	b.Helper()
	file, err := os.Create(filepath.Join(b.TempDir(), "log"))
	if err != nil {
		b.Fatal(err)
	}
	log := api.NewLog(file)
	before := slog.Default()
	slog.SetDefault(slog.New(log.JSONHandler(slog.LevelInfo)))
	b.Cleanup(func() {
		slog.SetDefault(before)
		_ = log.Flush()
		_ = file.Close()
	})
}

// locateServer serves WANGGE_BENCH_GRIDS grids (50000) as wangge serve does, with the log in a file.
func locateServer(b *testing.B, s *store.Store) (address string) {
	b.Helper()
	l, err := live.Open(b.Context(), s)
	if err != nil {
		b.Fatal(err)
	}
	logToFile(b)
	return listen(b, api.New(api.Config{Store: s, Live: l}).HTTP())
}

// BenchmarkLocateHTTP compares GET /v1/locate, with routing, log and metrics, with a handler that does nothing but answer: the goals
// are 0.7 of its requests per second and 1.5 times its p99. One iteration is one second of each; -benchtime 5x runs five.
func BenchmarkLocateHTTP(b *testing.B) {
	s := store.New(gridtest.Pool(b))
	box := wideTown(b, s, benchSize(b, "WANGGE_BENCH_GRIDS", 50_000))
	hello := listen(b, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"hello":"world"}`)
	})})
	addresses := [2]string{hello, locateServer(b, s)}
	requests := [2][][]byte{{[]byte("GET /hello?lon=120.3123456&lat=31.4987654 HTTP/1.1\r\nHost: localhost\r\n\r\n")}, locateRequests(box)}
	for _, c := range []int{8, 32} {
		b.Run("c="+strconv.Itoa(c), func(b *testing.B) {
			for i := range addresses { // warm up: most places are asked for the first time, and their answers kept
				hammer(b, addresses[i], c, requests[i], 2*time.Second)
			}
			compareLoads(b, c, [2]string{"hello", "locate"}, addresses, requests)
		})
	}
}

// BenchmarkLocateHTTPSQL compares GET /v1/locate with a handler that asks PostGIS once a request, with a statement prepared by pgx on
// the product's own table and index, and says no more than the grid's code: the goal is 5 times its requests per second.
func BenchmarkLocateHTTPSQL(b *testing.B) {
	pool := gridtest.Pool(b)
	s := store.New(pool)
	box := wideTown(b, s, benchSize(b, "WANGGE_BENCH_GRIDS", 50_000))
	if _, err := pool.Exec(b.Context(), "ANALYZE grid_version, grid"); err != nil {
		b.Fatal(err)
	}
	covers := listen(b, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		lon, lonErr := strconv.ParseFloat(q.Get("lon"), 64)
		lat, latErr := strconv.ParseFloat(q.Get("lat"), 64)
		var code string
		err := pool.QueryRow(r.Context(), `
			SELECT g.code
			FROM grid_version v
			JOIN grid g ON g.id = v.grid_id
			WHERE v.to_edition IS NULL AND ST_Covers(v.boundary, ST_SetSRID(ST_MakePoint($1, $2), 4326))
			ORDER BY g.code
			LIMIT 1`, lon, lat).Scan(&code)
		if err := errors.Join(lonErr, latErr, err); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"code":"`+code+`"}`)
	})})
	requests := locateRequests(box)
	for _, c := range []int{8, 32} {
		b.Run("c="+strconv.Itoa(c), func(b *testing.B) {
			compareLoads(b, c, [2]string{"covers", "locate"}, [2]string{covers, locateServer(b, s)}, [2][][]byte{requests, requests})
		})
	}
}
