package mesh_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"strconv"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
)

// A world is a plane with what must hold of it, whatever is done to it.
type world struct {
	*mesh.Plane
	groups   []int32
	outline  geo.MultiPolygon
	outlines []geo.MultiPolygon // by group
}

func newWorld(faces []geo.MultiPolygon, groups []int32) *world {
	w := &world{Plane: mesh.NewPlane(faces, groups), groups: groups, outline: mesh.Dissolve(faces)}
	w.outlines = w.dissolve()
	return w
}

func (w *world) dissolve() []geo.MultiPolygon {
	var out []geo.MultiPolygon
	for k := range w.groups {
		for int(w.groups[k]) >= len(out) {
			out = append(out, nil)
		}
	}
	for g := range out {
		var of []geo.MultiPolygon
		for k := range w.groups {
			if w.groups[k] == int32(g) {
				of = append(of, w.Face(int32(k)))
			}
		}
		out[g] = mesh.Dissolve(of)
	}
	return out
}

func all(p *mesh.Plane) []geo.MultiPolygon {
	out := make([]geo.MultiPolygon, p.Len())
	for k := range out {
		out[k] = p.Face(int32(k))
	}
	return out
}

// apply returns the world after e, which must keep all laws. The proof is Check, which shares no code with the editor's
// way of following borders and cells, and the exact sum of areas.
func (w *world) apply(t testing.TB, e mesh.Edit) *world {
	t.Helper()
	next := &world{Plane: w.Apply(e), groups: w.groups, outline: w.outline, outlines: w.outlines}
	for k := len(w.groups); k < next.Len(); k++ {
		next.groups = append(next.groups[:k:k], e.Group)
	}
	w.holdUnchanged(t, next, e)
	w.holdUndo(t, next, e)
	next.hold(t)
	return next
}

// holdUnchanged fails when the edit names a face that does not change. Others are the same by construction.
func (w *world) holdUnchanged(t testing.TB, next *world, e mesh.Edit) {
	t.Helper()
	for k, m := range e.Faces {
		if reflect.DeepEqual(fromLowest(m), fromLowest(w.Face(k))) {
			t.Fatalf("face %d is said to change: %v", k, m)
		}
	}
	for k, m := range all(w.Plane) {
		if _, changed := e.Faces[int32(k)]; !changed && !reflect.DeepEqual(m, next.Face(int32(k))) {
			t.Fatalf("face %d changed unsaid", k)
		}
	}
}

// holdUndo fails unless the shapes from before bring back what was before.
func (w *world) holdUndo(t testing.TB, next *world, e mesh.Edit) {
	t.Helper()
	undo := mesh.Edit{Faces: map[int32]geo.MultiPolygon{}}
	for k := range e.Faces {
		undo.Faces[k] = w.Face(k)
	}
	if got := all(next.Apply(undo))[:w.Len()]; !reflect.DeepEqual(got, all(w.Plane)) {
		t.Fatal("undone, it is not what it was")
	}
}

// hold fails unless faces tile the outline, which is what it was, and those of each group tile the group's, which is what
// it was but for new vertices.
func (w *world) hold(t testing.TB) {
	t.Helper()
	faces := all(w.Plane)
	var area int64
	for k, m := range faces {
		area += m.TwiceArea()
		if len(m) == 0 {
			continue
		}
		if err := geo.Check(m); err != nil {
			t.Fatalf("face %d: %v", k, err)
		}
	}
	if area != w.outline.TwiceArea() {
		t.Fatalf("faces have twice the area %d, the outline %d", area, w.outline.TwiceArea())
	}
	if faults := mesh.Check(faces, w.outline); len(faults) > 0 {
		t.Fatalf("faces do not tile: %+v", faults)
	}
	now := w.dissolve()
	defer func() { w.outlines = now }()
	for g, m := range now {
		if len(m) > 0 && geo.Check(m) != nil {
			t.Fatalf("group %d: %v", g, geo.Check(m))
		}
		var of []geo.MultiPolygon
		for k := range faces {
			if w.groups[k] == int32(g) && len(faces[k]) > 0 {
				of = append(of, faces[k])
			}
		}
		if faults := mesh.Check(of, m); len(faults) > 0 {
			t.Fatalf("group %d does not tile its outline: %+v", g, faults)
		}
		if g < len(w.outlines) { // those from before
			holdGroup(t, g, w.outlines[g], m)
		}
	}
}

