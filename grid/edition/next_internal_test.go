package edition

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"time"
	"weak"

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

// TestNextLetsGo makes cities after each other: the last must not keep what the first alone had.
func TestNextLetsGo(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 45))
	first := scattered(t, rng, 3)
	others := scattered(t, rng, 3).editions
	gone, old := weak.Make(first), weak.Make(first.editions[0])
	c := first
	for round := range 3 {
		divisions := slices.Clone(c.Divisions())
		divisions[1].Name = fmt.Sprint(round)
		editions := slices.Clone(c.editions)
		editions[0] = others[0]
		next, err := c.Next(divisions, editions, c.settings)
		if err != nil {
			t.Fatal(err)
		}
		c = next
	}
	first = nil
	runtime.GC()
	if gone.Value() != nil || old.Value() != nil {
		t.Error("the city at the beginning, or its edition, is still there")
	}
	runtime.KeepAlive(c)
}

// TestSameDivision changes every field of a division for itself.
func TestSameDivision(t *testing.T) {
	t.Parallel()
	one, two, then := 1, 1, time.Unix(1, 0)
	a := grid.Division{Code: "1", Households: &one, CountedOn: &then, Outline: orb.MultiPolygon{{{{1, 1}, {2, 1}, {2, 2}, {1, 1}}}}}
	b := a
	b.Outline, b.Households = a.Outline.Clone(), &two
	if !sameDivision(&a, &b) {
		t.Error("what is equal is not the same")
	}
	for i := range reflect.TypeFor[grid.Division]().NumField() {
		b := a
		switch f := reflect.ValueOf(&b).Elem().Field(i); f.Kind() {
		case reflect.String:
			f.SetString("x")
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Float64:
			f.SetFloat(7)
		case reflect.Int64:
			f.SetInt(7)
		case reflect.Pointer:
			f.Set(reflect.New(f.Type().Elem()))
		case reflect.Array: // the label point
			f.Index(0).SetFloat(7)
		case reflect.Slice: // the outline
			f.SetZero()
		default:
			t.Fatalf("the test knows no field of kind %v", f.Kind())
		}
		if sameDivision(&a, &b) {
			t.Errorf("another %s is the same", reflect.TypeFor[grid.Division]().Field(i).Name)
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
