package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestL3PreviewIsWhatHappens publishes one plan after another and compares what each has done, thing by thing, with what its impact said
// before.
func TestL3PreviewIsWhatHappens(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	pond := newDesk(t, s, town(t, s), planner) // what lies in it has no grid
	pond.edit(grid.Change{Op: grid.OpCarveVoid, Area: area(12.5, 12.5, 15, 15), Reason: "water"})
	pond.publish()
	scatter(t, s, pond.city)
	staff(t, s, southWest+"001", southWest+"002", southWest+"003", northEast+"001")
	for _, tt := range []struct {
		name    string
		changes []grid.Change
		same    bool // nothing changes hands
	}{
		{"rename", []grid.Change{{Op: grid.OpRename, Grid: southWest + "001", Name: "梅园"}}, true},
		{"shift", []grid.Change{{Op: grid.OpShift, Into: southWest + "001", Area: area(2, 0, 6, 4)}}, false},
		{"split", []grid.Change{{Op: grid.OpSplit, Grid: southWest + "004", Line: line([2]int32{6, 4}, [2]int32{6, 8})}}, false},
		{"merge", []grid.Change{{Op: grid.OpMerge, Grids: []string{northEast + "001", northEast + "002"}}}, false},
		{"campus", []grid.Change{{
			Op: grid.OpCreate, Kind: grid.Dedicated, Area: area(1, 9, 6, 14), Community: northWest, Name: "园区", DedicatedKind: "school",
			HostOrg: "ORG", PostWorker: "w" + southWest + "001",
		}}, false},
		{"void", []grid.Change{{Op: grid.OpCarveVoid, Area: area(9.2, 1.2, 9.8, 1.8), Reason: "water"}}, true},
		{"pond filled", []grid.Change{{Op: grid.OpFillVoid, Grid: northEast + "-V01", Into: northEast + "004"}}, false},
		{"transfer", []grid.Change{{Op: grid.OpTransfer, Grid: southWest + "002", Community: southEast}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, s, cityOf(t, s), planner)
			for _, ch := range tt.changes {
				d.edit(ch)
			}
			impact, err := s.PlanImpact(t.Context(), d.city, d.plan.Code)
			if err != nil {
				t.Fatal(err)
			}
			before := thingsOf(t, s)
			d.publish()
			after := thingsOf(t, s)
			checkAnswers(t, s)
			compareImpact(t, tx, impact, before, after)
			if changed := len(impact.Places)+len(impact.Incidents) > 0; changed == tt.same {
				t.Errorf("%d places and %d incidents change hands", len(impact.Places), len(impact.Incidents))
			}
			pastIsWhatWas(t, tx, d.plan, before, after)
		})
	}
}

func compareImpact(t *testing.T, db store.DB, impact grid.Impact, before, after things) {
	t.Helper()
	for table, list := range map[string][]grid.Handover{"place": impact.Places, "incident": impact.Incidents} {
		var said []grid.Handover
		kinds := map[string]int{}
		for _, h := range list {
			kinds[h.Kind]++
			h.Kind, h.Name = "", ""
			said = append(said, h)
		}
		slices.SortFunc(said, func(a, b grid.Handover) int { return compareCodes(a.Code, b.Code) })
		if diff := cmp.Diff(said, handedOver(t, db, table, before, after)); diff != "" {
			t.Errorf("%ss that change hands (-impact +published):\n%s", table, diff)
		}
		counted := impact.PlacesByKind
		if table == "incident" {
			counted = impact.IncidentsByKind
		}
		if len(kinds)+len(counted) > 0 && !cmp.Equal(kinds, counted) {
			t.Errorf("%ss by kind: listed %v, counted %v", table, kinds, counted)
		}
	}
	lost := 0
	for key, was := range before {
		if was.Table == "place" && was.Assignment.BaseGridID != 0 && after[key].Assignment.BaseGridID == 0 {
			lost++
		}
	}
	if lost != impact.LostPlaces {
		t.Errorf("%d places were lost, the impact said %d", lost, impact.LostPlaces)
	}
	if moved := len(handedOver(t, db, "household_point", before, after)); float64(moved) != impact.HouseholdsMoved || impact.HouseholdsEstimated {
		t.Errorf("%d households moved, the impact said %v (estimated %t)", moved, impact.HouseholdsMoved, impact.HouseholdsEstimated)
	}
}