// holdGroup fails when a group's outline has moved by more than a unit.
func holdGroup(t testing.TB, g int, was, now geo.MultiPolygon) {
	t.Helper()
	before, after := outlineVertices(was), outlineVertices(now)
	for v := range before {
		if !after[v] && !within(now, v, 1) { // a corner may become the junction a unit beside it
			t.Fatalf("group %d lost the vertex %v of its outline", g, v)
		}
	}
	for v := range after {
		if !before[v] && !within(was, v, 1) {
			t.Fatalf("the outline of group %d moved to %v", g, v)
		}
	}
}

func outlineVertices(m geo.MultiPolygon) map[geo.Point]bool {
	out := map[geo.Point]bool{}
	for _, poly := range m {
		for _, r := range poly {
			for _, v := range r {
				out[v] = true
			}
		}
	}
	return out
}

// within reports whether v lies within some units of a ring of m, measured in the plane.
func within(m geo.MultiPolygon, v geo.Point, units float64) bool {
	for _, poly := range m {
		for _, r := range poly {
			a := r[len(r)-1]
			for _, b := range r {
				ax, ay := float64(a.X-v.X), float64(a.Y-v.Y)
				dx, dy := float64(b.X-a.X), float64(b.Y-a.Y)
				f := max(0, min(1, -(ax*dx+ay*dy)/(dx*dx+dy*dy)))
				if math.Hypot(ax+f*dx, ay+f*dy) <= units {
					return true
				}
				a = b
			}
		}
	}
	return false
}

func rule(t testing.TB, err error) geo.Rule {
	t.Helper()
	var invalid *geo.InvalidError
	if !errors.As(err, &invalid) {
		t.Fatalf("%v is no *geo.InvalidError", err)
	}
	return invalid.Rule
}

func randomVertex(rng *rand.Rand, m geo.MultiPolygon) geo.Point {
	poly := m[rng.IntN(len(m))]
	r := poly[rng.IntN(len(poly))]
	return r[rng.IntN(len(r))]
}

// randomPoint returns a place in the box of a face or a little beyond; often a vertex or close to one.
func randomPoint(rng *rand.Rand, m geo.MultiPolygon) geo.Point {
	if rng.IntN(3) == 0 {
		v := randomVertex(rng, m)
		return geo.Point{X: v.X + rng.Int32N(5) - 2, Y: v.Y + rng.Int32N(5) - 2}
	}
	b := m.Box()
	w, h := b.Max.X-b.Min.X, b.Max.Y-b.Min.Y
	return geo.Point{X: b.Min.X - w/8 + rng.Int32N(w+w/4+1), Y: b.Min.Y - h/8 + rng.Int32N(h+h/4+1)}
}

func randomLine(rng *rand.Rand, m geo.MultiPolygon) geo.Line {
	line := make(geo.Line, 2+rng.IntN(4))
	for i := range line {
		line[i] = randomPoint(rng, m)
	}
	return line
}

// randomRegion returns a triangle or a quadrangle around a place in a face.
func randomRegion(rng *rand.Rand, m geo.MultiPolygon) geo.MultiPolygon {
	for {
		r := geo.Ring(randomLine(rng, m))
		if len(r) < 3 {
			continue
		}
		if region := (geo.MultiPolygon{{r}}); geo.Check(region) == nil {
			return region
		}
	}
}

func (w *world) randomFace(rng *rand.Rand) int32 {
	for {
		if k := rng.Int32N(int32(w.Len())); len(w.Face(k)) > 0 {
			return k
		}
	}
}

var ops = []string{"split", "merge", "cut out", "reshape", "move vertex", "insert vertex", "remove vertex", "move"}

