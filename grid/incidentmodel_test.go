package grid_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/wangge/wangge/grid"
)

// incidentLife is the life of an incident written down a second time, by state: which acts are possible and where they lead. It is what
// the table is tested against.
var incidentLife = map[string]string{
	"reported":      "accept>accepted reject>rejected cancel>cancelled merge>merged keep supervise rectify note",
	"accepted":      "reject>rejected cancel>cancelled merge>merged assign>assigned start>handling transfer>transferred escalate>escalated combine>escalated join lead>assigned keep supervise rectify note",
	"assigned":      "cancel>cancelled merge>merged assign start>handling transfer>transferred escalate>escalated combine>escalated join lead keep supervise rectify note",
	"handling":      "cancel>cancelled merge>merged transfer>transferred escalate>escalated combine>escalated join lead>assigned keep finish>waiting_check supervise rectify note",
	"transferred":   "take>assigned return>accepted recall>accepted keep supervise rectify note",
	"escalated":     "cancel>cancelled merge>merged assign>assigned start>handling transfer>transferred escalate combine join lead>assigned keep supervise rectify note",
	"waiting_check": "rework>rework close>closed keep supervise rectify note",
	"rework":        "cancel>cancelled merge>merged assign>assigned start>handling transfer>transferred escalate>escalated combine>escalated join lead>assigned keep supervise rectify note",
	"closed":        "feedback reopen>rework rectify note",
	"rejected":      "note",
	"merged":        "note",
	"cancelled":     "note",
}

// leadsTo returns where an act leads in a state, false when it is impossible.
func leadsTo(state string, act grid.IncidentAct) (string, bool) {
	for step := range strings.FieldsSeq(incidentLife[state]) {
		name, to, moves := strings.Cut(step, ">")
		if name != string(act) {
			continue
		}
		if !moves {
			to = state
		}
		return to, true
	}
	return "", false
}

var incidentActs = []grid.IncidentAct{
	"accept", "reject", "cancel", "merge", "assign", "start", "transfer", "take", "return", "recall", "escalate", "combine", "join", "lead",
	"keep", "finish", "rework", "close", "feedback", "reopen", "supervise", "rectify", "note", "dance",
}

// TestIncidentTableIsTheLife: the table allows exactly what the second writing does.
func TestIncidentTableIsTheLife(t *testing.T) {
	t.Parallel()
	for _, state := range grid.IncidentStates {
		var want []grid.IncidentAct
		for _, act := range incidentActs {
			if _, possible := leadsTo(state, act); possible {
				want = append(want, act)
			}
		}
		got := grid.IncidentActs(state)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", state, got, want)
		}
	}
}

// life is an incident that random people do random things with.
type life struct {
	r            *rapid.T
	tree         *tree
	settings     grid.Settings
	in           grid.Incident
	now          time.Time
	event        grid.IncidentEvent // the last one
	supervisions []grid.Supervision
	finished     time.Time
	others       []*grid.Incident
}

// TestIncidentLife lets random people of a random city do random acts, most of them out of turn, while the clock runs, jumps and goes
// back, and holds what comes of it to the second writing of the life and to the rules (BR-50 to BR-56).
func TestIncidentLife(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		l := newLife(r)
		for range rapid.IntRange(10, 60).Draw(r, "steps") {
			l.now = l.now.Add(time.Duration(rapid.Int64Range(-3600, 24*3600).Draw(r, "seconds")) * time.Second)
			switch rapid.IntRange(0, 9).Draw(r, "what") {
			case 0:
				l.remind()
			case 1:
				l.move()
			default:
				l.step()
			}
		}
	})
}

