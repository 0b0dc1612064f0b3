package edition

import (
	"testing"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mvt"
)

func TestShapesAreLetGo(t *testing.T) {
	t.Parallel()
	triangle := mvt.NewPolygons(geo.MultiPolygon{{{{X: 0, Y: 0}, {X: 9, Y: 0}, {X: 0, Y: 9}}}})
	each := int64(triangle.Vertices())
	s := shapes{sheets: map[sheetKey]*sheet{}}
	for zoom := range uint8(4) {
		one := newSheet(2)
		one.asked.Store(s.clock.Add(1))
		one.hold(0, triangle)
		one.hold(1, triangle)
		one.hold(1, nil) // taken back
		one.hold(0, triangle)
		s.sheets[sheetKey{zoom: zoom}] = one
	}
	if got := s.held(); got != 4*each {
		t.Fatalf("%d vertices are held, want %d", got, 4*each)
	}
	s.sheets[sheetKey{zoom: 0}].asked.Store(s.clock.Add(1)) // asked for again
	s.letGo(2 * each)
	for zoom, stays := range []bool{true, false, false, true} {
		if _, ok := s.sheets[sheetKey{zoom: uint8(zoom)}]; ok != stays {
			t.Errorf("zoom %d is held: %v", zoom, ok)
		}
	}
	s.letGo(each - 1)
	if len(s.sheets) != 0 {
		t.Errorf("%d sheets are held, each of which alone is too much", len(s.sheets))
	}
}
