package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// latticePointsOn returns the lattice points on the segment, at most most of them, its ends among them.
func latticePointsOn(p, q geo.Point, most int) []geo.Point {
	dx, dy := int(q.X)-int(p.X), int(q.Y)-int(p.Y)
	n := gcd(dx, dy)
	var points []geo.Point
	step := max(1, n/most)
	for k := 0; k <= n && n > 0; k += step {
		points = append(points, geo.Point{X: p.X + int32(dx/n*k), Y: p.Y + int32(dy/n*k)})
	}
	return points
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, -a)
}

// hardPoints returns points on borders and vertices of the tiling, a unit beside them, inside and outside.
func hardPoints(rng *rand.Rand, tiling geotest.Tiling) []geo.Point {
	var points []geo.Point
	for _, face := range tiling.Faces {
		for _, polygon := range face {
			for _, ring := range polygon {
				for i, p := range ring {
					for _, on := range latticePointsOn(p, ring[(i+1)%len(ring)], 3) {
						points = append(points, on, geo.Point{X: on.X + int32(rng.IntN(3)) - 1, Y: on.Y + int32(rng.IntN(3)) - 1})
					}
				}
			}
		}
	}
	rng.Shuffle(len(points), func(i, j int) { points[i], points[j] = points[j], points[i] })
	points = points[:min(len(points), 3000)]
	box := tiling.Outline.Box()
	for range 500 {
		points = append(points, geo.Point{
			X: box.Min.X - 1000 + int32(rng.IntN(int(box.Max.X-box.Min.X)+2000)), Y: box.Min.Y - 1000 + int32(rng.IntN(int(box.Max.Y-box.Min.Y)+2000)),
		})
	}
	return points
}

// TestL3PostGISAgrees imports points of random partitions and compares every stored assignment with PostGIS's own answer, in
// lattice units: the grid with the lowest code of those that cover the point, and on_boundary where there is more than one or the
// point is on the outer border. Points that no grid covers may have the nearest one within 50 m of theirs (BR-25).
func TestL3PostGISAgrees(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { comparePoints(t, seed) })
	}
}

func comparePoints(t *testing.T, seed uint64) {
	tx := gridtest.Tx(t)
	s := store.New(tx)
	rng := rand.New(rand.NewPCG(seed, 11))
	tiling := geotest.Partition(rng, 30)
	city := tiled(t, s, tiling)
	points := hardPoints(rng, tiling)
	imp := newImport("hazards", len(points))
	imp.City = city
	err := s.ImportPlaces(t.Context(), imp, layerOf(t, "hazard"), each(len(points), func(i int) grid.Place {
		return hazard(points[i].Orb(), city.AssignPoint(points[i]))
	}))
	if err != nil {
		t.Fatal(err)
	}
	var compared, covered, borders, wrong int
	err = tx.QueryRow(t.Context(), `
		WITH grids AS MATERIALIZED (
			SELECT g.id, g.code, lattice_units(v.boundary) AS area
			FROM grid g
			JOIN grid_version v ON v.grid_id = g.id AND v.to_edition IS NULL
		), answers AS (
			SELECT p.id, p.base_grid_id, p.on_boundary, a.id AS answer, coalesce(a.inside, false) AS inside
			FROM place p
			LEFT JOIN LATERAL (
				SELECT g.id, ST_Contains(g.area, lattice_units(p.shape)) AS inside
				FROM grids g
				WHERE ST_Covers(g.area, lattice_units(p.shape))
				ORDER BY g.code COLLATE "C"
				LIMIT 1) a ON true
		)
		SELECT count(*), count(answer), count(*) FILTER (WHERE answer IS NOT NULL AND NOT inside),
		       count(*) FILTER (WHERE answer IS NOT NULL AND (answer IS DISTINCT FROM base_grid_id OR on_boundary = inside))
		FROM answers`).Scan(&compared, &covered, &borders, &wrong)
	if err != nil {
		t.Fatal(err)
	}
	if wrong > 0 || compared != len(points) || covered < len(points)/2 || borders < 500 {
		t.Errorf("seed %d: %d of %d assignments are not PostGIS's; %d are covered, %d on a border", seed, wrong, compared, covered, borders)
	}
	checkFallback(t, s, tx)
}

// checkFallback makes sure that a point in no grid has none, but for the nearest of its community within 50 m.
func checkFallback(t *testing.T, s *store.Store, db store.DB) {
	t.Helper()
	var wrong int
	err := db.QueryRow(t.Context(), `
		SELECT count(*)
		FROM place p
		JOIN grid_version v ON v.grid_id = p.base_grid_id AND v.to_edition IS NULL
		WHERE NOT ST_Covers(lattice_units(v.boundary), lattice_units(p.shape))
		  AND (ST_Distance(v.boundary::geography, p.shape::geography) > 51
		       OR NOT ST_Covers((SELECT lattice_units(outline) FROM division WHERE code = p.community_code), lattice_units(p.shape)))`).Scan(&wrong)
	if err != nil {
		t.Fatal(err)
	}
	if wrong > 0 {
		t.Errorf("%d places have a grid that neither covers them nor is near", wrong)
	}
	checkAnswers(t, s)
}

