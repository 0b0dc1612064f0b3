package edition

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/grid"
)

// sorted returns the rings of m from their least vertices on, in the order of these.
func sorted(m geo.MultiPolygon) []geo.Ring {
	var rings []geo.Ring
	for _, poly := range m {
		for _, r := range poly {
			first := 0
			for i, v := range r {
				if v.Less(r[first]) {
					first = i
				}
			}
			rings = append(rings, append(slices.Clone(r[first:]), r[:first]...))
		}
	}
	slices.SortFunc(rings, func(a, b geo.Ring) int {
		if a[0].Less(b[0]) {
			return -1
		}
		return 1
	})
	return rings
}

func sameRings(a, b geo.MultiPolygon) bool {
	return slices.EqualFunc(sorted(a), sorted(b), func(a, b geo.Ring) bool { return slices.Equal(a, b) })
}

// TestL7KeptBorders compares what each zoom keeps of grids and divisions with the simplified mesh of shared borders, vertex for
// vertex.
func TestL7KeptBorders(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 77))
	for range 4 {
		c := tiled(t, rng)
		tiles := c.tiling()
		for z := uint8(0); z <= MaxTileZoom; z++ {
			tiles.least[LayerBase], tiles.least[LayerDivisions+grid.LevelCommunity] = 0, 0
			borders, err := tiles.bordersAt(z)
			if err != nil {
				t.Fatal(err)
			}
			built, err := tiles.meshes.of(c)
			if err != nil {
				t.Fatal(err)
			}
			simple := built.Simplify(tileTolerance * 360 * geo.UnitsPerDegree / float64(uint64(1)<<z) / 4096)
			face := int32(0)
			for i, e := range c.editions {
				for k := range e.base {
					if got, want := borders.tilings[i].area(e.tiling, int32(k)), simple.Face(face+int32(k)); !sameRings(got, want) {
						t.Fatalf("zoom %d: grid %s is %v, want %v", z, e.base[k].Code, got, want)
					}
				}
				if n := len(borders.tilings[i].others); n > 0 {
					t.Errorf("zoom %d: %d grids are not made of their own vertices", z, n)
				}
				face += int32(len(e.tiling))
			}
			for _, level := range tiles.meshes.levels {
				o := &c.outlines[level.rank]
				for i, want := range simple.Dissolve(level.group, len(level.numbers)) {
					number := level.numbers[i]
					if number < 0 {
						t.Fatalf("a division of a proven city is not made of its grids")
					}
					if got := borders.outlines[level.rank].area(o.parts, number); !sameRings(got, want) {
						t.Fatalf("zoom %d: division %s is %v, want %v", z, o.divisions[number].Code, got, want)
					}
				}
			}
		}
	}
}

// tiled is a proven city of three counties of a community each, in stripes.
func tiled(t *testing.T, rng *rand.Rand) *City {
	t.Helper()
	whole := geotest.Partition(rng, 90+rng.IntN(100))
	box := whole.Outline.Box()
	divisions := []grid.Division{{Code: "990000000000", Level: grid.LevelCity, Outline: whole.Outline.Orb()}}
	areas := make([][]geo.MultiPolygon, 3)
	for _, face := range whole.Faces {
		n := (int64(face[0][0][0].X) - int64(box.Min.X)) * 3 / (int64(box.Max.X) - int64(box.Min.X) + 1)
		areas[n] = append(areas[n], face)
	}
	var editions []*Edition
	for n, faces := range areas {
		county := fmt.Sprintf("99%04d000000", n)
		community, street := county[:6]+"001001", county[:6]+"001000"
		outline := mesh.Dissolve(faces).Orb()
		divisions = append(divisions,
			grid.Division{Code: county, Level: grid.LevelCounty, CountyCode: county, ParentCode: "990000000000", Outline: outline},
			grid.Division{Code: street, Level: grid.LevelStreet, CountyCode: county, ParentCode: county, Outline: outline},
			grid.Division{Code: community, Level: grid.LevelCommunity, CountyCode: county, ParentCode: street, Outline: outline})
		c := Contents{Info: grid.EditionInfo{CountyCode: county, Number: 1, Proven: true}}
		for i, face := range faces {
			c.Base = append(c.Base, grid.Grid{ID: int64(i + 1), Code: fmt.Sprintf("%s%03d", community, i), CommunityCode: community, CountyCode: county, Boundary: face.Orb()})
		}
		e, err := New(c)
		if err != nil {
			t.Fatal(err)
		}
		editions = append(editions, e)
	}
	city, err := NewCity(divisions, editions, grid.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	return city
}

func TestKeptOf(t *testing.T) {
	t.Parallel()
	ring := func(n ...int32) (r geo.Ring) {
		for i := 0; i < len(n); i += 2 {
			r = append(r, geo.Point{X: n[i], Y: n[i+1]})
		}
		return r
	}
	whole := geo.MultiPolygon{{ring(0, 0, 5, 0, 9, 0, 9, 9, 0, 9), ring(2, 2, 2, 4, 4, 4, 4, 2)}}
	for _, tt := range []struct {
		name   string
		simple geo.MultiPolygon
		want   []int // nil: it is not so
	}{
		{"the same", whole, []int{0, 1, 2, 3, 4, 5, 6, 7, 8}},
		{"fewer, from another vertex on", geo.MultiPolygon{{ring(9, 9, 0, 9, 0, 0, 9, 0), ring(2, 4, 4, 4, 4, 2)}}, []int{3, 4, 0, 2, 6, 7, 8}},
		{"rings in another order", geo.MultiPolygon{{ring(2, 4, 4, 4, 4, 2)}, {ring(0, 0, 9, 0, 9, 9)}}, []int{0, 2, 3, 6, 7, 8}},
		{"a vertex of its own", geo.MultiPolygon{{ring(0, 0, 9, 1, 9, 9), ring(2, 2, 2, 4, 4, 4, 4, 2)}}, nil},
		{"the other way round", geo.MultiPolygon{{ring(0, 0, 9, 9, 9, 0), ring(2, 2, 2, 4, 4, 4, 4, 2)}}, nil},
		{"a ring less", geo.MultiPolygon{{ring(0, 0, 9, 0, 9, 9)}}, nil},
		{"a ring more", append(geo.MultiPolygon{{ring(0, 0, 9, 0, 9, 9)}}, whole...), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []int
			if ok := keptOf(whole, tt.simple, func(n int) { got = append(got, n) }); ok != (tt.want != nil) {
				t.Fatalf("reports %v", ok)
			}
			slices.Sort(got)
			slices.Sort(tt.want)
			if tt.want != nil && !slices.Equal(got, tt.want) {
				t.Errorf("keeps %v, want %v", got, tt.want)
			}
		})
	}
}
