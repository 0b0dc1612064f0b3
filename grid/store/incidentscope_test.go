package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/gridtest"
	"github.com/wangge/wangge/grid/store"
)

// TestBR47EveryWayToAGrid: neither as who receives it first nor by what it is found to be afterwards does a grid get what the list refuses.
func TestBR47EveryWayToAGrid(t *testing.T) {
	t.Parallel()
	tx := gridtest.Tx(t)
	s := store.New(tx)
	a := acting{s, town(t, s)}
	_, err := tx.Exec(t.Context(), `
		WITH list AS (
			INSERT INTO item_list (county_code, version, state, effective_from, created_by) VALUES ($1, 4, 'effective', now(), 'x') RETURNING id
		)
		INSERT INTO service_item (list_id, code, name, incident_kinds, is_negative)
		SELECT id, 'P-1', '燃气巡查', '{gas}'::text[], false FROM list`, countyCode)
	if err != nil {
		t.Fatal(err)
	}
	toGrid := func(in *grid.Incident) { in.FirstReceiver = "grid:" + southWest + "001" }
	in := a.report(t, dispatcher, spot(50, 50), toGrid)
	if in.ItemCode != "P-1" || in.ItemListVersion != 4 {
		t.Errorf("received as item %q of version %d", in.ItemCode, in.ItemListVersion)
	}
	refused := func(err error, field string) {
		t.Helper()
		var rule *grid.RuleError
		if !errors.As(err, &rule) || rule.Rule != "BR-47" || rule.Field != field {
			t.Errorf("%v, want BR-47 of %s", err, field)
		}
	}
	crowd := grid.Incident{Kind: "crowd", Source: "patrol", Title: "x", Shape: spot(50, 50), InputCRS: "wgs84", ReportedAt: time.Now()}
	toGrid(&crowd)
	_, _, err = s.CreateIncident(t.Context(), dispatcher, a.city, crowd, store.IdempotencyKey{})
	refused(err, "first_receiver")
	_, err = s.UpdateIncident(t.Context(), dispatcher, a.city, in.Code, in.Version, func(in *grid.Incident) error {
		in.Kind = "crowd"
		return nil
	})
	refused(err, "kind")
}

// TestEndedGridGetsNothing: a grid that was merged away is not given an incident, nor takes one that it was asked to take before.
func TestEndedGridGetsNothing(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	d := newDesk(t, s, town(t, s), planner)
	a := acting{s, d.city}
	accept := grid.IncidentOrder{Act: "accept"}
	ended := grid.Unit("grid:" + southWest + "002")
	asked := a.do(t, dispatcher, a.report(t, dispatcher, spot(50, 50)), accept, grid.IncidentOrder{Act: "transfer", Unit: ended, Reason: "属地"})
	free := a.do(t, dispatcher, a.report(t, dispatcher, spot(50, 50)), accept)
	d.edit(grid.Change{Op: grid.OpMerge, Grids: []string{southWest + "001", southWest + "002"}, Into: southWest + "001"})
	d.publish()
	a.city = d.city
	for _, test := range []struct {
		in    grid.Incident
		order grid.IncidentOrder
	}{
		{asked, grid.IncidentOrder{Act: "take"}},
		{free, grid.IncidentOrder{Act: "assign", Unit: ended}},
		{free, grid.IncidentOrder{Act: "transfer", Unit: ended, Reason: "属地"}},
		{free, grid.IncidentOrder{Act: "join", Units: []grid.Unit{ended}}},
	} {
		in, err := s.Incident(t.Context(), test.in.Code)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.ActOnIncident(t.Context(), dispatcher, a.city, in.Code, in.Version, test.order)
		if !errors.Is(err, grid.ErrInvalid) || !strings.Contains(err.Error(), "in force") {
			t.Errorf("%s by a grid that has ended: %v", test.order.Act, err)
		}
	}
}

// TestL9WrongChange: what is wrong with a change is told to who may change the incident; nobody else finds out by guessing.
func TestL9WrongChange(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	a := acting{s, town(t, s)}
	in := a.report(t, deskOf(westStreet), spot(50, 50))
	for name, guess := range map[string]func(*grid.Incident) error{
		"the right state": func(in *grid.Incident) error { in.State = "reported"; return nil },
		"a wrong state":   func(in *grid.Incident) error { in.State = "closed"; return nil },
		"a wrong record":  func(*grid.Incident) error { return &grid.RuleError{Rule: "enum", Field: "kind"} },
	} {
		for _, version := range []int{in.Version, in.Version + 1} {
			if _, err := s.UpdateIncident(t.Context(), deskOf(eastStreet), a.city, in.Code, version, guess); !errors.Is(err, grid.ErrForbidden) {
				t.Errorf("%s at version %d: %v", name, version, err)
			}
		}
	}
}