// pastIsWhatWas compares past_assignment with what has changed, and only that.
func pastIsWhatWas(t *testing.T, db store.DB, plan grid.Plan, before, after things) {
	t.Helper()
	changed := 0
	for key, was := range before {
		is := after[key].Assignment
		if was.Closed && is != was.Assignment {
			t.Errorf("%s has ended and was given %+v after %+v", key, is, was.Assignment)
		}
		if is.Same(was.Assignment) {
			if is.Edition != was.Assignment.Edition {
				t.Errorf("%s is the same, and was written: %+v, %+v", key, was.Assignment, is)
			}
			continue
		}
		if changed++; is.Edition != 0 && is.Edition != plan.PublishedAs[0] {
			t.Errorf("%s was given an assignment of edition %d", key, is.Edition)
		}
	}
	past := count(t, db, `SELECT count(*) FROM past_assignment WHERE plan_id = $1 AND until_at = $2`, plan.ID, plan.PublishedAt)
	if past != changed {
		t.Errorf("%d assignments ended, %d are kept", changed, past)
	}
	odd := count(t, db, `
		SELECT count(*)
		FROM incident i
		LEFT JOIN past_assignment a ON a.thing = 'incident' AND a.thing_id = i.id AND a.plan_id = $1
		WHERE NOT i.handover_needed AND a.base_grid_id IS NOT NULL
		  AND (a.base_grid_id IS DISTINCT FROM i.base_grid_id OR a.dedicated_grid_id IS DISTINCT FROM i.dedicated_grid_id)
		   OR i.handover_needed AND i.state = 'closed'`, plan.ID)
	if odd > 0 {
		t.Errorf("%d incidents are not marked as they should be", odd)
	}
}

// TestL4EditionsStay publishes several plans and finds every earlier edition as it was.
func TestL4EditionsStay(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	town(t, s)
	type kept struct {
		number int
		base   []grid.Grid
		voids  []grid.VoidArea
		area   []grid.Division
	}
	var past []kept
	keep := func() {
		city := cityOf(t, s)
		e := city.Edition(countyCode)
		past = append(past, kept{e.Info().Number, e.Base(), e.Voids(), city.Divisions()})
	}
	keep()
	for _, ch := range []grid.Change{
		{Op: grid.OpTransfer, Grid: southWest + "002", Community: southEast}, // to another street: outlines follow
		{Op: grid.OpSplit, Grid: northWest + "001", Line: line([2]int32{2, 8}, [2]int32{2, 12})},
		{Op: grid.OpCarveVoid, Area: area(13, 13, 15, 15), Reason: "water"},
		{Op: grid.OpRename, Grid: southEast + "004", Name: "竹园"},
	} {
		d := newDesk(t, s, cityOf(t, s), planner)
		d.edit(ch)
		d.publish()
		d.state(grid.Effective)
		keep()
	}
	for i, k := range past {
		if k.number != i+1 {
			t.Fatalf("edition %d after %d plans", k.number, i)
		}
		city, err := s.CityOf(t.Context(), map[string]int{countyCode: k.number})
		if err != nil {
			t.Fatal(err)
		}
		e := city.Edition(countyCode)
		if diff := cmp.Diff(e.Base(), k.base); diff != "" {
			t.Errorf("base grids of edition %d (-now +then):\n%s", k.number, diff)
		}
		if diff := cmp.Diff(e.Voids(), k.voids); diff != "" {
			t.Errorf("void areas of edition %d (-now +then):\n%s", k.number, diff)
		}
		if diff := cmp.Diff(city.Divisions(), k.area); diff != "" {
			t.Errorf("divisions of edition %d (-now +then):\n%s", k.number, diff)
		}
		if faults := city.Faults(e); len(faults) > 0 {
			t.Errorf("edition %d does not tile: %v", k.number, faults)
		}
	}
	if cmp.Equal(past[0].area, past[1].area, cmp.Comparer(func(a, b grid.Division) bool { return a.AreaM2 == b.AreaM2 })) {
		t.Error("no outline has followed the border that was moved")
	}
	if n := count(t, tx, `SELECT count(*) FROM edition WHERE plan_id IS NOT NULL`); n != len(past)-1 {
		t.Errorf("%d editions know their plan", n)
	}
}

