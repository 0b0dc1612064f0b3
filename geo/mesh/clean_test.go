package mesh_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
)

// tolerances are the defaults of BR-02.
var tolerances = mesh.CleanOptions{AreaM2: 1, WidthM: 0.5}

// into is the layer of parts that are to tile an outline, or none if that is nil.
func into(parts []geo.MultiPolygon, outline geo.MultiPolygon) mesh.Layer {
	l := mesh.Layer{Parts: parts}
	if outline != nil {
		l.Outlines = []geo.MultiPolygon{outline}
	}
	return l
}

// done tells what was changed, briefly: areas in units.
func done(c mesh.Cleaned) []string {
	var out []string
	for _, ch := range c.Changes {
		line := fmt.Sprintf("%s %d", ch.Kind, ch.Part)
		for _, p := range ch.Others {
			line += fmt.Sprintf(" %d", p)
		}
		if ch.Polygon != nil {
			line += fmt.Sprintf(": %.0f", ch.AreaM2/unitM2)
		}
		out = append(out, line)
	}
	for _, f := range c.Left {
		out = append(out, fmt.Sprintf("left %s %v %s: %.0f", f.Kind, f.Parts, f.Why, f.AreaM2/unitM2))
	}
	return out
}

func TestClean(t *testing.T) {
	t.Parallel()
	ring := func(xy ...int32) geo.MultiPolygon {
		r := geo.Ring{}
		for ; len(xy) > 0; xy = xy[2:] {
			r = append(r, geo.Point{X: 1_200_000_000 + xy[0], Y: 310_000_000 + xy[1]})
		}
		return geo.MultiPolygon{{r}}
	}
	holed := func(m geo.MultiPolygon, holes ...geo.MultiPolygon) geo.MultiPolygon {
		out := geo.MultiPolygon{slices.Clone(m[0])}
		for _, h := range holes {
			r := slices.Clone(h[0][0])
			slices.Reverse(r)
			out[0] = append(out[0], r)
		}
		return out
	}
	big := rect(0, 0, 2000, 1000)
	tests := map[string]struct {
		parts   []geo.MultiPolygon
		outline geo.MultiPolygon
		want    []string
	}{
		"nothing to do": {[]geo.MultiPolygon{rect(0, 0, 1000, 1000), rect(1000, 0, 1000, 1000)}, nil, nil},
		"the outline lacks vertices": {
			[]geo.MultiPolygon{rect(0, 0, 1000, 1000), rect(1000, 0, 1000, 1000)},
			big,
			[]string{"vertex_added -1", "vertex_added -1"},
		},
		"T junction": {
			[]geo.MultiPolygon{rect(0, 0, 1000, 2000), rect(1000, 0, 1000, 1000), rect(1000, 1000, 1000, 1000)},
			nil,
			[]string{"vertex_added 0"},
		},
		"gap to the longest border": {
			// The gap is 5 wide; the left part bounds it over 400, the two on the right over 100 and 300.
			[]geo.MultiPolygon{rect(0, 0, 1000, 400), rect(1005, 0, 1000, 100), rect(1005, 100, 1000, 300)},
			ring(0, 0, 1000, 0, 1005, 0, 2005, 0, 2005, 100, 2005, 400, 1005, 400, 1000, 400, 0, 400),
			[]string{"gap_filled 0: 2000"},
		},
		"gap at the outline": {
			[]geo.MultiPolygon{ring(0, 0, 500, 4, 1000, 0, 1000, 1000, 0, 1000)},
			rect(0, 0, 1000, 1000),
			[]string{"gap_filled 0: 2000"},
		},
		"enclosed gap": {
			[]geo.MultiPolygon{holed(rect(0, 0, 1000, 1000), rect(100, 100, 20, 20))},
			nil,
			[]string{"gap_filled 0: 400"},
		},
		"gap in a lake of the outline is none": {
			[]geo.MultiPolygon{holed(rect(0, 0, 1000, 1000), rect(100, 100, 20, 20))}, holed(rect(0, 0, 1000, 1000), rect(100, 100, 20, 20)), nil,
		},
		"large gap": {
			[]geo.MultiPolygon{holed(rect(0, 0, 1000, 1000), rect(100, 100, 200, 200))},
			nil,
			[]string{"left gap [0] too_large: 40000"},
		},
		"narrow and large": { // 2 cm wide and over 1 m²
			[]geo.MultiPolygon{holed(rect(0, 0, 30_000, 1000), rect(100, 100, 20_000, 2))},
			nil,
			[]string{"left gap [0] too_large: 40000"},
		},
		"overlap to the longest border": {
			// A strip of 4 × 300: its border with 0 runs along 300, with 1 along 300 too and along the ends.
			[]geo.MultiPolygon{rect(0, 0, 1004, 1000), ring(1000, 100, 1300, 100, 1300, 400, 1000, 400)},
			nil,
			[]string{"overlap_resolved 0 1: 1200", "vertex_added 0", "vertex_added 0", "vertex_added 1", "vertex_added 1"},
		},
		"three parts overlap": {
			[]geo.MultiPolygon{rect(0, 0, 1000, 500), rect(990, 0, 1000, 500), ring(0, 495, 1990, 495, 1990, 1500, 0, 1500)},
			nil,
			nil,
		},
		"outside": {
			[]geo.MultiPolygon{ring(0, 0, 500, -4, 1000, 0, 1000, 1000, 0, 1000)},
			rect(0, 0, 1000, 1000),
			[]string{"outside_cut 0: 2000"},
		},
		"far outside": {
			[]geo.MultiPolygon{rect(0, 0, 1500, 1000)},
			rect(0, 0, 1000, 1000),
			[]string{"vertex_added 0", "vertex_added 0", "left outside [0] too_large: 500000"},
		},
		"a part within another would vanish": {
			[]geo.MultiPolygon{rect(0, 0, 1000, 1000), rect(100, 100, 20, 20)},
			nil,
			[]string{"left overlap [0 1] would_vanish: 400"},
		},
		"a part outside would vanish": {
			[]geo.MultiPolygon{rect(0, 0, 1000, 1000), rect(1000, 0, 20, 20)},
			ring(0, 0, 1000, 0, 1000, 20, 1000, 1000, 0, 1000),
			[]string{"vertex_added 0", "left outside [1] would_vanish: 400"},
		},
		"the same part twice": {
			[]geo.MultiPolygon{rect(0, 0, 10, 10), rect(0, 0, 10, 10)},
			nil,
			[]string{"left overlap [0 1] would_vanish: 100"},
		},
		"an exclave gives way": {
			[]geo.MultiPolygon{rect(0, 0, 1000, 1000), {rect(2000, 0, 1000, 1000)[0], rect(100, 100, 20, 20)[0]}},
			nil,
			[]string{"overlap_resolved 0 1: 400"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cleaned, err := mesh.Clean(into(tt.parts, tt.outline), tolerances)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, done(cleaned)); diff != "" && tt.want != nil {
				t.Errorf("changes (-want +got):\n%s", diff)
			}
			holdCleaned(t, tt.parts, tt.outline, tolerances, cleaned)
		})
	}
}

