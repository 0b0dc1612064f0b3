package mvt_test

import (
	"bytes"
	"encoding/hex"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mvt"
)

// home is a tile in Wuxi in which a tile unit is about 13 lattice units.
var home = mvt.TileID{Z: 16, X: 54664, Y: 26682}

// at returns the lattice point nearest to a spot of home, in tile units.
func at(x, y float64) geo.Point {
	lon := (float64(home.X)+x/mvt.Extent)/(1<<16)*360 - 180
	lat := math.Atan(math.Sinh(math.Pi*(1-2*(float64(home.Y)+y/mvt.Extent)/(1<<16)))) * 180 / math.Pi
	return geo.Point{X: int32(math.Round(lon * 1e7)), Y: int32(math.Round(lat * 1e7))}
}

// ring takes spots x, y, x, y … of home, counter-clockwise as seen on the map for an outer ring.
func ring(spots ...float64) geo.Ring {
	var r geo.Ring
	for i := 0; i < len(spots); i += 2 {
		r = append(r, at(spots[i], spots[i+1]))
	}
	return r
}

func newTile(t testing.TB, id mvt.TileID, bufferPx int) *mvt.Tile {
	t.Helper()
	tile, err := mvt.New(id, bufferPx)
	if err != nil {
		t.Fatal(err)
	}
	return tile
}

// drawOne draws one shape in home and returns its parts; none when the tile is empty.
func drawOne(t *testing.T, s *mvt.Shape, bufferPx int) [][]geotest.TileNode {
	t.Helper()
	tile := newTile(t, home, bufferPx)
	tile.Layer("it").Add(7, s)
	layers := mustDecode(t, tile.Encode(nil), bufferPx)
	if len(layers) == 0 {
		if got := tile.Layer("it").Hidden(); got > 1 {
			t.Errorf("Hidden() = %d", got)
		}
		return nil
	}
	f := layers["it"].Features[0]
	if f.ID != 7 {
		t.Errorf("feature id %d, want 7", f.ID)
	}
	return f.Parts
}

