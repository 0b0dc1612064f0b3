package edition_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"pgregory.net/rapid"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// A deal says to which part each face of a random tiling belongs, before or after: part numbers below 100 are base grids, from 100
// on void areas, none is no part.
type deal []int

const none = -1

// communityOf puts even numbers into one community and odd ones into the other.
func communityOf(part int) string { return fmt.Sprintf("99010100100%d", part%2+1) }

func partCode(part int) string { return fmt.Sprintf("%s%03d", communityOf(part), part) }

// redrawing is a random county before and after: both of the same faces, dealt otherwise.
type redrawing struct {
	tiling        geotest.Tiling
	before, after deal
	proven        bool     // every face is in a part
	hosts         [2][]int // faces of the dedicated grid, before and after
}

func drawRedrawing(t *rapid.T) redrawing {
	seed := rapid.Uint64().Draw(t, "seed")
	r := redrawing{tiling: geotest.Partition(rand.New(rand.NewPCG(seed, 0)), 24), proven: rapid.Bool().Draw(t, "proven")}
	rng := rand.New(rand.NewPCG(seed, 1))
	for range r.tiling.Faces {
		part := rng.IntN(6)
		switch {
		case rng.IntN(12) == 0:
			part = 100 + rng.IntN(2)
		case !r.proven && rng.IntN(8) == 0:
			part = none
		}
		r.before = append(r.before, part)
	}
	r.after = slices.Clone(r.before)
	for range rapid.IntRange(1, 4).Draw(t, "changes") {
		face := rng.IntN(len(r.after))
		switch rng.IntN(4) {
		case 0: // a grid becomes another, perhaps a new one
			from, to := r.after[face], 10+rng.IntN(4)
			for i := range r.after {
				if r.after[i] == from {
					r.after[i] = to
				}
			}
		case 1:
			r.after[face] = 100 + rng.IntN(3)
		default:
			r.after[face] = rng.IntN(12)
		}
	}
	for side := range r.hosts {
		for i := range r.tiling.Faces {
			if rng.IntN(6) == 0 {
				r.hosts[side] = append(r.hosts[side], i)
			}
		}
	}
	return r
}

func (r redrawing) areas(faces []int) geo.MultiPolygon {
	var areas []geo.MultiPolygon
	for _, i := range faces {
		areas = append(areas, r.tiling.Faces[i])
	}
	return mesh.Dissolve(areas)
}

// parts returns what a deal makes, by code.
func (r redrawing) parts(d deal, hosts []int) []grid.PlanPart {
	faces := map[int][]int{}
	for i, part := range d {
		faces[part] = append(faces[part], i)
	}
	var parts []grid.PlanPart
	for part := range 200 {
		if faces[part] == nil {
			continue
		}
		boundary := r.areas(faces[part]).Orb()
		p := grid.PlanPart{Kind: grid.Base, Code: partCode(part)}
		if part >= 100 {
			p.Kind = grid.Void
			p.Void = &grid.VoidArea{Code: p.Code, CommunityCode: communityOf(part), CountyCode: cty, Reason: "water", Boundary: boundary}
		} else {
			p.Grid = &grid.Grid{
				ID: int64(part + 1), Code: p.Code, Kind: grid.Base, CommunityCode: communityOf(part), CountyCode: cty, Name: p.Code, Boundary: boundary,
				SourceCRS: "wgs84",
			}
		}
		parts = append(parts, p)
	}
	if len(hosts) > 0 {
		g := &grid.Grid{ID: 900, Code: comm + "900", Kind: grid.Dedicated, CommunityCode: comm, CountyCode: cty, Name: "host", Boundary: r.areas(hosts).Orb()}
		parts = append(parts, grid.PlanPart{Kind: grid.Dedicated, Code: g.Code, Grid: g})
	}
	return parts
}

func contentsOf(parts []grid.PlanPart) edition.Contents {
	c := edition.Contents{Info: grid.EditionInfo{CountyCode: cty, Number: 1}}
	for _, p := range parts {
		switch p.Kind {
		case grid.Base:
			c.Base = append(c.Base, *p.Grid)
		case grid.Dedicated:
			c.Dedicated = append(c.Dedicated, *p.Grid)
		default:
			c.Voids = append(c.Voids, *p.Void)
		}
	}
	return c
}

