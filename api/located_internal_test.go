package api

import (
	"testing"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
	"github.com/wangge/wangge/grid/live"
)

// TestAhead: an assignment of an edition or a grid that the state does not have asks for a newer state.
func TestAhead(t *testing.T) {
	t.Parallel()
	const county = "320211000000"
	e, err := edition.New(edition.Contents{Info: grid.EditionInfo{CountyCode: county, Number: 3}})
	if err != nil {
		t.Fatal(err)
	}
	outline := orb.MultiPolygon{{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}}
	c, err := edition.NewCity([]grid.Division{{Code: county, Level: grid.LevelCounty, CountyCode: county, Outline: outline}}, []*edition.Edition{e}, grid.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	state := &live.State{City: c}
	for _, test := range []struct {
		assigned grid.Assignment
		want     bool
	}{
		{grid.Assignment{}, false},
		{grid.Assignment{CountyCode: county, Edition: 2}, false},
		{grid.Assignment{CountyCode: county, Edition: 3}, false},
		{grid.Assignment{CountyCode: county, Edition: 4}, true},
		{grid.Assignment{CountyCode: "320214000000", Edition: 1}, true},
		{grid.Assignment{CountyCode: "320214000000"}, false},
		{grid.Assignment{CountyCode: county, Edition: 3, BaseGridID: 7}, true},
		{grid.Assignment{CountyCode: county, Edition: 3, DedicatedID: 7}, true},
	} {
		if got := ahead(state, test.assigned); got != test.want {
			t.Errorf("%+v: got %v, want %v", test.assigned, got, test.want)
		}
	}
}