func TestPolygons(t *testing.T) {
	t.Parallel()
	square := []geotest.TileNode{{X: 100, Y: 100}, {X: 200, Y: 100}, {X: 200, Y: 200}, {X: 100, Y: 200}}
	whole := []geotest.TileNode{{X: -64, Y: -64}, {X: 4160, Y: -64}, {X: 4160, Y: 4160}, {X: -64, Y: 4160}}
	cases := map[string]struct {
		in   geo.MultiPolygon
		want [][]geotest.TileNode
	}{
		"a square": {
			geo.MultiPolygon{{ring(100, 200, 200, 200, 200, 100, 100, 100)}}, [][]geotest.TileNode{square},
		},
		"rounds to the nearest unit": {
			geo.MultiPolygon{{ring(100.4, 199.6, 199.6, 200.4, 200.3, 99.7, 99.6, 100.4)}}, [][]geotest.TileNode{square},
		},
		"a hole": {
			geo.MultiPolygon{{ring(100, 200, 200, 200, 200, 100, 100, 100), ring(120, 180, 120, 120, 180, 120, 180, 180)}},
			[][]geotest.TileNode{square, {{X: 120, Y: 120}, {X: 120, Y: 180}, {X: 180, Y: 180}, {X: 180, Y: 120}}},
		},
		"a hole that collapses": {
			geo.MultiPolygon{{ring(100, 200, 200, 200, 200, 100, 100, 100), ring(150, 150.2, 150, 150, 150.2, 150)}},
			[][]geotest.TileNode{square},
		},
		"a hole rounded onto the corner": {
			geo.MultiPolygon{{ring(100, 200, 200, 200, 200, 100, 100, 100), ring(100.2, 100.4, 130, 110, 110, 130)}},
			[][]geotest.TileNode{square, {{X: 100, Y: 100}, {X: 110, Y: 130}, {X: 130, Y: 110}}},
		},
		"two parts": {
			geo.MultiPolygon{
				{ring(100, 200, 200, 200, 200, 100, 100, 100)}, {ring(300, 200, 400, 200, 400, 100, 300, 100)},
			},
			[][]geotest.TileNode{square, {{X: 300, Y: 100}, {X: 400, Y: 100}, {X: 400, Y: 200}, {X: 300, Y: 200}}},
		},
		"a neck too thin to see": {
			geo.MultiPolygon{{ring(
				100, 100, 100, 200, 200, 200, 200, 150.2, 300, 150.2, 300, 200, 400, 200, 400, 100, 300, 100, 300, 149.9,
				200, 149.9, 200, 100)}},
			[][]geotest.TileNode{
				{{X: 100, Y: 100}, {X: 200, Y: 100}, {X: 200, Y: 150}, {X: 200, Y: 200}, {X: 100, Y: 200}},
				{{X: 300, Y: 100}, {X: 400, Y: 100}, {X: 400, Y: 200}, {X: 300, Y: 200}, {X: 300, Y: 150}},
			},
		},
		"a spike too thin to see": {
			geo.MultiPolygon{{ring(100, 200, 200, 200, 200, 150.1, 900, 150, 200, 149.8, 200, 100, 100, 100)}},
			[][]geotest.TileNode{{{X: 100, Y: 100}, {X: 200, Y: 100}, {X: 200, Y: 150}, {X: 200, Y: 200}, {X: 100, Y: 200}}},
		},
		"too small":             {geo.MultiPolygon{{ring(100, 100.3, 100.3, 100, 100, 100)}}, nil},
		"too thin":              {geo.MultiPolygon{{ring(100, 100.3, 900, 100.3, 900, 100, 100, 100)}}, nil},
		"beside the tile":       {geo.MultiPolygon{{ring(5000, 200, 5100, 200, 5100, 100)}}, nil},
		"box meets, body not":   {geo.MultiPolygon{{ring(-600, 300, 300, -600, -600, -600)}}, nil},
		"covers the tile":       {geo.MultiPolygon{{ring(-900, 9000, 9000, 9000, 9000, -900, -900, -900)}}, [][]geotest.TileNode{whole}},
		"covers, far away ends": {geo.MultiPolygon{{ring(-2e6, 2e6, 2e6, 2e6, 0, -2e6)}}, [][]geotest.TileNode{whole}},
		"tile in a hole": {
			geo.MultiPolygon{{
				ring(-900, 9000, 9000, 9000, 9000, -900, -900, -900), ring(-800, -800, 8000, -800, 8000, 8000, -800, 8000),
			}}, nil,
		},
		"leaves and comes back": {
			geo.MultiPolygon{{ring(100, 100, 9000, 100, 9000, 50, 100, 50, 100, 0, 9000, 0, 9000, -40, 0, -40, 0, 200, 100, 200)}},
			[][]geotest.TileNode{{
				{X: 0, Y: -40},
				{X: 4096, Y: -40},
				{X: 4160, Y: -40},
				{X: 4160, Y: 0},
				{X: 4096, Y: 0},
				{X: 100, Y: 0},
				{X: 100, Y: 50},
				{X: 4096, Y: 50},
				{X: 4160, Y: 50},
				{X: 4160, Y: 100},
				{X: 4096, Y: 100},
				{X: 100, Y: 100},
				{X: 100, Y: 200},
				{X: 0, Y: 200},
				{X: 0, Y: 0},
			}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := drawOne(t, mvt.NewPolygons(c.in), 64)
			if diff := cmp.Diff(normal(c.want), normal(got)); diff != "" {
				t.Errorf("drawn differently (-want +got):\n%s", diff)
			}
		})
	}
}

// normal starts each ring at its first node in reading order.
func normal(rings [][]geotest.TileNode) [][]geotest.TileNode {
	var out [][]geotest.TileNode
	for _, r := range rings {
		first := 0
		for i, p := range r {
			if p.Y < r[first].Y || p.Y == r[first].Y && p.X < r[first].X {
				first = i
			}
		}
		out = append(out, append(append([]geotest.TileNode{}, r[first:]...), r[:first]...))
	}
	return out
}

