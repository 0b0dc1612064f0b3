package export_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/export"
)

func collection(t testing.TB, id string) *grid.Collection {
	t.Helper()
	c, ok := grid.CollectionByID(id)
	if !ok {
		t.Fatalf("no collection %s", id)
	}
	return c
}

// degrees is a number of the lattice.
func degrees(units int64) float64 { return float64(units) / 1e7 }

func at(x, y int64) orb.Point { return orb.Point{degrees(x), degrees(y)} }

// square returns a closed ring, clockwise: the writers turn it.
func square(x, y, side int64) orb.Ring {
	return orb.Ring{at(x, y), at(x, y+side), at(x+side, y+side), at(x+side, y), at(x, y)}
}

// features makes n features of a collection with values of all kinds, the same for the same n.
func features(c *grid.Collection, n int) []grid.Feature {
	r := rand.New(rand.NewPCG(uint64(n), 7))
	list := make([]grid.Feature, n)
	for i := range list {
		x, y := 1_203_000_001+r.Int64N(9_999_999), 314_000_003+r.Int64N(9_999_999)
		list[i] = grid.Feature{ID: int64(i*3 + 1), Code: fmt.Sprintf("%s-%04d", c.ID, i), Geometry: shape(c, i, x, y), Values: make([]any, len(c.Fields))}
		for k, f := range c.Fields {
			if (i+k)%5 > 0 || f.Required {
				list[i].Values[k] = value(f, i, r)
			}
		}
	}
	return list
}

func shape(c *grid.Collection, i int, x, y int64) orb.Geometry {
	kind := c.Shape
	if kind == grid.AnyShape {
		kind = []grid.Shape{grid.PointShape, grid.LineShape, grid.PolygonShape}[i%3]
	}
	switch kind {
	case grid.PointShape:
		return at(x, y)
	case grid.LineShape:
		return orb.MultiLineString{{at(x, y), at(x+17, y-1), at(x+1_000_001, y)}, {at(x, y+5), at(x, y+6)}}
	}
	hole := square(x+1000, y+1000, 777)
	hole.Reverse()
	return orb.MultiPolygon{{square(x, y, 9_999), hole}, {square(x+20_000, y, 13)}}
}

var texts = []string{"文坊社区第一网格", "a \"quoted\", text", "two\nlines\r\nof it", "=HYPERLINK(\"http://x\")", "'apostrophe", "＋86", "-1", "\u2028\\ <b>&", "plain"}

func value(f grid.Field, i int, r *rand.Rand) any {
	switch f.Type {
	case grid.Integer:
		return r.Int64N(1 << 50)
	case grid.Number:
		return math.Ldexp(r.Float64(), 20)
	case grid.Boolean:
		return i%2 == 0
	case grid.Date:
		return time.Date(2026, 2, 1+i%28, 0, 0, 0, 0, time.UTC)
	case grid.Time:
		return time.Date(2026, 2, 1+i%28, 23, 59, i%60, 123_000_000, time.FixedZone("", 8*3600))
	case grid.List:
		return []string{"a;b", texts[i%len(texts)]}
	case grid.Object:
		return map[string]any{"k": texts[i%len(texts)], "n": 1.5}
	}
	return texts[(i+len(f.Name))%len(texts)]
}

var info = export.Info{Editions: "320211=7", At: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)}

