package grid

import (
	"fmt"
	"slices"
	"strings"
)

// IncidentAct is something that is done with an incident.
type IncidentAct string

// The acts (F12, BR-50 to BR-56).
const (
	IncidentAccept   IncidentAct = "accept"
	IncidentReject   IncidentAct = "reject"
	IncidentCancel   IncidentAct = "cancel"
	IncidentMerge    IncidentAct = "merge"    // it is the same as another one (BR-54)
	IncidentAssign   IncidentAct = "assign"   // to a unit within the lead unit's division
	IncidentStart    IncidentAct = "start"    // somebody is at it
	IncidentTransfer IncidentAct = "transfer" // asks another unit to take over
	IncidentTake     IncidentAct = "take"     // which it does
	IncidentReturn   IncidentAct = "return"   // or does not: back to the first receiver (BR-50)
	IncidentRecall   IncidentAct = "recall"   // whoever asked does not ask any more
	IncidentEscalate IncidentAct = "escalate" // one level up (BR-51)
	IncidentCombine  IncidentAct = "combine"  // it touches several areas: to the division above them all (BR-52)
	IncidentJoin     IncidentAct = "join"     // other units handle it too
	IncidentLead     IncidentAct = "lead"     // one of them leads
	IncidentKeep     IncidentAct = "keep"     // stays where it is although boundaries or the pin have moved (BR-39, BR-53)
	IncidentFinish   IncidentAct = "finish"
	IncidentRework   IncidentAct = "rework"
	IncidentClose    IncidentAct = "close" // after a check by somebody else (BR-56)
	IncidentFeedback IncidentAct = "feedback"
	IncidentReopen   IncidentAct = "reopen"
	IncidentSuper    IncidentAct = "supervise"
	IncidentRectify  IncidentAct = "rectify"
	IncidentNote     IncidentAct = "note"
)

// IncidentParty is whose an act is: who does it must be allowed to write incidents in the division of that unit.
type IncidentParty string

// The parties.
const (
	PartyReceiver IncidentParty = "first_receiver"
	PartyLead     IncidentParty = "lead_unit"
	PartyAsked    IncidentParty = "transfer_to"
)

// IncidentRule says when an act may be done, by whom, and where it leads.
type IncidentRule struct {
	Act   IncidentAct
	From  []string // states
	To    string   // "" leaves the state as it is
	By    IncidentParty
	Needs []string // members of the order that it cannot do without
}

// Groups of states from which the same acts are possible.
var (
	taken   = []string{"accepted", "assigned", "handling", "escalated", "rework"} // somebody has it and works on it
	running = append([]string{"reported", "transferred", "waiting_check"}, taken...)
)

// IncidentRules is the life of an incident: the one table that everything goes by. Everything that is not in it is impossible.
var IncidentRules = []IncidentRule{
	{Act: IncidentAccept, From: []string{"reported"}, To: "accepted", By: PartyReceiver},
	{Act: IncidentReject, From: []string{"reported", "accepted"}, To: "rejected", By: PartyLead, Needs: []string{"reason"}},
	{Act: IncidentCancel, From: append([]string{"reported"}, taken...), To: "cancelled", By: PartyLead, Needs: []string{"reason"}},
	{Act: IncidentMerge, From: append([]string{"reported"}, taken...), To: "merged", By: PartyLead, Needs: []string{"into"}},
	{Act: IncidentAssign, From: []string{"accepted", "assigned", "escalated", "rework"}, To: "assigned", By: PartyLead, Needs: []string{"unit"}},
	{Act: IncidentStart, From: []string{"accepted", "assigned", "escalated", "rework"}, To: "handling", By: PartyLead},
	{Act: IncidentTransfer, From: taken, To: "transferred", By: PartyLead, Needs: []string{"reason"}},
	{Act: IncidentTake, From: []string{"transferred"}, To: "assigned", By: PartyAsked},
	{Act: IncidentReturn, From: []string{"transferred"}, To: "accepted", By: PartyAsked, Needs: []string{"reason"}},
	{Act: IncidentRecall, From: []string{"transferred"}, To: "accepted", By: PartyLead, Needs: []string{"reason"}},
	{Act: IncidentEscalate, From: taken, To: "escalated", By: PartyLead, Needs: []string{"reason"}},
	{Act: IncidentCombine, From: taken, To: "escalated", By: PartyLead, Needs: []string{"divisions"}},
	{Act: IncidentJoin, From: taken, By: PartyLead, Needs: []string{"units"}},
	{Act: IncidentLead, From: taken, To: "assigned", By: PartyLead, Needs: []string{"unit"}},
	{Act: IncidentKeep, From: running, By: PartyLead, Needs: []string{"reason"}},
	{Act: IncidentFinish, From: []string{"handling"}, To: "waiting_check", By: PartyLead, Needs: []string{"outcome"}},
	{Act: IncidentRework, From: []string{"waiting_check"}, To: "rework", By: PartyLead, Needs: []string{"reason"}},
	{Act: IncidentClose, From: []string{"waiting_check"}, To: "closed", By: PartyLead},
	{Act: IncidentFeedback, From: []string{"closed"}, By: PartyReceiver, Needs: []string{"satisfaction"}},
	{Act: IncidentReopen, From: []string{"closed"}, To: "rework", By: PartyReceiver, Needs: []string{"reason"}},
	{Act: IncidentSuper, From: running, By: PartyLead, Needs: []string{"supervision", "reason"}},
	{Act: IncidentRectify, From: append([]string{"closed"}, running...), By: PartyLead, Needs: []string{"reason"}},
	{Act: IncidentNote, From: IncidentStates, By: PartyLead, Needs: []string{"reason"}},
}

