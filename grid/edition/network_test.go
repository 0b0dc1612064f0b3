package edition_test

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/wangge/wangge/geo"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

func serviceUnit(code string, x, y, width, height int32) grid.ServiceUnit {
	area := geo.MultiPolygon{{{{X: x, Y: y}, {X: x + width, Y: y}, {X: x + width, Y: y + height}, {X: x, Y: y + height}}}}
	return grid.ServiceUnit{NetworkCode: "JW", ExternalCode: code, Name: "unit " + code, Boundary: area.Orb()}
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	n, err := edition.NewNetwork(grid.Network{Code: "JW"}, []grid.ServiceUnit{
		serviceUnit("c", 500, 0, 1000, 1000), serviceUnit("a", 1000, 0, 1000, 1000), serviceUnit("b", 0, 0, 1000, 1000),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name     string
		at       geo.Point
		want     []string
		onBorder bool
	}{
		{"in one unit", geo.Point{X: 250, Y: 500}, []string{"b"}, false},
		{"in two that overlap", geo.Point{X: 750, Y: 500}, []string{"b", "c"}, false},
		{"on the border of two, in a third", geo.Point{X: 1000, Y: 500}, []string{"a", "b", "c"}, true},
		{"on a border of one", geo.Point{X: 0, Y: 500}, []string{"b"}, true},
		{"in none", geo.Point{X: -1, Y: 500}, nil, false},
	} {
		units, onBorder := n.At(test.at)
		var got []string
		for _, u := range units {
			got = append(got, u.ExternalCode)
		}
		if !slices.Equal(got, test.want) || onBorder != test.onBorder {
			t.Errorf("%s: got %v, %v", test.name, got, onBorder)
		}
	}
	broken := serviceUnit("d", 0, 0, 10, 10)
	broken.Boundary[0][0] = broken.Boundary[0][0][:3]
	var invalid *geo.InvalidError
	if _, err := edition.NewNetwork(grid.Network{Code: "JW"}, []grid.ServiceUnit{broken}); !errors.As(err, &invalid) {
		t.Errorf("a unit with a ring that is not closed: %v", err)
	}
	none, err := edition.NewNetwork(grid.Network{Code: "XF"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if units, onBorder := none.At(geo.Point{}); units != nil || onBorder {
		t.Errorf("a network without units has %v", units)
	}
}

// TestNetworkIsWhatItsUnitsSay compares with each unit by itself.
func TestNetworkIsWhatItsUnitsSay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		side := rapid.Int32Range(1, 40)
		var units []grid.ServiceUnit
		for i := range rapid.IntRange(0, 12).Draw(t, "units") {
			units = append(units, serviceUnit(string(rune('a'+i)), side.Draw(t, "x"), side.Draw(t, "y"), side.Draw(t, "width"), side.Draw(t, "height")))
		}
		n, err := edition.NewNetwork(grid.Network{}, units)
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			p := geo.Point{X: side.Draw(t, "px") * 2, Y: side.Draw(t, "py") * 2}
			var want []string
			for _, u := range units {
				if b := must(geo.FromOrb(u.Boundary)).Box(); b.Contains(p) {
					want = append(want, u.ExternalCode)
				}
			}
			found, _ := n.At(p)
			var got []string
			for _, u := range found {
				got = append(got, u.ExternalCode)
			}
			if !slices.Equal(got, want) {
				t.Fatalf("at %v: %v, want %v", p, got, want)
			}
		}
	})
}