// Every ring of a clipped comb is a part of its own.
func TestClippedComb(t *testing.T) {
	t.Parallel()
	spots := []float64{9000, 3000, 9000, 0}
	for y := 0.0; y < 3000; y += 100 {
		spots = append(spots, 4000, y+10, 4000, y+40, 9000-1, y+50)
	}
	parts := drawOne(t, mvt.NewPolygons(geo.MultiPolygon{{ring(spots...)}}), 64)
	if len(parts) != 30 {
		t.Errorf("a comb of 30 teeth, whose back is cut off, has %d parts", len(parts))
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		in   []geo.Line
		want [][]geotest.TileNode
	}{
		"inside":       {[]geo.Line{geo.Line(ring(10, 10, 20, 30))}, [][]geotest.TileNode{{{X: 10, Y: 10}, {X: 20, Y: 30}}}},
		"across":       {[]geo.Line{geo.Line(ring(-100, 50, 5000, 50))}, [][]geotest.TileNode{{{X: -64, Y: 50}, {X: 0, Y: 50}, {X: 4096, Y: 50}, {X: 4160, Y: 50}}}},
		"out and in":   {[]geo.Line{geo.Line(ring(4000, 50, 5000, 50, 5000, 90, 4000, 90))}, [][]geotest.TileNode{{{X: 4000, Y: 50}, {X: 4096, Y: 50}, {X: 4160, Y: 50}}, {{X: 4160, Y: 90}, {X: 4096, Y: 90}, {X: 4000, Y: 90}}}},
		"one point":    {[]geo.Line{geo.Line(ring(10, 10, 10.2, 10.2))}, nil},
		"beside":       {[]geo.Line{geo.Line(ring(5000, 10, 5000, 900))}, nil},
		"round corner": {[]geo.Line{geo.Line(ring(-500, 300, 300, -500))}, nil},
		"cuts corner":  {[]geo.Line{geo.Line(ring(-164, 136, 136, -164))}, [][]geotest.TileNode{{{X: -64, Y: 36}, {X: -28, Y: 0}, {X: 0, Y: -28}, {X: 36, Y: -64}}}},
		"two":          {[]geo.Line{geo.Line(ring(1, 1, 2, 2)), geo.Line(ring(5, 5, 5, 9))}, [][]geotest.TileNode{{{X: 1, Y: 1}, {X: 2, Y: 2}}, {{X: 5, Y: 5}, {X: 5, Y: 9}}}},
		"empty":        {[]geo.Line{{}}, nil},
		"a vertex":     {[]geo.Line{geo.Line(ring(1, 1))}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, drawOne(t, mvt.NewLines(c.in), 64)); diff != "" {
				t.Errorf("drawn differently (-want +got):\n%s", diff)
			}
		})
	}
}

// A line along a border of a polygon is drawn on that border.
func TestLineFollowsBorder(t *testing.T) {
	t.Parallel()
	border := ring(100.3, 2000.2, 900.4, 2010.3, 1700.1, 1990.7, 5000, 2005)
	face := append(geo.Ring{at(5000, 100), at(100.3, 100)}, border...)
	tile := newTile(t, home, 64)
	tile.Layer("polygon").Add(1, mvt.NewPolygons(geo.MultiPolygon{{face}}))
	tile.Layer("line").Add(1, mvt.NewLines([]geo.Line{geo.Line(border)}))
	tile.Layer("dots").Add(1, mvt.NewLines([]geo.Line{geo.Line(ring(500, 2005.2, 500, 3000))}))
	layers := mustDecode(t, tile.Encode(nil), 64)
	edges := map[geotest.TileEdge]bool{}
	for _, r := range layers["polygon"].Features[0].Parts {
		for i, p := range r {
			edges[geotest.TileEdge{p, r[(i+1)%len(r)]}] = true
			edges[geotest.TileEdge{r[(i+1)%len(r)], p}] = true
		}
	}
	line := layers["line"].Features[0].Parts[0]
	for i := range line[1:] {
		if !edges[geotest.TileEdge{line[i], line[i+1]}] {
			t.Errorf("line edge %v-%v is no border", line[i], line[i+1])
		}
	}
	if len(line) != 6 {
		t.Errorf("line %v does not visit the end of the road that meets it", line)
	}
}

