package edition

import (
	"fmt"
	"math/bits"
	"slices"
	"sync"
	"weak"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/geo/mesh"
	"github.com/wangge/wangge/geo/mvt"
	"github.com/wangge/wangge/grid"
)

// zoomBorders is which vertices the tiles of a zoom show. The borders are simplified once for all its tiles, on the mesh of all
// counties' tilings, so that both sides of a border stay on one line.
type zoomBorders struct {
	once     sync.Once
	err      error
	tilings  []kept // of each edition; empty below the least zoom of base grids
	outlines []kept // of each level of divisions
}

// kept says which vertices of polygons are kept: a bit each, since a nation has 60,000,000 at each zoom.
type kept struct {
	starts []uint32 // of each polygon: its first bit; the same at all zooms
	bits   []uint64
	others map[int32]geo.MultiPolygon // polygons whose simplified form is not made of their own vertices
}

// area returns polygon k of all as it is kept.
func (s *kept) area(all []geo.MultiPolygon, k int32) geo.MultiPolygon {
	if s.bits == nil {
		return all[k]
	}
	if other, ok := s.others[k]; ok {
		return other
	}
	at := s.starts[k]
	out := make(geo.MultiPolygon, len(all[k]))
	for i, poly := range all[k] {
		out[i] = make(geo.Polygon, len(poly))
		for j, r := range poly {
			ring := make(geo.Ring, 0, s.count(at, uint32(len(r))))
			for _, v := range r {
				if s.bits[at/64]>>(at%64)&1 != 0 {
					ring = append(ring, v)
				}
				at++
			}
			out[i][j] = ring
		}
	}
	return out
}

// count returns how many of n bits are set.
func (s *kept) count(at, n uint32) int {
	sum := 0
	for end := at + n; at < end; {
		word := s.bits[at/64] >> (at % 64)
		step := min(64-at%64, end-at)
		sum += bits.OnesCount64(word << (64 - step))
		at += step
	}
	return sum
}

// newKept returns bits for polygons of which none is kept yet.
func newKept(starts []uint32) kept {
	return kept{starts: starts, bits: make([]uint64, starts[len(starts)-1]/64+1), others: map[int32]geo.MultiPolygon{}}
}

// startsOf returns the first bit of each polygon, and the end.
func startsOf(all []geo.MultiPolygon) []uint32 {
	starts := make([]uint32, 1, len(all)+1)
	n := uint32(0)
	for _, m := range all {
		for _, poly := range m {
			for _, r := range poly {
				n += uint32(len(r))
			}
		}
		starts = append(starts, n)
	}
	return starts
}

// set keeps of polygon k, which is m, what makes it simple.
func (s *kept) set(k int32, m, simple geo.MultiPolygon) {
	var numbers []uint32
	if !keptOf(m, simple, func(n int) { numbers = append(numbers, s.starts[k]+uint32(n)) }) {
		s.others[k] = simple
		return
	}
	for _, n := range numbers {
		s.bits[n/64] |= 1 << (n % 64)
	}
}

// all keeps polygon k whole.
func (s *kept) all(k int32) {
	for n := s.starts[k]; n < s.starts[k+1]; n++ {
		s.bits[n/64] |= 1 << (n % 64)
	}
}

// mostStrayRings is among how many rings one that does not stand where it did is looked for.
const mostStrayRings = 64

// keptOf calls keep with the numbers of the vertices of m that make it simple, which has the same rings with fewer vertices, each from
// any vertex on and, if they are few, in any order. It reports whether it is so; if not, what it has called keep with means nothing.
func keptOf(m, simple geo.MultiPolygon, keep func(n int)) bool {
	var rings []geo.Ring
	for _, poly := range simple {
		rings = append(rings, poly...)
	}
	n := 0
	for _, poly := range m {
		for _, r := range poly {
			i := slices.IndexFunc(rings[:min(len(rings), mostStrayRings)], func(s geo.Ring) bool { return keptOfRing(r, s, n, keep) })
			if i < 0 {
				return false
			}
			rings[i] = rings[0]
			rings = rings[1:]
			n += len(r)
		}
	}
	return len(rings) == 0
}

// keptOfRing is keptOf for a ring, whose first vertex has the number n. It calls keep only if it is so.
func keptOfRing(r, simple geo.Ring, n int, keep func(n int)) bool {
	start := slices.Index(r, simple[0])
	if start < 0 {
		return false
	}
	at := 0
	for step := range r {
		if at < len(simple) && r[(start+step)%len(r)] == simple[at] {
			at++
		}
	}
	if at < len(simple) {
		return false
	}
	at = 0
	for step := range r {
		if i := (start + step) % len(r); at < len(simple) && r[i] == simple[at] {
			keep(n + i)
			at++
		}
	}
	return true
}

// bordersAt returns the borders of a zoom.
func (t *tiles) bordersAt(z uint8) (*zoomBorders, error) {
	borders := &t.zooms[z]
	borders.once.Do(func() { borders.err = t.simplify(borders, z) })
	return borders, borders.err
}

