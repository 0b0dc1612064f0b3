package main

import (
	"context"
	"net/url"
	"strconv"
	"strings"
)

// searchCmd finds things as the search box of the page does.
type searchCmd struct {
	Text     []string `arg:"" help:"A part of a code, name or address; several have all to match."`
	Limit    int      `help:"How many at most, up to 50." default:"10"`
	Types    []string `help:"Of these types only: division, grid, place, household_point, road, building …"`
	Division string   `help:"Within the division of that code."`
}

// Help shows what can be searched for.
func (searchCmd) Help() string {
	return `Examples:
  wangge search 文坊                        whatever is called so
  wangge search 文坊 养老院                 both have to match
  wangge search 320211 --types grid         grids by their code
  wangge search 12号 --types place --division 320211001000`
}

// Run loads what is searched and prints what GET /v1/search answers to the operator.
func (c *searchCmd) Run(ctx context.Context, all *cli) error {
	a, err := all.ask(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.live.RefreshSearch(ctx); err != nil {
		return err
	}
	q := url.Values{"q": {strings.Join(c.Text, " ")}, "limit": {strconv.Itoa(c.Limit)}}
	if len(c.Types) > 0 {
		q.Set("types", strings.Join(c.Types, ","))
	}
	if c.Division != "" {
		q.Set("division", c.Division)
	}
	got, err := a.get(ctx, "/v1/search?"+q.Encode())
	if err != nil {
		return err
	}
	return show(got.body)
}
