package intake

import (
	"testing"

	"github.com/wangge/wangge/grid"
)

func TestFieldNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ layer, column, want string }{
		{"hazards", "隐患编号", "code"},
		{"hazards", "隐患名称", "name"},
		{"hazards", "隐患类型", "hazard_kind"},
		{"hazards", "等级", "level"},
		{"hazards", "发现日期", "found_at"},
		{"hazards", "经度", "lon"},
		{"hazards", "Found At", "found_at"},
		{"hazards", "隐患", ""},
		{"hazards", "", ""},
		{"hazards", "备注", ""},
		{"hazards", "外部编号", ""},
		{"hazards", "external_refs", "external_refs"},
		{"key_sites", "重点场所名称", "name"},
		{"key_sites", "隐患名称", ""},
		{"base_grids", "网格代码", "code"},
		{"base_grids", "网格名称", "name"},
		{"workers", "经度", ""},
		{"divisions", "街道编码", ""},
		{"divisions", "街道名称", ""},
		{"divisions", "社区名称", ""},
		{"divisions", "编号", "code"},
	} {
		layer, known := grid.LayerByName(c.layer)
		if !known {
			t.Fatalf("no layer %s", c.layer)
		}
		if got := fieldNamed(c.column, layer); got != c.want {
			t.Errorf("%s of %s: got %q, want %q", c.column, c.layer, got, c.want)
		}
	}
}

// Every field but objects is found by what it is called, in both languages.
func TestFieldNamedByLabel(t *testing.T) {
	t.Parallel()
	for i := range grid.Layers {
		layer := &grid.Layers[i]
		for _, f := range layer.Fields {
			for _, label := range []string{f.Label().ZH, f.Label().EN} {
				if got := fieldNamed(label, layer); label != "" && f.Type != grid.Object && got != f.Name {
					t.Errorf("%q of %s is %q, want %q", label, layer.Name, got, f.Name)
				}
			}
		}
	}
}
