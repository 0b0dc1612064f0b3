package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/wangge/wangge/grid/coverage"
)

type checkCmd struct {
	Output string `help:"text or json." enum:"text,json" default:"text"`
	Most   int    `help:"How many findings of each kind to print, the largest first." default:"20"`
}

// Run proves laws L1 to L3 and fails when one is broken.
func (c *checkCmd) Run(ctx context.Context, all *cli) error {
	s, err := all.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	progress := newProgress("checking")
	proof, err := coverage.Prove(ctx, s, progress.step)
	progress.done()
	if err != nil {
		return err
	}
	if c.Output == "json" {
		out := json.NewEncoder(os.Stdout)
		out.SetEscapeHTML(false)
		if err := out.Encode(proof); err != nil {
			return err
		}
	} else {
		fmt.Print(proof.Text(c.Most))
	}
	if !proof.Holds() {
		return errSaid
	}
	return nil
}
