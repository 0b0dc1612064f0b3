package synth_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/synth"
)

// cities are the ones whose character is tested.
var cities = []struct {
	seed  uint64
	grids int
}{{1, 100}, {2, 160}, {1, 500}, {2, 500}, {3, 500}, {4, 500}, {5, 1200}}

// TestDeterministic compares every row of two cities of one seed, and of another.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	hash := func(seed uint64) uint64 {
		h := fnv.New64a()
		for layer, records := range city(t, seed, 80).Layers() {
			fmt.Fprintln(h, layer.Name)
			for r := range records {
				b, err := json.Marshal(r)
				if err != nil {
					t.Fatal(err)
				}
				h.Write(b)
			}
		}
		return h.Sum64()
	}
	one, again, other := hash(11), hash(11), hash(12)
	if one != again {
		t.Error("the same seed made two different cities")
	}
	if one == other {
		t.Error("two seeds made the same city")
	}
}

// ground is what the tests of a city's character look at.
type ground struct {
	grids, voids []area
	communities  []area
	roads        []geo.Line
}

type area struct {
	code, community, name string
	shape                 geo.MultiPolygon
}

func groundOf(t *testing.T, c *synth.City) ground {
	t.Helper()
	var g ground
	areas := func(layer string) (all []area) {
		for _, r := range read(t, c, layer) {
			a := area{code: r.Fields["code"].(string), name: r.Fields["name"].(string), shape: shape(t, r.Geometry)}
			a.community, _ = r.Fields["community_code"].(string)
			if layer != "divisions" || r.Fields["level"] == grid.LevelCommunity {
				all = append(all, a)
			}
		}
		return all
	}
	g.grids, g.voids, g.communities = areas("base_grids"), areas("void_areas"), areas("divisions")
	for _, r := range read(t, c, "roads") {
		ls, err := geo.LineFromOrb(r.Geometry)
		if err != nil {
			t.Fatal(err)
		}
		g.roads = append(g.roads, ls...)
	}
	return g
}

// TestNoLattice holds that a city looks like one: the list of what must occur.
func TestNoLattice(t *testing.T) {
	t.Parallel()
	for _, size := range cities {
		t.Run(fmt.Sprintf("%d_grids_seed_%d", size.grids, size.seed), func(t *testing.T) {
			t.Parallel()
			g := groundOf(t, city(t, size.seed, size.grids))
			checkStreets(t, g.roads, size.grids)
			checkAxes(t, g.roads)
			checkJunctions(t, append(slices.Clone(g.grids), g.voids...))
			if enclosed(g.grids) == 0 {
				t.Error("no grid is enclosed by another")
			}
			if n := apart(g.communities); n == 0 {
				t.Error("no community has an exclave")
			}
			if n := apart(g.grids); n == 0 {
				t.Error("no grid has separate parts")
			}
			if !slices.ContainsFunc(g.voids, func(v area) bool { return strings.HasSuffix(v.name, "湖") && geo.AreaM2(v.shape) > 40_000 }) {
				t.Error("no lake is a void area")
			}
			if cutByRiver(g) == 0 {
				t.Error("no community is cut by the river")
			}
			checkForms(t, g.grids)
		})
	}
}

// checkStreets counts the pieces of street that meet in each junction.
func checkStreets(t *testing.T, roads []geo.Line, grids int) {
	t.Helper()
	degree := map[geo.Point]int{}
	for _, l := range roads {
		for i := 1; i < len(l); i++ {
			degree[l[i-1]]++
			degree[l[i]]++
		}
	}
	seen := map[int]int{}
	for _, d := range degree {
		seen[d]++
	}
	for d := range seen {
		if d > 12 {
			t.Errorf("%d streets meet in a junction", d)
		}
	}
	want := []int{3, 4, 5}
	if grids >= 500 {
		want = append(want, 6, 12)
	}
	for _, d := range want {
		if seen[d] == 0 {
			t.Errorf("no junction of %d streets: %v", d, seen)
		}
	}
	if seen[3] < seen[4] {
		t.Errorf("more crossings than T-junctions, as in a lattice: %v", seen)
	}
}

// checkAxes holds that the streets run in all directions.
func checkAxes(t *testing.T, roads []geo.Line) {
	t.Helper()
	var bins [18]float64
	total := 0.0
	for _, l := range roads {
		for i := 1; i < len(l); i++ {
			dx := float64(l[i].X-l[i-1].X) * math.Cos(33.5*math.Pi/180)
			dy := float64(l[i].Y - l[i-1].Y)
			k := int(math.Mod(math.Atan2(dy, dx)+2*math.Pi, math.Pi) / math.Pi * 18)
			bins[min(k, 17)] += math.Hypot(dx, dy)
			total += math.Hypot(dx, dy)
		}
	}
	for k, length := range bins {
		if share := length / total; share > 0.2 {
			t.Errorf("%.0f %% of the streets run in directions %d to %d degrees", 100*share, 10*k, 10*k+10)
		}
	}
}

