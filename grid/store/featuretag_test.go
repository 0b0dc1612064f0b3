package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestL5FeatureTags has points, lines and polygons come, change and move over many cells: where the features of a query change, so does its
// tag, and a tag of a box stays while others write elsewhere.
func TestL5FeatureTags(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	m := movers{writers{t: t, s: s, city: town(t, s), rng: rand.New(rand.NewPCG(3, 8))}}
	hazards, _ := grid.CollectionByID("hazards")
	incidents, _ := grid.CollectionByID(grid.CollectionIncidents)
	var asked []store.FeatureQuery
	for _, c := range []*grid.Collection{hazards, incidents} {
		for _, scope := range []string{"", westStreet} {
			asked = append(asked, store.FeatureQuery{Collection: c, Scope: scope, Limit: 1000})
			for range 3 {
				asked = append(asked, store.FeatureQuery{Collection: c, Scope: scope, Boxes: []geo.Box{m.box(300_000), m.box(300_000)}[:1+m.rng.IntN(2)], Limit: 1000})
			}
		}
	}
	type shown struct{ tag, features string }
	look := func() []shown {
		all := make([]shown, len(asked))
		for i, q := range asked {
			tag, err := s.FeaturesTag(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			found, err := s.Features(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			all[i] = shown{tag, fmt.Sprint(found)}
		}
		return all
	}
	before := look()
	changed, kept := 0, 0
	for range 50 {
		m.move()
		after := look()
		for i, is := range after {
			was := before[i]
			if is.features != was.features {
				changed++
			}
			if is.tag != was.tag {
				continue
			}
			kept++
			if is.features != was.features {
				t.Fatalf("%+v has other features under the same tag", asked[i])
			}
		}
		before = after
	}
	t.Logf("%d answers changed, %d kept their tags: %v", changed, kept, m.done)
	if changed < 40 || kept < 100 {
		t.Error("too little was done: the test is worth nothing")
	}
	seen := map[string]int{}
	for i, one := range before {
		if other, twice := seen[one.tag]; twice && asked[i].Boxes == nil {
			t.Errorf("queries %d and %d have the same tag", other, i)
		}
		seen[one.tag] = i
	}
}

// TestBR63FeatureTags: who sees something else of the same features gets another tag.
func TestBR63FeatureTags(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	town(t, s)
	shelters, _ := grid.CollectionByID("shelters")
	tags := map[string]bool{}
	for _, q := range []store.FeatureQuery{{}, {Public: true}, {Scope: westStreet}, {Scope: eastStreet}} {
		q.Collection = shelters
		for _, boxes := range [][]geo.Box{nil, {{Min: townOrigin, Max: geo.Point{X: townOrigin.X + side, Y: townOrigin.Y + side}}}} {
			q.Boxes = boxes
			tag, err := s.FeaturesTag(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			tags[tag] = true
		}
	}
	if len(tags) != 8 {
		t.Errorf("%d tags for 8 different answers", len(tags))
	}
}

// movers are writers that reach over many cells, with lines and polygons too.
type movers struct{ writers }

var anywhere = grid.Actor{Name: "admin", Role: grid.RoleAdministrator}

// far returns a point of some thirty cells each way around the town.
func (m *movers) far() geo.Point {
	return geo.Point{X: townOrigin.X + m.rng.Int32N(3_000_000), Y: townOrigin.Y + m.rng.Int32N(3_000_000)}
}

func (m *movers) box(size int32) geo.Box {
	low := m.far()
	return geo.Box{Min: low, Max: geo.Point{X: low.X + m.rng.Int32N(size), Y: low.Y + m.rng.Int32N(size)}}
}

func (m *movers) shape() orb.Geometry {
	b := m.box(2_000_000)
	b.Max.X, b.Max.Y = b.Max.X+10, b.Max.Y+10
	low, high := b.Min.Orb(), b.Max.Orb()
	switch m.rng.IntN(4) {
	case 0:
		return orb.MultiLineString{{low, high}}
	case 1:
		return orb.MultiPolygon{{{low, {high[0], low[1]}, high, {low[0], high[1]}, low}}}
	}
	return low
}

func (m *movers) move() {
	m.t.Helper()
	if m.rng.IntN(4) == 0 {
		m.act()
		return
	}
	if len(m.places) == 0 || m.rng.IntN(3) == 0 {
		h := hazard(townOrigin.Orb(), grid.Assignment{})
		h.Shape = m.shape()
		made, err := m.s.CreatePlace(m.t.Context(), anywhere, m.city, h)
		if err != nil {
			m.t.Fatal(err)
		}
		m.places = append(m.places, made.Code)
		return
	}
	p, err := m.s.Place(m.t.Context(), m.places[m.rng.IntN(len(m.places))])
	if err != nil {
		m.t.Fatal(err)
	}
	if _, err = m.s.UpdatePlace(m.t.Context(), anywhere, m.city, p.Code, p.Version, func(p *grid.Place) error {
		p.Shape = m.shape()
		return nil
	}); err != nil {
		m.t.Fatal(err)
	}
}
