package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/wangge/wangge/grid"
)

// editionHappened tells that an edition is in force.
func editionHappened(ctx context.Context, tx DB, e *nextEdition) error {
	h := grid.Happening{Topic: grid.TopicEdition, Action: "import", Code: e.county, Areas: []string{e.county}}
	if e.planID != 0 {
		h.Action = "publish"
	}
	return tell(ctx, tx, h, map[string]any{"edition": e.number, "in_force_from": e.at.UTC().Format(time.RFC3339Nano)})
}

// planHappened tells of an act that has brought a plan to another state.
func planHappened(ctx context.Context, tx DB, act string, before grid.PlanState, p *grid.Plan) error {
	if before == p.State {
		return nil
	}
	h := grid.Happening{Topic: grid.TopicPlan, Action: act, Code: p.Code, Areas: p.Counties}
	return tell(ctx, tx, h, map[string]any{"from_state": before, "state": p.State, "kind": p.Kind, "version": p.Version})
}

// importHappened tells of an import, and of the places that it has brought to each county. Which counties those are is known of rows that
// are located; what else is imported concerns the whole city.
func importHappened(ctx context.Context, tx DB, imp *Import) error {
	counties := slices.Sorted(maps.Keys(imp.counties))
	counts := map[string]any{"import": imp.ID, "rows_read": imp.RowsRead, "stored": imp.Stored, "rejected": imp.Rejected, "unassigned": imp.Unassigned}
	err := tell(ctx, tx, grid.Happening{Topic: grid.TopicImport, Action: "import", Code: imp.Layer, Areas: counties}, counts)
	if err != nil || !isPlaceLayer(imp.Layer) {
		return err
	}
	for _, county := range counties {
		h := grid.Happening{Topic: grid.TopicPlace, Action: "import", Code: county, Areas: []string{county}}
		if err := tell(ctx, tx, h, map[string]any{"layer": imp.Layer, "stored": imp.counties[county]}); err != nil {
			return err
		}
	}
	return nil
}

func isPlaceLayer(name string) bool {
	layer, ok := grid.LayerByName(name)
	return ok && layer.Kind != ""
}

// bring counts a located row of an import.
func (imp *Import) bring(a grid.Assignment) {
	if a.CountyCode == "" {
		return
	}
	if imp.counties == nil {
		imp.counties = map[string]int64{}
	}
	imp.counties[a.CountyCode]++
}

func tell(ctx context.Context, tx DB, h grid.Happening, data map[string]any) error {
	var err error
	if h.Data, err = json.Marshal(data); err != nil {
		return fmt.Errorf("%s %s: %w", h.Topic, h.Code, err)
	}
	return happened(ctx, tx, h)
}