// step does one random operation.
func (w *world) step(rng *rand.Rand) (op string, e mesh.Edit, err error) {
	k := w.randomFace(rng)
	m := w.Face(k)
	op = ops[rng.IntN(len(ops))]
	switch op {
	case "split":
		e, err = w.Split(k, randomLine(rng, m), float64(rng.IntN(3)))
	case "merge":
		e, err = w.Merge(k, w.randomFace(rng))
	case "cut out":
		e, err = w.CutOut(randomRegion(rng, m), nil)
	case "reshape":
		e, err = w.Reshape(k, randomLine(rng, m), float64(rng.IntN(3)))
	case "move vertex":
		at := randomVertex(rng, m)
		reach := int32(1) << rng.IntN(14)
		e, err = w.MoveVertex(at, geo.Point{X: at.X + rng.Int32N(2*reach+1) - reach, Y: at.Y + rng.Int32N(2*reach+1) - reach})
	case "insert vertex":
		e, err = w.InsertVertex(randomPoint(rng, m), float64(rng.IntN(100)))
	case "remove vertex":
		e, err = w.RemoveVertex(randomVertex(rng, m))
	case "move":
		e, err = w.Move(randomRegion(rng, m), nil, k)
	}
	return op, e, err
}

func randomWorld(rng *rand.Rand) *world {
	tiling := geotest.Partition(rng, 1+rng.IntN(1+rng.IntN(24)))
	if rng.IntN(4) == 0 {
		tiling = geotest.Thin(rng, 1+rng.IntN(12))
	}
	groups := make([]int32, len(tiling.Faces))
	n := 1 + rng.Int32N(3)
	for k := range groups {
		groups[k] = rng.Int32N(n)
	}
	return newWorld(tiling.Faces, groups)
}

// sequences returns how many sequences of random edits a test tries: a few, or as many as WANGGE_SOAK says.
func sequences(t testing.TB, few uint64) uint64 {
	t.Helper()
	text := os.Getenv("WANGGE_SOAK")
	if text == "" {
		return few
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		t.Fatalf("WANGGE_SOAK: %v", err)
	}
	return n
}

// TestL1EditsTile does random edits one after the other and proves after each that all is whole: L1, the area law, undo
// to the bit, unchanged faces unchanged, the same answer to the same question.
func TestL1EditsTile(t *testing.T) {
	t.Parallel()
	const workers = 4 // to use more than one core
	n := sequences(t, 600)
	for part := range uint64(workers) {
		t.Run(strconv.FormatUint(part, 10), func(t *testing.T) {
			t.Parallel()
			refused := map[string]int{}
			done := map[string]int{}
			for seed := part; seed < n; seed += workers {
				rng := rand.New(rand.NewPCG(seed, 41))
				w := randomWorld(rng)
				for range 3 {
					w = w.tryStep(t, rng, seed, done, refused)
				}
			}
			t.Log(done, refused)
			for _, op := range ops {
				if done[op] == 0 {
					t.Errorf("no %s was possible", op)
				}
			}
		})
	}
}

// tryStep returns the world after a random operation, the same world when that is refused.
func (w *world) tryStep(t *testing.T, rng *rand.Rand, seed uint64, done, refused map[string]int) *world {
	t.Helper()
	src := rng.Uint64()
	op, e, err := w.step(rand.New(rand.NewPCG(src, 0)))
	if rng.IntN(4) == 0 {
		_, again, errAgain := w.step(rand.New(rand.NewPCG(src, 0)))
		if !reflect.DeepEqual(e, again) || !reflect.DeepEqual(err, errAgain) {
			t.Fatalf("seed %d: %s: %v %v, then %v %v", seed, op, e, err, again, errAgain)
		}
	}
	if err != nil {
		r := rule(t, err)
		if r == mesh.RuleBroken {
			t.Errorf("seed %d: %s: %v", seed, op, err)
		}
		refused[op+": "+string(r)]++
		return w
	}
	done[op]++
	defer func() {
		if t.Failed() {
			t.Logf("seed %d: %s", seed, op)
		}
	}()
	return w.apply(t, e)
}
