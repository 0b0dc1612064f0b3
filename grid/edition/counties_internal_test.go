package edition

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/geotest"
	"github.com/wangge/wangge/grid"
)

// scattered is a city of several counties whose grids, void areas and dedicated grids lie among each other. Some grids of a later
// county are those of an earlier one moved a little, as in counties that are not proven.
func scattered(t *testing.T, rng *rand.Rand, counties int) *City {
	t.Helper()
	tiling := geotest.Partition(rng, 60+rng.IntN(120))
	box := tiling.Outline.Box()
	width := int64(box.Max.X) - int64(box.Min.X)
	contents := make([]Contents, counties)
	divisions := []grid.Division{{Code: "990000000000", Level: grid.LevelCity, Outline: tiling.Outline.Orb()}}
	for n := range contents {
		contents[n].Info = grid.EditionInfo{CountyCode: fmt.Sprintf("99%04d000000", 1+n), Number: 1 + n}
	}
	mode := rng.IntN(3) // counties in stripes, in a few stripes each, or anywhere
	add := func(n int, face geo.MultiPolygon) {
		c := &contents[n]
		county := c.Info.CountyCode
		community := fmt.Sprintf("%s%06d", county[:6], 1001+rng.IntN(3))
		k := len(c.Base) + len(c.Dedicated) + len(c.Voids)
		code, id := fmt.Sprintf("%s%03d", community, k), int64(1000*n+k+1)
		switch rng.IntN(8) {
		case 0:
			c.Voids = append(c.Voids, grid.VoidArea{ID: id, Code: code, CommunityCode: community, CountyCode: county, Boundary: face.Orb()})
		case 1:
			c.Dedicated = append(c.Dedicated, grid.Grid{ID: 1e6 + id, Code: code + "D", CommunityCode: community, CountyCode: county, Boundary: face.Orb()})
			fallthrough
		default:
			c.Base = append(c.Base, grid.Grid{ID: id, Code: code, CommunityCode: community, CountyCode: county, Boundary: face.Orb()})
		}
	}
	for _, face := range tiling.Faces {
		x := int64(face[0][0][0].X) - int64(box.Min.X)
		n := rng.IntN(counties)
		switch mode {
		case 0:
			n = int(x * int64(counties) / (width + 1))
		case 1:
			n = int(x*int64(counties)*3/(width+1)) % counties
		}
		if rng.IntN(10) > 0 { // else a hole
			add(n, face)
		}
		if rng.IntN(12) == 0 {
			moved := geo.MultiPolygon{{slices.Clone(face[0][0])}}
			for i := range moved[0][0] {
				moved[0][0][i].X += int32(width / 40)
			}
			add(rng.IntN(counties), moved)
		}
	}
	var editions []*Edition
	for n, c := range contents {
		divisions = append(divisions, grid.Division{Code: c.Info.CountyCode, Level: grid.LevelCounty, CountyCode: c.Info.CountyCode, ParentCode: "990000000000", Outline: tiling.Outline.Orb()})
		for k := range 2 { // of the third community nothing is known
			divisions = append(divisions, grid.Division{
				Code: fmt.Sprintf("%s%06d", c.Info.CountyCode[:6], 1001+k), Level: grid.LevelCommunity, CountyCode: c.Info.CountyCode,
				Outline: tiling.Faces[(2*n+k)%len(tiling.Faces)].Orb(),
			})
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

// everywhere are counties that leave none out anywhere.
func everywhere(n int) *counties {
	k := &counties{shift: 31, col: -1, row: -1, cols: 2, rows: 2, cells: []uint32{1, 1, 1, 1}, lists: []int32{0, int32(n)}}
	for i := range n {
		k.lists = append(k.lists, int32(i))
	}
	return k
}

// plain is the core of locate by looking at every part of every edition: BR-21, BR-22 and BR-26 word by word.
func (c *City) plain(p geo.Point) (base *grid.Grid, void *grid.VoidArea, onBorder bool) {
	for _, e := range c.editions {
		for k, part := range e.tiling {
			where := geo.Locate(part, p)
			if where == geo.Outside {
				continue
			}
			onBorder = onBorder || where == geo.Border
			switch {
			case k >= len(e.base) && base == nil && void == nil:
				void = &e.voids[k-len(e.base)]
			case k < len(e.base) && (base == nil || e.base[k].Code < base.Code):
				base, void = &e.base[k], nil
			}
		}
	}
	return base, void, onBorder
}

// storedAt is AssignPoint by what the answer says.
func storedAt(c *City, p geo.Point) grid.Assignment {
	s := c.locate(p)
	if s.county >= 0 {
		s.division = c.Division(c.editions[s.county].community(int(s.part)))
	}
	return s.assignment()
}

// TestL3ManyCounties compares locate in cities of many counties, which lie among and over each other, with a look at every grid of
// each of them, and whole answers with those of a city that asks every county everywhere.
func TestL3ManyCounties(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 41))
		c := scattered(t, rng, 1+rng.IntN(40))
		if seed%2 == 1 { // one county anew
			next, err := c.With(c.editions[rng.IntN(len(c.editions))])
			if err != nil {
				t.Fatal(err)
			}
			c = next
		}
		all := *c
		all.counties = everywhere(len(c.editions))
		box := c.Box()
		for range 400 {
			p := geo.Point{X: box.Min.X - 5000 + rng.Int32N(box.Max.X-box.Min.X+10_000), Y: box.Min.Y - 5000 + rng.Int32N(box.Max.Y-box.Min.Y+10_000)}
			if e := c.editions[rng.IntN(len(c.editions))]; rng.IntN(2) == 0 && len(e.tiling) > 0 {
				ring := e.tiling[rng.IntN(len(e.tiling))][0][0]
				i := rng.IntN(len(ring))
				u, v := ring[i], ring[(i+1)%len(ring)]
				p = [...]geo.Point{u, {X: u.X + rng.Int32N(3) - 1, Y: u.Y + rng.Int32N(3) - 1}, {X: u.X + (v.X-u.X)/2, Y: u.Y + (v.Y-u.Y)/2}}[rng.IntN(3)]
			}
			s := c.locate(p)
			base, void, onBorder := c.plain(p)
			if s.fallbackM > 0 {
				s.base = nil
			}
			if s.base != base || s.void != void || s.onBorder != onBorder && !dedicatedBorder(c, p) {
				t.Fatalf("seed %d: at %v %v %v %v, want %v %v %v", seed, p, s.base, s.void, s.onBorder, base, void, onBorder)
			}
			if got, want := c.AssignPoint(p), storedAt(&all, p); got != want {
				t.Fatalf("seed %d: at %v is stored %+v, want %+v", seed, p, got, want)
			}
			accuracyM := float64(rng.IntN(4)) * 200
			if got, want := c.Locate(p, accuracyM), all.Locate(p, accuracyM); !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d: at %v within %v m\n%+v, want\n%+v", seed, p, accuracyM, got, want)
			}
		}
	}
}

// dedicatedBorder reports whether p lies on the border of a dedicated grid.
func dedicatedBorder(c *City, p geo.Point) bool {
	for _, e := range c.editions {
		for _, part := range e.dedicatedParts {
			if geo.Locate(part, p) == geo.Border {
				return true
			}
		}
	}
	return false
}
