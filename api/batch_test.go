package api_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/geo/crs"
)

const (
	asJSON    = "Content-Type: application/json\n"
	asGeoJSON = "Content-Type: application/geo+json\n"
	asLines   = "Content-Type: application/x-ndjson\n"
	asCSV     = "Content-Type: text/csv\n"
)

// point is a place of a batch, in units.
func point(x, y float64) string {
	lon, lat := at(x, y)
	return fmt.Sprintf(`{"lon":%g,"lat":%g}`, lon, lat)
}

// geometry is a GeoJSON geometry of that type with a path in units; a polygon gets it as its ring.
func geometry(kind string, path ...[2]float64) string {
	var positions []string
	for _, p := range path {
		lon, lat := at(p[0], p[1])
		positions = append(positions, fmt.Sprintf("[%g,%g]", lon, lat))
	}
	list := "[" + strings.Join(positions, ",") + "]"
	switch kind {
	case "Point":
		list = positions[0]
	case "Polygon":
		list = "[" + list + "]"
	}
	return fmt.Sprintf(`{"type":%q,"coordinates":%s}`, kind, list)
}

func feature(geometry string) string {
	return `{"type":"Feature","properties":{},"geometry":` + geometry + `}`
}

func TestBatch(t *testing.T) {
	t.Parallel()
	s := serve(t)
	post := func(name, header, body string) exchange {
		return exchange{name: name, method: http.MethodPost, target: "/v1/locate", header: header, body: body}
	}
	lon, lat := at(0.5, 0.5)
	gcj := crs.GCJ02.FromWGS84(orb.Point{lon, lat})
	bow := geometry("Polygon", [2]float64{0.2, 0.2}, [2]float64{0.8, 0.8}, [2]float64{0.8, 0.2}, [2]float64{0.2, 0.8}, [2]float64{0.2, 0.2})
	open := geometry("Polygon", [2]float64{0.2, 0.2}, [2]float64{0.8, 0.2}, [2]float64{0.8, 0.8}, [2]float64{0.2, 0.8})
	s.all(t, []exchange{
		post("array", asJSON, "["+point(0.5, 0.5)+","+point(0.5, 1.5)+","+point(-5, 0)+"]"),
		post("array of garbage", asJSON, `[1,"x",null,{},{"lon":120.3},{"lon":"120.3","lat":31.5},{"lon":1e9,"lat":31.5},`+
			`{"lon":120.3,"lat":31.5,"crs":"mars"},{"type":"Point","coordinates":[]},{"type":"Point","coordinates":[120.3]},`+
			`{"type":"Feature","geometry":null},{"type":"GeometryCollection","geometries":[]},{"type":"Cube","coordinates":[1,2]}]`),
		post("empty array", asJSON, "[]"),
		post("FeatureCollection", asGeoJSON, `{"type":"FeatureCollection","features":[`+feature(geometry("Point", [2]float64{1.6, 0.3}))+","+feature(bow)+"]}"),
		post("one point", asJSON, point(0.5, 0.5)),
		post("one feature in the void", asGeoJSON, feature(geometry("Point", [2]float64{0.5, 1.5}))),
		post("BR-24 polygon shares", asGeoJSON, geometry("Polygon", [2]float64{0.5, 0.2}, [2]float64{1.75, 0.2}, [2]float64{1.75, 0.6}, [2]float64{0.5, 0.6}, [2]float64{0.5, 0.2})),
		post("BR-24 line shares", asGeoJSON, geometry("LineString", [2]float64{0.25, 0.5}, [2]float64{1.25, 0.5})),
		post("BR-24 tie goes to the lowest code", asGeoJSON, geometry("LineString", [2]float64{0.5, 0.5}, [2]float64{1.5, 0.5})),
		post("QC-01 bow tie", asGeoJSON, bow),
		post("QC-01 ring not closed", asGeoJSON, open),
		post("QC-01 across 180 degrees", asGeoJSON, `{"type":"LineString","coordinates":[[179.9,31.5],[-179.9,31.5]]}`),
		post("NDJSON", asLines, point(0.5, 0.5)+"\n\n"+point(0.5, 1.5)+"\r\n"+"not json\n"+feature(geometry("Point", [2]float64{1, 0.5}))+"\n"+point(9, 9)),
		post("CSV", asCSV, csvQuestion()),
		post("CSV without its columns", asCSV, "a,b\n1,2\n"),
		post("CSV empty", asCSV, ""),
		post("not JSON", asJSON, "<html><body>sign in</body></html>"),
		post("HTML", "Content-Type: text/html\n", "<html><body>sign in</body></html>"),
		post("no media type", "", point(0.5, 0.5)),
		post("nothing", asJSON, ""),
		post("JSON cut short", asJSON, `[{"lon":120.3,`),
		{name: "crs unknown", method: http.MethodPost, target: "/v1/locate?crs=mars", header: asJSON, body: "[]"},
		{name: "crs gcj02", method: http.MethodPost, target: "/v1/locate?crs=gcj02", header: asCSV, body: fmt.Sprintf("lng,纬度\n%g,%g\n", gcj[0], gcj[1])},
		{name: "parameter unknown", method: http.MethodPost, target: "/v1/locate?lon=1", header: asJSON, body: "[]"},
	})
}

