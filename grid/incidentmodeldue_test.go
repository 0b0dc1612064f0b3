package grid_test

import (
	"reflect"
	"time"

	"pgregory.net/rapid"

	"github.com/wangge/wangge/grid"
)

// move: the pin goes elsewhere, and whose grid that is comes to be proposed unless a desk that covers it has it (BR-53).
func (l *life) move() {
	before := l.in
	to := rapid.SampledFrom(l.tree.lowest).Draw(l.r, "to")
	was, is := grid.NewUnit(grid.UnitGrid, before.Assignment.CommunityCode+"g0"), grid.NewUnit(grid.UnitGrid, to+"g0")
	l.in.Assignment.CommunityCode = to
	proposed := l.in.Relocated(was, is, l.tree.circumstances(&l.settings, grid.Actor{}))
	lead := grid.Unit(before.LeadUnit)
	desk := lead.Kind() == grid.UnitOrg || lead.Kind() == grid.UnitDivision
	want := before.Open() && was != is && lead != is && !(desk && l.tree.covers(l.tree.at[lead], to))
	if proposed != want || proposed && (l.in.ProposedUnit != is || !l.in.Handover) {
		l.r.Fatalf("moved from %s to %s, led by %s: proposed %t, want %t: %s", was, is, lead, proposed, want, l.in.ProposedUnit)
	}
	if lead == is && was != is && before.Open() && (l.in.ProposedUnit != "" || l.in.Handover) {
		l.r.Fatalf("moved back to %s, proposed is %s", is, l.in.ProposedUnit)
	}
	if l.in.LeadUnit != before.LeadUnit || l.in.State != before.State || l.in.FirstReceiver != before.FirstReceiver {
		l.r.Fatalf("a move changed %+v to %+v", before, l.in)
	}
}

// remind: steps come one by one, not before their time, and only while it is to be done.
func (l *life) remind() {
	before := l.in
	var taken []int
	for {
		was := l.in
		event, supervision, due := l.in.Remind(&l.settings, "scheduler", l.now)
		if !due {
			if !reflect.DeepEqual(was, l.in) {
				l.r.Fatalf("no step changed %+v to %+v", was, l.in)
			}
			break
		}
		taken = append(taken, l.in.OverdueStep)
		after := []time.Duration{0, 24, 72, 168}[was.OverdueStep] * time.Hour
		if l.in.OverdueStep != was.OverdueStep+1 || !was.Open() || was.State == "waiting_check" || l.now.Before(was.DueAt.Add(after)) {
			l.r.Fatalf("step %d at %s of %+v", was.OverdueStep, l.now, was)
		}
		if (supervision == nil) != (was.OverdueStep == 0) || event.FromState != l.in.State || event.ToState != l.in.State {
			l.r.Fatalf("step %d: %+v, %+v", was.OverdueStep, event, supervision)
		}
		if supervision != nil {
			l.supervisions = append(l.supervisions, *supervision)
		}
		if l.in.State != was.State || l.in.LeadUnit != was.LeadUnit || l.in.Phase != grid.IncidentPhase(l.in.State, l.in.Supervised) {
			l.r.Fatalf("step %d changed %+v to %+v", was.OverdueStep, was, l.in)
		}
	}
	if l.in.OverdueStep < before.OverdueStep || len(taken) > 4 {
		l.r.Fatalf("steps %v after %d", taken, before.OverdueStep)
	}
}
