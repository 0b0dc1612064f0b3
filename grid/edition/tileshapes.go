package edition

import (
	"cmp"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

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

// sheetKey names the shapes of a layer at a zoom.
type sheetKey struct {
	zoom  uint8
	layer tileLayer
}

func (k shapeKey) sheet() sheetKey { return sheetKey{k.zoom, k.layer} }

// sheet holds shapes of a layer at a zoom by number, nil for those that are not made. Cities between which nothing of a layer differs have the same one.
type sheet struct {
	shapes   []atomic.Pointer[mvt.Shape]
	vertices atomic.Int64
	asked    atomic.Int64 // when somebody asked last, by the clock of whose shapes they are, which that of a later city goes on from
}

func newSheet(numbers int) *sheet { return &sheet{shapes: make([]atomic.Pointer[mvt.Shape], numbers)} }

// hold takes a shape, nil for none any more.
func (s *sheet) hold(number int32, shape *mvt.Shape) {
	vertices := 0
	if shape != nil {
		vertices = shape.Vertices()
	}
	if was := s.shapes[number].Swap(shape); was != nil {
		vertices -= was.Vertices()
	}
	s.vertices.Add(int64(vertices))
}

// shapes holds the shapes that tiles were made from, which are dear to make. Where there would be too many of them, the sheets are let go that
// nobody has asked for the longest.
type shapes struct {
	mu     sync.RWMutex
	sheets map[sheetKey]*sheet
	clock  atomic.Int64
}

// simplifying has a place for each who may simplify at the same time, of all cities: it takes much memory, and no less time when many do.
var simplifying = make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))

// shapesOf returns the shapes of features at a zoom; what is not held is simplified together, since they lie next to each other.
func (t *tiles) shapesOf(z uint8, features []feature) []*mvt.Shape {
	all := make([]*mvt.Shape, len(features))
	sheets := t.sheetsOf(features)
	if _, missing := held(all, sheets, features); !missing {
		return all
	}
	simplifying <- struct{}{}
	defer func() { <-simplifying }()
	small, missing := held(all, sheets, features) // others may have made some meanwhile
	if !missing {
		return all
	}
	s := t.simplifier(z)
	if !small.Empty() {
		s.Surround(small)
	}
	for i := range features {
		if all[i] == nil {
			all[i] = mvt.NewPolygons(simplified(s, features[i].area))
			sheets[i].hold(features[i].key.number, all[i])
		}
	}
	t.shapes.letGo(mostShapeVertices)
	return all
}

// held fills in the shapes that are held, nil for others, and returns the box of the small ones among these, and whether there are any.
func held(all []*mvt.Shape, sheets []*sheet, features []feature) (small geo.Box, missing bool) {
	small = geo.EmptyBox()
	for i := range features {
		if all[i] = sheets[i].shapes[features[i].key.number].Load(); all[i] != nil {
			continue
		}
		missing = true
		if features[i].small {
			small = small.Union(features[i].area.Box())
		}
	}
	return small, missing
}

// sheetsOf returns the sheet of each feature.
func (t *tiles) sheetsOf(features []feature) []*sheet {
	sheets := make([]*sheet, len(features))
	now := t.shapes.clock.Add(1)
	for i := range features {
		if key := features[i].key.sheet(); i > 0 && key == features[i-1].key.sheet() {
			sheets[i] = sheets[i-1] // features come layer by layer
		} else {
			sheets[i] = t.sheet(key)
			sheets[i].asked.Store(now)
		}
	}
	return sheets
}

func (t *tiles) sheet(key sheetKey) *sheet {
	s := &t.shapes
	s.mu.RLock()
	made := s.sheets[key]
	s.mu.RUnlock()
	if made != nil {
		return made
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if made = s.sheets[key]; made == nil {
		made = newSheet(t.numbers(key.layer))
		s.sheets[key] = made
	}
	return made
}

// numbers returns how many things a layer has.
func (t *tiles) numbers(layer tileLayer) int {
	switch layer.kind {
	case tileBase:
		return len(t.city.editions[layer.of].base)
	case tileDedicated:
		return len(t.city.editions[layer.of].dedicated)
	}
	return len(t.city.outlines[layer.of].divisions)
}

// held returns how many vertices the shapes have that are held.
func (s *shapes) held() int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.vertices()
}

// vertices is held for who has locked them.
func (s *shapes) vertices() (vertices int64) {
	for _, one := range s.sheets {
		vertices += one.vertices.Load()
	}
	return vertices
}

// letGo makes room where more than so many vertices are held. What was asked for last stays, unless it alone is too much.
func (s *shapes) letGo(most int64) {
	if s.held() <= most {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	over := s.vertices() - most
	asked := func(a, b sheetKey) int { return cmp.Compare(s.sheets[a].asked.Load(), s.sheets[b].asked.Load()) }
	for _, key := range slices.SortedFunc(maps.Keys(s.sheets), asked) {
		if over <= 0 {
			return
		}
		over -= s.sheets[key].vertices.Load()
		delete(s.sheets, key)
	}
}

// full reports whether what else is held drives others out.
func (s *shapes) full() bool { return s.held() > mostShapeVertices*9/10 }

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