// TestBR55RejudgedByPatch: a severity that is corrected brings its deadlines, and the history tells.
func TestBR55RejudgedByPatch(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	a := acting{s, town(t, s)}
	in := a.report(t, dispatcher, spot(50, 50))
	in, err := s.UpdateIncident(t.Context(), dispatcher, a.city, in.Code, in.Version, func(in *grid.Incident) error {
		in.Severity = "extreme"
		return nil
	})
	if err != nil || in.DueAt == nil || in.DueAt.Sub(in.ReportedAt) != 12*time.Hour || in.ResponseDueAt.Sub(in.ReportedAt) != 15*time.Minute {
		t.Fatalf("due at %v, to respond by %v: %v", in.DueAt, in.ResponseDueAt, err)
	}
	events, err := s.IncidentEvents(t.Context(), in.ID, 0, 1000)
	if err != nil || events[len(events)-1].Data["due_at"] == nil {
		t.Errorf("events %+v, %v", events, err)
	}
}

// TestL9KeyOfAnotherScope: sending a request again shows what came of it only to who may still read that.
func TestL9KeyOfAnotherScope(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	city := town(t, s)
	in := grid.Incident{Kind: "gas", Source: "patrol", Title: "x", Shape: spot(50, 50), InputCRS: "wgs84", ReportedAt: time.Now()}
	key := store.IdempotencyKey{Key: "k", SHA256: [32]byte{1}}
	west, moved := deskOf(westStreet), deskOf(eastStreet)
	moved.Name = west.Name // a new token of the same person, for another street
	if _, _, err := s.CreateIncident(t.Context(), west, city, in, key); err != nil {
		t.Fatal(err)
	}
	if _, again, err := s.CreateIncident(t.Context(), west, city, in, key); err != nil || !again {
		t.Errorf("sent again: %t, %v", again, err)
	}
	if _, _, err := s.CreateIncident(t.Context(), moved, city, in, key); !errors.Is(err, grid.ErrForbidden) {
		t.Errorf("sent again from another street: %v", err)
	}
}

// TestBR54OthersTakeNoPlace: what lies nearer across a border, and may not be read, does not hide what may.
func TestBR54OthersTakeNoPlace(t *testing.T) {
	t.Parallel()
	s := store.New(gridtest.Tx(t))
	a := acting{s, town(t, s)}
	in := a.report(t, deskOf(westStreet), spot(199, 50))
	own := a.report(t, deskOf(westStreet), spot(196, 50))
	for range 25 {
		a.report(t, deskOf(eastStreet), spot(201, 50))
	}
	found, err := s.Duplicates(t.Context(), deskOf(westStreet), a.city, in)
	if err != nil || len(found) != 1 || found[0].Incident.Code != own.Code {
		t.Errorf("%d of the west: %v", len(found), err)
	}
	if found, err = s.Duplicates(t.Context(), dispatcher, a.city, in); err != nil || len(found) != 20 {
		t.Errorf("%d of the city: %v", len(found), err)
	}
}

// TestL9PastOfPlaceThatLeft: the same for a place.
func TestL9PastOfPlaceThatLeft(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t) // where time passes
	s := store.New(pool)
	city := town(t, s)
	made, err := s.CreatePlace(t.Context(), planner, city, hazard(spot(50, 50), grid.Assignment{}))
	if err != nil {
		t.Fatal(err)
	}
	before := time.Now()
	_, err = s.UpdatePlace(t.Context(), planner, city, made.Code, made.Version, func(p *grid.Place) error {
		p.Shape, p.Name = spot(250, 50), "written since"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for scope, want := range map[string]int{westStreet: 0, eastStreet: 1, "": 1} {
		found, err := s.PlacesAt(t.Context(), store.Filter{Scope: scope, Limit: 10}, before)
		if err != nil || len(found) != want {
			t.Errorf("%q reads %d of the past, want %d: %v", scope, len(found), want, err)
		}
		if want == 1 && len(found) == 1 && found[0].Assignment.CommunityCode != southWest {
			t.Errorf("%q finds it in %s", scope, found[0].Assignment.CommunityCode)
		}
		if found, err = s.PlacesAt(t.Context(), store.Filter{Scope: scope, Division: westStreet, Limit: 10}, before); err != nil || len(found) != want {
			t.Errorf("%q reads %d of what was in the west, want %d: %v", scope, len(found), want, err)
		}
	}
}

// TestL9PastOfWhatLeft: whoever has nothing to do with an incident any more does not read on in it by asking for the past.
func TestL9PastOfWhatLeft(t *testing.T) {
	t.Parallel()
	pool := gridtest.Pool(t) // where time passes
	s := store.New(pool)
	a := acting{s, town(t, s)}
	in := a.report(t, dispatcher, spot(50, 50))
	before := time.Now()
	_, err := s.UpdateIncident(t.Context(), dispatcher, a.city, in.Code, in.Version, func(in *grid.Incident) error {
		in.Shape, in.Title = spot(250, 50), "written since"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for scope, want := range map[string]int{westStreet: 0, eastStreet: 1, "": 1} {
		found, err := s.IncidentsAt(t.Context(), store.Filter{Scope: scope, Limit: 10}, before)
		if err != nil || len(found) != want {
			t.Errorf("%q reads %d of the past, want %d: %v", scope, len(found), want, err)
		}
		if want == 1 && len(found) == 1 && found[0].Assignment.CommunityCode != southWest {
			t.Errorf("%q finds it in %s", scope, found[0].Assignment.CommunityCode)
		}
	}
}
