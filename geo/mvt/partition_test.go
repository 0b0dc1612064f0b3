package mvt_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mvt"
)

// needles triangulates random lattice points of a square and merges some of the triangles. Its needles and
// near-collinear corners are meaner than any city.
func needles(rng *rand.Rand, centre geo.Point, size int32, points int) geotest.Tiling {
	pts := []geo.Point{{X: 0, Y: 0}, {X: size, Y: 0}, {X: size, Y: size}, {X: 0, Y: size}}
	for range points {
		pts = append(pts, geo.Point{X: rng.Int32N(size + 1), Y: rng.Int32N(size + 1)})
	}
	if rng.IntN(2) == 0 { // many on few lines
		for i := 4; i < len(pts); i += 2 {
			pts[i].Y = pts[4].Y + rng.Int32N(2)
			pts[i].Y = min(pts[i].Y, size)
		}
	}
	slices.SortFunc(pts, func(a, b geo.Point) int { return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.Y, b.Y)) })
	pts = slices.Compact(pts)
	for i := range pts {
		pts[i].X += centre.X - size/2
		pts[i].Y += centre.Y - size/2
	}
	triangles := triangulate(pts)
	return geotest.Tiling{Faces: mergeSome(rng, triangles), Outline: geo.MultiPolygon{{boundary(triangles)[0]}}}
}

// triangulate adds the shortest edges first that cross none and pass through no point.
func triangulate(pts []geo.Point) []geo.Ring {
	type edge struct{ i, j int }
	var all []edge
	for i := range pts {
		for j := range i {
			all = append(all, edge{j, i})
		}
	}
	length := func(e edge) int64 {
		dx, dy := int64(pts[e.i].X-pts[e.j].X), int64(pts[e.i].Y-pts[e.j].Y)
		return dx*dx + dy*dy
	}
	slices.SortFunc(all, func(a, b edge) int { return cmp.Or(cmp.Compare(length(a), length(b)), a.i-b.i, a.j-b.j) })
	linked := map[edge]bool{}
	var kept []edge
next:
	for _, e := range all {
		a, b := pts[e.i], pts[e.j]
		for k, p := range pts {
			if k != e.i && k != e.j && geo.OnSegment(p, a, b) {
				continue next
			}
		}
		for _, f := range kept {
			c, d := pts[f.i], pts[f.j]
			if f.i != e.i && f.i != e.j && f.j != e.i && f.j != e.j &&
				(geo.Orient(a, b, c) > 0) != (geo.Orient(a, b, d) > 0) && (geo.Orient(c, d, a) > 0) != (geo.Orient(c, d, b) > 0) {
				continue next
			}
		}
		kept = append(kept, e)
		linked[e] = true
	}
	var triangles []geo.Ring
	for i := range pts {
		for j := i + 1; j < len(pts); j++ {
			for k := j + 1; k < len(pts); k++ {
				if !linked[edge{i, j}] || !linked[edge{j, k}] || !linked[edge{i, k}] {
					continue
				}
				r := geo.Ring{pts[i], pts[j], pts[k]}
				if geo.Orient(r[0], r[1], r[2]) < 0 {
					r[1], r[2] = r[2], r[1]
				}
				if geo.Orient(r[0], r[1], r[2]) != 0 && !slices.ContainsFunc(pts, func(p geo.Point) bool {
					return geo.Orient(r[0], r[1], p) > 0 && geo.Orient(r[1], r[2], p) > 0 && geo.Orient(r[2], r[0], p) > 0
				}) {
					triangles = append(triangles, r)
				}
			}
		}
	}
	return triangles
}

// mergeSome joins triangles into faces as long as a face has one simple ring.
func mergeSome(rng *rand.Rand, triangles []geo.Ring) []geo.MultiPolygon {
	var faces [][]geo.Ring
	for _, t := range triangles {
		faces = append(faces, []geo.Ring{t})
	}
	for range len(triangles) {
		if len(faces) < 4 {
			break
		}
		i, j := rng.IntN(len(faces)), rng.IntN(len(faces))
		if i == j {
			continue
		}
		joined := append(slices.Clone(faces[i]), faces[j]...)
		if len(boundary(joined)) == 1 {
			faces[i] = joined
			faces = slices.Delete(faces, j, j+1)
		}
	}
	var out []geo.MultiPolygon
	for _, f := range faces {
		out = append(out, geo.MultiPolygon{{boundary(f)[0]}})
	}
	return out
}

// boundary returns the rings around a set of triangles, or two rings as a sign that there is no single simple one.
func boundary(triangles []geo.Ring) []geo.Ring {
	next := map[geo.Point]geo.Point{}
	edges := map[[2]geo.Point]bool{}
	for _, t := range triangles {
		for i := range t {
			edges[[2]geo.Point{t[i], t[(i+1)%3]}] = true
		}
	}
	var start geo.Point
	n := 0
	for e := range edges {
		if edges[[2]geo.Point{e[1], e[0]}] {
			continue
		}
		if _, taken := next[e[0]]; taken {
			return make([]geo.Ring, 2)
		}
		next[e[0]] = e[1]
		if n == 0 || e[0].Less(start) {
			start = e[0]
		}
		n++
	}
	var r geo.Ring
	for p := start; len(r) == 0 || p != start; p = next[p] {
		r = append(r, p)
	}
	if len(r) != n {
		return make([]geo.Ring, 2)
	}
	return []geo.Ring{r}
}

const testBuffer = 64

// planar reports whether p is still a tiling on the map: an edge of many kilometres that is straight in degrees and
// one that is straight on the map are metres apart, so that a needle beside it can turn over.
func planar(p geotest.Tiling) bool {
	return !slices.ContainsFunc(p.Faces, func(f geo.MultiPolygon) bool { return mvt.NewPolygons(f).Distorted() })
}

