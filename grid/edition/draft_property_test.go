package edition_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"pgregory.net/rapid"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// playground is a random city of two counties with up to four communities, and what a planner could have drawn on it.
type playground struct {
	rng  *rand.Rand
	city *edition.City
	box  geo.Box
	// ever are the codes that are or were, by kind.
	ever map[string]map[string]bool
}

// homeOf returns the community and county of a face: stripes from west to east.
func homeOf(face geo.MultiPolygon, box geo.Box) (community, county string) {
	quarter := min(3, 4*(int64(geo.PointOnSurface(face).X)-int64(box.Min.X))/(int64(box.Max.X)-int64(box.Min.X)+1))
	return [4]string{commA, commB, commC, "990102001002"}[quarter], [4]string{cty, cty, ctyC, ctyC}[quarter]
}

func newPlayground(t *rapid.T) *playground {
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	tiling := geotest.Partition(rng, rapid.IntRange(6, 30).Draw(t, "faces"))
	g := &playground{rng: rng, box: tiling.Outline.Box(), ever: map[string]map[string]bool{}}
	for _, kind := range []string{grid.Base, grid.Dedicated, grid.Void} {
		g.ever[kind] = map[string]bool{}
	}
	contents := map[string]*edition.Contents{}
	within := map[string][]geo.MultiPolygon{} // by division
	served := map[string]bool{}
	for i, face := range tiling.Faces {
		community, county := homeOf(face, g.box)
		for _, d := range []string{community, community[:9] + "000", county} {
			within[d] = append(within[d], face)
		}
		if contents[county] == nil {
			contents[county] = &edition.Contents{Info: grid.EditionInfo{CountyCode: county, Number: 3, Proven: true}}
		}
		c := contents[county]
		if served[community] && rng.IntN(6) == 0 {
			c.Voids = append(c.Voids, grid.VoidArea{ID: int64(i + 1), Code: fmt.Sprintf("%s-V%02d", community, i+1), CommunityCode: community, CountyCode: county, Reason: "water", Boundary: face.Orb()})
			continue
		}
		served[community] = true
		made := grid.Grid{
			ID: int64(i + 1), VersionID: int64(i + 1), Code: fmt.Sprintf("%s%03d", community, i+1), Kind: grid.Base, Name: fmt.Sprint("grid ", i+1),
			CommunityCode: community, CountyCode: county, SourceCRS: "wgs84",
		}
		if rng.IntN(5) > 0 {
			made.Households = count(rng.IntN(500))
		}
		made.SetBoundary(face)
		c.Base = append(c.Base, made)
		if rng.IntN(3) == 0 {
			made.ID, made.VersionID = int64(1000+i), int64(1000+i)
			made.Code, made.Kind, made.DedicatedKind, made.HostOrg = fmt.Sprintf("%s%03d", community, 800+i), grid.Dedicated, "school", "ORG"
			made.SetBoundary(g.diamond(geo.PointOnSurface(face), 40))
			c.Dedicated = append(c.Dedicated, made)
		}
	}
	g.build(t, contents, within, tiling)
	return g
}

