package grid

import (
	"fmt"
	"slices"
	"strings"
)

// IncidentDiagram returns IncidentRules as a Mermaid state diagram: an arrow for each pair of states with the acts that lead from the one to
// the other, in the order of the table, and a note at each state for the acts that leave it.
func IncidentDiagram() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    [*] --> reported\n    [*] --> accepted\n")
	for _, from := range IncidentStates {
		var stay []string
		leads := map[string][]string{}
		for _, r := range IncidentRules {
			switch {
			case !slices.Contains(r.From, from):
			case r.To == "" || r.To == from:
				stay = append(stay, string(r.Act))
			default:
				leads[r.To] = append(leads[r.To], string(r.Act))
			}
		}
		for _, to := range IncidentStates {
			if acts := leads[to]; acts != nil {
				fmt.Fprintf(&b, "    %s --> %s: %s\n", from, to, strings.Join(acts, ", "))
			}
		}
		if len(leads) == 0 {
			fmt.Fprintf(&b, "    %s --> [*]\n", from)
		}
		if len(stay) > 0 {
			fmt.Fprintf(&b, "    note right of %s: %s\n", from, strings.Join(stay, ", "))
		}
	}
	return b.String()
}
