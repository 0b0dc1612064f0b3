package live

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/wangge/wangge/grid"
	"github.com/wangge/wangge/grid/edition"
)

const (
	cityCode      = "320200000000"
	countyCode    = "320211000000"
	streetCode    = "320211001000"
	communityCode = "320211001001"
)

// noon is the instant of every case: the third day of the calendar.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var (
	base      = &grid.Grid{ID: 1, Code: communityCode + "001", Kind: grid.Base, CommunityCode: communityCode, CountyCode: countyCode}
	dedicated = &grid.Grid{ID: 2, Code: communityCode + "801", Kind: grid.Dedicated, CommunityCode: communityCode, CountyCode: countyCode}
)

// post is a public post that is valid; alter changes it.
func post(id int64, g *grid.Grid, kind string, alter ...func(*grid.Posting)) grid.Posting {
	p := grid.Posting{
		WorkerCode: fmt.Sprintf("W%d", id), Name: fmt.Sprintf("worker %d", id), WorkPhone: fmt.Sprintf("000-%d", id), RoleType: "full_time", PostKind: kind,
		PostID: id, GridID: g.ID, GridCode: g.Code, ValidFrom: noon.AddDate(-1, 0, 0), Public: true, ManagingOrg: "ORG-1",
	}
	for _, f := range alter {
		f(&p)
	}
	return p
}

func hidden(p *grid.Posting) { p.Public = false }

func ended(p *grid.Posting) { end := noon; p.ValidTo = &end }

func later(p *grid.Posting) { p.ValidFrom = noon.Add(time.Second) }

// on is a duty of the morning and the afternoon.
func on(post int64, g *grid.Grid, alter ...func(*grid.Duty)) grid.Duty {
	d := grid.Duty{PostID: post, GridID: g.ID, CountyCode: countyCode, OnFrom: noon.Add(-4 * time.Hour), OnTo: noon.Add(4 * time.Hour)}
	for _, f := range alter {
		f(&d)
	}
	return d
}

func standIn(post int64) func(*grid.Duty) { return func(d *grid.Duty) { d.StandIn = post } }

func absent(d *grid.Duty) { d.Absent = true }

func tomorrow(d *grid.Duty) { d.OnFrom, d.OnTo = d.OnFrom.AddDate(0, 0, 1), d.OnTo.AddDate(0, 0, 1) }

func untilNoon(d *grid.Duty) { d.OnTo = noon }

// situation is a county's roster and the organisations.
type situation struct {
	posts         []grid.Posting
	duties        []grid.Duty
	organizations []grid.Organization
}

func (s situation) state(t testing.TB) *State {
	t.Helper()
	around := orb.MultiPolygon{{{{120, 31}, {121, 31}, {121, 32}, {120, 31}}}}
	city, err := edition.NewCity([]grid.Division{
		{Code: cityCode, Level: grid.LevelCity, Name: "city", Outline: around},
		{Code: countyCode, Level: grid.LevelCounty, Name: "county", ParentCode: cityCode, CountyCode: countyCode, Outline: around},
		{Code: streetCode, Level: grid.LevelStreet, Name: "street", ParentCode: countyCode, CountyCode: countyCode, Outline: around},
		{Code: communityCode, Level: grid.LevelCommunity, Name: "community", ParentCode: streetCode, CountyCode: countyCode, Outline: around},
	}, nil, grid.DefaultSettings())
	if err != nil {
		t.Fatal(err)
	}
	return &State{
		City: city, rosters: map[string]*roster{countyCode: newRoster(s.posts).withDuties(s.duties)}, organizations: newOrganizations(s.organizations),
	}
}

// office is a public organisation with a phone.
func office(code, kind, level, division string, alter ...func(*grid.Organization)) grid.Organization {
	o := grid.Organization{Code: code, Name: code, Kind: kind, Level: level, DivisionCode: division, PublicPhone: "000-" + code, Public: true}
	for _, f := range alter {
		f(&o)
	}
	return o
}

