package index_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/index"
)

// side says where p lies to m by looking at every edge: -1 outside, 0 on the border, 1 inside.
func side(m geo.MultiPolygon, p geo.Point) int {
	in := -1
	for _, poly := range m {
		for _, r := range poly {
			for i, v := range r {
				if geo.OnSegment(p, r[(i+len(r)-1)%len(r)], v) {
					return 0
				}
			}
			if insideRing(r, p) {
				in = -in
			}
		}
	}
	return in
}

// check compares every answer of the index at p with that of side.
func check(t *testing.T, parts []geo.MultiPolygon, x *index.Index, p geo.Point) {
	t.Helper()
	var want []int32
	wantBorder := false
	for k, m := range parts {
		if s := side(m, p); s >= 0 {
			want = append(want, int32(k))
			wantBorder = wantBorder || s == 0
		}
	}
	if got := x.All(p, nil); !slices.Equal(got, want) {
		t.Fatalf("All(%v) = %v, want %v", p, got, want)
	}
	first := int32(-1)
	if len(want) > 0 {
		first = want[0]
	}
	if got, border := x.Find(p); got != first || border != wantBorder {
		t.Fatalf("Find(%v) = %d, %v, want %d, %v", p, got, border, first, wantBorder)
	}
}

// probes returns points where mistakes would show: at vertices, beside them, on edges, on the borders of cells
// of every possible size, and anywhere in and around the layer.
func probes(rng *rand.Rand, parts []geo.MultiPolygon, n int) []geo.Point {
	box := layerBox(parts)
	var pts []geo.Point
	add := func(x, y int32) { pts = append(pts, geo.Point{X: x, Y: y}) }
	vertex := func() (a, b geo.Point) {
		m := parts[rng.IntN(len(parts))]
		r := m[rng.IntN(len(m))]
		ring := r[rng.IntN(len(r))]
		i := rng.IntN(len(ring))
		return ring[i], ring[(i+1)%len(ring)]
	}
	for range n {
		a, b := vertex()
		add(a.X, a.Y)
		add(a.X+rng.Int32N(3)-1, a.Y+rng.Int32N(3)-1)
		add(a.X+(b.X-a.X)/2, a.Y+(b.Y-a.Y)/2)
		g := gcd(b.X-a.X, b.Y-a.Y)
		k := rng.Int32N(max(g, 1))
		add(a.X+(b.X-a.X)/max(g, 1)*k, a.Y+(b.Y-a.Y)/max(g, 1)*k) // exactly on the edge
		mask := int32(1)<<rng.IntN(16) - 1
		add(box.Min.X+(a.X-box.Min.X)&^mask-rng.Int32N(2), box.Min.Y+(a.Y-box.Min.Y)&^mask-rng.Int32N(2))
		w, h := box.Max.X-box.Min.X, box.Max.Y-box.Min.Y
		add(box.Min.X-w/8+rng.Int32N(w+w/4+1), box.Min.Y-h/8+rng.Int32N(h+h/4+1))
	}
	return pts
}

func gcd(a, b int32) int32 {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, -a)
}

func square(x, y, size int32) geo.Ring {
	return geo.Ring{{X: x, Y: y}, {X: x + size, Y: y}, {X: x + size, Y: y + size}, {X: x, Y: y + size}}
}

func hole(x, y, size int32) geo.Ring {
	r := square(x, y, size)
	slices.Reverse(r)
	return r
}

// diamond is a square on its tip: all edges pass through cell corners.
func diamond(x, y, r int32) geo.Ring {
	return geo.Ring{{X: x + r, Y: y}, {X: x, Y: y + r}, {X: x - r, Y: y}, {X: x, Y: y - r}}
}

// fan returns n triangles that meet at a point, as slices of a cake.
func fan(x, y, r int32, n int) (parts []geo.MultiPolygon) {
	at := func(k int) geo.Point {
		sin, cos := math.Sincos(2 * math.Pi * float64(k%n) / float64(n))
		return geo.Point{X: x + int32(math.Round(float64(r)*cos)), Y: y + int32(math.Round(float64(r)*sin))}
	}
	for k := range n {
		parts = append(parts, geo.MultiPolygon{{{{X: x, Y: y}, at(k), at(k + 1)}}})
	}
	return parts
}