func newLife(r *rapid.T) *life {
	l := &life{r: r, tree: randomTree(r), settings: grid.DefaultSettings(), now: time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)}
	one := func(what string, of ...string) string { return rapid.SampledFrom(of).Draw(r, what) }
	l.in = grid.Incident{
		ID: 1, Code: "I-1", Kind: one("kind", "gas", "opinion"), Severity: one("severity", "normal", "grave", "extreme"), ReportedAt: l.now,
		State: one("state", "reported", "accepted"), Assignment: grid.Assignment{CommunityCode: one("at", l.tree.lowest...)},
		FirstReceiver: one("receiver", "", "division:"+one("desk", l.tree.codes...), "派出所"),
	}
	if err := l.in.Intake(&l.settings, "division:c"); err != nil {
		r.Fatal(err)
	}
	l.event.ToState = l.in.State
	l.others = []*grid.Incident{nil, {ID: 1, Code: "I-1", State: "reported"}, {ID: 2, Code: "I-2", State: "handling"}, {ID: 2, Code: "I-2", State: "closed"}, {ID: 3, Code: "I-3", State: "merged"}}
	return l
}

// order returns an act: most of the time one whose turn it is, with all that it needs, else anything.
func (l *life) order() grid.IncidentOrder {
	r := l.r
	if rapid.IntRange(0, 3).Draw(r, "sound") > 0 {
		return l.soundOrder()
	}
	units := append([]grid.Unit{"", "派出所", "grid:none", grid.Unit(l.in.LeadUnit)}, l.tree.units...)
	o := grid.IncidentOrder{Act: rapid.SampledFrom(incidentActs).Draw(r, "act"), Unit: rapid.SampledFrom(units).Draw(r, "unit")}
	o.Units = rapid.SliceOfN(rapid.SampledFrom(units), 0, 3).Draw(r, "units")
	o.Divisions = rapid.SliceOfN(rapid.SampledFrom(append([]string{"none"}, l.tree.codes...)), 0, 3).Draw(r, "divisions")
	o.Into = rapid.SampledFrom([]string{"", "I-1", "I-2"}).Draw(r, "into")
	o.Reason = rapid.SampledFrom([]string{"因为", "", "打 13800138000", strings.Repeat("长", 1000)}).Draw(r, "reason")
	o.Outcome = rapid.SampledFrom([]string{"", "resolved"}).Draw(r, "outcome")
	o.Satisfaction = rapid.IntRange(-1, 6).Draw(r, "satisfaction")
	o.Supervision = rapid.SampledFrom([]string{"", "supervise", "circular", "x"}).Draw(r, "supervision")
	return o
}

func (l *life) soundOrder() grid.IncidentOrder {
	r := l.r
	acts := slices.DeleteFunc(grid.IncidentActs(l.in.State), func(a grid.IncidentAct) bool {
		return (a == "reject" || a == "cancel" || a == "merge") && rapid.IntRange(0, 9).Draw(r, "ends") > 0
	})
	onward := slices.DeleteFunc(slices.Clone(acts), func(a grid.IncidentAct) bool {
		return !slices.Contains([]grid.IncidentAct{"accept", "start", "finish", "close", "rework", "reopen", "take", "lead"}, a)
	})
	if len(onward) > 0 && rapid.Bool().Draw(r, "onward") {
		acts = onward
	}
	o := grid.IncidentOrder{
		Act: rapid.SampledFrom(acts).Draw(r, "act"), Unit: rapid.SampledFrom(l.tree.units).Draw(r, "unit"), Into: "I-2", Reason: "because",
		Outcome: "resolved", Satisfaction: 4, Supervision: rapid.SampledFrom([]string{"supervise", "circular"}).Draw(r, "supervision"),
		Units:     rapid.SliceOfN(rapid.SampledFrom(l.tree.units), 1, 2).Draw(r, "units"),
		Divisions: rapid.SliceOfN(rapid.SampledFrom(l.tree.codes), 1, 3).Draw(r, "divisions"),
	}
	if handling := l.in.HandlingUnits; o.Act == "lead" && len(handling) > 0 {
		o.Unit = grid.Unit(rapid.SampledFrom(handling).Draw(r, "joined"))
	}
	if o.Act == "assign" {
		above := l.tree.where(grid.Unit(l.in.LeadUnit), &l.in)
		o.Unit = rapid.SampledFrom(slices.DeleteFunc(slices.Clone(l.tree.units), func(u grid.Unit) bool { return !l.tree.covers(above, l.tree.at[u]) })).Draw(r, "below")
	}
	return o
}

