package synth

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
)

// placeKind is how the places of a layer are made.
type placeKind struct {
	layer  string
	prefix string // of the code
	stream stream
	share  int // of all places, in thousandths
	shapes shapes
	fill   func(c *City, p *place)
}

// shapes are the shares of geometry types in percent; the rest are points.
type shapes struct{ lines, houses, blocks, blobs int }

// place is one while it is made.
type place struct {
	*rand.Rand
	index  int
	face   int32
	fields map[string]any
	point  bool
}

func (p *place) set(name string, value any) { p.fields[name] = value }

// often reports true with a chance in percent.
func (p *place) often(percent int) bool { return p.IntN(100) < percent }

// placeKinds lists the layers of places.
func placeKinds() []placeKind {
	return []placeKind{
		{"hazards", "HZ", streamPlaces, 260, shapes{lines: 3, houses: 2}, (*City).fillHazard},
		{"hazard_sources", "HS", streamPlaces + 1, 20, shapes{lines: 4, blocks: 12}, (*City).fillHazardSource},
		{"danger_zones", "DZ", streamPlaces + 2, 5, shapes{blobs: 100}, (*City).fillDangerZone},
		{"rental_premises", "RP", streamPlaces + 3, 480, shapes{houses: 3}, (*City).fillRental},
		{"key_sites", "KS", streamPlaces + 4, 170, shapes{lines: 1, houses: 18, blocks: 7}, (*City).fillKeySite},
		{"shelters", "SH", streamPlaces + 5, 15, shapes{blocks: 45}, (*City).fillShelter},
		{"response_points", "PT", streamPlaces + 6, 50, shapes{}, (*City).fillResponsePoint},
	}
}

func placeKindOf(layer string) (placeKind, bool) {
	for _, k := range placeKinds() {
		if k.layer == layer {
			return k, true
		}
	}
	return placeKind{}, false
}

// placeCount returns how many places of a kind there are: its share rounded down; rental premises are the rest.
func (c *City) placeCount(kind placeKind) int {
	if kind.prefix != "RP" {
		return c.config.Places * kind.share / 1000
	}
	n := c.config.Places
	for _, k := range placeKinds() {
		if k.prefix != "RP" {
			n -= c.placeCount(k)
		}
	}
	return n
}

// spotOf returns the base grid and block of place i of a kind, without making the rest of it.
func (c *City) spotOf(kind placeKind, i int) (g, f int32) {
	k := mix(c.seed ^ mix(uint64(kind.stream)<<48+uint64(i)))
	g = int32(k % uint64(len(c.community)))
	faces := c.faces.of(g)
	return g, faces[mix(k)%uint64(len(faces))]
}

// placeCode returns the code of place i of a kind (DOMAIN 14).
func (c *City) placeCode(kind placeKind, i int) string {
	_, f := c.spotOf(kind, i)
	return fmt.Sprintf("%s-%s-%08d", c.countyOf(c.communityOf(f)).code[:6], kind.prefix, i+1)
}

// somePlace returns the code of a place of a layer, false when there is none.
func (c *City) somePlace(r *rand.Rand, layer string) (string, bool) {
	kind, ok := placeKindOf(layer)
	n := c.placeCount(kind)
	if !ok || n == 0 {
		return "", false
	}
	return c.placeCode(kind, r.IntN(n)), true
}

// places yields the places of a kind.
func (c *City) places(kind placeKind, yield func(grid.Record) bool) {
	for i := range c.placeCount(kind) {
		g, f := c.spotOf(kind, i)
		p := &place{Rand: random(c.seed, kind.stream, i), index: i, face: f, fields: make(map[string]any, 26)}
		shape := c.shapeOf(p, kind.shapes, g)
		c.fillCommon(p)
		kind.fill(c, p)
		p.set("code", c.placeCode(kind, i))
		if !yield(record(shape, p.fields)) {
			return
		}
	}
}

// shapeOf draws the geometry of a place in grid g.
func (c *City) shapeOf(p *place, s shapes, g int32) orb.Geometry {
	draw := p.IntN(100)
	if draw < s.blobs {
		return area(c.blob(p.Rand, c.inFace(p.Rand, p.face), between(p.Rand, 60, 320)))
	}
	draw -= s.blobs
	if draw < s.blocks {
		return area(c.insetArea(p.face, between(p.Rand, 0.5, 0.85)))
	}
	draw -= s.blocks
	if draw < s.lines {
		return c.stretchOfRoad(p.Rand, p.face)
	}
	b, ok := c.house(p.Rand, p.face)
	if ok && draw-s.lines < s.houses {
		p.set("name", c.buildingName(b))
		return area(c.footprint(b))
	}
	p.point = true
	if ok && p.often(60) {
		p.set("name", c.buildingName(b))
		return c.point(b.corners[0].to(b.corners[2], between(p.Rand, 0.2, 0.8)))
	}
	return c.location(p.Rand, g, p.face)
}

// fillCommon sets what every place has (DOMAIN 11.4).
func (c *City) fillCommon(p *place) {
	community := c.communities[c.communityOf(p.face)]
	house := p.Uint64()
	road := c.roadName(c.roadBy(p.face, house))
	p.set("address", c.address(p.face, house))
	if p.often(30) {
		p.set("address_parts", map[string]any{
			"city": c.Name(), "county": c.countyOf(c.communityOf(p.face)).name, "street": c.streets[community.parent].name,
			"community": community.name, "road": road, "house": fmt.Sprintf("%d号", 1+house%398),
		})
	}
	if p.often(20) {
		p.set("plate_code", fmt.Sprintf("MP%09d", p.IntN(1_000_000_000)))
	}
	if p.point {
		p.set("position_accuracy_m", pick(p.Rand, []float64{1, 3, 5, 10, 10, 25}))
	}
	if p.often(40) {
		p.set("supervising_org_code", c.streetOfficeCode(community.parent))
	}
	if p.often(25) {
		p.set("operator_org", word(commonWords, p.Uint64(), 0)+pick(p.Rand, []string{"物业服务有限公司", "商贸有限公司", "餐饮管理有限公司", "置业有限公司"}))
	}
	p.set("source", pick(p.Rand, []string{"网格采集", "部门共享", "普查", "企业申报"}))
	switch draw := p.IntN(100); {
	case draw < 4:
		p.set("state", "suspended")
	case draw < 10:
		p.set("state", "closed")
	default:
		p.set("state", "active")
	}
	if p.often(10) {
		p.set("external_refs", map[string]any{"legacy_id": fmt.Sprintf("L%07d", p.IntN(10_000_000))})
	}
	if _, named := p.fields["name"]; !named {
		p.set("name", c.estate(p.face))
	}
}

func stamp(t time.Time) string { return t.Format(time.RFC3339) }
