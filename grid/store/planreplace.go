package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

// ReplacePlan makes whole counties of a plan of kind import what files give, as one change of the draft: grids and void areas of the
// same kind and code stay the same ones with another boundary, the rest are new or removed. imports are the files, of layers base_grids,
// dedicated_grids and void_areas, with counts that add up (L6). It is what a county with an unproven edition takes, and the only thing.
// Whether the result tiles is for CheckPlan.
func (s *Store) ReplacePlan(ctx context.Context, city *edition.City, actor grid.Actor, code string, version int, imports []*Import, editions []NewEdition) (PlanEdit, error) {
	if err := checkCounts(imports, editions); err != nil {
		return PlanEdit{}, err
	}
	names := make([]string, len(imports))
	for i, imp := range imports {
		names[i] = imp.FileName
	}
	ch := grid.Change{Op: grid.OpImport, Note: strings.Join(names, ", ")}
	return s.changeDraft(ctx, city, actor, code, version, ch, func(a *planAct, draft *edition.Draft) (*edition.Draft, grid.ChangeResult, error) {
		parts, err := a.replacement(editions)
		if err != nil {
			return nil, grid.ChangeResult{}, err
		}
		next, result, err := draft.Replace(parts)
		if err != nil {
			return nil, result, err
		}
		if err := a.checkNew(ctx, result.Parts); err != nil {
			return nil, result, err
		}
		for _, imp := range imports {
			if err := imp.begin(ctx, a.tx); err != nil {
				return nil, result, err
			}
			if err := imp.finish(ctx, a.tx, imp.Stored); err != nil {
				return nil, result, err
			}
		}
		return next, result, nil
	})
}

// replacement returns the parts of the counties as the editions have them, and as removed ones those that they do not have.
func (a *planAct) replacement(editions []NewEdition) ([]grid.PlanPart, error) {
	if a.plan.Kind != grid.ImportPlan {
		return nil, fmt.Errorf("plan %s is of kind %s: whole counties are brought in by one of kind import: %w", a.plan.Code, a.plan.Kind, grid.ErrConflict)
	}
	var parts []grid.PlanPart
	given := map[string]bool{} // by kind and code
	counties := make([]string, len(editions))
	for i := range editions {
		e := &editions[i]
		counties[i] = e.CountyCode
		if !slices.Contains(a.plan.Counties, e.CountyCode) {
			return nil, &grid.RuleError{Rule: "counties", Field: "county_code", Detail: fmt.Sprintf("the file has grids of %s, the plan is of %s", e.CountyCode, strings.Join(a.plan.Counties, ", "))}
		}
		if len(e.Divisions) > 0 {
			return nil, &grid.RuleError{Rule: "divisions", Detail: "a plan makes no divisions: import the communities that the grids are in first"}
		}
		for _, part := range partsOfEdition(e) {
			if given[part.Kind+part.Code] {
				return nil, &grid.RuleError{Rule: "QC-11", Field: "code", Detail: fmt.Sprintf("%s is the code of two parts", part.Code)}
			}
			given[part.Kind+part.Code] = true
			parts = append(parts, part)
		}
	}
	for _, old := range a.standing(counties) {
		if !given[old.Kind+old.Code] {
			given[old.Kind+old.Code] = true
			parts = append(parts, grid.PlanPart{Kind: old.Kind, Code: old.Code, Removed: true})
		}
	}
	return parts, nil
}

func partsOfEdition(e *NewEdition) []grid.PlanPart {
	var parts []grid.PlanPart
	for kind, grids := range map[string][]grid.Grid{grid.Base: e.Base, grid.Dedicated: e.Dedicated} {
		for _, g := range grids {
			g.Kind, g.CountyCode = kind, e.CountyCode
			parts = append(parts, grid.PlanPart{Kind: kind, Code: g.Code, Grid: &g})
		}
	}
	for _, v := range e.Voids {
		v.CountyCode = e.CountyCode
		parts = append(parts, grid.PlanPart{Kind: grid.Void, Code: v.Code, Void: &v})
	}
	return parts
}

// standing returns what there is in the counties so far, in the editions in force or by changes of the draft.
func (a *planAct) standing(counties []string) []grid.PlanPart {
	var parts []grid.PlanPart
	for _, county := range counties {
		e := a.city.Edition(county)
		for _, grids := range [][]grid.Grid{e.Base(), e.Dedicated()} {
			for i := range grids {
				parts = append(parts, grid.PlanPart{Kind: grids[i].Kind, Code: grids[i].Code})
			}
		}
		for _, v := range e.Voids() {
			parts = append(parts, grid.PlanPart{Kind: grid.Void, Code: v.Code})
		}
	}
	for i := range a.parts {
		if county, _ := newPlace(&a.parts[i]); slices.Contains(counties, county) {
			parts = append(parts, a.parts[i])
		}
	}
	return parts
}
