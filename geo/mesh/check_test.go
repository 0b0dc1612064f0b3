package mesh_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
)

// square returns the square of side size whose lower left corner is (x, y) units from 120° E 31° N.
func square(x, y, size int32) geo.MultiPolygon { return rect(x, y, size, size) }

func rect(x, y, w, h int32) geo.MultiPolygon {
	x, y = x+1_200_000_000, y+310_000_000
	return geo.MultiPolygon{{{{X: x, Y: y}, {X: x + w, Y: y}, {X: x + w, Y: y + h}, {X: x, Y: y + h}}}}
}

// fault is what the tables compare of a mesh.Fault.
type fault struct {
	kind  mesh.Kind
	parts []int
	area  float64 // in units
}

// unitM2 is the area of a square unit at 31° N.
var unitM2 = geo.AreaM2(square(0, 0, 1000)) / 1e6

func summary(faults []mesh.Fault) []fault {
	var out []fault
	for _, f := range faults {
		out = append(out, fault{f.Kind, f.Parts, f.AreaM2 / unitM2})
	}
	return out
}

func equalFaults(a, b []fault) bool {
	return slices.EqualFunc(a, b, func(f, g fault) bool {
		return f.kind == g.kind && slices.Equal(f.parts, g.parts) && math.Abs(f.area-g.area) <= 1e-5*g.area+0.01
	})
}

func TestCheck(t *testing.T) {
	t.Parallel()
	ring := func(xy ...int32) geo.MultiPolygon {
		r := geo.Ring{}
		for ; len(xy) > 0; xy = xy[2:] {
			r = append(r, geo.Point{X: 1_200_000_000 + xy[0], Y: 310_000_000 + xy[1]})
		}
		return geo.MultiPolygon{{r}}
	}
	withHole := square(0, 0, 3000)
	hole := slices.Clone(square(1000, 1000, 1000)[0][0])
	slices.Reverse(hole)
	withHole = geo.MultiPolygon{{withHole[0][0], hole}}
	quarter := func(x, y int32) geo.MultiPolygon { return square(x*1000, y*1000, 1000) }
	// The 2×2 outline with the middles of its sides, so that four quarters match it.
	outline := ring(0, 0, 1000, 0, 2000, 0, 2000, 1000, 2000, 2000, 1000, 2000, 0, 2000, 0, 1000)
	four := []geo.MultiPolygon{quarter(0, 0), quarter(1, 0), quarter(0, 1), quarter(1, 1)}

	tests := map[string]struct {
		parts   []geo.MultiPolygon
		outline geo.MultiPolygon
		want    []fault
	}{
		"one":              {[]geo.MultiPolygon{square(0, 0, 1000)}, square(0, 0, 1000), nil},
		"four":             {four, outline, nil},
		"nothing":          {nil, nil, nil},
		"no parts":         {nil, square(0, 0, 1000), []fault{{mesh.Gap, nil, 1e6}}},
		"no outline":       {[]geo.MultiPolygon{square(0, 0, 1000)}, nil, []fault{{mesh.OutsideOutline, []int{0}, 1e6}}},
		"face missing":     {four[:3], outline, []fault{{mesh.Gap, []int{1, 2}, 1e6}}},
		"face twice":       {append(slices.Clone(four), four[2]), outline, []fault{{mesh.Overlap, []int{2, 4}, 1e6}}},
		"face three times": {append(slices.Clone(four), four[2], four[2]), outline, []fault{{mesh.Overlap, []int{2, 4, 5}, 1e6}}},
		"island in a hole": {[]geo.MultiPolygon{withHole, square(1000, 1000, 1000)}, square(0, 0, 3000), nil},
		"hole empty":       {[]geo.MultiPolygon{withHole}, square(0, 0, 3000), []fault{{mesh.Gap, []int{0}, 1e6}}},
		"inside another":   {append(slices.Clone(four), square(100, 100, 500)), outline, []fault{{mesh.Overlap, []int{0, 4}, 250_000}}},
		"across four":      {append(slices.Clone(four), square(500, 500, 1000)), outline, []fault{{mesh.Overlap, []int{0, 1, 2, 3, 4}, 1e6}}},
		"outline unmatched": {four, square(0, 0, 2000), []fault{
			{mesh.UnmatchedBorder, []int{0, 2}, 0},
			{mesh.UnmatchedBorder, []int{0, 1}, 0},
			{mesh.UnmatchedBorder, []int{2, 3}, 0},
			{mesh.UnmatchedBorder, []int{1, 3}, 0},
		}},
		"T junction": {
			[]geo.MultiPolygon{rect(0, 0, 1000, 2000), quarter(1, 0), quarter(1, 1)},
			ring(0, 0, 1000, 0, 2000, 0, 2000, 1000, 2000, 2000, 1000, 2000, 0, 2000),
			[]fault{{mesh.UnmatchedBorder, []int{0, 1, 2}, 0}},
		},
		"leaves the outline": {
			[]geo.MultiPolygon{rect(0, 0, 1500, 1000)},
			square(0, 0, 1000),
			[]fault{{mesh.OutsideOutline, []int{0}, 500_000}, {mesh.UnmatchedBorder, []int{0}, 0}, {mesh.UnmatchedBorder, []int{0}, 0}},
		},
		"overlaps and leaves": {
			[]geo.MultiPolygon{square(0, 0, 1000), rect(500, 250, 1000, 500)},
			square(0, 0, 1000),
			[]fault{{mesh.OutsideOutline, []int{1}, 250_000}, {mesh.Overlap, []int{0, 1}, 250_000}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			faults := mesh.Check(tt.parts, tt.outline)
			if got := summary(faults); !equalFaults(got, tt.want) {
				t.Errorf("got  %v\nwant %v", got, tt.want)
			}
			for _, f := range faults {
				if _, err := geo.FromOrb(f.Polygon); f.Polygon != nil && err != nil {
					t.Errorf("fault polygon %v: %v", f.Polygon, err)
				}
			}
		})
	}
}

