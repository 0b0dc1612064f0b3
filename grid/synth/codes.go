package synth

import "fmt"

// The digits that every code of a synthetic city begins with: no province has the number 99.
const cityPrefix = "9901"

// CityCode is the code of the city.
const CityCode = cityPrefix + "00000000"

// codeDivisions gives every division its kind, code and name.
func (c *City) codeDivisions() {
	for i := range c.counties {
		d := &c.counties[i]
		d.code = fmt.Sprintf("%s%02d000000", cityPrefix, i+1)
		d.name = word(countyWords, c.seed, i) + "区"
		if d.urban < 0.25 {
			d.name = word(countyWords, c.seed, i) + "县"
		}
		var numbers numbering
		for s := d.first; s < d.last; s++ {
			c.codeStreet(s, d.code[:6], &numbers, int(s-d.first))
		}
	}
}

// numbering counts the codes given in each range of DOMAIN 6.5.
type numbering struct{ offices, towns, townships, zones int }

func (c *City) codeStreet(s int32, prefix string, n *numbering, k int) {
	d := &c.streets[s]
	name := word(commonWords, c.seed^mix(uint64(d.parent)), k)
	number := 0
	switch {
	case mix(c.seed+uint64(s)*31)%37 == 0 && d.urban < 0.8:
		d.kind, d.name = "zone_committee", name+"经济开发区"
		number = 401 + n.zones
		n.zones++
	case d.urban > 0.4 && n.offices < 99 || n.towns >= 100:
		d.kind, d.name = "street_office", name+"街道"
		number = 1 + n.offices
		n.offices++
	case d.urban > 0.1 || n.townships >= 200:
		d.kind, d.name = "town", name+"镇"
		number = 100 + n.towns
		n.towns++
	default:
		d.kind, d.name = "township", name+"乡"
		number = 200 + n.townships
		n.townships++
	}
	d.code = fmt.Sprintf("%s%03d000", prefix, number)
	committees, villages := 0, 0
	for i := d.first; i < d.last; i++ {
		o := &c.communities[i]
		name := word(commonWords, c.seed^mix(uint64(s)<<20), int(i-d.first))
		if d.kind != "street_office" && o.urban < 0.35 {
			o.kind, o.name, o.code = "village_committee", name+"村", fmt.Sprintf("%s%03d", d.code[:9], 200+villages)
			villages++
			continue
		}
		committees++
		o.kind, o.name, o.code = "residents_committee", name+"社区", fmt.Sprintf("%s%03d", d.code[:9], committees)
	}
}

// urbanRuralClass returns the class of DOMAIN 6.5.
func (c *City) urbanRuralClass(d division) string {
	town := c.streets[d.parent].kind != "street_office"
	switch {
	case d.kind == "village_committee":
		return "220"
	case town && d.urban > 0.35:
		return "121"
	case town:
		return "122"
	case d.urban > 0.6:
		return "111"
	}
	return "112"
}

// gridCode returns the code of a base grid.
func (c *City) gridCode(g int32) string {
	d := c.communities[c.community[g]]
	return fmt.Sprintf("%s%03d", d.code, g-d.first+1)
}

// countyOf returns the county of a community.
func (c *City) countyOf(community int32) division {
	return c.counties[c.streets[c.communities[community].parent].parent]
}