func (t *tiles) simplify(b *zoomBorders, z uint8) error {
	built, err := t.meshes.of(t.city)
	if err != nil {
		return fmt.Errorf("building the mesh of the city: %w", err)
	}
	unit := 360 * geo.UnitsPerDegree / float64(uint64(1)<<z) / mvt.Extent // lattice units of longitude to a tile unit
	simple := built.Simplify(tileTolerance * unit)
	b.tilings = make([]kept, len(t.city.editions))
	face := int32(0)
	for i, e := range t.city.editions {
		if z >= t.least[LayerBase] && len(e.base) > 0 {
			b.tilings[i] = newKept(t.meshes.tilings[i])
			for k := range e.base {
				b.tilings[i].set(int32(k), e.tiling[k], simple.Face(face+int32(k)))
			}
		}
		face += int32(len(e.tiling))
	}
	b.outlines = make([]kept, len(t.city.outlines))
	for _, level := range t.meshes.levels {
		o := &t.city.outlines[level.rank]
		if len(o.divisions) == 0 || z < t.least[LayerDivisions+o.divisions[0].Level] {
			continue
		}
		b.outlines[level.rank] = newKept(t.meshes.outlines[level.rank])
		level.keep(&b.outlines[level.rank], o, simple)
	}
	return nil
}

// keep keeps the outlines of the level's divisions as the simplified borders of the grids and void areas below them make them, so that
// both run on the same line; those that these do not make up, whole.
func (d *dissolved) keep(s *kept, o *outlines, simple *mesh.Mesh) {
	made := make([]bool, len(o.divisions))
	for i, outline := range simple.Dissolve(d.group, len(d.numbers)) {
		if number := d.numbers[i]; number >= 0 {
			made[number] = true
			s.set(number, o.parts[number], outline)
		}
	}
	for number, is := range made {
		if !is {
			s.all(int32(number))
		}
	}
}

// meshes makes the mesh of all tilings of a city. It does not hold it, since it is large, but has it again while the collector has not
// taken it.
type meshes struct {
	mu       sync.Mutex
	mesh     weak.Pointer[mesh.Mesh]
	levels   []dissolved // made with the first mesh
	tilings  [][]uint32  // the same: startsOf of each tiling
	outlines [][]uint32  // and of each level
}

// dissolved says which faces of the mesh make up the divisions of one level.
type dissolved struct {
	rank    int
	group   []int32 // of each face
	numbers []int32 // of each group: its division in the outlines of the level; -1 for one that the faces do not make up, see keepEqual
}

func (m *meshes) of(c *City) (*mesh.Mesh, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if built := m.mesh.Value(); built != nil {
		return built, nil
	}
	var faces []geo.MultiPolygon
	for _, e := range c.editions {
		faces = append(faces, e.tiling...)
	}
	for _, b := range c.bare() {
		faces = append(faces, c.outlines[b.rank].parts[b.number])
	}
	built, err := mesh.Build(faces)
	if err != nil {
		return nil, err
	}
	m.mesh = weak.Make(built)
	if m.levels == nil {
		m.prepare(c, built)
	}
	return built, nil
}

// prepare finds for each level which division every face belongs to.
func (m *meshes) prepare(c *City, built *mesh.Mesh) {
	for _, level := range []string{grid.LevelCity, grid.LevelCounty, grid.LevelStreet, grid.LevelCommunity} {
		d := dissolved{rank: grid.LevelRank(level)}
		numbers := map[string]int32{}
		for i := range c.editions {
			place := make([]int32, len(c.stored[i].places))
			for k, p := range c.stored[i].places {
				place[k] = d.number(&c.outlines[d.rank], c.above(p.division, level), numbers)
			}
			for _, k := range c.stored[i].place {
				d.group = append(d.group, place[k])
			}
		}
		for _, b := range c.bare() {
			d.group = append(d.group, d.number(&c.outlines[d.rank], c.above(c.outlines[b.rank].divisions[b.number], level), numbers))
		}
		d.keepEqual(&c.outlines[d.rank], built)
		m.levels = append(m.levels, d)
	}
	for _, e := range c.editions {
		m.tilings = append(m.tilings, startsOf(e.tiling))
	}
	for rank := range c.outlines {
		m.outlines = append(m.outlines, startsOf(c.outlines[rank].parts))
	}
}

// number returns the group of a division, a new one if need be; -1 for none.
func (d *dissolved) number(o *outlines, division *grid.Division, groups map[string]int32) int32 {
	if division == nil {
		return -1
	}
	n, ok := groups[division.Code]
	if !ok {
		n = int32(len(d.numbers))
		groups[division.Code] = n
		d.numbers = append(d.numbers, int32(o.number(division.Code)))
	}
	return n
}

// keepEqual leaves out the divisions whose outline is not what the grids and void areas below make: those of an unproven
// county, and those that do not nest (BR-06).
func (d *dissolved) keepEqual(o *outlines, m *mesh.Mesh) {
	for i, dissolved := range m.Dissolve(d.group, len(d.numbers)) {
		outline := o.parts[d.numbers[i]]
		if dissolved.TwiceArea() != outline.TwiceArea() || dissolved.Box() != outline.Box() {
			d.numbers[i] = -1
		}
	}
}

// bareDivision is a division by its number in the outlines of its level.
type bareDivision struct {
	rank   int
	number int32
}

// bare returns the lowest divisions of the counties that have no edition: there, they are what the divisions above are made up of.
func (c *City) bare() []bareDivision {
	parents := map[string]bool{}
	for rank := range c.outlines {
		for _, d := range c.outlines[rank].divisions {
			parents[d.ParentCode] = true
		}
	}
	var out []bareDivision
	for rank := range c.outlines {
		for i, d := range c.outlines[rank].divisions {
			if d.CountyCode != "" && !parents[d.Code] && c.Edition(d.CountyCode) == nil {
				out = append(out, bareDivision{rank, int32(i)})
			}
		}
	}
	return out
}

// above returns the division of a level that a division lies in or is, nil for none.
func (c *City) above(lower *grid.Division, level string) *grid.Division {
	if lower == nil {
		return nil
	}
	for _, d := range c.Chain(lower.Code) {
		if d.Level == level {
			return d
		}
	}
	return nil
}