// holdCleaned checks what must be true of every answer of Clean.
func holdCleaned(t testing.TB, parts []geo.MultiPolygon, outline geo.MultiPolygon, opt mesh.CleanOptions, c mesh.Cleaned) {
	t.Helper()
	if len(c.Parts) != len(parts) || len(c.Sums) != len(parts) {
		t.Fatalf("%d parts and %d sums of %d parts", len(c.Parts), len(c.Sums), len(parts))
	}
	for k, m := range c.Parts {
		if err := geo.Check(m); err != nil {
			t.Errorf("part %d: %v", k, err)
		}
		s := c.Sums[k]
		if !near(s.BeforeM2, geo.AreaM2(parts[k])) || !near(s.AfterM2, geo.AreaM2(m)) {
			t.Errorf("part %d: sums %+v, areas %v and %v", k, s, geo.AreaM2(parts[k]), geo.AreaM2(m))
		}
		slack := 0.01 + 1e-6*(s.AfterM2+s.GainedM2+s.LostM2) + 1e-5*(geo.PerimeterM(parts[k])+geo.PerimeterM(m))
		if d := s.BeforeM2 + s.GainedM2 - s.LostM2 - s.AfterM2; math.Abs(d) > slack {
			t.Errorf("part %d: sums %+v are wrong by %v", k, s, d)
		}
	}
	var faults []mesh.Fault
	if outline == nil {
		faults = mesh.CheckLayer(c.Parts)
	} else {
		faults = mesh.Check(c.Parts, c.Outlines[0])
		if d := geo.AreaM2(c.Outlines[0]) - geo.AreaM2(outline); math.Abs(d) > 0.012*geo.PerimeterM(outline) { // bent by less than a unit
			t.Errorf("the outline's area has changed by %v m²", d)
		}
	}
	if len(faults) != len(c.Left) {
		t.Errorf("%d faults, %d left", len(faults), len(c.Left))
	}
	for _, f := range c.Left {
		small := f.AreaM2 < opt.AreaM2 && f.WidthM < opt.WidthM
		if f.Kind == mesh.UnmatchedBorder || small != (f.Why != mesh.TooLarge) {
			t.Errorf("left: %+v", f)
		}
	}
	for _, ch := range c.Changes {
		vertex := ch.Kind == mesh.VertexAdded || ch.Kind == mesh.VertexMoved
		switch {
		case vertex && (ch.Polygon != nil || ch.MaxMoveM > 0.02):
			t.Errorf("vertex: %+v", ch)
		case !vertex && (ch.AreaM2 <= 0 || ch.AreaM2 >= opt.AreaM2 || ch.WidthM >= opt.WidthM):
			t.Errorf("beyond the tolerances: %+v", ch)
		}
	}
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*max(math.Abs(a), math.Abs(b)) }