func TestPoints(t *testing.T) {
	t.Parallel()
	// Around a corner of four tiles: each point comes out in just one tile without a buffer, at 0 to 4095.
	for dy := int32(-30); dy <= 30; dy += 3 {
		for dx := int32(-30); dx <= 30; dx += 2 {
			corner := at(mvt.Extent, mvt.Extent)
			w := mvt.Project(geo.Point{X: corner.X + dx, Y: corner.Y + dy})
			found := 0
			for _, id := range []mvt.TileID{home, {Z: 16, X: home.X + 1, Y: home.Y}, {Z: 16, X: home.X, Y: home.Y + 1}, {Z: 16, X: home.X + 1, Y: home.Y + 1}} {
				tile := newTile(t, id, 0)
				tile.Layer("p").AddPoint(3, w)
				layers := mustDecode(t, tile.Encode(nil), 0)
				if len(layers) == 0 {
					continue
				}
				found++
				p := layers["p"].Features[0].Parts[0][0]
				if !id.Contains(w) || p.X < 0 || p.X >= mvt.Extent || p.Y < 0 || p.Y >= mvt.Extent {
					t.Errorf("point %v at %v in tile %v", w, p, id)
				}
			}
			if found != 1 {
				t.Fatalf("point %v lies in %d tiles", w, found)
			}
		}
	}
}

// Bytes put together by hand from the specification (§4.1 to §4.4).
func TestEncodeBytes(t *testing.T) {
	t.Parallel()
	tile := newTile(t, home, 64)
	l := tile.Layer("l")
	l.AddPoint(300, mvt.Project(at(25.5, 17.5)), mvt.Tag{Key: "k", Value: mvt.String("网")}, mvt.Tag{Key: "n", Value: mvt.Int(-2)})
	want := "1a2b" + // layer of 43 bytes
		"7802" + "0a016c" + // version 2, name l
		"1210" + "08ac02" + "120400000101" + "1801" + "2203" + "093222" + // feature 300, tags, POINT, MoveTo(25, 17)
		"1a016b" + "1a016e" + // keys
		"2205" + "0a03e7bd91" + "2202" + "3003" + // values
		"288020" // extent
	if got := hex.EncodeToString(tile.Encode(nil)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTagsAndLayers(t *testing.T) {
	t.Parallel()
	tile := newTile(t, home, 64)
	shape := mvt.NewPolygons(geo.MultiPolygon{{ring(100, 200, 200, 200, 200, 100, 100, 100)}})
	speck := mvt.NewPolygons(geo.MultiPolygon{{ring(100, 100.3, 100.3, 100, 100, 100)}})
	tags := []mvt.Tag{
		{Key: "text", Value: mvt.String("网格 0001")},
		{Key: "empty", Value: mvt.String("")},
		{Key: "int", Value: mvt.Int(math.MaxInt64)},
		{Key: "negative", Value: mvt.Int(math.MinInt64)},
		{Key: "uint", Value: mvt.Uint(math.MaxUint64)},
		{Key: "double", Value: mvt.Double(-0.1)},
		{Key: "yes", Value: mvt.Bool(true)},
		{Key: "no", Value: mvt.Bool(false)},
	}
	tile.Layer("unseen").Add(1, speck, mvt.Tag{Key: "lost", Value: mvt.String("lost")})
	tile.Layer("seen").Add(math.MaxUint64, shape, tags...)
	tile.Layer("seen").Add(0, speck, mvt.Tag{Key: "lost", Value: mvt.String("lost")})
	tile.Layer("seen").Add(2, shape, tags[:1]...)
	tile.Layer("nothing")
	tags[0] = mvt.Tag{Key: "later", Value: mvt.Int(1)} // tags are copied
	layers := mustDecode(t, tile.Encode(nil), 64)
	if len(layers) != 1 {
		t.Fatalf("%d layers, want only the one with visible features", len(layers))
	}
	if tile.Layer("unseen").Hidden() != 1 || tile.Layer("seen").Hidden() != 1 || tile.Layer("nothing").Hidden() != 0 {
		t.Errorf("hidden features are miscounted")
	}
	got := layers["seen"].Features
	if len(got) != 2 || got[0].ID != math.MaxUint64 || got[1].ID != 2 {
		t.Fatalf("features %v", got)
	}
	want := map[string]any{
		"text": "网格 0001", "empty": "", "int": int64(math.MaxInt64), "negative": int64(math.MinInt64),
		"uint": uint64(math.MaxUint64), "double": -0.1, "yes": true, "no": false,
	}
	if diff := cmp.Diff(want, got[0].Tags); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"text": "网格 0001"}, got[1].Tags); diff != "" {
		t.Errorf("tags of the second feature (-want +got):\n%s", diff)
	}
}

