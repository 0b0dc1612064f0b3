package edition

import (
	"maps"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// cityTiles are the tiles of a city, made when first asked for. They take over the shapes that the tiles of a city before it hold, as far as these are the same.
type cityTiles struct {
	making sync.Mutex
	made   atomic.Pointer[tiles]
	before *tiles // nil for none; let go when made
}

// nextTiles are for the city after one with was, which may be nil.
func nextTiles(was *cityTiles) *cityTiles {
	if was == nil {
		return &cityTiles{}
	}
	if made := was.made.Load(); made != nil {
		return &cityTiles{before: made}
	}
	was.making.Lock()
	defer was.making.Unlock()
	if made := was.made.Load(); made != nil {
		return &cityTiles{before: made}
	}
	return &cityTiles{before: was.before}
}

// tiling returns what tiles of c are made from.
func (c *City) tiling() *tiles {
	l := c.tiles
	if made := l.made.Load(); made != nil {
		return made
	}
	l.making.Lock()
	defer l.making.Unlock()
	if made := l.made.Load(); made != nil {
		return made
	}
	t := newTiles(c)
	if l.before != nil {
		t.takeOver(l.before)
	}
	l.made.Store(t)
	l.before = nil
	return t
}

// takeOver takes the shapes of the tiles of another city over that are the same in this one: those that do not lie close to what differs.
// Tags are not, since a tile can show a part of a shape that lies far from it; they are quickly made of shapes.
func (t *tiles) takeOver(from *tiles) {
	if !maps.Equal(t.least, from.least) || !sameDivisions(t.city, from.city) || !slices.EqualFunc(t.city.editions, from.city.editions, sameCounty) {
		return
	}
	differs := differing(from.city, t.city)
	from.shapes.mu.RLock()
	sheets := maps.Clone(from.shapes.sheets) // others go on making tiles meanwhile
	from.shapes.mu.RUnlock()
	for key, one := range sheets {
		numbers, near := differs.numbers[key.layer], t.close(key, differs.boxes)
		if numbers == nil && len(near) == 0 {
			t.shapes.sheets[key] = one
			continue
		}
		taken := newSheet(t.numbers(key.layer))
		taken.asked.Store(one.asked.Load())
		for was := range one.shapes {
			number := int32(was)
			if numbers != nil {
				number = numbers[was]
			}
			if shape := one.shapes[was].Load(); shape != nil && number >= 0 {
				taken.hold(number, shape)
			}
		}
		for _, number := range near {
			taken.hold(number, nil)
		}
		t.shapes.sheets[key] = taken
	}
	t.shapes.clock.Store(from.shapes.clock.Load())
}

// close returns what of a sheet has a border so close to one of the boxes that what differs there may matter to its shape.
func (t *tiles) close(key sheetKey, boxes []geo.Box) []int32 {
	var found []int32
	add := func(numbers []int32, areas []geo.MultiPolygon, box geo.Box) {
		for _, number := range numbers {
			if int(number) < t.numbers(key.layer) && bordersMeet(areas[number], box) { // void areas follow the base grids
				found = append(found, number)
			}
		}
	}
	for _, box := range boxes {
		box = widened(box, reachUnits(key.zoom))
		switch of := key.layer.of; key.layer.kind {
		case tileBase:
			e := t.city.editions[of]
			add(e.tilingIndex.Overlapping(box, nil), e.tiling, box)
		case tileDedicated:
			e := t.city.editions[of]
			add(e.dedicatedIndex.Overlapping(box, nil), e.dedicatedParts, box)
		default:
			o := &t.city.outlines[of]
			add(o.overlapping(box), o.parts, box)
		}
	}
	return found
}

// bordersMeet reports whether the box around an edge of the area meets another one.
func bordersMeet(area geo.MultiPolygon, box geo.Box) bool {
	for _, poly := range area {
		for _, r := range poly {
			for i, v := range r {
				if geo.EmptyBox().Extend(v).Extend(r[(i+1)%len(r)]).Intersects(box) {
					return true
				}
			}
		}
	}
	return false
}

// widened returns a box with so many units more on each side.
func widened(box geo.Box, units int64) geo.Box {
	clamp := func(v int64) int32 { return int32(max(math.MinInt32, min(math.MaxInt32, v))) }
	box.Min.X, box.Min.Y = clamp(int64(box.Min.X)-units), clamp(int64(box.Min.Y)-units)
	box.Max.X, box.Max.Y = clamp(int64(box.Max.X)+units), clamp(int64(box.Max.Y)+units)
	return box
}

// reachUnits is more than how far from a border anything matters to what becomes of it in tiles of a zoom, in lattice units of longitude at any
// latitude that cities lie at.
func reachUnits(z uint8) int64 { return int64(16 * tileTolerance * tileUnits(z)) }

// sameDivisions reports whether a and b have the same divisions, which may have other outlines and names.
func sameDivisions(a, b *City) bool {
	return slices.EqualFunc(a.outlines, b.outlines, func(a, b outlines) bool {
		return slices.EqualFunc(a.divisions, b.divisions, func(d, e *grid.Division) bool { return d == e || d.Code == e.Code })
	})
}

func sameCounty(a, b *Edition) bool { return a.info.CountyCode == b.info.CountyCode }

// difference is what differs between two cities with the same divisions and counties, as tiles show them.
type difference struct {
	boxes   []geo.Box
	numbers map[tileLayer][]int32 // in the second city of grids that have other numbers than in the first, -1 for none
}

// mostDiffering is how many boxes a difference of one county has; beyond it has one around them.
const mostDiffering = 32

func differing(from, to *City) difference {
	d := difference{numbers: map[tileLayer][]int32{}}
	for rank := range to.outlines {
		a, b := &from.outlines[rank], &to.outlines[rank]
		var boxes []geo.Box
		for i := range b.divisions {
			if !sameMemory(a.parts[i], b.parts[i]) || a.divisions[i] != b.divisions[i] && !looksSame(divisionFeature(a.divisions[i]), divisionFeature(b.divisions[i])) {
				boxes = append(boxes, a.boxes[i], b.boxes[i])
			}
		}
		d.add(boxes)
	}
	for i := range to.editions {
		if a, b := from.editions[i], to.editions[i]; a != b {
			d.edition(int32(i), a, b)
		}
	}
	return d
}

// edition adds what differs between two editions of a county.
func (d *difference) edition(county int32, a, b *Edition) {
	var boxes []geo.Box
	d.numbers[tileLayer{tileBase, county}], boxes = renumbered(a.base, b.base, a.tiling, b.tiling, boxes)
	d.numbers[tileLayer{tileDedicated, county}], boxes = renumbered(a.dedicated, b.dedicated, a.dedicatedParts, b.dedicatedParts, boxes)
	voidsA, voidsB := a.tiling[len(a.base):], b.tiling[len(b.base):]
	for i := range max(len(voidsA), len(voidsB)) {
		if i >= len(voidsA) || i >= len(voidsB) || !sameArea(voidsA[i], voidsB[i]) {
			for _, voids := range [][]geo.MultiPolygon{voidsA, voidsB} {
				if i < len(voids) {
					boxes = append(boxes, voids[i].Box())
				}
			}
		}
	}
	d.add(boxes)
}

// renumbered returns which number in b each of the grids a has, -1 for one that has gone or differs, and adds the boxes of all that differ. Both
// are by code.
func renumbered(a, b []grid.Grid, areasA, areasB []geo.MultiPolygon, boxes []geo.Box) ([]int32, []geo.Box) {
	numbers := make([]int32, len(a))
	k := 0
	for i := range a {
		for ; k < len(b) && b[k].Code < a[i].Code; k++ {
			boxes = append(boxes, areasB[k].Box()) // new
		}
		switch {
		case k == len(b) || b[k].Code != a[i].Code:
			numbers[i], boxes = -1, append(boxes, areasA[i].Box())
			continue
		case sameArea(areasA[i], areasB[k]) && looksSame(gridFeature(&a[i], ""), gridFeature(&b[k], "")):
			numbers[i] = int32(k)
		default:
			numbers[i], boxes = -1, append(boxes, areasA[i].Box(), areasB[k].Box())
		}
		k++
	}
	for ; k < len(b); k++ {
		boxes = append(boxes, areasB[k].Box())
	}
	return numbers, boxes
}

func sameArea(a, b geo.MultiPolygon) bool {
	return sameMemory(a, b) || slices.EqualFunc(a, b, func(a, b geo.Polygon) bool {
		return slices.EqualFunc(a, b, func(a, b geo.Ring) bool { return slices.Equal(a, b) })
	})
}

// looksSame reports whether tiles say the same of two things besides their areas.
func looksSame(a, b feature) bool {
	return a.id == b.id && a.label == b.label && slices.Equal(a.tags, b.tags)
}

func (d *difference) add(boxes []geo.Box) {
	if len(boxes) > mostDiffering {
		around := geo.EmptyBox()
		for _, b := range boxes {
			around = around.Union(b)
		}
		boxes = []geo.Box{around}
	}
	d.boxes = append(d.boxes, boxes...)
}