// damage spoils a tiling: it moves vertices of single faces by a few units, and drops vertices at which only other borders end.
func damage(rng *rand.Rand, faces []geo.MultiPolygon, reach int32) []geo.MultiPolygon {
	out := make([]geo.MultiPolygon, len(faces))
	for k, m := range faces {
		spoiled := make(geo.MultiPolygon, len(m))
		for i, poly := range m {
			spoiled[i] = make(geo.Polygon, len(poly))
			for j, r := range poly {
				spoiled[i][j] = spoilRing(rng, r, reach)
			}
		}
		if geo.Check(spoiled) != nil {
			spoiled = m
		}
		out[k] = spoiled
	}
	return out
}

func spoilRing(rng *rand.Rand, r geo.Ring, reach int32) geo.Ring {
	out := make(geo.Ring, 0, len(r))
	for i, v := range r {
		switch rng.IntN(8) {
		case 0:
			v.X += rng.Int32N(2*reach+1) - reach
			v.Y += rng.Int32N(2*reach+1) - reach
		case 1: // where the line is all but straight
			a, b := r[(i+len(r)-1)%len(r)], r[(i+1)%len(r)]
			if d := geo.Orient(a, v, b); max(d, -d) < 100 && len(r) > 4 {
				continue
			}
		}
		out = append(out, v)
	}
	return out
}

// TestL1CleanDamaged damages random partitions: afterwards they are proven, and every part is there.
func TestL1CleanDamaged(t *testing.T) {
	t.Parallel()
	seeds := uint64(120)
	if testing.Short() {
		seeds = 20
	}
	for seed := range seeds {
		rng := rand.New(rand.NewPCG(seed, 21))
		tiling := geotest.Partition(rng, 1+rng.IntN(50))
		reach := int32(1) << rng.IntN(5)
		parts := damage(rng, tiling.Faces, reach)
		opt := mesh.CleanOptions{AreaM2: 1e5, WidthM: 20}
		cleaned, err := mesh.Clean(into(parts, tiling.Outline), opt)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		holdCleaned(t, parts, tiling.Outline, opt, cleaned)
		if !cleaned.Proven() {
			t.Fatalf("seed %d: left %v", seed, done(cleaned))
		}
		if got, want := twiceArea(cleaned.Parts...), twiceArea(cleaned.Outlines[0]); got != want {
			t.Fatalf("seed %d: parts have area %d/2, the outline %d/2", seed, got, want)
		}
		again, err := mesh.Clean(into(cleaned.Parts, cleaned.Outlines[0]), opt)
		if err != nil || len(again.Changes) != 0 || !equalParts(again.Parts, cleaned.Parts) {
			t.Fatalf("seed %d: cleaning twice: %v %v", seed, err, done(again))
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func equalParts(a, b []geo.MultiPolygon) bool {
	return slices.EqualFunc(a, b, func(m, n geo.MultiPolygon) bool {
		return slices.EqualFunc(m, n, func(p, q geo.Polygon) bool { return slices.EqualFunc(p, q, slices.Equal[geo.Ring]) })
	})
}

// twiceArea returns twice the exact area in square units.
func twiceArea(parts ...geo.MultiPolygon) int64 {
	sum := int64(0)
	for _, m := range parts {
		for _, poly := range m {
			for _, r := range poly {
				sum += r.TwiceArea()
			}
		}
	}
	return sum
}

// TestCleanSmallDamage keeps the default tolerances: what is left is above them.
func TestCleanSmallDamage(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 22))
		tiling := geotest.Partition(rng, 2+rng.IntN(40))
		parts := damage(rng, tiling.Faces, 40)
		for _, outline := range []geo.MultiPolygon{nil, tiling.Outline} {
			cleaned, err := mesh.Clean(into(parts, outline), tolerances)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			holdCleaned(t, parts, outline, tolerances, cleaned)
			if t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		}
	}
}

