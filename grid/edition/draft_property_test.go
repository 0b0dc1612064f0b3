package edition_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// stored is what a plan keeps: the last state of each part.
type stored map[[2]string]grid.PlanPart

func (s stored) after(result grid.ChangeResult) stored {
	next := stored{}
	for k, p := range s {
		next[k] = p
	}
	for _, p := range result.Parts {
		next[[2]string{p.Kind, p.Code}] = p
	}
	return next
}

func (s stored) parts() []grid.PlanPart {
	var parts []grid.PlanPart
	for _, p := range s {
		parts = append(parts, p)
	}
	return parts
}

// TestL1RandomPlans draws random plans: whatever is taken, the counties tile, undo is exact, and doing it again gives the same.
func TestL1RandomPlans(t *testing.T) {
	taken := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		g := newPlayground(t)
		counties := []string{cty}
		if g.city.Edition(cty) == nil || g.city.Edition(ctyC) != nil && rapid.Bool().Draw(t, "both counties") {
			counties = append(counties[:0], ctyC)
			if g.city.Edition(cty) != nil {
				counties = append(counties, cty)
			}
		}
		d, err := g.city.Draft(counties, nil)
		if err != nil {
			t.Fatal(err)
		}
		history, drafts := []stored{{}}, []*edition.Draft{d}
		whole := g.city
		for range rapid.IntRange(1, 12).Draw(t, "changes") {
			ch := g.change(whole, counties)
			next, result, err := d.Apply(ch, g.used)
			g.holdAgain(t, counties, history[len(history)-1], ch, result, err)
			if err != nil {
				holdRefusal(t, ch, err)
				continue
			}
			taken[ch.Op]++
			g.holdCodes(t, d, result)
			g.holdSums(t, whole, counties, result)
			holdLabels(t, ch, result)
			d = next
			history, drafts = append(history, history[len(history)-1].after(result)), append(drafts, d)
			whole = g.holdTiling(t, d)
			g.holdNear(t, d, whole)
		}
		for i, s := range history { // undo, step by step
			undone, err := g.city.Draft(counties, s.parts())
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(undone.Parts(), drafts[i].Parts()) {
				t.Fatalf("the draft after %d changes is not what it was", i)
			}
		}
	})
	t.Logf("taken: %v", taken)
}

// holdRefusal fails unless a refusal is one that says what is wrong with the change.
func holdRefusal(t *rapid.T, ch grid.Change, err error) {
	var invalid *geo.InvalidError
	if errors.As(err, &invalid) {
		if invalid.Rule == mesh.RuleBroken {
			t.Fatalf("%s: %v", ch.Op, err)
		}
		return
	}
	if !errors.Is(err, grid.ErrInvalid) {
		t.Fatalf("%s: %v", ch.Op, err)
	}
}

// holdAgain fails unless a change that is kept as JSON does the same to the stored parts again.
func (g *playground) holdAgain(t *rapid.T, counties []string, before stored, ch grid.Change, result grid.ChangeResult, err error) {
	d, draftErr := g.city.Draft(counties, before.parts())
	if draftErr != nil {
		t.Fatal(draftErr)
	}
	var kept grid.Change
	if jsonErr := json.Unmarshal(must(json.Marshal(ch)), &kept); jsonErr != nil {
		t.Fatal(jsonErr)
	}
	_, again, againErr := d.Apply(kept, g.used)
	if fmt.Sprint(err) != fmt.Sprint(againErr) || !reflect.DeepEqual(result, again) {
		t.Fatalf("%s again:\n%v\n%v\nbefore:\n%v\n%v", ch.Op, again, againErr, result, err)
	}
}

// holdCodes fails when a code is given that was used once, or that is not of its community.
func (g *playground) holdCodes(t *rapid.T, before *edition.Draft, result grid.ChangeResult) {
	there := map[string]bool{}
	for _, p := range before.Parts() {
		there[p.Kind+p.Code] = !p.Removed
	}
	for _, p := range result.Parts {
		if p.Removed || there[p.Kind+p.Code] || p.Grid != nil && p.Grid.ID != 0 || p.Void != nil && p.Void.ID != 0 {
			continue
		}
		if g.ever[p.Kind][p.Code] {
			t.Fatalf("code %s is given again", p.Code)
		}
		if p.Grid != nil {
			if err := grid.StatisticalScheme.CheckGrid(p.Code, p.Kind, p.Grid.CommunityCode); err != nil {
				t.Fatal(err)
			}
		}
		g.ever[p.Kind][p.Code] = true
	}
}

// holdSums fails unless the base grids that a change redraws have together the households that they had, where all are known.
func (g *playground) holdSums(t *rapid.T, before *edition.City, counties []string, result grid.ChangeResult) {
	households := map[string]*int{}
	for _, p := range g.parts(before, counties)[grid.Base] {
		households[p.Code] = p.Grid.Households
	}
	was, is := 0, 0
	for _, p := range result.Parts {
		if p.Kind != grid.Base {
			continue
		}
		if n, there := households[p.Code]; there {
			if n == nil {
				return
			}
			was += *n
		}
	}
	for _, p := range result.Parts {
		if p.Kind != grid.Base || p.Removed {
			continue
		}
		if p.Grid.Households == nil {
			t.Fatalf("nobody knows the households of %s any more", p.Code)
		}
		is += *p.Grid.Households
	}
	if was != is {
		t.Fatalf("%d households became %d", was, is)
	}
}