func csvQuestion() string {
	row := func(name string, x, y float64) string {
		lon, lat := at(x, y)
		return fmt.Sprintf("%s,%g,%g\n", name, lon, lat)
	}
	return "\ufeffname,Lon,LAT\n" + row("inside", 0.5, 0.5) + row(`"quoted, with
a line break"`, 1.6, 0.3) + row("void", 0.5, 1.5) + row("outside", 9, 9) + row("border", 1, 0.5) +
		"nan,NaN,31.5\nshort,120.3\nbad \"quote,120.3,31.5\n" + row("after", 0.5, 0.5)
}

// repeated yields a head, then a line over and over, n bytes in all.
type repeated struct {
	head string
	line string
	n    int64
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.n <= 0 {
		return 0, io.EOF
	}
	k := 0
	for k < len(p) && r.n > 0 {
		if r.head != "" {
			c := copy(p[k:], r.head)
			k, r.head, r.n = k+c, r.head[c:], r.n-int64(c)
			continue
		}
		c := copy(p[k:], r.line[r.at:])
		k, r.at, r.n = k+c, (r.at+c)%len(r.line), r.n-int64(c)
	}
	return k, nil
}

// TestBatchOfAGigabyte sends more than is taken: memory stays bounded and the client is told.
func TestBatchOfAGigabyte(t *testing.T) {
	t.Parallel()
	store, l := newTown(t)
	h := api.New(api.Config{Store: store, Live: l}).Handler()
	const gigabyte = 1 << 30
	for _, test := range []struct {
		name, media, head, line string

		length int64 // announced; -1 for none
		most   int64 // of the body that may be read
		status int
	}{
		{"announced lines", "application/x-ndjson", "", point(0.5, 0.5) + "\n", gigabyte, 0, http.StatusRequestEntityTooLarge},
		{"announced document", "application/json", "[", "1,", gigabyte, 0, http.StatusRequestEntityTooLarge},
		{"document", "application/json", "", " ", -1, 17 << 20, http.StatusRequestEntityTooLarge},
		{"document of millions", "application/json", "[1", ",1", -1, 17 << 20, http.StatusRequestEntityTooLarge},
		{"CSV that is one header", "text/csv", "", "lon,lat,", -1, 2 << 20, http.StatusBadRequest},
		{"CSV that is one row", "text/csv", "lon,lat\n\"", "x", -1, 3 << 20, http.StatusOK},
		{"one line", "application/x-ndjson", "", "x", -1, 3 << 20, http.StatusOK}, // the error is the answer's only line
	} {
		t.Run(test.name, func(t *testing.T) {
			body := &repeated{head: test.head, line: test.line, n: gigabyte}
			request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/locate", body)
			request.Header.Set("Content-Type", test.media)
			request.ContentLength = test.length
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			answer := httptest.NewRecorder()
			h.ServeHTTP(answer, request)
			runtime.ReadMemStats(&after)
			if answer.Code != test.status || !strings.Contains(answer.Body.String(), "limit") {
				t.Errorf("got %d %.200s, want %d", answer.Code, answer.Body, test.status)
			}
			if read := gigabyte - body.n; read > test.most {
				t.Errorf("read %d bytes of the body, want at most %d", read, test.most)
			}
			if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 200<<20 {
				t.Errorf("the heap grew by %d MiB", grown>>20)
			}
		})
	}
}

// TestBatchItems: a document has a bound of items, below that of its bytes.
func TestBatchItems(t *testing.T) {
	t.Parallel()
	s := serve(t)
	items := func(n int) string { return strings.TrimSuffix(strings.Repeat("1,", n), ",") }
	for _, test := range []struct {
		name, body string
		want       int
	}{
		{"as many as may be", "[" + items(100_000) + "]", http.StatusOK},
		{"one more", "[" + items(100_001) + "]", http.StatusRequestEntityTooLarge},
		{"one feature more", `{"type":"FeatureCollection","features":[` + items(100_001) + "]}", http.StatusRequestEntityTooLarge},
		{"16 MB", "[" + items(7<<20) + "]", http.StatusRequestEntityTooLarge},
		{"no features", `{"type":"FeatureCollection","features":null}`, http.StatusOK},
		{"features that are no list", `{"type":"FeatureCollection","features":{}}`, http.StatusBadRequest},
		{"something behind the array", "[] []", http.StatusBadRequest},
		{"no comma", "[1 1]", http.StatusBadRequest},
		{"comma at the end", "[1,]", http.StatusBadRequest},
		{"not closed", "[1", http.StatusBadRequest},
	} {
		answer := s.do(t, exchange{method: http.MethodPost, target: "/v1/locate", header: asJSON, body: test.body})
		body, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != test.want {
			t.Errorf("%s: got %s %.200s (%v), want %d", test.name, answer.Status, body, err, test.want)
		}
		if test.want == http.StatusRequestEntityTooLarge && !strings.Contains(string(body), "newline-delimited") {
			t.Errorf("%s: got %s", test.name, body)
		}
	}
}

