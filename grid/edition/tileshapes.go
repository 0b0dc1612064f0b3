package edition

import (
	"sync"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
)

// mostShapeVertices is how many vertices the shapes may have that are held: those of four zooms of a city of 50,000 grids, 200 MB.
const mostShapeVertices = 12_000_000

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

// shapes holds the shapes that tiles were made from, which are dear to make; when they are too many it begins anew.
type shapes struct {
	mu       sync.RWMutex
	made     map[shapeKey]*mvt.Shape
	vertices int
}

// shapesOf returns the shapes of features at a zoom; what is not held is simplified together, since they lie next to each other.
func (t *tiles) shapesOf(z uint8, features []feature) []*mvt.Shape {
	all := t.shapes.held(features)
	var missing []int
	grids := geo.EmptyBox()
	for i := range features {
		if all[i] == nil {
			missing = append(missing, i)
			if features[i].layer == LayerBase {
				grids = grids.Union(features[i].area.Box())
			}
		}
	}
	if missing == nil {
		return all
	}
	s := t.simplifier(z)
	if !grids.Empty() {
		s.Surround(grids)
	}
	for _, i := range missing {
		area := features[i].area
		if features[i].layer != LayerDedicated { // it shares no border with what is simplified
			area = simplified(s, area)
		}
		all[i] = mvt.NewPolygons(area)
		t.shapes.hold(features[i].key, all[i])
	}
	return all
}

// held returns the shapes that are held, nil for others.
func (s *shapes) held(features []feature) []*mvt.Shape {
	all := make([]*mvt.Shape, len(features))
	s.mu.RLock()
	defer s.mu.RUnlock()
	for i := range features {
		all[i] = s.made[features[i].key]
	}
	return all
}

func (s *shapes) hold(key shapeKey, shape *mvt.Shape) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.vertices += shape.Vertices(); s.vertices > mostShapeVertices {
		clear(s.made)
		s.vertices = shape.Vertices()
	}
	s.made[key] = shape
}