func write(t testing.TB, format export.Format, c *grid.Collection, list []grid.Feature, info export.Info) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := export.NewWriter(format, &out, c, info)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for i := range list {
		if err := w.Write(&list[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Finish(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestDecimals: any lattice number comes back from text to the bit.
func TestDecimals(t *testing.T) {
	t.Parallel()
	c := collection(t, "shelters")
	rapid.Check(t, func(rt *rapid.T) {
		x, y := rapid.Int64Range(-1_800_000_000, 1_800_000_000).Draw(rt, "x"), rapid.Int64Range(-900_000_000, 900_000_000).Draw(rt, "y")
		raw := write(t, export.NDJSON, c, []grid.Feature{{ID: 1, Code: "a", Geometry: at(x, y), Values: make([]any, len(c.Fields))}}, info)
		var f struct {
			Geometry struct{ Coordinates [2]float64 }
		}
		if err := json.Unmarshal(raw, &f); err != nil {
			rt.Fatal(err)
		}
		if got := f.Geometry.Coordinates; got != [2]float64{degrees(x), degrees(y)} {
			rt.Fatalf("got %v of %d, %d in %s", got, x, y, raw)
		}
		text := string(raw[strings.Index(string(raw), "coordinates"):])
		text = text[strings.Index(text, "[")+1 : strings.Index(text, "]")]
		for _, n := range strings.Split(text, ",") {
			if _, places, _ := strings.Cut(n, "."); len(places) > 7 || strings.HasSuffix(places, "0") || strings.ContainsAny(n, "eE") {
				rt.Fatalf("written as %s", n)
			}
		}
	})
}

type document struct {
	Type, Name     string
	Wangge         struct{ Editions, At string }
	Features       []json.RawMessage
	NumberReturned int
}

func TestGeoJSON(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 50} {
		c := collection(t, "base")
		list := features(c, n)
		var doc document
		if err := json.Unmarshal(write(t, export.GeoJSON, c, list, info), &doc); err != nil {
			t.Fatal(err)
		}
		if doc.Type != "FeatureCollection" || doc.Name != "base" || doc.Wangge.Editions != "320211=7" || doc.NumberReturned != n || len(doc.Features) != n {
			t.Errorf("%d features: document %+v", n, doc)
		}
		lines := strings.Split(strings.TrimSuffix(string(write(t, export.NDJSON, c, list, info)), "\n"), "\n")
		for i, raw := range doc.Features {
			if lines[i] != string(raw) {
				t.Errorf("NDJSON has another feature %d:\n%s\n%s", i, lines[i], raw)
			}
			checkFeature(t, c, &list[i], raw)
		}
	}
}

func checkFeature(t *testing.T, c *grid.Collection, f *grid.Feature, raw []byte) {
	t.Helper()
	var got struct {
		ID         string
		Properties map[string]any
		Geometry   struct {
			Type        string
			Coordinates orb.MultiPolygon
		}
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if got.ID != f.Code || len(got.Properties) != len(c.Fields) {
		t.Errorf("%s: id %s, %d properties", f.Code, got.ID, len(got.Properties))
	}
	for _, p := range got.Geometry.Coordinates {
		for i, ring := range p {
			want := orb.CCW
			if i > 0 {
				want = orb.CW
			}
			if ring.Orientation() != want {
				t.Errorf("%s: ring %d turns the wrong way", f.Code, i)
			}
		}
	}
	for i, field := range c.Fields {
		got, want := got.Properties[field.Name], f.Values[i]
		switch v := want.(type) {
		case int64:
			want = float64(v)
		case time.Time:
			want = v.UTC().Format(time.RFC3339Nano)
		}
		if got != want {
			t.Errorf("%s, %s: %#v, want %#v", f.Code, field.Name, got, want)
		}
	}
}

func TestCSV(t *testing.T) {
	t.Parallel()
	c := collection(t, "incidents")
	list := features(c, 40)
	raw := string(write(t, export.CSV, c, list, info))
	if !strings.HasPrefix(raw, "\ufeffcode,") || strings.Count(raw, "\ufeff") != 1 {
		t.Errorf("begins with %q", raw[:20])
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(raw, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 41 || rows[0][len(rows[0])-1] != "WKT" {
		t.Fatalf("%d rows with the head %v", len(rows), rows[0])
	}
	for i, row := range rows[1:] {
		for k, cell := range row[:len(row)-1] {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") && c.Fields[k].Type != grid.Integer && c.Fields[k].Type != grid.Number {
				t.Errorf("a spreadsheet would compute %q", cell)
			}
			want, isText := list[i].Values[k].(string)
			if !isText {
				continue
			}
			back, had := strings.CutPrefix(cell, "'")
			// encoding/csv reads CR LF as LF
			if back = strings.ReplaceAll(back, "\r", ""); back != strings.ReplaceAll(want, "\r", "") || had != strings.ContainsAny(want[:1], "='-") && had != strings.HasPrefix(want, "＋") {
				t.Errorf("%q stands as %q", want, cell)
			}
		}
	}
}

func TestAnybody(t *testing.T) {
	t.Parallel()
	c := collection(t, "shelters")
	list := features(c, 20)
	anybody := info
	anybody.Anybody = true
	for _, format := range export.Formats {
		whole, cut := write(t, format, c, list, info), write(t, format, c, list, anybody)
		if !bytes.Contains(whole, []byte("external_refs")) {
			t.Errorf("%s: external_refs is missing", format)
		}
		if bytes.Contains(cut, []byte("external_refs")) {
			t.Errorf("%s: external_refs is for anybody", format)
		}
	}
}

func TestUnknownFormat(t *testing.T) {
	t.Parallel()
	if _, err := export.NewWriter("shp", &bytes.Buffer{}, collection(t, "base"), info); err == nil {
		t.Error("shp is written")
	}
}

// TestFullDisk: whoever writes to a disk without room is told, at the latest by Finish.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	c := collection(t, "base")
	for _, format := range export.Formats {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Skip(err)
		}
		defer full.Close()
		w, err := export.NewWriter(format, full, c, info)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		f := features(c, 1)
		if err := w.Write(&f[0]); err != nil {
			continue
		}
		if err := w.Finish(); err == nil {
			t.Errorf("%s: no error", format)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	c := collection(b, "base")
	list := features(c, 2000)
	for _, format := range export.Formats {
		b.Run(string(format), func(b *testing.B) {
			size := 0
			for b.Loop() {
				size = len(write(b, format, c, list, info))
			}
			b.ReportMetric(float64(b.N*len(list))/b.Elapsed().Seconds(), "features/s")
			b.ReportMetric(float64(size)/float64(len(list)), "bytes/feature")
		})
	}
}
