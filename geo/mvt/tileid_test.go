package mvt_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
)

func TestParseTile(t *testing.T) {
	t.Parallel()
	good := map[[3]string]mvt.TileID{
		{"0", "0", "0"}:                {},
		{"14", "13678", "6665"}:        {Z: 14, X: 13678, Y: 6665},
		{"24", "16777215", "16777215"}: {Z: 24, X: 1<<24 - 1, Y: 1<<24 - 1},
	}
	for in, want := range good {
		if got, err := mvt.ParseTile(in[0], in[1], in[2]); err != nil || got != want {
			t.Errorf("ParseTile(%q) = %v, %v, want %v", in, got, err, want)
		}
	}
	bad := map[string][3]string{
		"column past the zoom":  {"1", "2", "0"},
		"row past the zoom":     {"1", "0", "2"},
		"zoom past the last":    {"25", "0", "0"},
		"negative":              {"3", "-1", "0"},
		"plus sign":             {"3", "+1", "0"},
		"leading zero":          {"3", "01", "0"},
		"empty":                 {"3", "", "0"},
		"not a number":          {"3", "1", "y"},
		"fraction":              {"3", "1.0", "0"},
		"space":                 {"3", " 1", "0"},
		"hexadecimal":           {"3", "0x1", "0"},
		"wraps around 32 bits":  {"3", "4294967297", "0"},
		"wraps around 64 bits":  {"3", "18446744073709551617", "0"},
		"wraps the zoom":        {"256", "0", "0"},
		"full-width digit":      {"3", "１", "0"},
		"a megabyte of nothing": {"3", strings.Repeat("9", 1<<20), "0"},
	}
	for name, in := range bad {
		_, err := mvt.ParseTile(in[0], in[1], in[2])
		if !errors.Is(err, mvt.ErrTile) {
			t.Errorf("%s: error %v, want ErrTile", name, err)
		} else if len(err.Error()) > 200 {
			t.Errorf("%s: the error repeats %d bytes of input", name, len(err.Error()))
		}
	}
}

func FuzzParseTile(f *testing.F) {
	f.Add("14", "13678", "6665")
	f.Add("0", "-0", "00")
	f.Add("24", "16777216", "1e3")
	f.Fuzz(func(t *testing.T, z, x, y string) {
		id, err := mvt.ParseTile(z, x, y)
		if err != nil {
			if !errors.Is(err, mvt.ErrTile) {
				t.Fatalf("error %v is no ErrTile", err)
			}
			return
		}
		if !id.Valid() || id.String() != z+"/"+x+"/"+y {
			t.Fatalf("%q/%q/%q became %v", z, x, y, id)
		}
	})
}

func TestTileFamily(t *testing.T) {
	t.Parallel()
	id := mvt.TileID{Z: 14, X: 13678, Y: 6665}
	var first, last int
	for i, c := range id.Children() {
		if c.Parent() != id || !c.Valid() {
			t.Errorf("child %v has parent %v, want %v", c, c.Parent(), id)
		}
		if c == (mvt.TileID{Z: 15, X: 27356, Y: 13330}) {
			first = i
		}
		if c == (mvt.TileID{Z: 15, X: 27357, Y: 13331}) {
			last = i
		}
	}
	if first != 0 || last != 3 {
		t.Errorf("children %v do not run from north-west to south-east", id.Children())
	}
	if root := (mvt.TileID{}); root.Parent() != root {
		t.Errorf("parent of 0/0/0 is %v", root.Parent())
	}
	for _, bad := range []mvt.TileID{{Z: 25}, {Z: 255}, {Z: 0, X: 1}, {Z: 24, Y: 1 << 24}} {
		if bad.Valid() {
			t.Errorf("%v is valid", bad)
		}
		if _, err := mvt.New(bad, 0); !errors.Is(err, mvt.ErrTile) {
			t.Errorf("New(%v) = %v, want ErrTile", bad, err)
		}
	}
	for _, buffer := range []int{-1, mvt.MaxBuffer + 1, math.MaxInt} {
		if _, err := mvt.New(id, buffer); err == nil {
			t.Errorf("a buffer of %d is taken", buffer)
		}
	}
}

// The figures are those of the WebMercatorQuad tile matrix set (OGC 17-083r4, annex D) and of the slippy map formula.
func TestBounds(t *testing.T) {
	t.Parallel()
	world := mvt.TileID{}.Bounds(100)
	const end = 85.05112877980659
	for i, pair := range [][2]float64{
		{world.Min[0], -180}, {world.Min[1], -end}, {world.Max[0], 180}, {world.Max[1], end},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-12 {
			t.Errorf("world bound %d is %v, want %v", i, pair[0], pair[1])
		}
	}
	id := mvt.TileID{Z: 14, X: 13666, Y: 6671}
	b := id.Bounds(0)
	lat := func(row float64) float64 {
		return math.Atan(math.Sinh(math.Pi*(1-2*row/(1<<14)))) * 180 / math.Pi
	}
	if got, want := b.Min[0], 13666.0/(1<<14)*360-180; math.Abs(got-want) > 1e-12 {
		t.Errorf("west %v, want %v", got, want)
	}
	if got, want := b.Max[1], lat(6671); math.Abs(got-want) > 1e-12 {
		t.Errorf("north %v, want %v", got, want)
	}
	if got, want := b.Min[1], lat(6672); math.Abs(got-want) > 1e-12 {
		t.Errorf("south %v, want %v", got, want)
	}
	if wide := id.Bounds(64); !(wide.Min[0] < b.Min[0] && wide.Max[1] > b.Max[1]) {
		t.Errorf("a buffer does not widen %v: %v", b, wide)
	}
}

