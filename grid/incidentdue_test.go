package grid_test

import (
	"errors"
	"testing"
	"time"

	"github.com/wangge/wangge/grid"
)

// TestBR55Rejudged: who is found to be in more danger has less time; what was given or put off stays.
func TestBR55Rejudged(t *testing.T) {
	t.Parallel()
	given := noon.Add(99 * time.Hour)
	for _, test := range []struct {
		name   string
		change func(*grid.Incident)
		due    time.Time
	}{
		{"nothing", func(*grid.Incident) {}, noon.Add(120 * time.Hour)},
		{"severity", func(in *grid.Incident) { in.Severity = "extreme" }, noon.Add(12 * time.Hour)},
		{"kind", func(in *grid.Incident) { in.Kind = "opinion" }, noon.Add(2 * time.Hour)},
		{"reported before", func(in *grid.Incident) { in.ReportedAt = noon.Add(-time.Hour) }, noon.Add(119 * time.Hour)},
		{"severity of what has ended", func(in *grid.Incident) { in.Severity, in.State = "extreme", "closed" }, noon.Add(120 * time.Hour)},
		{"severity, with a deadline given", func(in *grid.Incident) { in.Severity, in.DueAt = "extreme", &given }, given},
	} {
		b := newBench(t, "normal")
		b.settings.Deadlines = append([]grid.Deadline{{Kind: "opinion", ResponseHours: 1, DoneHours: 2}}, b.settings.Deadlines...)
		before := b.in
		test.change(&b.in)
		changed := b.in.Rejudge(&b.settings, &before)
		if !b.in.DueAt.Equal(test.due) || test.name == "severity" && (!changed || !b.in.ResponseDueAt.Equal(noon.Add(15*time.Minute))) {
			t.Errorf("%s: due at %v, to respond by %v, changed %t", test.name, b.in.DueAt, b.in.ResponseDueAt, changed)
		}
	}
}

// TestBR55Reopened: what is overdue a second time is pressed for a second time.
func TestBR55Reopened(t *testing.T) {
	t.Parallel()
	b := newBench(t, "normal")
	remind := func() (steps int) {
		for {
			if _, _, taken := b.in.Remind(&b.settings, "scheduler", b.now); !taken {
				return steps
			}
			steps++
		}
	}
	b.now = b.in.DueAt.AddDate(0, 0, 20)
	if n := remind(); n != 4 {
		t.Fatalf("%d steps", n)
	}
	b.do("甲", "c000", grid.IncidentOrder{Act: "accept"}, grid.IncidentOrder{Act: "start"}, grid.IncidentOrder{Act: "finish", Outcome: "resolved"})
	b.do("乙", "c000", grid.IncidentOrder{Act: "close"}, grid.IncidentOrder{Act: "reopen"})
	if n := remind(); n != 0 {
		t.Errorf("%d steps before the new deadline", n)
	}
	b.now = b.in.DueAt.Add(time.Hour)
	if n := remind(); n != 1 {
		t.Errorf("%d steps an hour after the new deadline", n)
	}
}

// TestBR55ResponseClock: what nobody has taken up is reminded of once it is due, and once whatever the clock does.
func TestBR55ResponseClock(t *testing.T) {
	t.Parallel()
	b := newBench(t, "normal")
	for _, test := range []struct {
		name string
		at   time.Time
		want bool
	}{
		{"before", b.in.ResponseDueAt.Add(-time.Second), false},
		{"at the deadline", *b.in.ResponseDueAt, false},
		{"after it", b.in.ResponseDueAt.Add(time.Second), true},
		{"again", b.in.ResponseDueAt.Add(time.Hour), false},
		{"the clock goes back", b.in.ResponseDueAt.Add(-time.Hour), false},
		{"and is after it again", b.in.ResponseDueAt.Add(2 * time.Second), false},
	} {
		event, due := b.in.RemindResponse("scheduler", test.at)
		if due != test.want || due && (event.Action != "remind" || event.Data["about"] != "response" || event.FromState != event.ToState) {
			t.Errorf("%s: %t, %+v", test.name, due, event)
		}
	}
	if b.in.OverdueStep != 0 || b.in.Supervised {
		t.Errorf("step %d, supervised %t", b.in.OverdueStep, b.in.Supervised)
	}
	b.in.ResponseReminded = false
	b.do("甲", "c000", grid.IncidentOrder{Act: "accept"}, grid.IncidentOrder{Act: "start"})
	if _, due := b.in.RemindResponse("scheduler", b.in.ResponseDueAt.AddDate(1, 0, 0)); due || b.in.ResponseOverdue(b.in.ResponseDueAt.AddDate(1, 0, 0)) {
		t.Error("reminded of what was taken up")
	}
}