// IncidentRuleOf returns the rule of an act, nil for no act.
func IncidentRuleOf(act IncidentAct) *IncidentRule {
	i := slices.IndexFunc(IncidentRules, func(r IncidentRule) bool { return r.Act == act })
	if i < 0 {
		return nil
	}
	return &IncidentRules[i]
}

// IncidentActs returns what can be done in a state, in the order of the table.
func IncidentActs(state string) []IncidentAct {
	var acts []IncidentAct
	for i := range IncidentRules {
		if slices.Contains(IncidentRules[i].From, state) {
			acts = append(acts, IncidentRules[i].Act)
		}
	}
	return acts
}

// ActsOf returns what somebody can do with it as it stands: what its state allows, without what there is nothing for. Whether the
// unit is theirs is not asked, nor what takes more than the incident to know: how long ago it was closed, how often it is supervised.
func (i *Incident) ActsOf(actor Actor, s *Settings) []IncidentAct {
	return slices.DeleteFunc(IncidentActs(i.State), func(act IncidentAct) bool {
		switch act {
		case IncidentTake:
			return i.TransferTo == ""
		case IncidentLead:
			return len(i.HandlingUnits) == 0
		case IncidentKeep:
			return !i.keepable()
		case IncidentRectify:
			return !i.Supervised
		case IncidentClose:
			return !i.closableBy(actor, s)
		}
		return false
	})
}

// keepable reports whether its unit was asked to give it away.
func (i *Incident) keepable() bool { return i.ProposedUnit != "" || i.Handover }

// closableBy reports whether somebody may check it: somebody else than who handled it where the kind demands it (BR-56).
func (i *Incident) closableBy(actor Actor, s *Settings) bool {
	return actor.Name != i.FinishedBy || slices.Contains(s.UncheckedKinds, i.Kind)
}

// from returns grid.ErrConflict where the act is not possible in the state, saying what is.
func (r *IncidentRule) from(state string) error {
	if slices.Contains(r.From, state) {
		return nil
	}
	var names []string
	for _, a := range IncidentActs(state) {
		names = append(names, string(a))
	}
	return fmt.Errorf("the incident is %s: %s is not possible now, only %s: %w", state, r.Act, strings.Join(names, ", "), ErrConflict)
}

// IncidentPhase returns the phase (S15) that a state belongs to; one that is being supervised is followed up.
func IncidentPhase(state string, supervised bool) string {
	switch state {
	case "reported", "accepted":
		return "intake"
	case "waiting_check":
		return "follow_up"
	case "closed", "rejected", "merged", "cancelled":
		return "feedback"
	}
	if supervised {
		return "follow_up"
	}
	return "handling"
}