// city returns the city before. Faces of no part lie in the first community's outline.
func (r redrawing) city(t testing.TB) *edition.City {
	t.Helper()
	var of [2][]int
	for i, part := range r.before {
		of[max(part, 0)%2] = append(of[max(part, 0)%2], i)
	}
	whole := r.tiling.Outline.Orb()
	divisions := []grid.Division{
		division("990100000000", grid.LevelCity, "", "", whole),
		division(cty, grid.LevelCounty, "990100000000", cty, whole),
		division("990101001000", grid.LevelStreet, cty, cty, whole),
	}
	for i, faces := range of {
		if len(faces) > 0 {
			divisions = append(divisions, division(communityOf(i), grid.LevelCommunity, "990101001000", cty, r.areas(faces).Orb()))
		}
	}
	e, err := edition.New(contentsOf(r.parts(r.before, r.hosts[0])))
	if err != nil {
		t.Fatal(err)
	}
	c, err := edition.NewCity(divisions, []*edition.Edition{e}, grid.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// draft returns the draft that turns the parts before into those after.
func draftTo(t testing.TB, c *edition.City, before, after []grid.PlanPart) *edition.Draft {
	t.Helper()
	parts := slices.Clone(after)
	for _, p := range before {
		if !slices.ContainsFunc(after, func(q grid.PlanPart) bool { return q.Kind == p.Kind && q.Code == p.Code }) {
			parts = append(parts, grid.PlanPart{Kind: p.Kind, Code: p.Code, Removed: true})
		}
	}
	d, err := c.Draft([]string{cty}, parts)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (r redrawing) draft(t testing.TB) (*edition.City, *edition.Draft) {
	c := r.city(t)
	return c, draftTo(t, c, r.parts(r.before, r.hosts[0]), r.parts(r.after, r.hosts[1]))
}

// answer is what must not differ outside the boxes of a diff.
func answer(c *edition.City, p geo.Point) string {
	a := c.Locate(p, 0)
	a.Near, a.Editions = nil, nil
	if a.Division != nil {
		return describe(a) + a.Division.Code
	}
	return describe(a)
}

func shapeAnswer(t testing.TB, c *edition.City, shape orb.Geometry) string {
	a, err := c.LocateShape(context.Background(), shape)
	if err != nil {
		t.Fatal(err)
	}
	a.Near, a.Editions = nil, nil
	s := describe(a.Answer)
	for _, share := range slices.Concat(a.Shares, a.DedicatedShares) {
		s += fmt.Sprintf(" %s %.9f", share.Grid.Code, share.Fraction)
	}
	return s
}

func (r redrawing) somewhere(rng *rand.Rand) geo.Point {
	face := r.tiling.Faces[rng.IntN(len(r.tiling.Faces))]
	ring := face[0][0]
	a, b := ring[rng.IntN(len(ring))], ring[rng.IntN(len(ring))]
	switch rng.IntN(3) {
	case 0:
		return a
	case 1:
		return geo.Point{X: a.X + int32(rng.IntN(401)) - 200, Y: a.Y + int32(rng.IntN(401)) - 200}
	}
	return geo.Point{X: (a.X/2 + b.X/2), Y: (a.Y/2 + b.Y/2)}
}

func inBoxes(boxes []geo.Box, shape geo.Box) bool {
	return slices.ContainsFunc(boxes, func(b geo.Box) bool { return b.Intersects(shape) })
}

func TestDiffBoxesHoldEveryAnswerThatDiffers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := drawRedrawing(rt)
		before, d := r.draft(t)
		after, err := d.City(map[string]int{cty: 2}, time.Time{}, func(code string) int64 { return 1000 + int64(code[14]) })
		if err != nil {
			t.Fatal(err)
		}
		boxes := d.Diff().Boxes
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "points"), 0))
		for range 300 {
			p := r.somewhere(rng)
			if inBoxes(boxes, geo.Box{Min: p, Max: p}) {
				continue
			}
			if got, want := answer(after, p), answer(before, p); got != want {
				t.Fatalf("outside the boxes, at %v: %s, was %s", p, got, want)
			}
		}
		for range 30 {
			p, q := r.somewhere(rng), r.somewhere(rng)
			var shape orb.Geometry = orb.LineString{p.Orb(), q.Orb()}
			if rng.IntN(2) == 0 {
				shape = square(p.X, p.Y, 20_000)
				q = geo.Point{X: p.X + 20_000, Y: p.Y + 20_000}
			}
			if p == q || inBoxes(boxes, geo.EmptyBox().Extend(p).Extend(q)) {
				continue
			}
			if got, want := shapeAnswer(t, after, shape), shapeAnswer(t, before, shape); got != want {
				t.Fatalf("outside the boxes, %v: %s, was %s", shape, got, want)
			}
		}
	})
}