func TestResetAndRepeat(t *testing.T) {
	t.Parallel()
	shape := mvt.NewPolygons(geo.MultiPolygon{{ring(100, 200, 4500, 200, 4500, 100, 100, 100)}})
	tag := mvt.Tag{Key: "k", Value: mvt.String("v")}
	fresh := func(id mvt.TileID) []byte {
		tile := newTile(t, id, 64)
		tile.Layer("a").Add(1, shape, tag)
		return tile.Encode(nil)
	}
	next := mvt.TileID{Z: 16, X: home.X + 1, Y: home.Y}
	tile := newTile(t, next, 64)
	tile.Layer("other").Add(9, shape, mvt.Tag{Key: "x", Value: mvt.String("y")})
	tile.Encode(nil)
	for _, id := range []mvt.TileID{home, next, {Z: 16, X: home.X, Y: home.Y + 1}} {
		if err := tile.Reset(id); err != nil {
			t.Fatal(err)
		}
		tile.Layer("a").Add(1, shape, tag)
		want := fresh(id)
		for range 2 {
			if got := tile.Encode([]byte("head")); !bytes.Equal(got, append([]byte("head"), want...)) {
				t.Errorf("tile %v: reused tile gives %x, a new one %x", id, got, want)
			}
		}
	}
	if err := tile.Reset(mvt.TileID{Z: 99}); err == nil {
		t.Error("Reset takes zoom 99")
	}
}

func TestHostileShapes(t *testing.T) {
	t.Parallel()
	cases := map[string]geo.MultiPolygon{
		"nothing":            nil,
		"empty polygon":      {{}},
		"empty ring":         {{{}}},
		"one vertex":         {{ring(10, 10)}},
		"two vertices":       {{ring(10, 10, 900, 900)}},
		"bow-tie":            {{ring(100, 100, 900, 900, 900, 100, 100, 900)}},
		"wrong way round":    {{ring(100, 100, 200, 100, 200, 200, 100, 200)}},
		"twice around":       {{ring(100, 200, 200, 200, 200, 100, 100, 100, 100, 200, 200, 200, 200, 100, 100, 100)}},
		"overlapping parts":  {{ring(100, 300, 300, 300, 300, 100, 100, 100)}, {ring(200, 400, 400, 400, 400, 200, 200, 200)}},
		"hole equal to ring": {{ring(100, 200, 200, 200, 200, 100, 100, 100), ring(100, 100, 200, 100, 200, 200, 100, 200)}},
		"there and back":     {{ring(100, 100, 900, 100, 900, 900, 900, 100)}},
		"pentagram":          {{ring(2000, 100, 1000, 3900, 4000, 1500, 100, 1500, 3500, 3900)}},
		"poles":              {{{{X: -1_800_000_000, Y: -900_000_000}, {X: 1_799_999_999, Y: -900_000_000}, {X: 0, Y: 900_000_000}}}},
		"lattice corners":    {{{{X: math.MinInt32, Y: math.MinInt32}, {X: math.MaxInt32, Y: math.MinInt32}, {X: math.MaxInt32, Y: math.MaxInt32}}}},
	}
	for name, m := range cases {
		t.Run(name, func(t *testing.T) {
			s := mvt.NewPolygons(m)
			drawOne(t, s, 64)

			for _, id := range []mvt.TileID{{}, {Z: 1, X: 1}, {Z: 20, X: home.X << 4, Y: home.Y << 4}, {Z: 24, X: home.X<<8 + 6, Y: home.Y<<8 + 6}} {
				tile := newTile(t, id, 64)
				tile.Layer("it").Add(1, s)
				mustDecode(t, tile.Encode(nil), 64)
			}
		})
	}
}