// told writes a chain as one line: the steps with whom they name, a star at the one that is used.
func told(contacts []Contact) string {
	var b strings.Builder
	for i, c := range contacts {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s", c.Step)
		if c.WorkerCode != "" {
			fmt.Fprintf(&b, " %s@%s", c.WorkerCode, c.GridCode[12:])
		} else if c.Organization != "" {
			fmt.Fprintf(&b, " %s", c.Organization)
		}
		if c.Used {
			b.WriteString("*")
		}
	}
	return b.String()
}

func TestBR29Chain(t *testing.T) {
	t.Parallel()
	offices := []grid.Organization{
		office("committee", "committee", grid.LevelCommunity, communityCode),
		office("school", "institution", grid.LevelCommunity, communityCode),
		office("office", "street_office", grid.LevelStreet, streetCode),
		office("center", "governance_center", grid.LevelStreet, streetCode),
		office("command", "command_center", grid.LevelCounty, countyCode),
	}
	for _, test := range []struct {
		name  string
		posts []grid.Posting
		duty  []grid.Duty
		over  *grid.Grid // responsible, nil for the base grid
		want  string     // up to the community
	}{
		{"nobody", nil, nil, nil, "community committee*"},
		{"on duty", []grid.Posting{post(1, base, "worker"), post(2, base, "worker")}, []grid.Duty{on(2, base)}, nil, "on_duty W2@001*"},
		{"two on duty", []grid.Posting{post(1, base, "worker"), post(2, base, "deputy")}, []grid.Duty{on(1, base), on(2, base)}, nil, "on_duty W1@001*, on_duty W2@001"},
		{"without a calendar whoever is posted", []grid.Posting{post(1, base, "deputy"), post(2, base, "worker"), post(3, base, "adviser")}, nil, nil, "posted W2@001*, posted W1@001"},
		{"away with a stand-in", []grid.Posting{post(1, base, "worker"), post(2, base, "deputy")}, []grid.Duty{on(1, base, absent, standIn(2))}, nil, "stand_in W2@001*"},
		{"there with a stand-in", []grid.Posting{post(1, base, "worker"), post(2, base, "deputy")}, []grid.Duty{on(1, base, standIn(2))}, nil, "on_duty W1@001*, stand_in W2@001"},
		{"stand-in from the next grid", []grid.Posting{post(1, base, "worker"), post(2, dedicated, "dedicated_contact")}, []grid.Duty{on(1, base, absent, standIn(2))}, nil, "stand_in W2@001*"},
		{"away without a stand-in", []grid.Posting{post(1, base, "worker"), post(2, base, "grid_leader")}, []grid.Duty{on(1, base, absent)}, nil, "grid_leader W2@001*"},
		{"away, and nobody else", []grid.Posting{post(1, base, "worker")}, []grid.Duty{on(1, base, absent)}, nil, "community committee*"},
		{"away, and somebody who is not on", []grid.Posting{post(1, base, "worker"), post(2, base, "worker")}, []grid.Duty{on(1, base, absent)}, nil, "base_worker W2@001*"},
		{"one of two away", []grid.Posting{post(1, base, "worker"), post(2, base, "worker"), post(3, base, "worker")}, []grid.Duty{on(1, base, absent, standIn(3)), on(2, base)}, nil, "on_duty W2@001*, stand_in W3@001"},
		{"stand-in who is there only for another", []grid.Posting{post(1, base, "worker", hidden), post(2, base, "deputy"), post(3, base, "grid_leader")}, []grid.Duty{on(1, base, standIn(2))}, nil, "stand_in W2@001, grid_leader W3@001*"},
		{"stand-in for two of whom one is away", []grid.Posting{post(1, base, "worker", hidden), post(2, base, "worker"), post(3, base, "deputy")}, []grid.Duty{on(1, base, standIn(3)), on(2, base, absent, standIn(3))}, nil, "stand_in W3@001*"},
		{"nobody on now, but a leader", []grid.Posting{post(1, base, "worker"), post(2, base, "grid_leader")}, []grid.Duty{on(1, base, tomorrow)}, nil, "grid_leader W2@001*"},
		{"nobody on now, nor a leader", []grid.Posting{post(1, base, "worker")}, []grid.Duty{on(1, base, tomorrow)}, nil, "base_worker W1@001*"},
		{"duty has just ended", []grid.Posting{post(1, base, "worker")}, []grid.Duty{on(1, base, untilNoon)}, nil, "base_worker W1@001*"},
		{"the post of the duty has ended", []grid.Posting{post(1, base, "worker", ended), post(2, base, "grid_leader")}, []grid.Duty{on(1, base)}, nil, "grid_leader W2@001*"},
		{"the stand-in's post has ended", []grid.Posting{post(1, base, "worker"), post(2, base, "deputy", ended), post(3, base, "grid_leader")}, []grid.Duty{on(1, base, absent, standIn(2))}, nil, "grid_leader W3@001*"},
		{"posts before and after their time", []grid.Posting{post(1, base, "worker", ended), post(2, base, "worker", later), post(3, base, "worker")}, nil, nil, "posted W3@001*"},
		{"a dedicated grid, its leader, the base grid's leader and worker", []grid.Posting{post(1, dedicated, "dedicated_contact"), post(2, dedicated, "grid_leader"), post(3, base, "grid_leader"), post(4, base, "worker")}, nil, dedicated, "posted W1@801*, grid_leader W2@801, grid_leader W3@001, base_worker W4@001"},
		{"a dedicated grid whose contact is away", []grid.Posting{post(1, dedicated, "dedicated_contact"), post(4, base, "worker"), post(5, base, "worker")}, []grid.Duty{on(1, dedicated, absent), on(4, base)}, dedicated, "base_worker W4@001*"},
		{"a base worker's stand-in", []grid.Posting{post(1, dedicated, "dedicated_contact"), post(4, base, "worker"), post(5, base, "deputy")}, []grid.Duty{on(1, dedicated, absent), on(4, base, absent, standIn(5))}, dedicated, "base_worker W5@001*"},
		{"a base grid where nobody is on now", []grid.Posting{post(1, dedicated, "adviser"), post(4, base, "worker")}, []grid.Duty{on(4, base, tomorrow)}, dedicated, "base_worker W4@001*"},
		{"advisers are not rung", []grid.Posting{post(1, base, "adviser"), post(2, base, "liaison")}, nil, nil, "community committee*"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state := situation{test.posts, test.duty, offices}.state(t)
			responsible := test.over
			if responsible == nil {
				responsible = base
			}
			want := strings.TrimPrefix(test.want, "community committee*")
			if want == test.want {
				want += ", community committee, street center"
			} else {
				want = "community committee*, street center"
			}
			if got := told(state.Contact(responsible, base, state.City.Division(communityCode), noon, false)); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestBR29Divisions(t *testing.T) {
	t.Parallel()
	quiet := func(o *grid.Organization) { o.PublicPhone = "" }
	secret := func(o *grid.Organization) { o.Public = false }
	for _, test := range []struct {
		name          string
		organizations []grid.Organization
		division      string
		mayRead       bool
		want          string
	}{
		{"no organisation: the lowest division", nil, communityCode, false, "community*, street"},
		{"the street alone has one", []grid.Organization{office("center", "governance_center", grid.LevelStreet, streetCode)}, communityCode, false, "community, street center*"},
		{"centre before office", []grid.Organization{office("a", "street_office", grid.LevelStreet, streetCode), office("b", "governance_center", grid.LevelStreet, streetCode)}, streetCode, false, "street b*"},
		{"a phone before none", []grid.Organization{office("a", "street_office", grid.LevelStreet, streetCode), office("b", "governance_center", grid.LevelStreet, streetCode, quiet)}, streetCode, false, "street a*"},
		{"one that is not public is nobody's", []grid.Organization{office("a", "committee", grid.LevelCommunity, communityCode, secret)}, communityCode, false, "community*, street"},
		{"but a reader's", []grid.Organization{office("a", "committee", grid.LevelCommunity, communityCode, secret)}, communityCode, true, "community a*, street"},
		{"above without a street", []grid.Organization{office("a", "governance_center", grid.LevelCounty, countyCode)}, countyCode, false, "above a*"},
		{"outside every county", nil, cityCode, false, "above*"},
		{"no division", nil, "", false, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state := situation{organizations: test.organizations}.state(t)
			if got := told(state.Contact(nil, nil, state.City.Division(test.division), noon, test.mayRead)); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestBR46OnlyPublicPosts(t *testing.T) {
	t.Parallel()
	state := situation{
		posts: []grid.Posting{post(1, base, "worker", hidden), post(2, base, "worker"), post(3, base, "grid_leader", hidden)},
	}.state(t)
	community := state.City.Division(communityCode)
	if got, want := told(state.Contact(base, base, community, noon, false)), "posted W2@001*, community, street"; got != want {
		t.Errorf("anybody gets %s, want %s", got, want)
	}
	got := state.Contact(base, base, community, noon, true)
	if told(got) != "posted W1@001*, posted W2@001, grid_leader W3@001, community, street" {
		t.Errorf("a reader gets %s", told(got))
	}
	if got[0].Public || !got[1].Public || got[0].Organization != "ORG-1" || got[0].WorkPhone != "000-1" {
		t.Errorf("a reader gets %+v", got[:2])
	}
}

// TestBR16Posted says of a dedicated grid whether anybody is posted to it; duty does not matter.
func TestBR16Posted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		posts []grid.Posting
		want  bool
	}{
		{"nobody", nil, false},
		{"a contact", []grid.Posting{post(1, dedicated, "dedicated_contact")}, true},
		{"one whose post is not public", []grid.Posting{post(1, dedicated, "dedicated_contact", hidden)}, true},
		{"one who has left", []grid.Posting{post(1, dedicated, "dedicated_contact", ended)}, false},
		{"one who is to come", []grid.Posting{post(1, dedicated, "dedicated_contact", later)}, false},
		{"one on the base grid", []grid.Posting{post(1, base, "worker")}, false},
		{"a worker", []grid.Posting{post(1, dedicated, "worker")}, true},
		{"a deputy", []grid.Posting{post(1, dedicated, "deputy")}, true},
		{"none but who leads and advises", []grid.Posting{post(1, dedicated, "grid_leader"), post(2, dedicated, "adviser"), post(3, dedicated, "liaison")}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state := situation{posts: test.posts, duties: []grid.Duty{on(1, dedicated, absent)}}.state(t)
			if got := state.Posted(dedicated, noon); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
			if found := state.Staffing([]*grid.Grid{dedicated}, noon); (len(found.DedicatedWithout) == 0) != test.want {
				t.Errorf("without a post are %d, somebody is posted: %v", len(found.DedicatedWithout), test.want)
			}
		})
	}
}

// TestContactAllocates nothing but what it returns.
func TestContactAllocates(t *testing.T) {
	state := situation{
		posts:         []grid.Posting{post(1, dedicated, "dedicated_contact"), post(2, base, "worker"), post(3, base, "grid_leader")},
		duties:        []grid.Duty{on(1, dedicated, absent, standIn(2))},
		organizations: []grid.Organization{office("center", "governance_center", grid.LevelStreet, streetCode)},
	}.state(t)
	community := state.City.Division(communityCode)
	room := make([]Contact, 0, mostContacts)
	if n := testing.AllocsPerRun(100, func() { room = state.AppendContact(room[:0], dedicated, base, community, noon, false) }); n != 0 {
		t.Errorf("%v allocations into a slice with room", n)
	}
	if n := testing.AllocsPerRun(100, func() { state.Contact(dedicated, base, community, noon, false) }); n != 1 {
		t.Errorf("%v allocations, want that of the result", n)
	}
}
