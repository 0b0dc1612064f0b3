package api

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/live"
)

// tiledState is a state without a database: one county of one community that the tiling's faces are the grids of, the first of them
// with a name that CSV quotes, a void area instead of the second and, where there is a third, a dedicated grid over it.
func tiledState(t testing.TB, tiling geotest.Tiling) *live.State {
	t.Helper()
	const city, county, street, community = "990100000000", "990101000000", "990101001000", "990101001001"
	contents := edition.Contents{Info: grid.EditionInfo{CountyCode: county, Number: 7, Proven: true}}
	for i, f := range tiling.Faces {
		g := grid.Grid{ID: int64(i + 1), Code: fmt.Sprintf("%s%06d", community, i), Kind: grid.Base, CommunityCode: community, CountyCode: county, Boundary: f.Orb()}
		switch i {
		case 0:
			g.Code = `odd, "code"`
		case 1:
			contents.Voids = append(contents.Voids, grid.VoidArea{Code: "V", CommunityCode: community, CountyCode: county, Reason: "water", Boundary: f.Orb()})
			continue
		case 2:
			over := g
			over.ID, over.Code, over.Kind = -1, community+"801", grid.Dedicated
			contents.Dedicated = append(contents.Dedicated, over)
		}
		contents.Base = append(contents.Base, g)
	}
	e, err := edition.New(contents)
	if err != nil {
		t.Fatal(err)
	}
	var divisions []grid.Division
	for _, d := range [][3]string{{city, grid.LevelCity, ""}, {county, grid.LevelCounty, city}, {street, grid.LevelStreet, county}, {community, grid.LevelCommunity, street}} {
		of := county
		if d[0] == city {
			of = ""
		}
		divisions = append(divisions, grid.Division{Code: d[0], Level: d[1], Name: d[0], ParentCode: d[2], CountyCode: of, Outline: tiling.Outline.Orb()})
	}
	c, err := edition.NewCity(divisions, []*edition.Edition{e}, grid.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	return &live.State{City: c}
}

// simpleCSV answers a batch in CSV with encoding/csv and the answer of a single locate: what csv is to agree with, byte for byte.
func simpleCSV(b *batch, body io.Reader, w io.Writer) error {
	in := csv.NewReader(body)
	in.FieldsPerRecord = -1
	head, err := in.Read()
	if err != nil {
		return err
	}
	lon, lat := column(head, "lon", "lng", "longitude", "经度"), column(head, "lat", "latitude", "纬度")
	if lon < 0 || lat < 0 {
		return errors.New("no columns")
	}
	out := csv.NewWriter(w)
	_ = out.Write(append(slices.Clone(head), csvColumns...))
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		row := make([]string, len(head))
		if err == nil {
			copy(row, record)
		}
		_ = out.Write(append(row, simpleAnswer(b, record, lon, lat, err)...))
		if err != nil && !errors.As(err, new(*csv.ParseError)) {
			break
		}
	}
	out.Flush()
	return nil
}

func simpleAnswer(b *batch, record []string, lon, lat int, err error) []string {
	var a *answer
	switch {
	case err == nil && max(lon, lat) >= len(record):
		err = badParam("", "The row has too few columns.")
	case err == nil:
		x, xErr := parseNumber(strings.TrimSpace(record[lon]))
		y, yErr := parseNumber(strings.TrimSpace(record[lat]))
		if err = badParam("lon", "lon and lat are to be numbers."); xErr == nil && yErr == nil {
			a, err = b.point(b.system, orb.Point{x, y}, b.asked)
		}
	case errors.As(err, new(*csv.ParseError)):
		err = badParam("", "The row is not CSV.")
	default:
		err = bodyFailed(err)
	}
	if err != nil {
		p := problemOf(err)
		return []string{"", "", "", "", "", "", "", p.code + ": " + p.detail}
	}
	cells := []string{a.Outcome, "", "", "", "", "", strconv.FormatBool(a.OnBoundary), ""}
	if a.Base != nil {
		cells[1] = a.Base.Code
	}
	if a.Dedicated != nil {
		cells[2] = a.Dedicated.Code
	}
	if a.Responsible != nil {
		cells[3] = a.Responsible.Code
	}
	if len(a.Divisions) > 0 {
		cells[4] = a.Divisions[0].Code
	}
	if a.Edition != nil {
		cells[5] = a.Edition.CountyCode + "=" + strconv.Itoa(a.Edition.Number)
	}
	return cells
}

// streamOf is a stream without a connection.
func streamOf(in io.Reader, out io.Writer) *stream {
	return newStream(io.NopCloser(in), out, http.NewResponseController(httptest.NewRecorder()), usualLimits())
}

// answered runs the batch over a body.
func answered(b *batch, body io.Reader) (string, error) {
	w := httptest.NewRecorder()
	err := b.csv(streamOf(body, w))
	return w.Body.String(), err
}

