package synth

import (
	"fmt"

	"github.com/wangge/wangge/grid"
)

// bodyOf the city and of each county, by department.
type body struct{ department, name string }

var (
	cityDepartments = []body{
		{"public_security", "公安局"},
		{"urban_management", "城市管理局"},
		{"municipal_gardens", "市政和园林局"},
		{"emergency", "应急管理局"},
		{"housing_construction", "住房和城乡建设局"},
		{"transport", "交通运输局"},
		{"market_supervision", "市场监督管理局"},
		{"health", "卫生健康委员会"},
		{"education", "教育局"},
		{"culture_tourism", "文化广电和旅游局"},
		{"civil_affairs", "民政局"},
		{"justice", "司法局"},
		{"ecology", "生态环境局"},
		{"fire_rescue", "消防救援支队"},
		{"postal", "邮政管理局"},
		{"industry_it", "工业和信息化局"},
		{"commerce", "商务局"},
		{"natural_resources", "自然资源和规划局"},
	}
	countyDepartments = []body{
		{"public_security", "公安分局"},
		{"urban_management", "城市管理局"},
		{"emergency", "应急管理局"},
		{"housing_construction", "住房和城乡建设局"},
		{"market_supervision", "市场监督管理局"},
		{"fire_rescue", "消防救援大队"},
		{"health", "卫生健康局"},
		{"education", "教育局"},
	}
)

// propertyCompanies is their number in a street.
const propertyCompanies = 2

func departmentCode(division, department string) string { return division + "-" + department }

func agencyCode(division string) string { return division + "-grid_agency" }

func (c *City) streetOfficeCode(street int32) string { return c.streets[street].code + "-office" }

func committeeCode(d division) string { return d.code + "-committee" }

func propertyCode(street division, k int) string {
	return fmt.Sprintf("%s-property-%d", street.code, k+1)
}

// phone returns a number that cannot be dialled.
func phone(k uint64) string { return fmt.Sprintf("000-%04d-%04d", k/10_000%10_000, k%10_000) }

// organizations yields each body after the one that it belongs to.
func (c *City) organizations(yield func(grid.Record) bool) {
	n := uint64(0)
	put := func(code, name, kind, level, division, parent, department string) bool {
		n++
		fields := map[string]any{
			"code": code, "name": name, "kind": kind, "level": level, "division_code": division,
			"public_phone": phone(90_000_000 + n), "is_public": kind != "enterprise",
		}
		if parent != "" {
			fields["parent_code"] = parent
		}
		if department != "" {
			fields["department"] = department
		}
		return yield(record(nil, fields))
	}
	ok := c.upperBodies(put)
	for s := 0; ok && s < len(c.streets); s++ {
		ok = c.streetBodies(int32(s), put)
	}
	for i := 0; ok && i < len(c.dedicated); i++ {
		d := c.dedicated[i]
		ok = put(c.hostCode(d), d.name, d.kind.host, grid.LevelCommunity, c.communities[d.home].code, "", d.kind.department)
	}
}

type putBody func(code, name, kind, level, division, parent, department string) bool

func (c *City) upperBodies(put putBody) bool {
	government := CityCode + "-government"
	ok := put(government, c.Name()+"人民政府", "government", grid.LevelCity, CityCode, "", "") &&
		put(agencyCode(CityCode), c.Name()+"网格化服务管理中心", "grid_agency", grid.LevelCity, CityCode, government, "") &&
		put(CityCode+"-command", c.Name()+"城市运行指挥中心", "command_center", grid.LevelCity, CityCode, government, "")
	for _, b := range cityDepartments {
		ok = ok && put(departmentCode(CityCode, b.department), c.Name()+b.name, "department", grid.LevelCity, CityCode, government, b.department)
	}
	for _, d := range c.counties {
		own := d.code + "-government"
		ok = ok && put(own, d.name+"人民政府", "government", grid.LevelCounty, d.code, government, "") &&
			put(agencyCode(d.code), d.name+"网格化服务管理中心", "grid_agency", grid.LevelCounty, d.code, agencyCode(CityCode), "") &&
			put(d.code+"-governance", d.name+"综治中心", "governance_center", grid.LevelCounty, d.code, own, "")
		for _, b := range countyDepartments {
			ok = ok && put(departmentCode(d.code, b.department), d.name+b.name, "department", grid.LevelCounty, d.code, departmentCode(CityCode, b.department), b.department)
		}
	}
	return ok
}

func (c *City) streetBodies(s int32, put putBody) bool {
	d := c.streets[s]
	office := c.streetOfficeCode(s)
	kind, name := "street_office", d.name+"办事处"
	switch d.kind {
	case "zone_committee":
		kind, name = "zone_committee", d.name+"管理委员会"
	case "town", "township":
		kind, name = "government", d.name+"人民政府"
	}
	county := c.counties[d.parent].code
	ok := put(office, name, kind, grid.LevelStreet, d.code, county+"-government", "") &&
		put(d.code+"-governance", d.name+"综治中心", "governance_center", grid.LevelStreet, d.code, county+"-governance", "")
	for k := range propertyCompanies {
		name := word(commonWords, c.seed^mix(uint64(s)), 40+k) + "物业服务有限公司"
		ok = ok && put(propertyCode(d, k), name, "property_company", grid.LevelStreet, d.code, "", "")
	}
	for i := d.first; ok && i < d.last; i++ {
		o := c.communities[i]
		suffix := "居民委员会"
		if o.kind == "village_committee" {
			suffix = "村民委员会"
		}
		ok = put(committeeCode(o), o.name+suffix, "committee", grid.LevelCommunity, o.code, office, "")
	}
	return ok
}