func TestFindExhaustive(t *testing.T) {
	nested := func(n int32) (parts []geo.MultiPolygon) {
		for k := range n {
			parts = append(parts, geo.MultiPolygon{{square(k, k, 64-2*k)}})
		}
		return parts
	}
	cases := map[string][]geo.MultiPolygon{
		"one square":           {{{square(0, 0, 30)}}},
		"two squares":          {{{square(0, 0, 30)}}, {{square(30, 0, 30)}}},
		"T junction unmatched": {{{square(0, 0, 30)}}, {{square(30, 0, 15)}}, {{square(30, 15, 15)}}},
		"overlap":              {{{square(0, 0, 30)}}, {{square(20, 10, 30)}}},
		"one part twice":       {{{square(0, 0, 30)}}, {{square(0, 0, 30)}}},
		"five times":           slices.Repeat([]geo.MultiPolygon{{{square(0, 0, 30)}}}, 5),
		"nested":               nested(20),
		"hole and island":      {{{square(0, 0, 60), hole(10, 10, 40)}, {square(20, 20, 20)}}},
		"hole filled by other": {{{square(0, 0, 60), hole(10, 10, 40)}}, {{square(10, 10, 40)}}},
		"diamonds":             {{{diamond(32, 32, 32)}}, {{diamond(64, 64, 32)}}, {{diamond(96, 32, 32)}}},
		"diamonds overlapping": {{{diamond(32, 32, 32)}}, {{diamond(48, 32, 32)}}, {{diamond(32, 48, 30)}}},
		"parts touching":       {{{square(0, 0, 10)}, {square(10, 10, 10)}}, {{square(10, 0, 10)}}},
		"long thin": {
			{{{{X: 0, Y: 0}, {X: 4000, Y: 1}, {X: 4000, Y: 2}}}},
			{{{{X: 0, Y: 0}, {X: 4000, Y: 2}, {X: 0, Y: 60}}}},
		},
		"fourteen in a cell":   fan(40, 40, 40, 14),
		"fifteen in a cell":    fan(40, 40, 40, 15),
		"sixty in a cell":      fan(40, 40, 40, 60),
		"empty part":           {{}, {{square(0, 0, 30)}}, {}},
		"negative coordinates": {{{square(-50, -50, 30)}}, {{square(-20, -50, 60)}}},
	}
	for name, parts := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := index.Build(parts)
			box := layerBox(parts)
			for px := box.Min.X - 2; px <= box.Max.X+2; px++ {
				for py := box.Min.Y - 2; py <= box.Max.Y+2; py++ {
					check(t, parts, x, geo.Point{X: px, Y: py})
				}
			}
		})
	}
}

// many adds thin needles, so that layers of a few polygons get small cells as well.
func many(parts []geo.MultiPolygon, at geo.Point, n int32) []geo.MultiPolygon {
	for k := range n {
		parts = append(parts, geo.MultiPolygon{{diamond(at.X+3*k, at.Y, 1)}})
	}
	return parts
}

func TestFindInSmallCells(t *testing.T) {
	t.Parallel()
	apart := []geo.MultiPolygon{{{diamond(32, 32, 32)}}, {{diamond(64, 64, 32)}}, {{diamond(96, 32, 32)}}}
	across := []geo.MultiPolygon{{{diamond(48, 48, 48)}}, {{diamond(64, 56, 45)}}, {{diamond(50, 44, 40)}}}
	nested := []geo.MultiPolygon{{{square(0, 0, 100)}}, {{square(0, 0, 100)}}, {{square(1, 1, 98)}}}
	for _, parts := range [][]geo.MultiPolygon{
		many(apart, geo.Point{X: 5, Y: 110}, 40),
		many(across, geo.Point{X: 1, Y: 60}, 40),
		many(nested, geo.Point{X: 10, Y: 50}, 30),
	} {
		x := index.Build(parts)
		for px := int32(-3); px <= 150; px++ {
			for py := int32(-3); py <= 115; py++ {
				check(t, parts, x, geo.Point{X: px, Y: py})
			}
		}
	}
}

// TestFindAmongManyParts has more parts than two to a word.
func TestFindAmongManyParts(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(9, 9))
	parts := tiling(rng, 260, 1, 260*500)
	if len(parts) <= 1<<16 {
		t.Fatalf("%d parts", len(parts))
	}
	x := index.Build(parts)
	for _, p := range probes(rng, parts, 40) {
		check(t, parts, x, p)
	}
}

func TestFindOnTilings(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 1))
		n := 1 + rng.IntN(9)
		parts := tiling(rng, n, 1+rng.IntN(8), int32(n)*(200+rng.Int32N(100_000)))
		x := index.Build(parts)
		for _, p := range probes(rng, parts, 300) {
			check(t, parts, x, p)
		}
	}
}

// TestFindOnOverlaps lays shifted copies of tilings over each other and leaves faces out.
func TestFindOnOverlaps(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 2))
		n := 1 + rng.IntN(6)
		size := int32(n) * (200 + rng.Int32N(10_000))
		var parts []geo.MultiPolygon
		for layer := range 1 + rng.IntN(4) {
			for _, m := range tiling(rng, n, 1+rng.IntN(6), size) {
				if rng.IntN(4) == 0 {
					continue
				}
				for i := range m[0][0] {
					m[0][0][i].Y += int32(layer) * size / 50
				}
				parts = append(parts, m)
			}
		}
		if len(parts) == 0 {
			continue
		}
		x := index.Build(parts)
		for _, p := range probes(rng, parts, 200) {
			check(t, parts, x, p)
		}
	}
}

