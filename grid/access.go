package grid

import (
	"slices"
	"time"
)

// The roles, from the least to the most allowed.
const (
	RoleReader        = "reader"        // reads what is not public
	RoleDispatcher    = "dispatcher"    // and writes incidents
	RolePlanner       = "planner"       // and writes places, divides
	RoleAdministrator = "administrator" // and imports, sets, makes tokens
)

// Actor is who asks: a token's user with its role and the division subtree it is for.
type Actor struct {
	Name  string
	Role  string     // "" for nobody: only what is public
	Scope string     // division code; "" for the whole city
	Token int64      // of the token; 0 for who came without
	Ends  *time.Time // when the token ends: what it makes ends no later; nil for never, and for who has none
}

// Action is something that a role may do.
type Action string

// The actions that are checked. Reading what is public (BR-63) needs none.
const (
	ReadPlaces     Action = "read_places" // places, incidents, coverage: everything that is not public
	WriteIncidents Action = "write_incidents"
	WritePlaces    Action = "write_places"
	ReadPlans      Action = "read_plans"   // drafts and all about them, and their consultations
	WritePlans     Action = "write_plans"  // draw, check, consult, submit, withdraw before the decision, file, announce
	AnswerPlans    Action = "answer_plans" // a consulted body's word, for its own subtree
	WriteDuty      Action = "write_duty"   // the calendar of who is on and who stands in
	WriteRoster    Action = "write_roster" // workers and their posts
	WriteItems     Action = "write_items"  // a county's list of service items, admissions, what is in effect
	DecidePlans    Action = "decide_plans" // approve, return, reject, publish, withdraw after the decision: for the deciding body's division
	Administer     Action = "administer"
)

// leastRole is the least role that may do an action.
var leastRole = map[Action]string{
	ReadPlaces:     RoleReader,
	WriteIncidents: RoleDispatcher,
	WritePlaces:    RolePlanner,
	ReadPlans:      RoleReader,
	WritePlans:     RolePlanner,
	AnswerPlans:    RoleDispatcher,
	WriteDuty:      RoleDispatcher,
	WriteRoster:    RolePlanner,
	WriteItems:     RoleAdministrator,
	DecidePlans:    RoleAdministrator,
	Administer:     RoleAdministrator,
}

var roles = []string{RoleReader, RoleDispatcher, RolePlanner, RoleAdministrator}

// ValidRole reports whether there is such a role.
func ValidRole(role string) bool { return slices.Contains(roles, role) }

// May reports whether the actor's role allows the action and its scope covers the division whose chain of codes, from
// itself up to the city, is given. An empty chain is something outside every division: only a whole-city scope covers it.
// This is the one place where role and scope are checked (L9).
func (a Actor) May(action Action, chain []string) bool {
	have, need := slices.Index(roles, a.Role), slices.Index(roles, leastRole[action])
	if have < 0 || need < 0 || have < need {
		return false
	}
	return a.Scope == "" || slices.Contains(chain, a.Scope)
}
