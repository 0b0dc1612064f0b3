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
	Kind string  `help:"Kind of incident, which may make the base grid responsible inside a dedicated one: its code."`

	Accuracy float64 `help:"How sure the position is, in metres: widens what counts as near a border."`
	Radius   float64 `help:"Ask about the disc of this radius in metres, up to 5000, around the point: tells the share of each grid."`
	Layer    string  `help:"all, base or dedicated; or the code of a network, for its unit there."`
	All      bool    `help:"Everybody: with the unit of every network."`

	AsOf string `help:"At this instant or day, as 2026-12-01T00:00:00+08:00 or 2026-12-01: the editions then in force, or with what has been decided until then."`
	Plan string `help:"As if this plan were in force: its code."`
}

// Run prints the answer that GET /v1/locate gives, or with --all GET /v1/locate/all: who is responsible, and whom to contact.
func (c *locateCmd) Run(ctx context.Context, all *cli) error {
	q := url.Values{
		"lon": {strconv.FormatFloat(c.Lon, 'f', -1, 64)}, "lat": {strconv.FormatFloat(c.Lat, 'f', -1, 64)}, "crs": {c.CRS},
	}
	for name, value := range map[string]string{"as_of": c.AsOf, "plan": c.Plan, "kind": c.Kind, "layer": c.Layer} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, value := range map[string]float64{"accuracy_m": c.Accuracy, "radius_m": c.Radius} {
		if value != 0 {
			q.Set(name, strconv.FormatFloat(value, 'f', -1, 64))
		}
	}
	path := "/v1/locate?"
	if c.All {
		path = "/v1/locate/all?"
	}
	return readPath(ctx, all, path+q.Encode())
}