// checkJunctions counts the borders that meet in each point.
func checkJunctions(t *testing.T, areas []area) {
	t.Helper()
	ends := map[geo.Point]int{}
	for s := range segments(areas) {
		ends[s.a]++
		ends[s.b]++
	}
	seen := map[int]int{}
	for p, d := range ends {
		seen[d]++
		if d < 2 {
			t.Errorf("a border ends in %v", p.Orb())
		}
	}
	for d := 3; d <= 6; d++ {
		if seen[d] == 0 && (d < 5 || len(areas) >= 500) {
			t.Errorf("no junction of %d borders: %v", d, seen)
		}
	}
}

type segment struct{ a, b geo.Point }

// segments lists the undirected sides of areas with the numbers of the areas that have them.
func segments(areas []area) map[segment][]int {
	all := map[segment][]int{}
	for i, a := range areas {
		for _, p := range a.shape {
			for _, r := range p {
				for k, v := range r {
					s := segment{v, r[(k+1)%len(r)]}
					if s.b.Less(s.a) {
						s.a, s.b = s.b, s.a
					}
					all[s] = append(all[s], i)
				}
			}
		}
	}
	return all
}

// enclosed counts the grids whose outer ring is the hole of another.
func enclosed(grids []area) int {
	holes := map[geo.Point]bool{}
	for _, g := range grids {
		for _, p := range g.shape {
			for _, r := range p[1:] {
				for _, v := range r {
					holes[v] = true
				}
			}
		}
	}
	n := 0
	for _, g := range grids {
		outside := func(v geo.Point) bool { return !holes[v] }
		if len(g.shape) == 1 && !slices.ContainsFunc(g.shape[0][0], outside) {
			n++
		}
	}
	return n
}

// apart counts the areas with parts that do not even touch.
func apart(areas []area) int {
	n := 0
	for _, a := range areas {
		for i := 1; i < len(a.shape); i++ {
			shared := func(v geo.Point) bool { return slices.Contains(a.shape[0][0], v) }
			if !slices.ContainsFunc(a.shape[i][0], shared) {
				n++
				break
			}
		}
	}
	return n
}

// cutByRiver counts the communities with grids on both banks of a piece of river of theirs, not joined on land.
func cutByRiver(g ground) int {
	all := append(slices.Clone(g.grids), g.voids...)
	bank := make([]int, len(all))
	for i := range bank {
		bank[i] = i
	}
	root := func(i int) int {
		for bank[i] != i {
			i = bank[i]
		}
		return i
	}
	sides := segments(all)
	for _, owners := range sides {
		if len(owners) == 2 && owners[1] < len(g.grids) && all[owners[0]].community == all[owners[1]].community {
			bank[root(owners[0])] = root(owners[1])
		}
	}
	banks := map[int]map[int]bool{} // by piece of river
	for _, owners := range sides {
		if len(owners) != 2 || owners[0] >= len(g.grids) || owners[1] < len(g.grids) {
			continue
		}
		if v := all[owners[1]]; strings.HasSuffix(v.name, "江") && v.community == all[owners[0]].community {
			if banks[owners[1]] == nil {
				banks[owners[1]] = map[int]bool{}
			}
			banks[owners[1]][root(owners[0])] = true
		}
	}
	n := 0
	for _, roots := range banks {
		if len(roots) > 1 {
			n++
		}
	}
	return n
}

// checkForms looks at the shape of grids: not convex, long and thin, and how many vertices.
func checkForms(t *testing.T, grids []area) {
	t.Helper()
	bent, thin, vertices := 0, 0, 0
	for _, g := range grids {
		r := g.shape[0][0]
		vertices += len(r)
		if geo.RingAreaM2(r) < 0.93*geo.RingAreaM2(hull(r)) {
			bent++
		}
		if p := geo.PerimeterM(g.shape); len(g.shape[0]) == 1 && len(g.shape) == 1 && 4*math.Pi*geo.AreaM2(g.shape)/(p*p) < 0.42 {
			thin++
		}
	}
	if share := float64(bent) / float64(len(grids)); share < 0.2 {
		t.Errorf("%.0f %% of the grids are not convex, want 20", 100*share)
	}
	if thin == 0 {
		t.Error("no grid is long and thin")
	}
	if mean := float64(vertices) / float64(len(grids)); mean < 20 || mean > 60 {
		t.Errorf("a grid has %.0f vertices on average, want 20 to 60", mean)
	}
}

// hull returns the convex hull.
func hull(r geo.Ring) geo.Ring {
	ps := slices.Clone(r)
	slices.SortFunc(ps, func(a, b geo.Point) int { return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y)) })
	half := func(h geo.Ring) geo.Ring {
		for _, p := range ps {
			for len(h) > 1 && geo.Orient(h[len(h)-2], h[len(h)-1], p) <= 0 {
				h = h[:len(h)-1]
			}
			h = append(h, p)
		}
		return h[:len(h)-1]
	}
	lower := half(nil)
	slices.Reverse(ps)
	return append(lower, half(nil)...)
}