// holdLabels fails unless every grid's label is on it.
func holdLabels(t *rapid.T, ch grid.Change, result grid.ChangeResult) {
	for _, p := range result.Parts {
		if p.Grid == nil {
			continue
		}
		if geo.Locate(must(geo.FromOrb(p.Grid.Boundary)), must(geo.Snap(p.Grid.LabelPoint))) == geo.Outside {
			t.Fatalf("%s: the label of %s is beside it", ch.Op, p.Code)
		}
	}
}

// newIDs gives new grids the ids that Draft.Near gives them.
func newIDs(d *edition.Draft) func(code string) int64 {
	var codes []string
	for _, p := range d.Parts() {
		if p.Grid != nil && p.Grid.ID == 0 {
			codes = append(codes, p.Code)
		}
	}
	slices.Sort(codes)
	return func(code string) int64 { return -1 - int64(slices.Index(codes, code)) }
}

// holdTiling returns the whole city with the draft, which tiles (L1) and has the area that it had. A junction in the border between
// the two counties of a plan may move it by a unit.
func (g *playground) holdTiling(t *rapid.T, d *edition.Draft) *edition.City {
	whole, err := d.City(map[string]int{cty: 3, ctyC: 3}, time.Time{}, newIDs(d))
	if err != nil {
		t.Fatal(err)
	}
	before, after := int64(0), int64(0)
	for _, county := range d.Counties() {
		e := whole.Edition(county)
		if faults := whole.Faults(e); len(faults) > 0 {
			t.Fatalf("%d faults, the first: %+v", len(faults), faults[0])
		}
		if !e.Info().Proven {
			t.Fatalf("the edition of %s is not proven", county)
		}
		if outline := must(geo.FromOrb(g.city.Division(county).Outline)); len(d.Counties()) == 1 && len(mesh.Check(e.Tiling(), outline)) > 0 {
			t.Fatalf("county %s is not what it was", county)
		}
		for _, part := range g.city.Edition(county).Tiling() {
			before += part.TwiceArea()
		}
		for _, part := range e.Tiling() {
			after += part.TwiceArea()
		}
	}
	if before != after {
		t.Fatalf("the counties had %d half units, have %d", before, after)
	}
	return whole
}

// holdNear compares the answers of the small cities with those of the whole ones within random boxes.
func (g *playground) holdNear(t *rapid.T, d *edition.Draft, whole *edition.City) {
	var boxes []geo.Box
	for range 1 + g.rng.IntN(3) {
		at := geo.Point{X: g.box.Min.X + g.rng.Int32N(g.box.Max.X-g.box.Min.X), Y: g.box.Min.Y + g.rng.Int32N(g.box.Max.Y-g.box.Min.Y)}
		if changed := d.Parts(); len(changed) > 0 && g.rng.IntN(4) > 0 {
			if p := changed[g.rng.IntN(len(changed))]; !p.Removed {
				at = g.aside(g.vertex(p), 2500)
			}
		}
		r := 1 + g.rng.Int32N(3000)
		boxes = append(boxes, geo.Box{Min: geo.Point{X: at.X - r, Y: at.Y - r}, Max: geo.Point{X: at.X + r, Y: at.Y + r}})
	}
	before, after, err := d.Near(boxes)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range boxes {
		g.holdShape(t, b, whole, after)
		g.holdShape(t, b, g.city, before)
	}
	for _, p := range g.pointsIn(boxes, whole) {
		for _, pair := range [][2]*edition.City{{g.city, before}, {whole, after}} {
			want, got := describe(pair[0].Locate(p, 0)), describe(pair[1].Locate(p, 0))
			if want != got || pair[0].AssignPoint(p) != pair[1].AssignPoint(p) {
				t.Fatalf("at %v near\n%s %+v, in the whole city\n%s %+v", p, got, pair[1].AssignPoint(p), want, pair[0].AssignPoint(p))
			}
		}
	}
}

// holdShape compares the answers for a polygon within a box.
func (g *playground) holdShape(t *rapid.T, box geo.Box, whole, near *edition.City) {
	r := (box.Max.X - box.Min.X) / 4
	shape := g.diamond(geo.Point{X: box.Min.X + 2*r, Y: box.Min.Y + 2*r}, r+1).Orb()
	want, err := whole.LocateShape(t.Context(), shape)
	if err != nil {
		t.Fatal(err)
	}
	got, err := near.LocateShape(t.Context(), shape)
	if err != nil {
		t.Fatal(err)
	}
	sharesOf := func(a edition.ShapeAnswer) string {
		s := describe(a.Answer)
		for _, share := range slices.Concat(a.Shares, a.DedicatedShares) {
			s += fmt.Sprintf(" %s %v", share.Grid.Code, share.Fraction)
		}
		return s
	}
	if sharesOf(got) != sharesOf(want) {
		t.Fatalf("near\n%s, in the whole city\n%s", sharesOf(got), sharesOf(want))
	}
}

// pointsIn returns points in boxes: anywhere, corners of the boxes, vertices of borders and what lies beside them.
func (g *playground) pointsIn(boxes []geo.Box, c *edition.City) []geo.Point {
	var points []geo.Point
	for _, b := range boxes {
		points = append(points, b.Min, b.Max)
		for range 30 {
			points = append(points, geo.Point{X: b.Min.X + g.rng.Int32N(b.Max.X-b.Min.X+1), Y: b.Min.Y + g.rng.Int32N(b.Max.Y-b.Min.Y+1)})
		}
		for _, e := range c.Editions() {
			for _, part := range e.Tiling() {
				for _, v := range part[0][0] {
					if near := g.aside(v, 1); b.Contains(v) && b.Contains(near) {
						points = append(points, v, near)
					}
				}
			}
		}
	}
	return points
}
