package main

import (
	"context"
	"fmt"

	"github.com/wangge/wangge/grid/intake"
	"github.com/wangge/wangge/grid/store"
)

type planImportCmd struct {
	Code string `arg:"" help:"Code of a plan of kind import."`
	fileFlags
	County string `help:"The county that the files are of, where the plan is of several."`
}

// Run reads the files of one county and makes them the draft: grids of the same code stay the same with another boundary, the rest are
// new or end.
func (c *planImportCmd) Run(ctx context.Context, all *cli) error {
	sources, closeAll, err := c.open()
	defer closeAll()
	if err != nil {
		return err
	}
	s, err := all.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	plan, err := s.Plan(ctx, c.Code)
	if err != nil {
		return err
	}
	county := c.County
	if county == "" && len(plan.Counties) == 1 {
		county = plan.Counties[0]
	}
	city, err := s.City(ctx)
	if err != nil {
		return err
	}
	return c.read(s, sources, func(config intake.Config) (intake.Summary, error) {
		contents, err := intake.County(ctx, config, county)
		if err != nil {
			return contents.Summary, err
		}
		edit, err := s.ReplacePlan(ctx, city, config.Actor, c.Code, plan.Version, contents.Imports, []store.NewEdition{contents.Edition})
		if err != nil {
			return intake.Summary{}, err
		}
		codes := make([]string, len(edit.Parts))
		for i, part := range edit.Parts {
			codes[i] = part.Code
		}
		fmt.Printf("%s %s, version %d; change %d: %s\n", edit.Plan.Code, edit.Plan.State, edit.Plan.Version, edit.Seq, codeNames(codes))
		return contents.Summary, nil
	})
}
