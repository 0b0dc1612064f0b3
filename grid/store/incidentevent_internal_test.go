package store

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
)

// TestToldOfWhatHasLeft: whoever may not read an incident any more hears that it has changed, and not where it is or what it is about now.
func TestToldOfWhatHasLeft(t *testing.T) {
	t.Parallel()
	before := grid.Incident{Code: "I1", Title: "before", Shape: orb.Point{120, 31}, UnitDivisions: []string{"s"}}
	before.Assignment.CommunityCode = "a"
	stays, moves := before, before
	stays.Title = "after"
	moves.Title, moves.Shape, moves.Assignment.CommunityCode = "after", orb.Point{121, 32}, "b"
	for _, test := range []struct {
		before *grid.Incident
		after  grid.Incident
		areas  []string
		told   bool // everything
	}{
		{nil, before, []string{"a", "s"}, true},
		{&before, stays, []string{"a", "s"}, true},
		{&before, moves, []string{"a", "b", "s"}, false},
	} {
		h, err := incidentHappening(test.before, &test.after, "change")
		if err != nil {
			t.Fatal(err)
		}
		var data map[string]any
		if err := json.Unmarshal(h.Data, &data); err != nil {
			t.Fatal(err)
		}
		_, where := data["lon"]
		_, what := data["title"]
		if !slices.Equal(h.Areas, test.areas) || data["code"] != "I1" || where != test.told || what != test.told {
			t.Errorf("%v are told %s", h.Areas, h.Data)
		}
	}
}
