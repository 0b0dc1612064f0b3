package main

import (
	"context"
	"net/url"
	"strconv"
)

type locateCmd struct {
	Lon  float64 `help:"Longitude in degrees." required:""`
	Lat  float64 `help:"Latitude in degrees." required:""`
	CRS  string  `help:"wgs84, cgcs2000, gcj02 or bd09." default:"wgs84"`
	AsOf string  `help:"At this instant or day, as 2026-12-01T00:00:00+08:00 or 2026-12-01: the editions then in force, or with what has been decided until then."`
	Plan string  `help:"As if this plan were in force: its code."`
}

// Run prints the answer that GET /v1/locate gives.
func (c *locateCmd) Run(ctx context.Context, all *cli) error {
	q := url.Values{
		"lon": {strconv.FormatFloat(c.Lon, 'f', -1, 64)}, "lat": {strconv.FormatFloat(c.Lat, 'f', -1, 64)}, "crs": {c.CRS},
	}
	for name, value := range map[string]string{"as_of": c.AsOf, "plan": c.Plan} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return readPath(ctx, all, "/v1/locate?"+q.Encode())
}
