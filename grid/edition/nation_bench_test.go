package edition_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/rtree"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// A county of the nation has countyCols × countyRows grids, in communities of communitySide² in streets of streetCols such.
const (
	countyCols, countyRows = 40, 50
	communitySide          = 5
	streetCols             = 2 // communities, from west to east; from south to north a street is all of the county
)

// nation is what a server of that many counties of 2,000 grids of about 60 vertices reads from its database: county by county the
// contents of the edition, with strings of their own as rows have them, and the divisions by code. Counties lie in rows of 25.
func nation(b testing.TB, counties int) (divisions []grid.Division, contents []edition.Contents) {
	b.Helper()
	const across = 25
	wide := min(counties, across)
	high := (counties + across - 1) / across
	// geotest numbers the faces of a square by rows.
	side := max(wide*countyCols, high*countyRows)
	tiling := geotest.Big(side*side, 60)
	nationFaces := make([]geo.MultiPolygon, 0, counties)
	for n := range counties {
		county := fmt.Sprintf("%06d000000", 100_001+n)
		c := edition.Contents{Info: grid.EditionInfo{CountyCode: county, Number: 1, Proven: true}}
		streets, communities := map[string][]geo.MultiPolygon{}, map[string][]geo.MultiPolygon{}
		for row := range countyRows {
			for col := range countyCols {
				face := tiling.Faces[(n/across*countyRows+row)*side+n%across*countyCols+col]
				x, y := col/communitySide, row/communitySide
				community := fmt.Sprintf("%s%03d%03d", county[:6], 1+x/streetCols, 1+y*streetCols+x%streetCols)
				street := community[:9] + "000"
				communities[community] = append(communities[community], face)
				streets[street] = append(streets[street], face)
				k := len(c.Base)
				c.Base = append(c.Base, grid.Grid{
					ID: int64(n*countyCols*countyRows + k + 1), VersionID: int64(k + 1), Code: fmt.Sprintf("%s%03d", community, len(communities[community])),
					Kind: strings.Clone(grid.Base), Name: fmt.Sprintf("第%d网格", k), CommunityCode: strings.Clone(community), CountyCode: strings.Clone(county),
					Boundary: face.Orb(), LabelPoint: face[0][0][0].Orb(), AreaM2: 1e5, PerimeterM: 1500, Compactness: 0.7, Households: count(400),
					SourceCRS: strings.Clone("wgs84"), ValidFrom: time.Unix(1, 0),
				})
			}
		}
		contents = append(contents, c)
		var whole []geo.MultiPolygon
		for code, faces := range communities {
			divisions = append(divisions, division(code, grid.LevelCommunity, code[:9]+"000", county, mesh.Dissolve(faces).Orb()))
		}
		for code, faces := range streets {
			outline := mesh.Dissolve(faces)
			whole = append(whole, outline)
			divisions = append(divisions, division(code, grid.LevelStreet, county, county, outline.Orb()))
		}
		outline := mesh.Dissolve(whole)
		nationFaces = append(nationFaces, outline)
		divisions = append(divisions, division(county, grid.LevelCounty, "000000000000", county, outline.Orb()))
	}
	divisions = append(divisions, division("000000000000", grid.LevelCity, "", "", mesh.Dissolve(nationFaces).Orb()))
	slices.SortFunc(divisions, func(a, b grid.Division) int { return cmp.Compare(a.Code, b.Code) })
	return divisions, contents
}

func benchCounties(b testing.TB) int {
	n, err := strconv.Atoi(cmp.Or(os.Getenv("WANGGE_BENCH_COUNTIES"), "500"))
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// heapMB returns the live heap.
func heapMB() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / 1e6
}

// postings is a post on every grid of a county, as the database gives it.
func postings(c edition.Contents) map[int64][]grid.Posting {
	roster := map[int64][]grid.Posting{}
	for i := range c.Base {
		g := &c.Base[i]
		roster[g.ID] = append(roster[g.ID], grid.Posting{
			WorkerCode: fmt.Sprintf("W%08d", g.ID), Name: fmt.Sprintf("张三%d", i%100), WorkPhone: fmt.Sprintf("0510-8%07d", g.ID),
			RoleType: strings.Clone("full_time"), PostKind: strings.Clone("worker"), GridID: g.ID, GridCode: strings.Clone(g.Code), ValidFrom: time.Unix(1, 0), Public: true,
		})
	}
	return roster
}

