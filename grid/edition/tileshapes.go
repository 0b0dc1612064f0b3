package edition

import (
	"slices"
	"sync"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
)

// mostShapeVertices is how many vertices the shapes may have that are held: those of all zooms of a city of 50,000 grids. A vertex takes 8 bytes
// besides its part of what a shape has once.
const mostShapeVertices = 32_000_000

// The kinds of things that have shapes.
const (
	tileBase = iota
	tileDedicated
	tileDivisions
)

// tileLayer is what a shape is of: the base or dedicated grids of an edition, or the divisions of a level.
type tileLayer struct {
	kind uint8
	of   int32
}

// shapeKey names a shape.
type shapeKey struct {
	zoom   uint8
	layer  tileLayer
	number int32
}

// heldShape is a shape with the box of the area that it is of.
type heldShape struct {
	shape *mvt.Shape
	box   geo.Box
}

// shapes holds the shapes that tiles were made from, which are dear to make. When the young ones have half of the vertices that may be held, they
// become the old ones, and those that were old are let go unless somebody has asked for them since.
type shapes struct {
	mu         sync.RWMutex
	young, old map[shapeKey]heldShape
	vertices   int // of the young ones
}

// shapesOf returns the shapes of features at a zoom; what is not held is simplified together, since they lie next to each other.
func (t *tiles) shapesOf(z uint8, features []feature) []*mvt.Shape {
	all := t.shapes.held(features)
	var missing []int
	small := geo.EmptyBox()
	for i := range features {
		if all[i] == nil {
			missing = append(missing, i)
			if features[i].small {
				small = small.Union(features[i].area.Box())
			}
		}
	}
	if missing == nil {
		return all
	}
	s := t.simplifier(z)
	if !small.Empty() {
		s.Surround(small)
	}
	for _, i := range missing {
		all[i] = mvt.NewPolygons(simplified(s, features[i].area))
		t.shapes.hold(features[i].key, heldShape{all[i], features[i].area.Box()})
	}
	return all
}

// held returns the shapes that are held, nil for others.
func (s *shapes) held(features []feature) []*mvt.Shape {
	all := make([]*mvt.Shape, len(features))
	var ageing []int
	s.mu.RLock()
	for i := range features {
		one, ok := s.young[features[i].key]
		if !ok && s.old != nil {
			if one, ok = s.old[features[i].key]; ok {
				ageing = append(ageing, i)
			}
		}
		all[i] = one.shape
	}
	s.mu.RUnlock()
	for _, i := range ageing {
		s.hold(features[i].key, heldShape{all[i], features[i].area.Box()})
	}
	return all
}

func (s *shapes) hold(key shapeKey, one heldShape) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.young == nil || s.vertices+one.shape.Vertices() > mostShapeVertices/2 {
		s.young, s.old, s.vertices = map[shapeKey]heldShape{}, s.young, 0
	}
	if _, ok := s.young[key]; !ok {
		s.vertices += one.shape.Vertices()
		s.young[key] = one
	}
}

// full reports whether what else is held drives others out.
func (s *shapes) full() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.old != nil || s.vertices > mostShapeVertices/2*9/10
}

// PrepareTiles makes the shapes that tiles will show, from the least zoom on and county by county, as long as there is room for them: whoever
// asks for a tile then does not wait for it. It ends early when goOn says so.
func (c *City) PrepareTiles(goOn func() bool) {
	t := c.tiling()
	for z := uint8(0); z <= MaxTileZoom; z++ {
		for i, e := range c.editions {
			if !goOn() || t.shapes.full() {
				return
			}
			others := func(f feature) bool { return !t.belongs(f.key, int32(i)) }
			t.shapesOf(z, slices.DeleteFunc(t.featuresIn(z, e.box), others))
		}
	}
}

// belongs reports whether what a key names belongs to a county, or to the whole city.
func (t *tiles) belongs(key shapeKey, county int32) bool {
	if key.layer.kind != tileDivisions {
		return key.layer.of == county
	}
	code := t.city.outlines[key.layer.of].divisions[key.number].CountyCode
	return code == "" || code == t.city.editions[county].info.CountyCode
}
