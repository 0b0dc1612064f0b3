package features_test

import (
	"os"
	"testing"

	"github.com/wangge/wangge/geo/crs"
	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/features"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/intake"
	"github.com/wangge/wangge/grid/live"
	"github.com/wangge/wangge/grid/store"
	"github.com/wangge/wangge/grid/synth"
)

func TestMain(m *testing.M) { os.Exit(gridtest.Main(m)) }

var reader = grid.Actor{Name: "reader", Role: grid.RoleReader}

// town is a small synthetic city in a database.
type town struct {
	*features.Reader
	state *live.State
}

func newTown(t *testing.T) town {
	t.Helper()
	city, err := synth.New(synth.Config{Seed: 8, Grids: 60, Places: 1400, Incidents: 400})
	if err != nil {
		t.Fatal(err)
	}
	var sources []intake.Source
	for _, l := range grid.Layers {
		if l.Name == "household_points" || l.Name == "posts" || l.Name == "duty" || l.Name == "workers" {
			continue
		}
		records, err := city.Layer(l.Name)
		if err != nil {
			continue // a layer that synthetic cities do not have
		}
		sources = append(sources, intake.Source{Layer: l.Name, Name: l.Name, Records: records})
	}
	s := store.New(gridtest.Pool(t))
	_, err = intake.Run(t.Context(), intake.Config{
		Store: s, Actor: grid.Actor{Name: "test", Role: grid.RoleAdministrator}, CRS: crs.WGS84, Sources: sources,
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := live.Open(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return town{&features.Reader{Store: s}, l.Now()}
}

// read returns what the query chooses.
func (w town) read(t testing.TB, q features.Query) []grid.Feature {
	t.Helper()
	var all []grid.Feature
	err := w.Read(t.Context(), w.state, q, func(f grid.Feature) error {
		all = append(all, f)
		return nil
	})
	if err != nil {
		t.Fatalf("%s: %v", q.Collection.ID, err)
	}
	return all
}

func codes(all []grid.Feature) []string {
	list := make([]string, len(all))
	for i, f := range all {
		list[i] = f.Code
	}
	return list
}