func TestProject(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		at   geo.Point
		want mvt.World
	}{
		"middle":        {geo.Point{}, mvt.World{X: 1 << 31, Y: 1 << 31}},
		"180 W":         {geo.Point{X: -1_800_000_000}, mvt.World{X: 0, Y: 1 << 31}},
		"180 E":         {geo.Point{X: 1_800_000_000}, mvt.World{X: math.MaxUint32, Y: 1 << 31}},
		"90 W":          {geo.Point{X: -900_000_000}, mvt.World{X: 1 << 30, Y: 1 << 31}},
		"north pole":    {geo.Point{Y: 900_000_000}, mvt.World{X: 1 << 31, Y: 0}},
		"south pole":    {geo.Point{Y: -900_000_000}, mvt.World{X: 1 << 31, Y: math.MaxUint32}},
		"45 N":          {geo.Point{Y: 450_000_000}, mvt.World{X: 1 << 31, Y: 1545029984}},
		"out of int32°": {geo.Point{Y: math.MinInt32}, mvt.World{X: 1 << 31, Y: math.MaxUint32}},
	}
	for name, c := range cases {
		got := mvt.Project(c.at)
		if name == "45 N" {
			// asinh(tan 45°) = ln(1 + √2)
			c.want.Y = uint32(math.Round((0.5 - math.Log(1+math.Sqrt2)/(2*math.Pi)) * (1 << 32)))
		}
		if got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// Neighbouring lattice points must stay apart and in order: else borders would lose vertices at deep zooms.
func TestProjectKeepsOrder(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 3))
	for range 200_000 {
		p := geo.Point{X: rng.Int32N(3_600_000_000/2) - 900_000_000, Y: rng.Int32N(1_701_022_000) - 850_511_000}
		a, b := mvt.Project(p), mvt.Project(geo.Point{X: p.X + 1, Y: p.Y + 1})
		if a.X >= b.X || a.Y <= b.Y {
			t.Fatalf("%v and its north-east neighbour are projected to %v and %v", p, a, b)
		}
	}
}

// Box, Cover and Contains must agree on which tiles a point can mark, on the edges of tiles above all.
func TestBoxAndCover(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(4, 4))
	for range 3_000 {
		z := uint8(rng.IntN(mvt.MaxZoom + 1))
		buffer := []int{0, 1, 64, mvt.MaxBuffer}[rng.IntN(4)]
		c := centres[rng.IntN(len(centres))]
		p := geo.Point{X: c.X + rng.Int32N(2000) - 1000, Y: c.Y + rng.Int32N(2000) - 1000}
		if rng.IntN(2) == 0 { // close to a corner of its tile
			b := mvt.Project(p).Tile(z).Bounds(0)
			p = geo.Point{X: int32(b.Min[0]*1e7) + rng.Int32N(7) - 3, Y: int32(b.Max[1]*1e7) + rng.Int32N(7) - 3}
		}
		p.X, p.Y = min(max(p.X, -1_800_000_000), 1_800_000_000), min(max(p.Y, -900_000_000), 900_000_000)
		w := mvt.Project(p)
		home := w.Tile(z)
		if !home.Contains(w) || !home.Box(buffer).Contains(p) {
			t.Fatalf("%v: not in the box of its tile %v", p, home)
		}
		cover := mvt.Cover(geo.Box{Min: p, Max: p}, z, buffer)
		if !cover.Contains(home) {
			t.Fatalf("%v: cover %v misses its tile %v", p, cover, home)
		}
		for _, d := range [][2]int64{{-1, 0}, {1, 0}, {0, -1}, {0, 1}, {1, 1}, {-1, -1}} {
			x, y := int64(home.X)+d[0], int64(home.Y)+d[1]
			if x < 0 || y < 0 || x>>z != 0 || y>>z != 0 {
				continue
			}
			id := mvt.TileID{Z: z, X: uint32(x), Y: uint32(y)}
			if marks(t, id, buffer, w) && (!id.Box(buffer).Contains(p) || !cover.Contains(id)) {
				t.Fatalf("%v marks %v with a buffer of %d: box says %v, cover says %v",
					p, id, buffer, id.Box(buffer).Contains(p), cover.Contains(id))
			}
		}
	}
	if n := mvt.Cover(geo.EmptyBox(), 10, 64).Len(); n != 0 {
		t.Errorf("an empty box covers %d tiles", n)
	}
	count := 0
	whole := mvt.Cover(geo.Box{Min: geo.Point{X: -1_800_000_000, Y: -900_000_000}, Max: geo.Point{X: 1_800_000_000, Y: 900_000_000}}, 3, 64)
	for id := range whole.All() {
		if !id.Valid() || !whole.Contains(id) {
			t.Errorf("cover yields %v", id)
		}
		count++
	}
	if count != 64 || whole.Len() != 64 {
		t.Errorf("the world has %d tiles at zoom 3 and a length of %d, want 64", count, whole.Len())
	}
}

// marks reports whether a point at w comes out in the tile.
func marks(t *testing.T, id mvt.TileID, buffer int, w mvt.World) bool {
	t.Helper()
	tile, err := mvt.New(id, buffer)
	if err != nil {
		t.Fatal(err)
	}
	tile.Layer("p").AddPoint(1, w)
	return len(tile.Encode(nil)) > 0
}

func ExampleCover() {
	// A community of about one kilometre.
	changed := geo.Box{Min: geo.Point{X: 1_203_000_000, Y: 315_700_000}, Max: geo.Point{X: 1_203_100_000, Y: 315_800_000}}
	for id := range mvt.Cover(changed, 14, 64).All() {
		fmt.Println(id)
	}
	// Output:
	// 14/13666/6675
	// 14/13667/6675
	// 14/13666/6676
	// 14/13667/6676
}
