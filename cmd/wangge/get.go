package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"
)

// getCmd reads what the API can answer and no other command shows.
type getCmd struct {
	Path string `arg:"" help:"Path and parameters, as GET takes them."`
}

// Help shows what can be looked up.
func (getCmd) Help() string {
	return `Examples:
  wangge get '/v1/divisions?level=county'               counties; parent=CODE for what is below one
  wangge get '/v1/grids?division=320211000000'          grids of a county, street or community
  wangge get '/v1/workers?division=320211000000'        the workers on them, with their codes
  wangge get '/v1/organizations?kind=institution'       who can host a dedicated grid
  wangge get '/v1/codes'                                kinds and reasons
  wangge get '/openapi.json'                            everything else that there is`
}

// Run prints what GET answers to the operator: JSON indented, anything else as it comes.
func (c *getCmd) Run(ctx context.Context, all *cli) error {
	if _, err := url.ParseRequestURI(c.Path); err != nil || !strings.HasPrefix(c.Path, "/") || strings.ContainsAny(c.Path, " \t\r\n") {
		return fmt.Errorf("%q is not a path: write it as '/v1/divisions?level=county', with spaces as %%20", c.Path)
	}
	a, err := all.ask(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	got, err := a.get(ctx, c.Path)
	if err != nil {
		return err
	}
	if json.Valid(got.body) {
		return show(got.body)
	}
	_, err = os.Stdout.Write(got.body)
	return err
}