func TestCheckPartitions(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 11))
		tiling := geotest.Partition(rng, 1+rng.IntN(60))
		if faults := mesh.Check(tiling.Faces, tiling.Outline); len(faults) > 0 {
			t.Fatalf("seed %d: %v", seed, summary(faults))
		}
		// What no outline tells apart from a gap is a lake.
		lakes := 0
		for _, poly := range tiling.Outline {
			lakes += len(poly) - 1
		}
		if faults := mesh.CheckLayer(tiling.Faces); len(faults) != lakes {
			t.Fatalf("seed %d: %v, want %d gaps", seed, summary(faults), lakes)
		}
		if faults := mesh.CheckDisjoint(tiling.Faces); len(faults) > 0 {
			t.Fatalf("seed %d: %v", seed, summary(faults))
		}
	}
}

// sums returns the area of the faults of every kind in square metres.
func sums(faults []mesh.Fault) map[mesh.Kind]float64 {
	sum := make(map[mesh.Kind]float64)
	for _, f := range faults {
		sum[f.Kind] += f.AreaM2
	}
	return sum
}

func area(layer []geo.MultiPolygon) float64 {
	sum := 0.0
	for _, m := range layer {
		sum += geo.AreaM2(m)
	}
	return sum
}

// TestCheckMovedVertices moves vertices of single faces, so that their borders come apart, and holds the balance:
// area of parts = area of outline - gaps + overlaps + outside.
func TestCheckMovedVertices(t *testing.T) {
	t.Parallel()
	for seed := range uint64(150) {
		rng := rand.New(rand.NewPCG(seed, 12))
		tiling := geotest.Partition(rng, 2+rng.IntN(30))
		reach := int32(1) << rng.IntN(12)
		moved := false
		for range 1 + rng.IntN(4) {
			m := tiling.Faces[rng.IntN(len(tiling.Faces))]
			v := &m[0][0][rng.IntN(len(m[0][0]))]
			old := *v
			v.X += rng.Int32N(2*reach+1) - reach
			v.Y += rng.Int32N(2*reach+1) - reach
			if geo.Check(m) != nil {
				*v = old
			}
			moved = moved || *v != old
		}
		faults := mesh.Check(tiling.Faces, tiling.Outline)
		if moved && len(faults) == 0 {
			t.Fatalf("seed %d: no fault found", seed)
		}
		sum := sums(faults)
		got := sum[mesh.Overlap] + sum[mesh.OutsideOutline] - sum[mesh.Gap]
		want := area(tiling.Faces) - geo.AreaM2(tiling.Outline)
		if math.Abs(got-want) > 1e-3+1e-7*(sum[mesh.Overlap]+sum[mesh.OutsideOutline]+sum[mesh.Gap]) {
			t.Fatalf("seed %d: faults add up to %v m², areas differ by %v m²: %v", seed, got, want, summary(faults))
		}
		for _, f := range faults {
			checkFault(t, tiling, f)
		}
	}
}

