package mesh_test

import (
	"errors"
	"math/rand/v2"
	"reflect"
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
		w.holdGroup(t, g, m)
	}
}

// holdGroup fails when a vertex of a group's outline is gone, or a new one lies over a unit off where it was.
func (w *world) holdGroup(t testing.TB, g int, now geo.MultiPolygon) {
	t.Helper()
	at := map[geo.Point]bool{}
	for _, poly := range now {
		for _, r := range poly {
			for _, v := range r {
				at[v] = true
			}
		}
	}
	for _, poly := range w.outlines[g] {
		for _, r := range poly {
			for _, v := range r {
				if !at[v] {
					t.Fatalf("group %d lost the vertex %v of its outline", g, v)
				}
			}
		}
	}
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

// step does one random operation.
func (w *world) step(rng *rand.Rand) (string, mesh.Edit, error) {
	k := w.randomFace(rng)
	m := w.Face(k)
	switch rng.IntN(8) {
	case 0:
		e, err := w.Split(k, randomLine(rng, m), float64(rng.IntN(3)))
		return "split", e, err
	case 1:
		e, err := w.Merge(k, w.randomFace(rng))
		return "merge", e, err
	case 2:
		e, err := w.CutOut(randomRegion(rng, m), nil)
		return "cut out", e, err
	case 3:
		e, err := w.Reshape(k, randomLine(rng, m), float64(rng.IntN(3)))
		return "reshape", e, err
	case 4:
		at := randomVertex(rng, m)
		reach := int32(1) << rng.IntN(14)
		e, err := w.MoveVertex(at, geo.Point{X: at.X + rng.Int32N(2*reach+1) - reach, Y: at.Y + rng.Int32N(2*reach+1) - reach})
		return "move vertex", e, err
	case 5:
		e, err := w.InsertVertex(randomPoint(rng, m), float64(rng.IntN(100)))
		return "insert vertex", e, err
	case 6:
		e, err := w.RemoveVertex(randomVertex(rng, m))
		return "remove vertex", e, err
	}
	e, err := w.Move(randomRegion(rng, m), nil, k)
	return "move", e, err
}

func randomWorld(rng *rand.Rand) *world {
	tiling := geotest.Partition(rng, 1+rng.IntN(24))
	groups := make([]int32, len(tiling.Faces))
	n := 1 + rng.Int32N(3)
	for k := range groups {
		groups[k] = rng.Int32N(n)
	}
	return newWorld(tiling.Faces, groups)
}

func TestL1EditsTile(t *testing.T) {
	t.Parallel()
	done := map[string]int{}
	refused := map[string]int{}
	for seed := range uint64(400) {
		rng := rand.New(rand.NewPCG(seed, 41))
		w := randomWorld(rng)
		for range 8 {
			op, e, err := w.step(rng)
			if err != nil {
				refused[op+" "+string(rule(t, err))]++
				continue
			}
			done[op]++
			if testing.Verbose() {
				t.Logf("seed %d: %s", seed, op)
			}
			w = w.apply(t, e)
		}
	}
	t.Log(done, refused)
}
