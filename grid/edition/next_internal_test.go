package edition

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// TestL5NextCity makes cities after each other, in which divisions are redrawn, renamed, added and taken away and counties get other
// editions, and compares each with one that is made from nothing.
func TestL5NextCity(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		rng := rand.New(rand.NewPCG(seed, 43))
		c := scattered(t, rng, 2+rng.IntN(8))
		others := scattered(t, rng, len(c.editions)).editions
		box := c.Box()
		for round := range 6 {
			divisions := append([]grid.Division(nil), c.Divisions()...)
			editions := append([]*Edition(nil), c.Editions()...)
			for i := range divisions {
				d := &divisions[i]
				if rng.IntN(4) > 0 {
					continue
				}
				switch rng.IntN(3) {
				case 0:
					d.Name += "新"
				case 1:
					d.Outline = d.Outline.Clone()
				default:
					d.Outline = divisions[rng.IntN(len(divisions))].Outline
				}
			}
			if n := len(divisions) - 1; divisions[n].Level == grid.LevelCommunity && rng.IntN(2) == 0 {
				divisions = divisions[:n]
			}
			if i := rng.IntN(len(editions)); rng.IntN(2) == 0 {
				editions[i] = others[i]
			}
			next, err := c.Next(divisions, editions, c.settings)
			if err != nil {
				t.Fatal(err)
			}
			fresh, err := NewCity(divisions, editions, c.settings)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(next.Divisions(), fresh.Divisions()) || next.Box() != fresh.Box() {
				t.Fatalf("seed %d, round %d: other divisions", seed, round)
			}
			for range 300 {
				p := geo.Point{X: box.Min.X + rng.Int32N(box.Max.X-box.Min.X), Y: box.Min.Y + rng.Int32N(box.Max.Y-box.Min.Y)}
				if got, want := next.Locate(p, 0), fresh.Locate(p, 0); !reflect.DeepEqual(got, want) {
					t.Fatalf("seed %d, round %d: at %v\n%+v, want\n%+v", seed, round, p, got, want)
				}
				if got, want := next.AssignPoint(p), fresh.AssignPoint(p); got != want {
					t.Fatalf("seed %d, round %d: at %v is stored %+v, want %+v", seed, round, p, got, want)
				}
			}
			c = next
		}
	}
}

// TestNextEdition makes an edition from the one before and from nothing.
func TestNextEdition(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(8, 44))
	c := scattered(t, rng, 2)
	old, other := c.editions[0], c.editions[1]
	contents := Contents{Info: old.info, Base: slices.Clone(old.base), Dedicated: slices.Clone(old.dedicated), Voids: slices.Clone(old.voids)}
	for i := range contents.Base {
		switch rng.IntN(4) {
		case 0:
			contents.Base[i].Boundary = other.base[rng.IntN(len(other.base))].Boundary
		case 1:
			contents.Base[i].Boundary = contents.Base[i].Boundary.Clone()
		case 2:
			contents.Base[i].Name = "renamed"
		}
	}
	before := slices.Clone(old.tiling)
	next, err := old.Next(contents)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := New(contents)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(next.tiling, fresh.tiling) || !reflect.DeepEqual(next.base, fresh.base) || !reflect.DeepEqual(next.voids, fresh.voids) || !reflect.DeepEqual(next.dedicated, fresh.dedicated) {
		t.Error("the next edition differs from one that is made from nothing")
	}
	if !reflect.DeepEqual(old.tiling, before) {
		t.Error("the edition before has changed")
	}
	contents.Base[0].Boundary = orb.MultiPolygon{{{{120, 31}, {120.1, 31.1}, {120.1, 31}, {120, 31.1}, {120, 31}}}}
	var invalid *geo.InvalidError
	if _, err := old.Next(contents); !errors.As(err, &invalid) {
		t.Errorf("a boundary that crosses itself: %v", err)
	}
}