// TestBR55Rectify: whoever is supervised does not set that right himself, nor by giving the incident to a unit below.
func TestBR55Rectify(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, who, scope string
		lead             grid.Unit
		target           string
		issuedBy         string
		may              bool
	}{
		{"the desk that is supervised", "甲", "c000", "division:c000", "division:c000", "街道", false},
		{"by the clock", "甲", "c000", "division:c000", "division:c000", "scheduler", false},
		{"a desk above", "街道", "c00", "division:c000", "division:c000", "scheduler", true},
		{"another of the desk above", "乙", "c00", "division:c000", "division:c000", "街道", true},
		{"who issued it", "甲", "c000", "division:c000", "division:c000", "甲", true},
		{"a colleague of who issued it", "乙", "c000", "division:c000", "division:c000", "甲", false},
		{"having passed it down", "甲", "c000", "grid:c000g0", "division:c000", "街道", false},
		{"a grid's community", "甲", "c000", "grid:c000g0", "grid:c000g0", "街道", false},
		{"an organisation's street", "街道", "c00", "org:Oc00", "org:Oc00", "scheduler", false},
		{"its county", "区", "c0", "org:Oc00", "org:Oc00", "scheduler", true},
		{"the city, above which nobody is", "市", "c", "division:c", "division:c", "scheduler", true},
		{"whoever has no scope", "市", "", "division:c", "division:c", "scheduler", true},
		{"the one that it was passed to, above", "街道", "c00", "division:c00", "division:c000", "scheduler", true},
		{"as it was imported", "甲", "c000", "division:c000", "", "", false},
		{"as it was imported, above", "街道", "c00", "division:c000", "", "", true},
	} {
		b := newBench(t, "normal")
		b.do("甲", "c000", grid.IncidentOrder{Act: "accept"})
		b.in.Supervised, b.in.LeadUnit = true, string(test.lead)
		if test.target != "" {
			b.supervisions = []grid.Supervision{{Kind: "circular", Target: test.target, IssuedBy: test.issuedBy}}
		}
		err := b.try(test.who, test.scope, grid.IncidentOrder{Act: "rectify"})
		if (err == nil) != test.may || err != nil && !errors.Is(err, grid.ErrForbidden) || b.in.Supervised == test.may {
			t.Errorf("%s: %v, supervised %t", test.name, err, b.in.Supervised)
		}
	}
}

// TestBR55SupervisionsBounded: there is an end to what can be issued without setting anything right.
func TestBR55SupervisionsBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t, "normal")
	b.supervisions = make([]grid.Supervision, grid.MaxSupervisions-1)
	order := grid.IncidentOrder{Act: "supervise", Supervision: "circular"}
	b.do("区", "c0", order)
	b.supervisions = append(b.supervisions, grid.Supervision{})
	b.refuse("区", "c0", order, grid.ErrConflict, "rectify")
}

// TestBR53MovedBack: a desk that is asked to hand over keeps what is moved back to where it reaches; the mark of a boundary stays.
func TestBR53MovedBack(t *testing.T) {
	t.Parallel()
	b := newBench(t, "normal")
	b.do("甲", "c000", grid.IncidentOrder{Act: "accept"})
	move := func(community string, was, is grid.Unit) bool {
		b.in.Assignment.CommunityCode = community
		return b.in.Relocated(was, is, b.tree.circumstances(&b.settings, grid.Actor{}))
	}
	if !move("c001", "grid:c000g0", "grid:c001g1") || !b.in.Handover {
		t.Fatal("nothing proposed")
	}
	if move("c000", "grid:c001g1", "grid:c000g1") || b.in.ProposedUnit != "" || b.in.Handover {
		t.Errorf("moved back, still proposed to %q", b.in.ProposedUnit)
	}
	b.in.Handover = true
	if move("c000", "grid:c000g1", "grid:c000g0") || !b.in.Handover {
		t.Error("the mark of a boundary is gone")
	}
}
