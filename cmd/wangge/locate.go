package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/api"
	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid/live"
)

type locateCmd struct {
	Lon float64 `help:"Longitude in degrees." required:""`
	Lat float64 `help:"Latitude in degrees." required:""`
	CRS string  `help:"wgs84, cgcs2000, gcj02 or bd09." default:"wgs84"`
}

// Run prints the answer that GET /v1/locate gives.
func (c *locateCmd) Run(ctx context.Context, all *cli) error {
	if c.Lat < -90 || c.Lat > 90 {
		return fmt.Errorf("--lat is to be a number from -90 to 90; lon and lat look swapped")
	}
	system, err := crs.Parse(c.CRS)
	if err != nil {
		return err
	}
	s, err := all.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	city, err := live.Open(ctx, s)
	if err != nil {
		return err
	}
	answer, err := api.Locate(city.Now(), system.ToWGS84(orb.Point{c.Lon, c.Lat}), time.Now())
	if err != nil {
		return fmt.Errorf("nobody serves %g, %g: %w", c.Lon, c.Lat, err)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	return out.Encode(answer)
}