func TestFindFarApart(t *testing.T) {
	t.Parallel()
	const deg = geo.UnitsPerDegree
	parts := []geo.MultiPolygon{
		{{square(-180*deg, -90*deg, 90*deg)}},
		{{square(0, 0, 90*deg)}},
		{{diamond(100*deg, 30*deg, 45*deg)}},
		{{square(180*deg-100, 90*deg-100, 100)}},
	}
	x := index.Build(parts)
	rng := rand.New(rand.NewPCG(1, 1))
	for range 20_000 {
		m := parts[rng.IntN(len(parts))][0][0]
		a, b := m[rng.IntN(4)], m[rng.IntN(4)]
		f := rng.Float64()
		p := geo.Point{
			X: int32(float64(a.X)*(1-f)+float64(b.X)*f) + rng.Int32N(3) - 1,
			Y: int32(float64(a.Y)*(1-f)+float64(b.Y)*f) + rng.Int32N(3) - 1,
		}
		if math.Abs(float64(p.X)) > 180*deg || math.Abs(float64(p.Y)) > 90*deg {
			continue
		}
		got := x.All(p, nil)
		for k, m := range parts {
			if !m.Box().Contains(p) {
				continue // beyond the extent of Orient
			}
			if slices.Contains(got, int32(k)) != (side(m, p) >= 0) {
				t.Fatalf("All(%v) = %v, which is wrong for part %d", p, got, k)
			}
		}
	}
}

func TestFindEach(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 47))
	layers := [][]geo.MultiPolygon{
		nil,
		tiling(rng, 5, 7, 5*4096),
		tiling(rng, 30, 15, 30*4096),
		slices.Concat(tiling(rng, 6, 3, 9000), tiling(rng, 4, 9, 9000)), // which overlap
	}
	var indexes []*index.Index
	var points []geo.Point
	for _, parts := range layers {
		indexes = append(indexes, index.Build(parts))
		if len(parts) > 0 {
			points = append(points, probes(rng, parts, 300)...)
		}
	}
	queries := make([]index.Query, 40)
	for range 500 {
		asked := queries[:rng.IntN(len(queries)+1)] // with what the ones before have left
		for i := range asked {
			asked[i].Index, asked[i].Point = indexes[rng.IntN(len(indexes))], points[rng.IntN(len(points))]
		}
		index.FindEach(asked)
		for _, q := range asked {
			if part, border := q.Index.Find(q.Point); q.Part != part || q.OnBorder != border {
				t.Fatalf("at %v are %d, %v, alone %d, %v", q.Point, q.Part, q.OnBorder, part, border)
			}
		}
	}
}

func TestFindEmpty(t *testing.T) {
	t.Parallel()
	for _, parts := range [][]geo.MultiPolygon{nil, {}, {{}}, {{{}}}, {{{{}}}}} {
		x := index.Build(parts)
		if part, border := x.Find(geo.Point{}); part != -1 || border {
			t.Errorf("Find on %v = %d, %v", parts, part, border)
		}
		if got := x.All(geo.Point{}, nil); len(got) != 0 {
			t.Errorf("All on %v = %v", parts, got)
		}
		if got := x.Near(geo.Point{}, 100, nil); len(got) != 0 {
			t.Errorf("Near on %v = %v", parts, got)
		}
		if got := x.Overlapping(geo.Box{Max: geo.Point{X: 9, Y: 9}}, nil); len(got) != 0 {
			t.Errorf("Overlapping on %v = %v", parts, got)
		}
	}
}

// TestBuildInvalid gives the index rings that are no polygons: answers are free, panics are not.
func TestBuildInvalid(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 5))
	for range 300 {
		var parts []geo.MultiPolygon
		for range 1 + rng.IntN(4) {
			r := make(geo.Ring, rng.IntN(30))
			for i := range r {
				r[i] = geo.Point{X: int32(rng.Uint32()) >> rng.IntN(30), Y: int32(rng.Uint32()) >> rng.IntN(30)}
			}
			parts = append(parts, geo.MultiPolygon{{r}})
		}
		x := index.Build(parts)
		for range 50 {
			p := geo.Point{X: int32(rng.Uint32()) >> rng.IntN(30), Y: int32(rng.Uint32()) >> rng.IntN(30)}
			x.Find(p)
			x.All(p, nil)
			x.Near(p, 50, nil)
		}
	}
}

func TestFindDoesNotAllocate(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	parts := tiling(rng, 8, 6, 80_000)
	x := index.Build(parts)
	pts := probes(rng, parts, 100)
	if n := testing.AllocsPerRun(5, func() {
		for _, p := range pts {
			x.Find(p)
		}
	}); n != 0 {
		t.Errorf("Find allocates %v times in %d look-ups", n, len(pts))
	}
}