// FuzzBatchCSV: whatever the body, and however it comes in parts, the answer is that of encoding/csv and single locates.
func FuzzBatchCSV(f *testing.F) {
	tiling := geotest.Big(9, 8)
	state := tiledState(f, tiling)
	box := tiling.Outline.Box()
	lon, lat := box.Min.Orb()[0], box.Min.Orb()[1]
	within := fmt.Sprintf("%.7f,%.7f", lon+0.001, lat+0.001)
	for _, seed := range []string{
		"lon,lat\n" + within + "\n", "\ufefflon,lat,x\r\n" + within + ",1\r\n\r\n\n" + within + ",\"a\"\"\nb\",c\n", "lon,lat\n" + within,
		"lat,lon\n31,\"120\"\n" + within + "\n\"\n", "x,lon,lat\n \t," + within + "\n\\.," + within + "\na\rb," + within + "\r\r\n\u3000a, 120.1 ,31.2\n",
		"lon,lat\n1e2,.5\n-0,+1\n5.,--1\n120.31234567890123,31.499999999999999\n0x1p3,NaN\n9999999999999999999,1e400\n", "a,lon,lat\n" + within + "\n,," + within + "\n\"", "lon,lat\r",
		"lon,lat\n" + within + "\"\n" + within + "\n", "lon,lat\n\n\n\r\n,\n,,\n",
	} {
		f.Add(seed, byte(3))
	}
	f.Fuzz(func(t *testing.T, body string, part byte) {
		for _, system := range []crs.System{crs.WGS84, crs.BD09} {
			b := &batch{locator: newLocator(state), ctx: t.Context(), system: system}
			var want strings.Builder
			wantErr := simpleCSV(b, strings.NewReader(body), &want)
			got, err := answered(b, &parts{[]byte(body), int(part) + 1})
			if (err == nil) != (wantErr == nil) || err == nil && got != want.String() {
				t.Fatalf("of %q got\n%s (%v), want\n%s (%v)", body, got, err, &want, wantErr)
			}
			failing := io.MultiReader(strings.NewReader(body), iotest.ErrReader(io.ErrUnexpectedEOF))
			want.Reset()
			wantErr = simpleCSV(b, io.MultiReader(strings.NewReader(body), iotest.ErrReader(io.ErrUnexpectedEOF)), &want)
			if got, err := answered(b, failing); (err == nil) != (wantErr == nil) || err == nil && got != want.String() {
				t.Fatalf("of %q cut short got\n%s (%v), want\n%s (%v)", body, got, err, &want, wantErr)
			}
		}
	})
}

// parts yields n bytes at a time.
type parts struct {
	rest []byte
	n    int
}

func (r *parts) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), r.n)], r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// FuzzDecimal: a number is the same, to the bit, as strconv reads it.
func FuzzDecimal(f *testing.F) {
	for _, seed := range []string{"120.3123456", "-0", "", "-", ".", "5.", ".5", "+1", "9007199254740993", "0.12345678901234567", "31.499999999999999", " 1 ", "1e3", "00001", "1.2.3"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		want, err := parseNumber(strings.TrimSpace(text))
		got, read := decimal([]byte(text))
		if read != (err == nil) || read && math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("%q: got %v %t, want %v %v", text, got, read, want, err)
		}
	})
}

// questions yields a header and n rows with points, every hundredth garbage.
type questions struct {
	point     func() geo.Point
	n, i, bad int
	rest      []byte
	row       []byte
}

var garbage = []string{"x,NaN,31.5\n", "x,120.3\n", "x,\"120.3\",200\n", "x,1e99,31\n", "bad \"quote,120.3,31.5\n", "x,,\n", "\xff,0x10,1\n"}

func (q *questions) Read(p []byte) (int, error) {
	if len(q.rest) == 0 && q.i > q.n {
		return 0, io.EOF
	}
	n := 0
	for {
		k := copy(p[n:], q.rest)
		n, q.rest = n+k, q.rest[k:]
		if n == len(p) || q.i > q.n {
			return n, nil
		}
		q.next()
	}
}

func (q *questions) next() {
	q.row = q.row[:0]
	switch {
	case q.i == 0:
		q.row = append(q.row, "id,lon,lat\n"...)
	case q.i%100 == 0:
		q.row = append(q.row, garbage[q.bad%len(garbage)]...)
		q.bad++
	default:
		at := q.point().Orb()
		q.row = strconv.AppendInt(q.row, int64(q.i), 10)
		q.row = strconv.AppendFloat(append(q.row, ','), at[0], 'f', 7, 64)
		q.row = append(strconv.AppendFloat(append(q.row, ','), at[1], 'f', 7, 64), '\n')
	}
	q.i++
	q.rest = q.row
}