func (l *life) actor() grid.Actor {
	scope := rapid.SampledFrom(append([]string{"", "", "", "", "", ""}, l.tree.codes...)).Draw(l.r, "scope")
	role := rapid.SampledFrom([]string{grid.RoleReader, grid.RoleDispatcher, grid.RoleDispatcher, grid.RoleDispatcher, grid.RolePlanner}).Draw(l.r, "role")
	return grid.Actor{Name: rapid.SampledFrom([]string{"甲", "乙", "丙"}).Draw(l.r, "who"), Role: role, Scope: scope}
}

// step does one act and looks at what has come of it.
func (l *life) step() {
	o, actor := l.order(), l.actor()
	c := l.tree.circumstances(&l.settings, actor)
	c.Now, c.Supervisions, c.FinishedAt = l.now, l.supervisions, l.finished
	c.Into = rapid.SampledFrom(l.others).Draw(l.r, "the other")
	before := l.in
	before.HandlingUnits = slices.Clone(before.HandlingUnits)
	event, err := l.in.Do(o, c)
	to, possible := leadsTo(before.State, o.Act)
	if err != nil {
		l.refused(&before, o, actor, err, possible)
		return
	}
	if !possible || to != l.in.State {
		l.r.Fatalf("%s led from %s to %s, want %q", o.Act, before.State, l.in.State, to)
	}
	if !slices.Contains(before.ActsOf(actor, &l.settings), o.Act) {
		l.r.Fatalf("%s was done and not offered with %+v", o.Act, before)
	}
	l.checkEvent(event, o, actor)
	l.checkWho(&before, o, actor)
	l.checkUnits(&before, o, actor)
	l.checkEnds(&before, o, actor)
	switch o.Act {
	case grid.IncidentFinish:
		l.finished = l.now
	case grid.IncidentSuper:
		l.supervisions = append(l.supervisions, grid.Supervision{Kind: o.Supervision, Target: before.LeadUnit, IssuedBy: actor.Name})
	case grid.IncidentRectify:
		for _, s := range l.supervisions {
			target := l.tree.where(grid.Unit(s.Target), &before)
			if (o.Supervision == "" || s.Kind == o.Supervision) && s.IssuedBy != actor.Name && actor.Scope == target && target != "c" {
				l.r.Fatalf("%s of %s set right its own supervision %+v", actor.Name, actor.Scope, s)
			}
		}
		l.supervisions = slices.DeleteFunc(l.supervisions, func(s grid.Supervision) bool { return o.Supervision == "" || s.Kind == o.Supervision })
		if l.in.Supervised != (len(l.supervisions) > 0) {
			l.r.Fatalf("supervised %t with %d pending", l.in.Supervised, len(l.supervisions))
		}
	}
}