// build makes the city of its counties.
func (g *playground) build(t *rapid.T, contents map[string]*edition.Contents, within map[string][]geo.MultiPolygon, tiling geotest.Tiling) {
	divisions := []grid.Division{division("990100000000", grid.LevelCity, "", "", tiling.Outline.Orb())}
	for code, faces := range within {
		level, parent, county := grid.LevelCommunity, code[:9]+"000", code[:6]+"000000"
		switch {
		case strings.HasSuffix(code, "000000"):
			level, parent = grid.LevelCounty, "990100000000"
		case strings.HasSuffix(code, "000"):
			level, parent = grid.LevelStreet, county
		}
		divisions = append(divisions, division(code, level, parent, county, mesh.Dissolve(faces).Orb()))
	}
	var editions []*edition.Edition
	for _, c := range contents {
		for i := 0; i < len(c.Dedicated); i++ { // those that overlap another go
			areas := []geo.MultiPolygon{}
			for _, d := range c.Dedicated[:i+1] {
				areas = append(areas, must(geo.FromOrb(d.Boundary)))
			}
			if len(mesh.CheckDisjoint(areas)) > 0 {
				c.Dedicated = slices.Delete(c.Dedicated, i, i+1)
				i--
			}
		}
		e, err := edition.New(*c)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range e.Base() {
			g.ever[grid.Base][b.Code] = true
		}
		for _, b := range e.Dedicated() {
			g.ever[grid.Dedicated][b.Code] = true
		}
		for _, b := range e.Voids() {
			g.ever[grid.Void][b.Code] = true
		}
		editions = append(editions, e)
	}
	var err error
	if g.city, err = edition.NewCity(divisions, editions, grid.DefaultSettings()); err != nil {
		t.Skip("outlines of this tiling are not valid polygons")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (g *playground) used(community, kind string) []string {
	var codes []string
	for code := range g.ever[kind] {
		if strings.HasPrefix(code, community) {
			codes = append(codes, code)
		}
	}
	return codes
}

// diamond returns a square on its corner.
func (g *playground) diamond(c geo.Point, r int32) geo.MultiPolygon {
	return geo.MultiPolygon{{{{X: c.X, Y: c.Y - r}, {X: c.X + r, Y: c.Y}, {X: c.X, Y: c.Y + r}, {X: c.X - r, Y: c.Y}}}}
}

// parts returns the parts of the counties as the draft has them, by kind.
func (g *playground) parts(c *edition.City, counties []string) map[string][]grid.PlanPart {
	parts := map[string][]grid.PlanPart{}
	for _, county := range counties {
		e := c.Edition(county)
		for _, grids := range [][]grid.Grid{e.Base(), e.Dedicated()} {
			for i := range grids {
				parts[grids[i].Kind] = append(parts[grids[i].Kind], grid.PlanPart{Kind: grids[i].Kind, Code: grids[i].Code, Grid: &grids[i]})
			}
		}
		for i := range e.Voids() {
			v := &e.Voids()[i]
			parts[grid.Void] = append(parts[grid.Void], grid.PlanPart{Kind: grid.Void, Code: v.Code, Void: v})
		}
	}
	return parts
}

func boundaryOf(p grid.PlanPart) orb.MultiPolygon {
	if p.Void != nil {
		return p.Void.Boundary
	}
	return p.Grid.Boundary
}

// change draws a change, many of which are refused.
func (g *playground) change(c *edition.City, counties []string) grid.Change {
	parts := g.parts(c, counties)
	one := func(kind string) grid.PlanPart {
		if len(parts[kind]) == 0 {
			kind = grid.Base
		}
		return parts[kind][g.rng.IntN(len(parts[kind]))]
	}
	kind := []string{grid.Base, grid.Base, grid.Base, grid.Dedicated}[g.rng.IntN(4)]
	part := one(kind)
	ch := grid.Change{Grid: part.Code, Kind: kind, Name: "made", DedicatedKind: "market", HostOrg: fmt.Sprint("ORG", g.rng.IntN(9)), Reason: "military"}
	near := g.vertex(part)
	switch ch.Op = []string{
		grid.OpCreate, grid.OpSplit, grid.OpSplit, grid.OpMerge, grid.OpShift, grid.OpShift, grid.OpShift, grid.OpTransfer, grid.OpRename, grid.OpReclassify,
		grid.OpChangeHost, grid.OpRetire, grid.OpCarveVoid, grid.OpFillVoid,
	}[g.rng.IntN(14)]; ch.Op {
	case grid.OpCreate, grid.OpCarveVoid:
		ch.Area = geojson.NewGeometry(g.region(near))
		if ch.Op == grid.OpCarveVoid || g.rng.IntN(2) == 0 {
			ch.Community = g.communityOf(part)
		}
	case grid.OpSplit:
		ch.Line = geojson.NewGeometry(g.stroke(part))
	case grid.OpMerge:
		ch.Grids = []string{part.Code, one(kind).Code}
		if n := g.neighbour(part, parts[kind]); n != "" {
			ch.Grids[1] = n
		}
	case grid.OpShift:
		g.shift(&ch, part, parts[kind], near)
	case grid.OpTransfer:
		ch.Community = g.communityOf(one(grid.Base))
	case grid.OpRetire:
		ch.Into = g.neighbour(part, parts[grid.Base])
	case grid.OpFillVoid:
		part = one(grid.Void)
		ch.Grid, ch.Into = part.Code, g.neighbour(part, parts[grid.Base])
	}
	return ch
}

func (g *playground) shift(ch *grid.Change, part grid.PlanPart, others []grid.PlanPart, near geo.Point) {
	p := near.Orb()
	switch g.rng.IntN(5) {
	case 0:
		ch.Line = geojson.NewGeometry(g.stroke(part))
	case 1:
		ch.Area, ch.Into = geojson.NewGeometry(g.region(near)), part.Code
	case 2:
		ch.Area, ch.Into = geojson.NewGeometry(g.region(near)), part.Code
		ch.From = []string{g.neighbour(part, others)}
	case 3:
		to := g.aside(near, 200).Orb()
		ch.Vertex, ch.To = &p, &to
	case 4:
		ch.Vertex, ch.Action = &p, "remove"
		if g.rng.IntN(2) == 0 {
			at := g.aside(near, 30).Orb()
			ch.Vertex, ch.Action, ch.SnapM = &at, "insert", 5
		}
	}
}

func (g *playground) communityOf(p grid.PlanPart) string {
	if p.Void != nil {
		return p.Void.CommunityCode
	}
	return p.Grid.CommunityCode
}

// neighbour returns a part that shares an edge with another, "" for none.
func (g *playground) neighbour(of grid.PlanPart, among []grid.PlanPart) string {
	edges := map[[2]orb.Point]bool{}
	for _, poly := range boundaryOf(of) {
		for _, ring := range poly {
			for i := 1; i < len(ring); i++ {
				edges[[2]orb.Point{ring[i], ring[i-1]}] = true
			}
		}
	}
	var found []string
	for _, p := range among {
		for _, poly := range boundaryOf(p) {
			for _, ring := range poly {
				for i := 1; i < len(ring); i++ {
					if edges[[2]orb.Point{ring[i-1], ring[i]}] {
						found = append(found, p.Code)
					}
				}
			}
		}
	}
	if len(found) == 0 {
		return ""
	}
	return found[g.rng.IntN(len(found))]
}

func (g *playground) vertex(p grid.PlanPart) geo.Point {
	m := must(geo.FromOrb(boundaryOf(p)))
	ring := m[g.rng.IntN(len(m))][0]
	return ring[g.rng.IntN(len(ring))]
}

func (g *playground) aside(p geo.Point, by int32) geo.Point {
	return geo.Point{X: p.X + g.rng.Int32N(2*by+1) - by, Y: p.Y + g.rng.Int32N(2*by+1) - by}
}

// stroke returns a line across a part, which begins and ends on or near its border.
func (g *playground) stroke(p grid.PlanPart) orb.LineString {
	l := orb.LineString{g.vertex(p).Orb(), g.aside(g.vertex(p), 300).Orb(), g.vertex(p).Orb()}
	if g.rng.IntN(2) == 0 {
		l[0] = g.aside(g.vertex(p), 20).Orb()
	}
	return l
}

// region returns a polygon around a place.
func (g *playground) region(at geo.Point) orb.Polygon {
	var ring orb.Ring
	for {
		r := 100 + g.rng.Int32N(1500)
		ring = ring[:0]
		for _, corner := range [][2]int32{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}} {
			c := geo.Point{X: at.X + corner[0]*r, Y: at.Y + corner[1]*r}
			ring = append(ring, g.aside(c, r/2).Orb())
		}
		ring = append(ring, ring[0])
		if _, err := geo.FromOrb(orb.Polygon{ring}); err == nil {
			return orb.Polygon{ring}
		}
	}
}

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