// tally counts the rows of an answer and those with an error, and notes the largest heap on the way.
type tally struct {
	*httptest.ResponseRecorder
	rows, errors, writes int
	part                 []byte
	heap                 uint64
}

func (w *tally) Write(p []byte) (int, error) {
	w.part = append(w.part, p...)
	for {
		i := bytes.IndexByte(w.part, '\n')
		if i < 0 {
			break
		}
		w.rows++
		if bytes.Contains(w.part[:i], []byte(",,,,,,,")) && !bytes.HasSuffix(w.part[:i], []byte(",")) {
			w.errors++
		}
		w.part = append(w.part[:0], w.part[i+1:]...)
	}
	if w.writes++; w.writes%10 == 1 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		w.heap = max(w.heap, m.HeapAlloc)
	}
	return len(p), nil
}

// TestBatchWithGarbage: of a long batch one row in a hundred is garbage: as many errors stand in their places, the rest is answered,
// and the memory does not grow with the batch.
func TestBatchWithGarbage(t *testing.T) {
	tiling := geotest.Big(400, 8)
	state := tiledState(t, tiling)
	rng := rand.New(rand.NewPCG(1, 2))
	point := func() geo.Point { return geo.PointOnSurface(tiling.Faces[2+rng.IntN(len(tiling.Faces)-2)]) }
	const n = 200_000
	w := &tally{ResponseRecorder: httptest.NewRecorder()}
	b := &batch{locator: newLocator(state), ctx: t.Context(), system: crs.WGS84}
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	if err := b.csv(streamOf(&questions{point: point, n: n}, w)); err != nil {
		t.Fatal(err)
	}
	if w.rows != n+1 || w.errors != n/100 {
		t.Errorf("got %d rows with %d errors, want %d with %d", w.rows, w.errors, n+1, n/100)
	}
	if grown := int64(w.heap) - int64(before.HeapAlloc); grown > 4<<20 {
		t.Errorf("the heap grew by %d bytes with a batch of %d rows", grown, n)
	}
}

// TestBatchRowsAllocateNothing: a plain row costs no memory.
func TestBatchRowsAllocateNothing(t *testing.T) {
	tiling := geotest.Big(100, 8)
	b := &batch{locator: newLocator(tiledState(t, tiling)), ctx: t.Context(), system: crs.WGS84}
	rng := rand.New(rand.NewPCG(1, 2))
	point := func() geo.Point { return geo.PointOnSurface(tiling.Faces[3+rng.IntN(len(tiling.Faces)-3)]) }
	body := func(rows int) []byte {
		all, err := io.ReadAll(&questions{point: point, n: rows})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	allocations := func(body []byte) float64 {
		return testing.AllocsPerRun(5, func() {
			_ = b.csv(streamOf(bytes.NewReader(body), io.Discard))
		})
	}
	// A row that allocated would add some ninety; the race detector adds one now and then.
	if few, many := allocations(body(10)), allocations(body(99)); many > few+5 {
		t.Errorf("%v allocations with 99 rows, %v with 10", many, few)
	}
}

// BenchmarkBatchCSV is a batch from CSV in to CSV out on one core: WANGGE_BENCH_POINTS points (1000000) at random over 50,000 grids of
// about 60 vertices; garbage is the same with one row in a hundred that is none. The goal is 1,000,000 points/s.
func BenchmarkBatchCSV(b *testing.B) {
	tiling := geotest.Big(50_000, 60)
	state := tiledState(b, tiling)
	box := tiling.Outline.Box()
	rng := rand.New(rand.NewPCG(1, 2))
	n := 1_000_000
	if text := os.Getenv("WANGGE_BENCH_POINTS"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	with, err := io.ReadAll(&questions{n: n, point: func() geo.Point {
		return geo.Point{X: box.Min.X + rng.Int32N(box.Max.X-box.Min.X), Y: box.Min.Y + rng.Int32N(box.Max.Y-box.Min.Y)}
	}})
	if err != nil {
		b.Fatal(err)
	}
	var without []byte
	for i, line := range slices.Collect(bytes.Lines(with)) {
		if i%100 == 0 && i > 0 {
			line = fmt.Appendf(nil, "%d,%.7f,%.7f\n", i, box.Min.Orb()[0]+0.1, box.Min.Orb()[1]+0.1)
		}
		without = append(without, line...)
	}
	for name, body := range map[string][]byte{"plain": without, "garbage": with} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			begun := ProcessorTime(b)
			for b.Loop() {
				batch := &batch{locator: newLocator(state), ctx: b.Context(), system: crs.WGS84}
				if err := batch.csv(streamOf(bytes.NewReader(body), io.Discard)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "points/s")
			b.ReportMetric(float64(n)*float64(b.N)/(ProcessorTime(b)-begun).Seconds(), "points/core-s") // whatever else runs
		})
	}
}