// refused: an act that fails changes nothing and says why; and what needs nothing but its state and somebody who may never fails.
func (l *life) refused(before *grid.Incident, o grid.IncidentOrder, actor grid.Actor, err error, possible bool) {
	if !reflect.DeepEqual(*before, l.in) {
		l.r.Fatalf("%s failed (%v) and changed %+v to %+v", o.Act, err, *before, l.in)
	}
	if !possible && o.Act != "dance" && !errors.Is(err, grid.ErrConflict) {
		l.r.Fatalf("%s in %s: %v", o.Act, before.State, err)
	}
	if !errors.Is(err, grid.ErrConflict) && !errors.Is(err, grid.ErrForbidden) && !errors.Is(err, grid.ErrInvalid) {
		l.r.Fatalf("%s: %v", o.Act, err)
	}
	unsound := o.Satisfaction < 0 || o.Satisfaction > 5 || o.Supervision == "x" || !strings.HasPrefix(o.Reason, "b")
	simple := []grid.IncidentAct{"accept", "start", "recall", "return", "note", "escalate", "cancel"}
	top := l.tree.where(grid.Unit(before.LeadUnit), before) == "c"
	if possible && actor.Scope == "" && actor.Role != grid.RoleReader && !unsound && slices.Contains(simple, o.Act) && !(top && o.Act == "escalate") {
		l.r.Fatalf("%s in %s by somebody who may: %v", o.Act, before.State, err)
	}
}

func (l *life) checkEvent(e grid.IncidentEvent, o grid.IncidentOrder, actor grid.Actor) {
	if e.FromState != l.event.ToState || e.ToState != l.in.State || e.Action != string(o.Act) || e.Actor != actor.Name || !e.At.Equal(l.now) {
		l.r.Fatalf("event %+v after one to %s", e, l.event.ToState)
	}
	l.event = e
	phase := map[string]string{
		"reported": "intake", "accepted": "intake", "waiting_check": "follow_up", "closed": "feedback", "rejected": "feedback", "merged": "feedback",
		"cancelled": "feedback",
	}[l.in.State]
	if phase == "" && l.in.Supervised {
		phase = "follow_up"
	} else if phase == "" {
		phase = "handling"
	}
	if l.in.Phase != phase {
		l.r.Fatalf("phase %s in %s, want %s", l.in.Phase, l.in.State, phase)
	}
}

// checkWho: who did it may write incidents where the unit is whose act it was.
func (l *life) checkWho(before *grid.Incident, o grid.IncidentOrder, actor grid.Actor) {
	party := grid.Unit(before.LeadUnit)
	switch o.Act {
	case "accept", "feedback", "reopen":
		party = grid.Unit(before.FirstReceiver)
	case "take", "return":
		party = before.TransferTo
	}
	if at := l.tree.where(party, before); actor.Role == grid.RoleReader || !l.tree.covers(actor.Scope, at) {
		l.r.Fatalf("%s by %+v, which is up to %s in %s", o.Act, actor, party, at)
	}
	if strings.Contains(o.Reason, "138") {
		l.r.Fatalf("%s with the reason %q", o.Act, o.Reason)
	}
}

func (l *life) checkUnits(before *grid.Incident, o grid.IncidentOrder, actor grid.Actor) {
	in, r := &l.in, l.r
	again := o.Act == "reopen" && !in.DueAt.Equal(*before.DueAt) // with another deadline
	if in.FirstReceiver != before.FirstReceiver || in.Code != before.Code || !again && in.OverdueStep != before.OverdueStep || again && in.OverdueStep != 0 {
		r.Fatalf("%s changed %+v to %+v", o.Act, before, in)
	}
	if (in.State == "transferred") != (in.TransferTo != "") || slices.Contains(in.HandlingUnits, in.LeadUnit) {
		r.Fatalf("%s: %s, asked %q, led by %s, handled by %v", o.Act, in.State, in.TransferTo, in.LeadUnit, in.HandlingUnits)
	}
	was, is := l.tree.where(grid.Unit(before.LeadUnit), before), l.tree.where(grid.Unit(in.LeadUnit), in)
	switch o.Act {
	case "assign":
		if in.LeadUnit != string(o.Unit) || !l.tree.covers(was, is) {
			r.Fatalf("assigned by %s to %s", before.LeadUnit, in.LeadUnit)
		}
	case "take":
		if in.LeadUnit != string(before.TransferTo) {
			r.Fatalf("%s took what %s was asked to", in.LeadUnit, before.TransferTo)
		}
	case "return":
		if in.LeadUnit != before.FirstReceiver {
			r.Fatalf("returned to %s, first was %s", in.LeadUnit, before.FirstReceiver)
		}
	case "escalate":
		l.checkEscalated(before, was, is)
	case "combine":
		touched := append(slices.Clone(o.Divisions), in.Assignment.CommunityCode)
		touched = slices.DeleteFunc(slices.Clone(touched), func(code string) bool {
			return slices.ContainsFunc(touched, func(other string) bool { return other != code && l.tree.covers(code, other) })
		})
		if want := l.tree.common(touched); in.LeadUnit != "division:"+want {
			r.Fatalf("combined %v at %s, want %s", o.Divisions, in.LeadUnit, want)
		}
	case "lead":
		l.checkLead(before, o, actor)
	default:
		if in.LeadUnit != before.LeadUnit {
			r.Fatalf("%s made %s lead after %s", o.Act, in.LeadUnit, before.LeadUnit)
		}
	}
}

