package geo_test

import (
	"errors"
	"fmt"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo"
)

func ExampleFromOrb() {
	bowTie := orb.Polygon{{{120.30, 31.50}, {120.31, 31.51}, {120.31, 31.50}, {120.30, 31.51}, {120.30, 31.50}}}
	_, err := geo.FromOrb(bowTie)
	var invalid *geo.InvalidError
	if errors.As(err, &invalid) {
		fmt.Println(invalid.Rule)
		fmt.Printf("[%.4f, %.4f]\n", invalid.At[0], invalid.At[1])
	}
	// Output:
	// ring_crosses_itself
	// [120.3050, 31.5050]
}

func ExampleAreaM2() {
	block := orb.Polygon{{{120.30, 31.50}, {120.31, 31.50}, {120.31, 31.51}, {120.30, 31.51}, {120.30, 31.50}}}
	m, err := geo.FromOrb(block)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.1f m², %.2f m around\n", geo.AreaM2(m), geo.PerimeterM(m))
	// Output: 1053312.4 m², 4117.51 m around
}

func ExampleLocate() {
	m := geo.MultiPolygon{{{{X: 0, Y: 0}, {X: 100, Y: 0}, {X: 0, Y: 100}}}}
	fmt.Println(geo.Locate(m, geo.Point{X: 10, Y: 10}))
	fmt.Println(geo.Locate(m, geo.Point{X: 50, Y: 50}))
	fmt.Println(geo.Locate(m, geo.Point{X: 51, Y: 50}))
	// Output:
	// inside
	// border
	// outside
}

func ExampleOverlapArea() {
	a := geo.MultiPolygon{{{{X: 0, Y: 0}, {X: 10, Y: 0}, {X: 10, Y: 10}, {X: 0, Y: 10}}}}
	b := geo.MultiPolygon{{{{X: 5, Y: 0}, {X: 15, Y: 0}, {X: 15, Y: 5}, {X: 5, Y: 5}}}}
	fmt.Println(geo.OverlapArea(a, b) / geo.PlanarArea(b))
	// Output: 0.5
}