// TestBatchBodyFails: what ends a body before its time stands in the last row.
func TestBatchBodyFails(t *testing.T) {
	t.Parallel()
	store, l := newTown(t)
	h := api.New(api.Config{Store: store, Live: l}).Handler()
	lon, lat := at(0.5, 0.5)
	for _, test := range []struct {
		name, media, body string
		cause             error
		want              string // in the last row
	}{
		{"lines cut short", "application/x-ndjson", point(0.5, 0.5) + "\n", io.ErrUnexpectedEOF, "bad_request.*cut short"},
		{"lines that stall", "application/x-ndjson", point(0.5, 0.5) + "\n", os.ErrDeadlineExceeded, "timeout.*in time"},
		{"CSV cut short", "text/csv", fmt.Sprintf("lon,lat\n%g,%g\n", lon, lat), io.ErrUnexpectedEOF, "bad_request.*cut short"},
		{"CSV that stalls", "text/csv", fmt.Sprintf("lon,lat\n%g,%g\n", lon, lat), os.ErrDeadlineExceeded, "timeout.*in time"},
	} {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/locate", io.MultiReader(strings.NewReader(test.body), iotest.ErrReader(test.cause)))
		request.Header.Set("Content-Type", test.media)
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, request)
		rows := strings.Split(strings.TrimSpace(answer.Body.String()), "\n")
		if last := rows[len(rows)-1]; !regexp.MustCompile(test.want).MatchString(last) || !strings.Contains(answer.Body.String(), lake+"001") {
			t.Errorf("%s: got %s, want %s", test.name, answer.Body, test.want)
		}
	}
}

// TestBatchesAtOnce: no more run than may, and each that ends makes room.
func TestBatchesAtOnce(t *testing.T) {
	t.Parallel()
	store, l := newTown(t)
	h := api.New(api.Config{Store: store, Live: l}).Handler()
	ask := func(body io.Reader) *httptest.ResponseRecorder {
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/locate", body)
		request.Header.Set("Content-Type", "application/x-ndjson")
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, request)
		return answer
	}
	var running sync.WaitGroup
	var writers []*io.PipeWriter
	for range api.MaxBatches() {
		questions, write := io.Pipe()
		running.Go(func() { ask(questions) })
		if _, err := io.WriteString(write, point(0.5, 0.5)+"\n"); err != nil { // it is read: the batch has begun
			t.Fatal(err)
		}
		writers = append(writers, write)
	}
	if answer := ask(strings.NewReader("")); answer.Code != http.StatusServiceUnavailable || answer.Header().Get("Retry-After") == "" || !strings.Contains(answer.Body.String(), `"busy"`) {
		t.Errorf("got %d %s, want 503", answer.Code, answer.Body)
	}
	for _, w := range writers {
		_ = w.Close()
	}
	running.Wait()
	if answer := ask(strings.NewReader("")); answer.Code != http.StatusOK {
		t.Errorf("afterwards: got %d %s", answer.Code, answer.Body)
	}
}

// TestBatchStreams reads the first answers before the last questions are sent.
func TestBatchStreams(t *testing.T) {
	t.Parallel()
	s := serve(t)
	questions, write := io.Pipe()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/v1/locate", questions)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-ndjson")
	more := make(chan struct{})
	go func() {
		defer write.Close()
		for range 2000 {
			if _, err := io.WriteString(write, point(0.5, 0.5)+"\n"); err != nil {
				return
			}
		}
		<-more
		_, _ = io.WriteString(write, point(0.5, 1.5)+"\n")
	}()
	answer, err := s.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() {
		t.Fatal("no answer before the end of the questions")
	}
	close(more)
	n := 1
	var last []byte
	for lines.Scan() {
		n++
		last = bytes.Clone(lines.Bytes())
	}
	var final struct {
		Error struct{ Code string }
	}
	if err := json.Unmarshal(last, &final); err != nil || n != 2001 || final.Error.Code != "no_service" {
		t.Errorf("got %d answers, the last %s (%v)", n, last, err)
	}
}
