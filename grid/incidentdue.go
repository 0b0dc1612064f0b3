package grid

import (
	"cmp"
	"slices"
	"time"
)

// Intake gives a new incident what it begins with: who received it first and leads, by default the desk named (BR-50), and its
// deadlines, where it has none (BR-55). It is reported, or accepted when it says so.
func (i *Incident) Intake(s *Settings, desk Unit) error {
	if i.State == "" {
		i.State = "reported"
	}
	if i.State != "reported" && i.State != "accepted" {
		return &RuleError{Rule: "BR-50", Field: "state", Detail: "a new incident is reported, or accepted: everything after is done by acts"}
	}
	if i.FirstReceiver == "" {
		i.FirstReceiver = string(desk)
	}
	if i.LeadUnit == "" {
		i.LeadUnit = i.FirstReceiver
	}
	if i.Severity == "" {
		i.Severity = "normal"
	}
	response, done := i.deadlines(s)
	i.ResponseDueAt, i.DueAt = cmp.Or(i.ResponseDueAt, response), cmp.Or(i.DueAt, done)
	i.Phase = IncidentPhase(i.State, i.Supervised)
	return nil
}

// Rejudge gives an open incident whose kind, severity or time of report has been changed the deadlines of what it is now (BR-55), and reports
// whether they are others. A deadline that was given, or put off by an act, stays.
func (i *Incident) Rejudge(s *Settings, before *Incident) bool {
	if !i.Open() || i.Kind == before.Kind && i.Severity == before.Severity && i.ReportedAt.Equal(before.ReportedAt) {
		return false
	}
	wasResponse, wasDone := before.deadlines(s)
	response, done := i.deadlines(s)
	if sameTime(i.ResponseDueAt, wasResponse) {
		i.ResponseDueAt = response
	}
	if sameTime(i.DueAt, wasDone) {
		i.DueAt = done
	}
	return !sameTime(i.ResponseDueAt, before.ResponseDueAt) || !sameTime(i.DueAt, before.DueAt)
}

// deadlines returns until when the settings want it taken up and done, nil for no limit.
func (i *Incident) deadlines(s *Settings) (response, done *time.Time) {
	limit, ok := s.DeadlineOf(i.Kind, i.Severity)
	if !ok {
		return nil, nil
	}
	responseAt, doneAt := i.ReportedAt.Add(hours(limit.ResponseHours)), i.ReportedAt.Add(hours(limit.DoneHours))
	return &responseAt, &doneAt
}

// Overdue reports whether it ought to be done by now. One that waits for its check is done.
func (i Incident) Overdue(now time.Time) bool {
	return i.Open() && i.State != "waiting_check" && i.DueAt != nil && i.DueAt.Before(now)
}

// waitingStates are those in which nobody has to have taken it up.
var waitingStates = []string{"reported", "accepted", "assigned", "transferred", "escalated"}

// ResponseOverdue reports whether somebody ought to have taken it up by now, and nobody has.
func (i Incident) ResponseOverdue(now time.Time) bool {
	return i.RespondedAt == nil && i.ResponseDueAt != nil && i.ResponseDueAt.Before(now) && slices.Contains(waitingStates, i.State)
}

// overdueSteps are what an overdue incident brings, one after the other (BR-55); but for the reminder each is a supervision.
var overdueSteps = []string{"reminder", "circular", "interview", "listed"}

// RemindResponse reminds once of an incident that nobody has taken up in time, and returns the event of it.
func (i *Incident) RemindResponse(by string, now time.Time) (IncidentEvent, bool) {
	if i.ResponseReminded || !i.ResponseOverdue(now) {
		return IncidentEvent{}, false
	}
	i.ResponseReminded = true
	since := i.ResponseDueAt.UTC().Format(time.RFC3339)
	return IncidentEvent{
		At: now, Actor: by, Action: "remind", FromState: i.State, ToState: i.State, Unit: i.LeadUnit,
		Text: "not taken up since " + since, Data: map[string]any{"about": "response", "since": since},
	}, true
}

// Remind takes the next step against an overdue incident if its time has come, and returns its event and, but for the first, the
// supervision. OverdueStep only grows until it is reopened: a clock that goes back repeats and undoes nothing, and one that jumps ahead leaves nothing out
// when Remind is called until it returns false.
func (i *Incident) Remind(s *Settings, by string, now time.Time) (IncidentEvent, *Supervision, bool) {
	step := i.OverdueStep
	if step >= len(overdueSteps) || !i.Overdue(now) || now.Before(i.DueAt.Add(hours(s.OverdueHours[step]))) {
		return IncidentEvent{}, nil, false
	}
	i.OverdueStep++
	kind, since := overdueSteps[step], i.DueAt.UTC().Format(time.RFC3339)
	reason := "overdue since " + since
	e := IncidentEvent{
		At: now, Actor: by, Action: "remind", FromState: i.State, ToState: i.State, Unit: i.LeadUnit, Text: reason,
		Data: map[string]any{"supervision": kind, "step": step, "since": since},
	}
	if step == 0 {
		return e, nil, true
	}
	e.Action = string(IncidentSuper)
	i.Supervised = true
	i.Phase = IncidentPhase(i.State, true)
	return e, &Supervision{Kind: kind, Target: i.Target(), Reason: reason, IssuedAt: now, IssuedBy: by}, true
}

// Relocated proposes to transfer an open incident whose pin was moved to where another unit is responsible (BR-53), and reports whether
// it did. A desk or organisation whose division covers the new place keeps it. Moved back to whose it is, nothing is proposed any more.
func (i *Incident) Relocated(was, responsible Unit, c IncidentCircumstances) bool {
	if !i.Open() || responsible == "" || was == responsible {
		return false
	}
	lead := Unit(i.LeadUnit)
	if lead == responsible {
		i.ProposedUnit, i.Handover = "", false
		return false
	}
	if kind := lead.Kind(); kind == UnitOrg || kind == UnitDivision {
		if hasDivision(c.Chain(i.Assignment.Division()), c.DivisionOf(lead)) {
			if i.ProposedUnit != "" { // since it was moved away; a mark alone is of a boundary
				i.ProposedUnit, i.Handover = "", false
			}
			return false
		}
	}
	i.ProposedUnit, i.Handover = responsible, true
	return true
}