func TestDiffMeasures(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := drawRedrawing(rt)
		_, d := r.draft(t)
		diff := d.Diff()
		moved, border := 0.0, 0.0
		for i, face := range r.tiling.Faces {
			if r.before[i] != r.after[i] {
				moved += geo.AreaM2(face)
			}
			if slices.Contains(r.hosts[0], i) != slices.Contains(r.hosts[1], i) {
				moved += geo.AreaM2(face)
			}
		}
		gone := map[[2]geo.Point]bool{}
		for _, layer := range [][2]map[[2]geo.Point]bool{
			{r.borders(r.before, nil), r.borders(r.after, nil)}, {r.borders(nil, r.hosts[0]), r.borders(nil, r.hosts[1])},
		} {
			for e := range layer[0] {
				if !layer[1][e] && !gone[e] {
					gone[e] = true
					border += geo.DistanceM(e[0], e[1])
				}
			}
		}
		if !geotest.Near(diff.AreaMovedM2, moved, 1e-6, 1e-4) {
			t.Fatalf("moved %v m², want %v", diff.AreaMovedM2, moved)
		}
		// Where an old and a new border leave a node nearly in the same direction, some units belong to both.
		if !geotest.Near(diff.BorderRedrawnM, border, 1e-5, 0.5) {
			t.Fatalf("redrawn %v m, want %v", diff.BorderRedrawnM, border)
		}
		r.holdLineage(t, diff)
	})
}

// borders returns the borders of parts.
func (r redrawing) borders(d deal, hosts []int) map[[2]geo.Point]bool {
	borders := map[[2]geo.Point]bool{}
	for _, p := range r.parts(d, hosts) {
		boundary := orb.MultiPolygon(nil)
		if p.Void != nil {
			boundary = p.Void.Boundary
		} else {
			boundary = p.Grid.Boundary
		}
		for _, poly := range boundary {
			for _, ring := range poly {
				for i := 1; i < len(ring); i++ {
					a, _ := geo.Snap(ring[i-1])
					b, _ := geo.Snap(ring[i])
					if b.Less(a) {
						a, b = b, a
					}
					borders[[2]geo.Point{a, b}] = true
				}
			}
		}
	}
	return borders
}

// holdLineage compares lineage with the faces that grids have in common.
func (r redrawing) holdLineage(t testing.TB, diff edition.Diff) {
	t.Helper()
	common, whole, gone := map[[2]string]float64{}, map[string]float64{}, map[string]float64{}
	for i, face := range r.tiling.Faces {
		b, a := r.before[i], r.after[i]
		if b == none || b >= 100 {
			continue
		}
		area := geo.PlanarArea(face)
		if whole[partCode(b)] += area; a == none || a >= 100 {
			gone[partCode(b)] += area
			continue
		}
		common[[2]string{partCode(b), partCode(a)}] += area
	}
	sums := map[string]float64{}
	for _, l := range diff.Lineage {
		if l.FromCode == comm+"900" {
			continue
		}
		want := common[[2]string{l.FromCode, l.ToCode}] / whole[l.FromCode]
		if !geotest.Near(l.ShareOfArea, want, 1e-9, 0) {
			t.Fatalf("%+v, want share %v", l, want)
		}
		sums[l.FromCode] += l.ShareOfArea
	}
	for _, p := range diff.Parts {
		if p.Kind != grid.Base || p.Change != edition.Retired {
			continue
		}
		if got := sums[p.Code] + gone[p.Code]/whole[p.Code]; math.Abs(got-1) > 1e-9 {
			t.Fatalf("the shares of %s add up to %v", p.Code, got)
		}
	}
}

func TestCompareIsTheDiffOfTheDraft(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := drawRedrawing(rt)
		before, d := r.draft(t)
		after, err := d.City(map[string]int{cty: 2}, time.Time{}, func(code string) int64 { return 1000 + int64(code[14]) })
		if err != nil {
			t.Fatal(err)
		}
		got, want := edition.Compare(before.Edition(cty), after.Edition(cty), grid.DefaultSettings().FallbackM), d.Diff()
		if !slices.Equal(got.Lineage, want.Lineage) || got.AreaMovedM2 != want.AreaMovedM2 || got.BorderRedrawnM != want.BorderRedrawnM || len(got.Parts) != len(want.Parts) {
			t.Fatalf("got  %+v\nwant %+v", got, want)
		}
	})
}