// checkFault looks at the middle of a fault with exact location.
func checkFault(t *testing.T, tiling geotest.Tiling, f mesh.Fault) {
	t.Helper()
	p, err := geo.Snap(f.At)
	if err != nil {
		t.Fatal(err)
	}
	var in []int
	for k, m := range tiling.Faces {
		switch geo.Locate(m, p) {
		case geo.Inside:
			in = append(in, k)
		case geo.Border:
			return // too narrow to tell
		}
	}
	if f.WidthM < 0.05 {
		return
	}
	ok := true
	switch f.Kind {
	case mesh.Gap:
		ok = len(in) == 0 && geo.Locate(tiling.Outline, p) == geo.Inside
	case mesh.Overlap:
		ok = len(in) > 1
		for _, k := range in { // other parts may overlap elsewhere in the same place
			ok = ok && slices.Contains(f.Parts, k)
		}
	case mesh.OutsideOutline:
		ok = len(in) > 0 && geo.Locate(tiling.Outline, p) == geo.Outside
	}
	if !ok {
		t.Fatalf("%v, but the parts at %v are %v", f, f.At, in)
	}
}

// TestCheckShifted lays a partition over a shifted copy of itself: every border crosses others.
func TestCheckShifted(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 13))
		tiling := geotest.Partition(rng, 2+rng.IntN(20))
		dx, dy := rng.Int32N(5000)-2500, rng.Int32N(5000)-2500
		for _, m := range tiling.Faces {
			for _, poly := range m {
				for _, r := range poly {
					for i := range r {
						r[i].X, r[i].Y = r[i].X+dx, r[i].Y+dy
					}
				}
			}
		}
		sum := sums(mesh.Check(tiling.Faces, tiling.Outline))
		got := sum[mesh.OutsideOutline] - sum[mesh.Gap]
		want := area(tiling.Faces) - geo.AreaM2(tiling.Outline)
		if math.Abs(got-want) > 1e-3+1e-7*(sum[mesh.OutsideOutline]+sum[mesh.Gap]) || sum[mesh.Overlap] != 0 {
			t.Fatalf("seed %d: %v, want a difference of %v m²", seed, sum, want)
		}
	}
}

// TestCheckOverlapArea compares overlaps of two partitions with geo.OverlapArea of all pairs.
func TestCheckOverlapArea(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		a := geotest.Partition(rand.New(rand.NewPCG(seed, 14)), 1+int(seed))
		b := geotest.Partition(rand.New(rand.NewPCG(seed, 15)), 2+int(seed))
		parts := append(slices.Clone(a.Faces[:1+seed/2]), b.Faces[:1+seed/2]...)
		want := 0.0
		for i, m := range parts {
			for _, n := range parts[:i] {
				want += geo.OverlapArea(m, n)
			}
		}
		faults := mesh.CheckDisjoint(parts)
		got := 0.0
		for _, f := range faults {
			if f.Kind != mesh.Overlap {
				t.Fatalf("seed %d: %v", seed, f)
			}
			got += f.AreaM2
		}
		if want *= unitM2; math.Abs(got-want) > 1e-3*want+0.01 { // unitM2 is that of one latitude
			t.Fatalf("seed %d: overlaps of %v m², want %v m²", seed, got, want)
		}
	}
}

// TestCheckInvalid gives Check rings that are no polygons: it must end.
func TestCheckInvalid(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 5))
	for range 400 {
		var parts []geo.MultiPolygon
		for range 1 + rng.IntN(5) {
			r := make(geo.Ring, rng.IntN(20))
			shift := rng.IntN(31)
			for i := range r {
				r[i] = geo.Point{X: int32(rng.Uint32()) >> shift, Y: int32(rng.Uint32()) >> shift}
			}
			parts = append(parts, geo.MultiPolygon{{r}})
		}
		mesh.Check(parts[1:], parts[0])
		mesh.CheckLayer(parts)
	}
}

// TestCheckTangle crosses two combs of long teeth: the check gives up in bounded time and says so.
func TestCheckTangle(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	t.Parallel()
	const teeth = 8000
	comb := func(swap bool) geo.MultiPolygon {
		var r geo.Ring
		for i := range int32(teeth) {
			r = append(r, geo.Point{X: i * 100, Y: 0}, geo.Point{X: i*100 + 50, Y: 1_000_000})
		}
		r = append(r, geo.Point{X: teeth * 100, Y: -100}, geo.Point{X: 0, Y: -100})
		if swap {
			for i, v := range r {
				r[i] = geo.Point{X: v.Y, Y: v.X}
			}
		} else {
			slices.Reverse(r)
		}
		return geo.MultiPolygon{{r}}
	}
	faults := mesh.CheckDisjoint([]geo.MultiPolygon{comb(false), comb(true)})
	if len(faults) != 1 || faults[0].Kind != mesh.Tangle || !slices.Equal(faults[0].Parts, []int{0, 1}) {
		t.Errorf("got %d faults, want one tangle", len(faults))
	}
}
