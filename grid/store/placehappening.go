package store

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/wangge/wangge/grid"
)

// placeHappened tells of a place that was created or changed, to whoever may read it where it was or is.
func placeHappened(ctx context.Context, tx DB, action string, before *grid.Place, after *grid.Place) error {
	data, err := json.Marshal(map[string]any{"kind": after.Kind, "state": after.State, "version": after.Version})
	if err != nil {
		return err
	}
	areas := []string{lowestDivision(after.Assignment)}
	if before != nil && lowestDivision(before.Assignment) != areas[0] {
		areas = append(areas, lowestDivision(before.Assignment))
	}
	areas = slices.DeleteFunc(areas, func(code string) bool { return code == "" })
	return happened(ctx, tx, grid.Happening{Topic: grid.TopicPlace, Action: action, Code: after.Code, Areas: areas, Data: data})
}

// lowestDivision returns the code of the lowest division that an assignment names, "" outside every county.
func lowestDivision(a grid.Assignment) string {
	if a.CommunityCode != "" {
		return a.CommunityCode
	}
	return a.CountyCode
}