func (l *life) checkEscalated(before *grid.Incident, was, is string) {
	oneUp := l.tree.divisions[was].ParentCode
	if kind := grid.Unit(before.LeadUnit).Kind(); kind != grid.UnitOrg && kind != grid.UnitDivision {
		oneUp = was
	}
	straight := map[string]string{"grave": grid.LevelCounty, "extreme": grid.LevelCity}[l.in.Severity]
	want := oneUp
	for at := oneUp; at != ""; at = l.tree.divisions[at].ParentCode {
		if l.tree.divisions[at].Level == straight {
			want = at
		}
	}
	if is != want || l.in.LeadUnit != "division:"+want {
		l.r.Fatalf("%s escalated from %s to %s, want %s", l.in.Severity, before.LeadUnit, l.in.LeadUnit, want)
	}
}

func (l *life) checkLead(before *grid.Incident, o grid.IncidentOrder, actor grid.Actor) {
	if l.in.LeadUnit != string(o.Unit) || !slices.Contains(before.HandlingUnits, string(o.Unit)) || !slices.Contains(l.in.HandlingUnits, before.LeadUnit) {
		l.r.Fatalf("%s leads after %s with %v", l.in.LeadUnit, before.LeadUnit, before.HandlingUnits)
	}
	if before.JointDueAt == nil || !l.now.After(*before.JointDueAt) {
		return
	}
	var all []string
	for _, u := range append(before.HandlingUnits, before.LeadUnit) {
		if at := l.tree.at[grid.Unit(u)]; at != "" {
			all = append(all, at)
		}
	}
	if above := l.tree.common(all); !l.tree.covers(actor.Scope, above) {
		l.r.Fatalf("%+v named who leads after the time for agreeing, above all is %s", actor, above)
	}
}

func (l *life) checkEnds(before *grid.Incident, o grid.IncidentOrder, actor grid.Actor) {
	in, r := &l.in, l.r
	if in.Open() != (in.ClosedAt == nil) {
		r.Fatalf("%s closed at %v", in.State, in.ClosedAt)
	}
	if before.RespondedAt != nil && in.RespondedAt != before.RespondedAt {
		r.Fatalf("%s made it respond again", o.Act)
	}
	switch o.Act {
	case "close":
		if in.Kind != "opinion" && before.FinishedBy == actor.Name {
			r.Fatalf("%s finished and closed it", actor.Name)
		}
	case "finish":
		if in.FinishedBy != actor.Name || in.Outcome == "" {
			r.Fatalf("finished by %q: %q", in.FinishedBy, in.Outcome)
		}
	case "reopen":
		if l.now.After(before.ClosedAt.AddDate(0, 0, 30)) || in.FinishedBy != "" || in.Outcome != "" || in.Overdue(l.now) {
			r.Fatalf("reopened %+v", in)
		}
	case "merge":
		if in.ParentID != 2 {
			r.Fatalf("merged into %d", in.ParentID)
		}
	}
}
