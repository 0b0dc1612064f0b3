package edition

import (
	"sync"

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

// of returns the shape of a feature.
func (s *shapes) of(f *feature) *mvt.Shape {
	s.mu.RLock()
	shape := s.made[f.key]
	s.mu.RUnlock()
	if shape != nil {
		return shape
	}
	shape = mvt.NewPolygons(f.area())
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.vertices += shape.Vertices(); s.vertices > mostShapeVertices {
		clear(s.made)
		s.vertices = shape.Vertices()
	}
	s.made[f.key] = shape
	return shape
}
