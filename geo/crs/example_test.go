package crs_test

import (
	"fmt"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo/crs"
)

func Example() {
	onBaiduMap := orb.Point{120.3211853, 31.4938497}
	sys, err := crs.Parse("bd09")
	if err != nil {
		fmt.Println(err)
		return
	}
	p := sys.ToWGS84(onBaiduMap)
	fmt.Printf("%.6f, %.6f\n", p[0], p[1])
	_, err = crs.Parse("GCJ")
	fmt.Println(err)
	// Output:
	// 120.310000, 31.490000
	// crs "GCJ" is not known: use wgs84, cgcs2000, gcj02 or bd09
}
