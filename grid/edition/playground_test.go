package edition_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

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
	// ever are the codes that are or were, by kind, those of drafts among them; past are those from before any draft.
	ever map[string]map[string]bool
	past map[string][]string
}

// homeOf returns the community and county of a face: stripes from west to east.
func homeOf(face geo.MultiPolygon, box geo.Box) (community, county string) {
	quarter := min(3, 4*(int64(geo.PointOnSurface(face).X)-int64(box.Min.X))/(int64(box.Max.X)-int64(box.Min.X)+1))
	return [4]string{commA, commB, commC, "990102001002"}[quarter], [4]string{cty, cty, ctyC, ctyC}[quarter]
}

func newPlayground(t *rapid.T) *playground {
	rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	tiling := geotest.Partition(rng, rapid.IntRange(6, 30).Draw(t, "faces"))
	g := &playground{rng: rng, box: tiling.Outline.Box(), ever: map[string]map[string]bool{}, past: map[string][]string{}}
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
	for kind, codes := range g.ever {
		g.past[kind] = slices.Sorted(maps.Keys(codes))
	}
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
	for _, code := range g.past[kind] {
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
