package main

import (
	"context"
	"net/url"
)

// dutyCmd says whom to contact about a grid.
type dutyCmd struct {
	Grid string `arg:"" help:"Code of a base or dedicated grid."`
	AsOf string `help:"At this instant or day, as 2026-12-01T08:00:00+08:00 or 2026-12-01."`
}

// Run prints what GET /v1/grids/GRID/contact answers: who is on duty and the chain to contact.
func (c *dutyCmd) Run(ctx context.Context, all *cli) error {
	path := "/v1/grids/" + url.PathEscape(c.Grid) + "/contact"
	if c.AsOf != "" {
		path += "?" + url.Values{"as_of": {c.AsOf}}.Encode()
	}
	return readPath(ctx, all, path)
}