// BenchmarkNation is a server of 1,000,000 grids in 500 counties: what it holds, look-ups, and what one county costs that has
// published. It logs the heap (run it with -v) after the rows have been read, after a post for every grid, with the city, and with the
// borders of each zoom of WANGGE_BENCH_ZOOMS (16,12,8; or none). WANGGE_BENCH_COUNTIES asks for fewer counties.
func BenchmarkNation(b *testing.B) {
	if testing.Short() {
		b.Skip("needs 10 GB of memory and minutes")
	}
	before := heapMB()
	held := func() float64 { return heapMB() - before }
	divisions, contents := nation(b, benchCounties(b))
	b.Logf("%d counties: their rows %.0f MB", len(contents), held())
	rosters := make([]map[int64][]grid.Posting, len(contents))
	for i := range contents {
		rosters[i] = postings(contents[i])
	}
	b.Logf("with a post for each grid %.0f MB", held())
	again := contents[len(contents)/2]
	c := cityOfRows(b, divisions, contents)
	b.Logf("the city from them, without the rows %.0f MB", held())
	for _, text := range strings.Split(cmp.Or(os.Getenv("WANGGE_BENCH_ZOOMS"), "16,12,8"), ",") {
		if text == "none" {
			break
		}
		z, err := strconv.ParseUint(text, 10, 8)
		if err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		if _, err := c.GridTile(mvt.Project(c.Box().Min).Tile(uint8(z))); err != nil {
			b.Fatal(err)
		}
		b.Logf("with the borders of zoom %d, made in %v: %.0f MB", z, time.Since(start), held())
	}
	points := pointsIn(c.Box(), 1<<20)
	b.Run("assign", func(b *testing.B) { benchAssign(b, c, points) })
	b.Run("assignMany", func(b *testing.B) { benchAssignMany(b, c, points) })
	b.Run("rtree", func(b *testing.B) { benchTree(b, c, points) })
	b.Run("rebuild", func(b *testing.B) { benchRebuild(b, c, divisions, again) })
	runtime.KeepAlive(rosters)
}

// cityOfRows makes the editions of the contents, and lets each go.
func cityOfRows(b *testing.B, divisions []grid.Division, contents []edition.Contents) *edition.City {
	var editions []*edition.Edition
	start := time.Now()
	for i := range contents {
		e, err := edition.New(contents[i])
		if err != nil {
			b.Fatal(err)
		}
		editions = append(editions, e)
		contents[i] = edition.Contents{}
	}
	c, err := edition.NewCity(divisions, editions, grid.DefaultSettings())
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("editions and city made in %v", time.Since(start))
	return c
}

func pointsIn(box geo.Box, n int) []geo.Point {
	rng := rand.New(rand.NewPCG(1, 2))
	points := make([]geo.Point, n)
	for i := range points {
		points[i] = geo.Point{X: box.Min.X + rng.Int32N(box.Max.X-box.Min.X), Y: box.Min.Y + rng.Int32N(box.Max.Y-box.Min.Y)}
	}
	return points
}

func benchAssign(b *testing.B, c *edition.City, points []geo.Point) {
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		c.AssignPoint(points[i&(len(points)-1)])
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mlookups/s")
}

// benchAssignMany looks up a thousand points in one call.
func benchAssignMany(b *testing.B, c *edition.City, points []geo.Point) {
	const many = 1 << 10
	dst := make([]grid.Assignment, 0, many)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		at := i * many & (len(points) - 1)
		dst = c.AssignPoints(points[at:at+many], dst[:0])
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/many*1e9, "ns/lookup")
	b.ReportMetric(float64(b.N)*many/b.Elapsed().Seconds()/1e6, "Mlookups/s")
}

// benchTree is the baseline: an R-tree of the boxes of all grids and a ring test of each candidate.
func benchTree(b *testing.B, c *edition.City, points []geo.Point) {
	var tree rtree.RTreeG[geo.Ring]
	for _, e := range c.Editions() {
		for _, part := range e.Tiling() {
			box := part.Box()
			tree.Insert([2]float64{float64(box.Min.X), float64(box.Min.Y)}, [2]float64{float64(box.Max.X), float64(box.Max.Y)}, part[0][0])
		}
	}
	for i := 0; b.Loop(); i++ {
		p := points[i&(len(points)-1)]
		at := [2]float64{float64(p.X), float64(p.Y)}
		tree.Search(at, at, func(_, _ [2]float64, r geo.Ring) bool { return !insideRing(r, p) })
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mlookups/s")
}

// insideRing is the usual ray test, half-open.
func insideRing(r geo.Ring, p geo.Point) bool {
	in := false
	u := r[len(r)-1]
	for _, v := range r {
		if (u.Y <= p.Y) != (v.Y <= p.Y) && (geo.Orient(u, v, p) > 0) == (v.Y > u.Y) {
			in = !in
		}
		u = v
	}
	return in
}

// benchRebuild is what a server does, but for reading the rows, when a county has published an edition in which ten grids differ.
func benchRebuild(b *testing.B, c *edition.City, divisions []grid.Division, rows edition.Contents) {
	county := rows.Info.CountyCode
	at := slices.IndexFunc(c.Editions(), func(e *edition.Edition) bool { return e.Info().CountyCode == county })
	for i := range rows.Base { // as they come from the database
		rows.Base[i].Boundary = rows.Base[i].Boundary.Clone()
	}
	for b.Loop() {
		rows.Info.Number++
		for i := range 10 {
			v := &rows.Base[i].Boundary[0][0][1]
			v[0] = math.Round(v[0]*1e7+float64(rows.Info.Number%2*2-1)) / 1e7
		}
		e, err := c.Editions()[at].Next(rows)
		if err != nil {
			b.Fatal(err)
		}
		editions := slices.Clone(c.Editions())
		editions[at] = e
		if c, err = c.Next(divisions, editions, c.Settings()); err != nil {
			b.Fatal(err)
		}
	}
}
