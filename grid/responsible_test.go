package grid_test

import (
	"testing"

	"github.com/wangge/wangge/grid"
)

// TestBR14Responsible goes through who answers first.
func TestBR14Responsible(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name              string
		base, dedicated   string
		baseFirst, posted bool
		want, why         string
	}{
		{"no grid", "", "", false, true, "", ""},
		{"a base grid", "b", "", true, false, "b", ""},
		{"BR-14: both", "b", "d", false, true, "d", ""},
		{"BR-15: both, of a kind that is the base grid's", "b", "d", true, true, "b", grid.BaseByKind},
		{"BR-15: only a dedicated one", "", "d", true, true, "d", ""},
		{"BR-16: both, nobody posted", "b", "d", false, false, "b", grid.DedicatedWithoutPost},
		{"BR-16: only a dedicated one, nobody posted", "", "d", false, false, "", grid.DedicatedWithoutPost},
	} {
		first, why := grid.Responsible(test.base, test.dedicated, test.baseFirst, func(g string) bool { return test.posted && g == test.dedicated })
		if first != test.want || why != test.why {
			t.Errorf("%s: %q %q, want %q %q", test.name, first, why, test.want, test.why)
		}
	}
}