// TestPublishRefused changes nothing where a plan must not take effect.
func TestPublishRefused(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	town(t, s)
	staff(t, s, southWest+"001")
	refused := func(t *testing.T, d *desk, want error, says string) {
		t.Helper()
		audits := count(t, tx, `SELECT count(*) FROM audit`)
		_, err := s.Publish(t.Context(), d.city, d.actor, d.plan.Code, d.plan.Version)
		if !errors.Is(err, want) || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want %v that says %q", err, want, says)
		}
		if n := count(t, tx, `SELECT count(*) FROM audit`); n != audits {
			t.Errorf("%d entries were written", n-audits)
		}
	}
	renamed := func(t *testing.T, code string) *desk {
		d := newDesk(t, s, cityOf(t, s), planner)
		d.rename(code, "名"+d.plan.Code)
		return d
	}
	t.Run("not decided", func(t *testing.T) {
		d := renamed(t, southWest+"001")
		d.actor = countyDecider
		refused(t, d, grid.ErrConflict, "publish")
	})
	t.Run("another version", func(t *testing.T) {
		d := renamed(t, southWest+"001")
		d.toDecision()
		d.actor = countyDecider
		d.plan.Version--
		refused(t, d, grid.ErrStale, "changed")
	})
	t.Run("not of the deciding body", func(t *testing.T) {
		d := renamed(t, southWest+"002")
		d.toDecision()
		for _, actor := range []grid.Actor{planner, {Name: "x", Role: grid.RoleAdministrator, Scope: westStreet}} {
			d.actor = actor
			refused(t, d, grid.ErrForbidden, "")
		}
	})
	t.Run("before its time", func(t *testing.T) {
		d := renamed(t, southWest+"003")
		d.toDecision()
		later := time.Now().Add(time.Hour)
		at := &later
		d.after(s.PatchPlan(t.Context(), d.city, countyDecider, d.plan.Code, d.plan.Version, store.PlanPatch{EffectiveAt: &at}))
		d.actor = countyDecider
		refused(t, d, grid.ErrConflict, "not before")
	})
	t.Run("not filed", func(t *testing.T) {
		d := renamed(t, southWest+"004")
		d.toDecision()
		if err := s.Set(t.Context(), admin, "filing.before_effect", true); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := s.Set(t.Context(), admin, "filing.before_effect", false); err != nil {
				t.Fatal(err)
			}
		}()
		d.actor = countyDecider
		refused(t, d, grid.ErrConflict, "filed")
	})
	t.Run("BR-16 nobody posted", func(t *testing.T) {
		d := newDesk(t, s, cityOf(t, s), planner)
		d.edit(grid.Change{
			Op: grid.OpCreate, Kind: grid.Dedicated, Area: area(9, 9, 11, 11), Community: northEast, Name: "园区", DedicatedKind: "school", HostOrg: "ORG",
		})
		d.toDecision()
		d.actor = countyDecider
		refused(t, d, grid.ErrInvalid, "BR-16")
	})
	t.Run("a base that has moved on", func(t *testing.T) {
		stale := renamed(t, southEast+"001")
		stale.toDecision()
		renamed(t, southEast+"002").publish()
		stale.actor = countyDecider
		refused(t, stale, grid.ErrConflict, "rebase")
		var conflict *grid.ConflictError
		if _, err := s.Publish(t.Context(), stale.city, countyDecider, stale.plan.Code, stale.plan.Version); !errors.As(err, &conflict) {
			t.Errorf("got %v, want a ConflictError", err)
		}
	})
	t.Run("twice", func(t *testing.T) {
		d := renamed(t, northEast+"001")
		d.publish()
		d.actor = countyDecider
		refused(t, d, grid.ErrConflict, "effective")
	})
}

// TestPostsFollowLineage merges and splits grids with workers on them (BR-39).
func TestPostsFollowLineage(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	town(t, s)
	staff(t, s, southWest+"001", southWest+"002", southWest+"003", southWest+"004")
	d := newDesk(t, s, cityOf(t, s), planner)
	d.edit(grid.Change{Op: grid.OpMerge, Grids: []string{southWest + "001", southWest + "002"}})
	d.edit(grid.Change{Op: grid.OpSplit, Grid: southWest + "003", Line: line([2]int32{1, 4}, [2]int32{1, 8})}) // keeps three quarters: not enough
	impact, err := s.PlanImpact(t.Context(), d.city, d.plan.Code)
	if err != nil {
		t.Fatal(err)
	}
	d.publish()
	merged := texts(t, tx, `SELECT DISTINCT g.code FROM grid_lineage l JOIN grid g ON g.id = l.to_grid_id WHERE l.relation = 'merge'`)
	split := texts(t, tx, `
		SELECT g.code FROM grid_lineage l JOIN grid g ON g.id = l.to_grid_id WHERE l.relation = 'split' ORDER BY l.share_of_area DESC`)
	if len(merged) != 1 || len(split) != 2 {
		t.Fatalf("merged into %v, split into %v", merged, split)
	}
	want := map[string]string{
		"w" + southWest + "001": merged[0], "w" + southWest + "002": merged[0], "w" + southWest + "003": split[0], "w" + southWest + "004": southWest + "004",
	}
	roster, err := s.Roster(t.Context(), countyCode)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, p := range roster {
		if p.ValidTo == nil {
			got[p.WorkerCode] = p.GridCode
		}
	}
	if diff := cmp.Diff(got, want); diff != "" {
		t.Errorf("posts (-got +want):\n%s", diff)
	}
	if n := count(t, tx, `SELECT count(*) FROM post WHERE valid_to = $1`, d.plan.PublishedAt); n != 3 {
		t.Errorf("%d posts ended, want those on the 3 grids that did", n)
	}
	if n := count(t, tx, `SELECT count(*) FROM post WHERE plan_id = $1 AND valid_from = $2`, d.plan.ID, d.plan.PublishedAt); n != 3 {
		t.Errorf("%d posts were made by the plan, want 3", n)
	}
	for _, p := range impact.Posts {
		if p.ToGrid != want[p.WorkerCode] {
			t.Errorf("the impact said that %s goes to %s", p.WorkerCode, p.ToGrid)
		}
	}
	if len(impact.Posts) != 3 {
		t.Errorf("the impact lists %d posts", len(impact.Posts))
	}
}
