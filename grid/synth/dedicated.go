package synth

import (
	"fmt"
	"slices"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
)

// dedicated is a grid over base grids, of one host.
type dedicated struct {
	home   int32 // community
	number int   // in its community, from 0
	kind   dedicatedKind
	faces  []int32
	inset  bool // within the walls of its only block
	name   string
}

// dedicatedKind describes a kind of dedicated grid.
type dedicatedKind struct {
	code, host string // host is the organisation's kind
	department string // that supervises it
	names      []string
	blocks     int // at most
	weight     float64
}

var dedicatedKinds = []dedicatedKind{
	{"school", "institution", "education", []string{"小学", "中学", "实验学校", "职业技术学院", "大学"}, 6, 9},
	{"hospital", "institution", "health", []string{"人民医院", "中医院", "妇幼保健院"}, 2, 4},
	{"scenic_area", "institution", "culture_tourism", []string{"公园", "湿地公园", "植物园"}, 5, 4},
	{"industrial_park", "zone_committee", "industry_it", []string{"产业园", "科技园", "物流园"}, 7, 5},
	{"market", "enterprise", "market_supervision", []string{"农贸市场", "建材市场", "小商品市场"}, 1, 5},
	{"business_district", "enterprise", "commerce", []string{"商圈", "商业广场", "步行街区"}, 4, 4},
	{"office_building", "enterprise", "commerce", []string{"大厦", "国际中心", "广场写字楼"}, 1, 5},
	{"transport_hub", "enterprise", "transport", []string{"客运站", "火车站", "公交枢纽"}, 2, 2},
	{"construction_site", "enterprise", "housing_construction", []string{"工程工地", "安置房工地"}, 1, 4},
	{"government", "government", "", []string{"行政中心", "政务服务中心"}, 1, 2},
	{"enterprise", "enterprise", "industry_it", []string{"机械厂", "纺织厂", "电子有限公司", "食品厂"}, 3, 6},
	{"public_institution", "institution", "culture_tourism", []string{"图书馆", "文化馆", "体育中心"}, 1, 2},
}

// The shares of dedicated grids.
const (
	baseGridsPerDedicated = 9
	spanningOneIn         = 25 // may reach into another community
	uncontactedOneIn      = 16 // have no post (BR-16)
)

// drawDedicated places hosts: each takes a block of a base grid and grows over free blocks beside it.
func (c *City) drawDedicated() {
	used := make([]bool, len(c.first))
	numbers := map[int32]int{}
	var weights []float64
	for _, k := range dedicatedKinds {
		weights = append(weights, k.weight)
	}
	for g := range int32(len(c.community)) {
		r := random(c.seed, streamDedicated, int(g))
		if r.IntN(baseGridsPerDedicated) != 0 {
			continue
		}
		kind := dedicatedKinds[weighted(r, weights)]
		spans := r.IntN(spanningOneIn) == 0
		want := 1 + r.IntN(kind.blocks)
		if spans {
			want = max(want, 3)
		}
		faces := c.spread(pick(r, c.faces.of(g)), want, spans, used)
		if len(faces) == 0 {
			continue
		}
		home := c.home(faces)
		if numbers[home] >= 200 {
			continue // the numbers of dedicated grids end there
		}
		c.dedicated = append(c.dedicated, dedicated{
			home: home, number: numbers[home], kind: kind, faces: faces, inset: len(faces) == 1 && r.IntN(4) > 0,
			name: word(commonWords, r.Uint64(), 0) + pick(r, kind.names),
		})
		numbers[home]++
	}
}

// spread takes up to want free blocks around a block, all of one community, or of one county when it may span.
func (c *City) spread(from int32, want int, spans bool, used []bool) []int32 {
	if used[from] {
		return nil
	}
	home := c.communityOf(from)
	faces := []int32{from}
	used[from] = true
	for k := 0; k < len(faces); k++ {
		for _, h := range c.loop(faces[k], nil) {
			f := c.face[h^1]
			if len(faces) >= want || f < 0 || used[f] || c.grounds[f] != land {
				continue
			}
			other := c.communityOf(f)
			if other == home || spans && c.countyOf(other).code == c.countyOf(home).code {
				used[f] = true
				faces = append(faces, f)
			}
		}
	}
	return faces
}

// home returns the community with the largest share of faces (BR-13).
func (c *City) home(faces []int32) int32 {
	shares := map[int32]float32{}
	for _, f := range faces {
		shares[c.communityOf(f)] += c.area[f]
	}
	best := c.communityOf(faces[0])
	for _, k := range sortedKeys(shares) {
		if shares[k] > shares[best] {
			best = k
		}
	}
	return best
}

func (t *territory) communityOf(f int32) int32 { return t.ofSuper[t.super[f]] }

func (c *City) dedicatedCode(d dedicated) string {
	return fmt.Sprintf("%s%03d", c.communities[d.home].code, 800+d.number)
}

func (c *City) hostCode(d dedicated) string { return c.dedicatedCode(d) + "-H" }

// dedicatedOutline returns the boundary: along the streets, or within them.
func (c *City) dedicatedOutline(d dedicated) geo.MultiPolygon {
	own := map[int32]bool{}
	for _, f := range d.faces {
		own[f] = true
	}
	streets := c.outline(d.faces, func(f int32) bool { return own[f] })
	if d.inset {
		if area := c.insetArea(d.faces[0], 0.82); !bendsInto(streets, area) {
			return area
		}
	}
	return streets
}

// bendsInto reports whether a border bends so far inwards that some of it lies in the area drawn within it.
func bendsInto(border, area geo.MultiPolygon) bool {
	return slices.ContainsFunc(border[0][0], func(v geo.Point) bool { return geo.Locate(area, v) != geo.Outside })
}

// insetArea returns a block drawn smaller around its middle.
func (c *City) insetArea(f int32, k float64) geo.MultiPolygon {
	var ring geo.Ring
	for _, h := range c.loop(f, nil) {
		if c.turns(h) { // corners in a straight line might come out of line on the lattice
			ring = append(ring, c.locate(c.centroid[f].to(c.at(h), k)))
		}
	}
	return geo.MultiPolygon{{ring}}
}

// turns reports whether the face of h has a real corner at its origin.
func (c *City) turns(h int32) bool {
	before, after := c.at(h).sub(c.at(c.prev[h])).unit(), c.at(h^1).sub(c.at(h)).unit()
	return before.cross(after) > 0.02
}

func (c *City) dedicatedGrids(yield func(grid.Record) bool) {
	for _, d := range c.dedicated {
		home := c.communities[d.home]
		own := map[int32]bool{}
		for _, f := range d.faces {
			own[f] = true
		}
		fields := map[string]any{
			"code": c.dedicatedCode(d), "name": d.name, "community_code": home.code, "dedicated_kind": d.kind.code, "host_org_code": c.hostCode(d),
			"supervising_org_code": c.streetOfficeCode(home.parent), "bounds_text": c.boundsText(d.faces, func(f int32) bool { return own[f] }),
		}
		if d.kind.department != "" {
			fields["supervising_org_code"] = departmentCode(CityCode, d.kind.department)
		}
		if !yield(record(area(c.dedicatedOutline(d)), fields)) {
			return
		}
	}
}
