package api_test

import (
	"fmt"
	"testing"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/geo/crs"
)

// where returns the query for a place in units.
func where(x, y float64) string {
	lon, lat := at(x, y)
	return fmt.Sprintf("/v1/locate?lon=%g&lat=%g", lon, lat)
}

func TestLocate(t *testing.T) {
	t.Parallel()
	s := serve(t)
	lon, lat := at(0.5, 0.5)
	gcj := crs.GCJ02.FromWGS84(orb.Point{lon, lat})
	s.all(t, []exchange{
		{name: "BR-21 inside a grid", target: where(0.5, 0.5)},
		{name: "BR-14 dedicated over base", target: where(1.6, 0.3)},
		{name: "BR-16 dedicated without a post", target: where(1.2, 0.7)},
		{name: "BR-22 on a border", target: where(1, 0.5)},
		{name: "BR-22 on the border of two counties", target: where(2, 0.5)},
		{name: "BR-23 near a border", target: where(0.95, 0.5)},
		{name: "BR-23 near by stated accuracy", target: where(0.5, 0.5) + "&accuracy_m=60"},
		{name: "BR-25 nearest grid", target: where(3, 1.2)},
		{name: "BR-25 beyond the nearest grid", target: where(3, 1.9)},
		{name: "BR-26 void area", target: where(0.5, 1.5)},
		{name: "BR-26 outside", target: where(-10, 0)},
		{name: "boundary ref", target: where(0.5, 0.5) + "&boundary=ref"},
		{name: "boundary geojson", target: where(1.6, 0.3) + "&boundary=geojson"},
		{name: "layer base", target: where(1.6, 0.3) + "&layer=base"},
		{name: "layer dedicated", target: where(1.6, 0.3) + "&layer=dedicated"},
		{name: "crs gcj02", target: fmt.Sprintf("/v1/locate?lon=%g&lat=%g&crs=gcj02", gcj[0], gcj[1])},

		{name: "lon missing", target: "/v1/locate?lat=31.5"},
		{name: "lat missing", target: "/v1/locate?lon=120.3"},
		{name: "lon empty", target: "/v1/locate?lon=&lat=31.5"},
		{name: "lon NaN", target: "/v1/locate?lon=NaN&lat=31.5"},
		{name: "lon infinite", target: "/v1/locate?lon=Inf&lat=31.5"},
		{name: "lon hexadecimal", target: "/v1/locate?lon=0x78p0&lat=31.5"},
		{name: "lon in degrees and minutes", target: "/v1/locate?lon=120°18′&lat=31.5"},
		{name: "lat off the globe", target: "/v1/locate?lon=120.3&lat=91"},
		{name: "lon and lat swapped", target: "/v1/locate?lon=31.5&lat=120.3"},
		{name: "swapped on the globe", target: "/v1/locate?lon=38.9&lat=-77.03"},
		{name: "crs unknown", target: where(0.5, 0.5) + "&crs=epsg3857"},
		{name: "layer unknown", target: where(0.5, 0.5) + "&layer=micro"},
		{name: "accuracy negative", target: where(0.5, 0.5) + "&accuracy_m=-1"},
		{name: "parameter unknown", target: where(0.5, 0.5) + "&lng=120"},
		{name: "parameter repeated", target: where(0.5, 0.5) + "&lon=120"},
		{name: "query not encoded", target: "/v1/locate?lon=%zz&lat=31.5"},
	})
}