func TestCleanRefuses(t *testing.T) {
	t.Parallel()
	bowtie := geo.MultiPolygon{{{{X: 0, Y: 0}, {X: 10, Y: 10}, {X: 10, Y: 0}, {X: 0, Y: 10}}}}
	var invalid *geo.InvalidError
	if _, err := mesh.Clean(mesh.Layer{Parts: []geo.MultiPolygon{square(0, 0, 10), bowtie}}, tolerances); !errors.As(err, &invalid) || invalid.Rule == mesh.RuleTooMuchWork {
		t.Errorf("bowtie: %v", err)
	}
	if _, err := mesh.Clean(mesh.Layer{Outlines: []geo.MultiPolygon{{}}}, tolerances); !errors.As(err, &invalid) {
		t.Errorf("empty outline: %v", err)
	}
	// The triangle is narrower than a unit; the corner of the square lies in it.
	sliver := geo.MultiPolygon{{{{X: 0, Y: 0}, {X: 1000, Y: 1}, {X: 501, Y: 1}}}}
	other := geo.MultiPolygon{{{{X: 501, Y: 1}, {X: 501, Y: 500}, {X: 0, Y: 500}, {X: 0, Y: 0}, {X: 499, Y: 1}}}}
	if _, err := mesh.Clean(mesh.Layer{Parts: []geo.MultiPolygon{sliver, other}}, tolerances); !errors.As(err, &invalid) || invalid.Rule != mesh.RuleFaceGone {
		t.Errorf("sliver: %v", err)
	}
	parts := []geo.MultiPolygon{square(0, 0, 10), square(5, 5, 10)}
	if _, err := mesh.Clean(mesh.Layer{Parts: parts}, mesh.CleanOptions{Stop: func() bool { return true }}); !errors.Is(err, mesh.ErrStopped) {
		t.Errorf("stopped: %v", err)
	}
}

// TestL1CleanGroups damages faces and, each for itself, the outlines of the groups that they make up: afterwards every group tiles its
// outline, and the outlines tile among themselves.
func TestL1CleanGroups(t *testing.T) {
	t.Parallel()
	seeds := uint64(60)
	if testing.Short() {
		seeds = 10
	}
	for seed := range seeds {
		rng := rand.New(rand.NewPCG(seed, 23))
		tiling := geotest.Partition(rng, 8+rng.IntN(40))
		m, err := mesh.Build(tiling.Faces)
		if err != nil {
			t.Fatal(err)
		}
		const groups = 4
		group := make([]int32, len(tiling.Faces))
		for k := range group {
			group[k] = int32(k) % groups
		}
		l := mesh.Layer{Parts: damage(rng, tiling.Faces, 8), Group: group, Outlines: damage(rng, m.Dissolve(group, groups), 8)}
		opt := mesh.CleanOptions{AreaM2: 1e5, WidthM: 20}
		cleaned, err := mesh.Clean(l, opt)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if !cleaned.Proven() {
			t.Fatalf("seed %d: left %v", seed, done(cleaned))
		}
		for g := range groups {
			var parts []geo.MultiPolygon
			for k, m := range cleaned.Parts {
				if group[k] == int32(g) {
					parts = append(parts, m)
				}
			}
			if faults := mesh.Check(parts, cleaned.Outlines[g]); len(faults) > 0 {
				t.Fatalf("seed %d: group %d: %v", seed, g, summary(faults))
			}
		}
		for _, f := range mesh.CheckLayer(cleaned.Outlines) {
			if f.Kind != mesh.Gap || f.AreaM2 < 1e4 { // but for the lake
				t.Fatalf("seed %d: outlines: %v", seed, summary([]mesh.Fault{f}))
			}
		}
	}
}
