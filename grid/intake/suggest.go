package intake

import (
	"slices"
	"strings"

	"github.com/wangge/wangge/grid"
)

// layerWords are words in the names of files, sheets and tables that tell a layer, besides the layers' own names; longer ones first.
var layerWords = []struct{ word, layer string }{
	{"基础网格", "base_grids"},
	{"专属网格", "dedicated_grids"},
	{"空白区", "void_areas"},
	{"无网格区", "void_areas"},
	{"行政区划", "divisions"},
	{"组织机构", "organizations"},
	{"网格员", "workers"},
	{"值班", "duty"},
	{"任职", "posts"},
	{"住户", "household_points"},
	{"小区户数", "household_points"},
	{"重大危险源", "hazard_sources"},
	{"危险源", "hazard_sources"},
	{"隐患", "hazards"},
	{"危险区", "danger_zones"},
	{"出租", "rental_premises"},
	{"重点场所", "key_sites"},
	{"避难", "shelters"},
	{"避险", "shelters"},
	{"应急点", "response_points"},
	{"事件", "incidents"},
	{"工单", "incidents"},
	{"道路", "roads"},
	{"铁路", "railways"},
	{"河流", "rivers"},
	{"水系", "waters"},
	{"建筑", "buildings"},
	{"绿地", "greens"},
	{"社区", "divisions"},
	{"街道", "divisions"},
	{"网格", "base_grids"},
}

// fieldWords are names that columns often have, besides the fields' own.
var fieldWords = map[string][]string{
	"code":                 {"编码", "代码", "编号", "网格编码", "网格编号", "区划代码", "工号", "id_code"},
	"name":                 {"名称", "姓名", "网格名称", "场所名称", "单位名称"},
	"address":              {"地址", "详细地址", "位置", "住址"},
	"community_code":       {"社区编码", "社区代码", "所属社区编码"},
	"parent_code":          {"上级编码", "上级代码"},
	"level":                {"级别", "层级", "等级"},
	"households":           {"户数", "住户数"},
	"residents":            {"人口", "人口数", "常住人口"},
	"buildings":            {"楼栋数", "建筑数"},
	"title":                {"标题", "事件标题", "主题"},
	"description":          {"描述", "内容", "事件描述"},
	"kind":                 {"类型", "类别"},
	"reported_at":          {"上报时间", "受理时间"},
	"occurred_at":          {"发生时间"},
	"found_at":             {"发现时间"},
	"work_phone":           {"工作电话", "办公电话"},
	"worker_code":          {"网格员编号", "人员编号"},
	"grid_code":            {"网格编码", "网格编号", "网格代码"},
	"capacity":             {"容量", "容纳人数"},
	"external_case_no":     {"案件编号", "工单编号"},
	"supervising_org_code": {"监管单位代码", "主管部门代码"},
	"managing_org_code":    {"管理单位代码"},
}

// suggest guesses which layer of the domain it is, and which fields its columns are.
func (l *Layer) suggest(file string) {
	l.Suggested = layerNamed(l.Name, l.Geometry)
	if l.Suggested == "" {
		l.Suggested = layerNamed(tableName(file), l.Geometry)
	}
	l.Map = map[string]string{}
	layer, _ := grid.LayerByName(l.Suggested)
	taken := map[string]bool{}
	for _, column := range l.Columns {
		if field := fieldNamed(column.Name, layer); field != "" && !taken[field] {
			l.Map[column.Name], taken[field] = field, true
		}
	}
}

// layerNamed returns the layer that a name tells and that may have such shapes, "" for none.
func layerNamed(name, geometry string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if layer, known := grid.LayerByName(strings.ReplaceAll(name, " ", "_")); known {
		return layer.Name
	}
	for _, w := range layerWords {
		layer, _ := grid.LayerByName(w.layer)
		if strings.Contains(name, w.word) && fits(layer.Shape, geometry) {
			return w.layer
		}
	}
	return ""
}

func fits(shape grid.Shape, geometry string) bool {
	switch {
	case shape == grid.NoShape:
		return geometry == "none" || geometry == "point"
	case shape == grid.AnyShape, geometry == "none":
		return true
	}
	return string(shape) == geometry
}

// fieldNamed returns the field of the layer, or of coordinates, that a column's name tells, "" for none. A layer of nil has the
// coordinates alone.
func fieldNamed(column string, layer *grid.Layer) string {
	name := strings.ToLower(strings.TrimSpace(column))
	if layer == nil || layer.Shape != grid.NoShape {
		for field, names := range map[string][]string{"lon": lonNames, "lat": latNames, "wkt": wktNames} {
			if oneOfNames(name, names) {
				return field
			}
		}
	}
	if layer == nil {
		return ""
	}
	for _, alike := range []func(word string) bool{
		func(word string) bool { return strings.EqualFold(word, name) },
		func(word string) bool { return word != "" && usualName(word, layer) == usualName(name, layer) },
	} {
		for _, f := range layer.Fields {
			if name != "" && slices.ContainsFunc(wordsOf(f), alike) {
				return f.Name
			}
		}
	}
	const dbfName = 10 // characters that a shapefile leaves of a name
	for _, f := range layer.Fields {
		if len(name) == dbfName && strings.HasPrefix(f.Name, name) {
			return f.Name
		}
	}
	return ""
}

// wordsOf returns what columns of a field are called. What a person calls an object is seldom one: a column of such a name has plain values.
func wordsOf(f grid.Field) []string {
	if f.Type == grid.Object {
		return []string{f.Name}
	}
	called := f.Label()
	return append([]string{f.Name, called.ZH, called.EN}, fieldWords[f.Name]...)
}

// sameWords are words that headers use for one another: the first is taken for the others.
var sameWords = strings.NewReplacer("代码", "编码", "编号", "编码", "类型", "类别", "种类", "类别", "日期", "时间", "等级", "级别")

// usualName returns a column's name without what only says which layer it is of (隐患编号 is 编码), in the words that are usual. A sheet of
// divisions may have columns of several levels (街道编码, 社区编码), of which nobody knows which is meant.
func usualName(name string, layer *grid.Layer) string {
	name = strings.ToLower(strings.TrimSpace(name))
	for _, w := range layerWords {
		if rest, is := strings.CutPrefix(name, w.word); is && w.layer == layer.Name && w.layer != "divisions" && rest != "" {
			name = rest
			break
		}
	}
	return sameWords.Replace(name)
}

func oneOfNames(name string, names []string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}