// TestL3PostGISAgreesOnShapes compares the grid of lines and polygons with the one of the greatest share that PostGIS measures.
func TestL3PostGISAgreesOnShapes(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	rng := rand.New(rand.NewPCG(5, 12))
	tiling := geotest.Partition(rng, 30)
	city := tiled(t, s, tiling)
	box := tiling.Outline.Box()
	var shapes []orb.Geometry
	for range 60 {
		w, h := int32(rng.IntN(int(box.Max.X-box.Min.X)/4)+2), int32(rng.IntN(int(box.Max.Y-box.Min.Y)/4)+2)
		x, y := box.Min.X+int32(rng.IntN(int(box.Max.X-box.Min.X-w))), box.Min.Y+int32(rng.IntN(int(box.Max.Y-box.Min.Y-h)))
		corners := geo.Ring{{X: x, Y: y}, {X: x + w, Y: y}, {X: x + w, Y: y + h}, {X: x, Y: y + h}}
		shapes = append(shapes, geo.MultiPolygon{{corners}}.Orb())
		shapes = append(shapes, orb.MultiLineString{{corners[0].Orb(), corners[2].Orb(), corners[3].Orb()}})
	}
	imp := newImport("hazards", len(shapes))
	imp.City = city
	err := s.ImportPlaces(t.Context(), imp, layerOf(t, "hazard"), each(len(shapes), func(i int) grid.Place {
		a, err := city.Assign(t.Context(), shapes[i])
		if err != nil {
			t.Error(err)
		}
		return hazard(shapes[i], a)
	}))
	if err != nil {
		t.Fatal(err)
	}
	// The lengths of lines are compared in metres, so that PostGIS's planar length only decides where it is clear.
	var compared, wrong int
	err = tx.QueryRow(t.Context(), `
		WITH shares AS (
			SELECT p.id, p.base_grid_id, g.id AS grid_id, g.code,
			       CASE WHEN GeometryType(p.shape) = 'MULTIPOLYGON'
			            THEN ST_Area(ST_Intersection(lattice_units(v.boundary), lattice_units(p.shape))) / ST_Area(lattice_units(p.shape))
			            ELSE ST_Length(ST_Intersection(v.boundary, p.shape)::geography) / ST_Length(p.shape::geography)
			       END AS share
			FROM place p
			JOIN grid_version v ON v.to_edition IS NULL AND ST_Intersects(v.boundary, p.shape)
			JOIN grid g ON g.id = v.grid_id
		), ranked AS (
			SELECT id, base_grid_id, grid_id, share, rank() OVER (PARTITION BY id ORDER BY share DESC, code COLLATE "C") AS place,
			       share - lead(share) OVER (PARTITION BY id ORDER BY share DESC, code COLLATE "C") AS ahead
			FROM shares
			WHERE share > 0
		)
		SELECT count(*), count(*) FILTER (WHERE base_grid_id IS DISTINCT FROM grid_id)
		FROM ranked
		WHERE place = 1 AND coalesce(ahead, 1) > 1e-4`).Scan(&compared, &wrong)
	if err != nil {
		t.Fatal(err)
	}
	if wrong > 0 || compared < len(shapes)*3/4 {
		t.Errorf("%d of %d shapes have another grid than PostGIS says", wrong, compared)
	}
	if _, shares := gridtest.ComparePostGIS(t, tx, city); shares < len(shapes) {
		t.Errorf("only %d shares of %d shapes were compared", shares, len(shapes))
	}
	checkAnswers(t, s)
}

// TestCodesAreComparedByteByByte guards the premise of both: codes are compared byte by byte, in Go as in the database.
func TestCodesAreComparedByteByByte(t *testing.T) {
	t.Parallel()
	codes := []string{"B", "a", "A-1", "A1", "网格", "A"}
	rows, err := gridtest.Tx(t).Query(t.Context(), `SELECT c FROM unnest($1::text[]) AS c ORDER BY c COLLATE "C"`, codes)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for rows.Next() {
		var c string
		if err := rows.Scan(&c); err != nil {
			t.Fatal(err)
		}
		got = append(got, c)
	}
	if slices.Sort(codes); !slices.Equal(got, codes) {
		t.Errorf("the database sorts %q, Go %q", got, codes)
	}
}