// drawPartition draws the faces and the outline of p in one tile and returns them decoded and checked.
func drawPartition(t *testing.T, p geotest.Tiling, id mvt.TileID) (faces, outline geotest.TileLayer) {
	t.Helper()
	tile, err := mvt.New(id, testBuffer)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range p.Faces {
		tile.Layer("faces").Add(uint64(i), mvt.NewPolygons(f), mvt.Tag{Key: "n", Value: mvt.Int(int64(i % 5))})
	}
	tile.Layer("outline").Add(1, mvt.NewPolygons(p.Outline))
	layers := mustDecode(t, tile.Encode(nil), testBuffer)
	return layers["faces"], layers["outline"]
}

func layerArea2(l geotest.TileLayer) int64 {
	sum := int64(0)
	for _, f := range l.Features {
		for _, r := range f.Parts {
			sum += geotest.TileRingArea2(r)
		}
	}
	return sum
}

func onBorder(p geotest.TileNode) bool {
	const lo, hi = -testBuffer, mvt.Extent + testBuffer
	return p.X == lo || p.X == hi || p.Y == lo || p.Y == hi
}

// checkTiling proves that the drawn faces tile the drawn outline: equal area, and every edge has a face on both sides
// or a face inside and the outline.
func checkTiling(t *testing.T, faces, outline geotest.TileLayer) {
	t.Helper()
	if got, want := layerArea2(faces), layerArea2(outline); got != want {
		t.Fatalf("faces have area %d/2, outline %d/2", got, want)
	}
	edges, border := faces.Edges(testBuffer), outline.Edges(testBuffer)
	for e, n := range edges {
		back := edges[e.Back()] + border[e]
		if n != 1 || back != 1 {
			t.Fatalf("edge %v: %d faces inside, %d faces or borders outside", e, n, back)
		}
	}
	for e := range border {
		if edges[e] != 1 {
			t.Fatalf("outline edge %v belongs to %d faces", e, edges[e])
		}
	}
}

var centres = []geo.Point{
	{X: 120_300_0000, Y: 31_570_0000}, // Wuxi
	{X: -770_300_000, Y: 388_900_000}, // Washington
	{X: 0, Y: 0},
	{X: -1, Y: -700_000_000},
	{X: 1_700_000_000, Y: 700_000_000},
}

// scaledPartition returns a random partition and a zoom at which it is about 1 to 4000 tile units wide.
func scaledPartition(rng *rand.Rand) (geotest.Tiling, uint8) {
	z := uint8(rng.IntN(mvt.MaxZoom + 1))
	px := 8.5e5 / float64(uint64(1)<<z) // lattice units in a tile unit
	size := int32(min(max(px*float64(int(1)<<rng.IntN(13)), 6), 1.5e8))
	return needles(rng, centres[rng.IntN(len(centres))], size, 5+rng.IntN(30)), z
}

func TestPartitionHasNoCracks(t *testing.T) {
	t.Parallel()
	count := 0
	for seed := range uint64(400) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 1))
			p, z := scaledPartition(rng)
			r := mvt.Cover(p.Outline.Box(), z, testBuffer)
			for id := range r.All() {
				if r.Len() > 9 && rng.IntN(int(r.Len()/9)+1) > 0 {
					continue
				}
				faces, outline := drawPartition(t, p, id)
				if planar(p) {
					checkTiling(t, faces, outline)
				}
			}
			if planar(p) {
				count++
			}
		})
	}
	if count < 300 {
		t.Errorf("only %d partitions of 400 stay planar on the map: the test is too weak", count)
	}
}

// Faces as a city has them, with holes, exclaves and parts that touch in a geotest.TileNode, must come out in every tile of every
// zoom at which they are more than a speck.
func TestCityHasNoCracks(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(seed, 5))
			p := geotest.Partition(rng, 8+int(seed)*4)
			if !planar(p) {
				t.Fatal("a face crosses itself on the map")
			}
			for z := range uint8(19) {
				r := mvt.Cover(p.Outline.Box(), z, testBuffer)
				for id := range r.All() {
					if rng.IntN(int(r.Len()/40)+1) > 0 {
						continue
					}
					faces, outline := drawPartition(t, p, id)
					checkTiling(t, faces, outline)
				}
			}
		})
	}
}

// Tiles next to each other must show the same edges wherever both look, not only on their common edge.
func TestNeighbourTilesAgree(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 2))
			p, z := scaledPartition(rng)
			// Lay a tile's corner into the middle.
			box := p.Outline.Box()
			at := mvt.Project(geo.Point{X: box.Min.X/2 + box.Max.X/2, Y: box.Min.Y/2 + box.Max.Y/2}).Tile(z)
			for id := range mvt.Cover(box, z, 0).All() {
				if max(id.X, at.X)-min(id.X, at.X) > 1 || max(id.Y, at.Y)-min(id.Y, at.Y) > 1 {
					continue
				}
				faces, _ := drawPartition(t, p, id)
				for _, d := range [][2]uint32{{1, 0}, {0, 1}, {1, 1}} {
					next := mvt.TileID{Z: id.Z, X: id.X + d[0], Y: id.Y + d[1]}
					if !next.Valid() {
						continue
					}
					other, _ := drawPartition(t, p, next)
					if err := faces.Agrees(other, geotest.TileNode{X: int64(d[0]) * mvt.Extent, Y: int64(d[1]) * mvt.Extent}, testBuffer); err != nil {
						t.Fatal(err)
					}
				}
			}
		})
	}
}
