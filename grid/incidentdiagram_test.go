package grid_test

import (
	"strings"
	"testing"

	"github.com/wangge/wangge/grid"
)

// TestIncidentDiagramShowsTheTable: every rule stands in the diagram, and nothing else.
func TestIncidentDiagramShowsTheTable(t *testing.T) {
	t.Parallel()
	shown := map[string]bool{}
	for line := range strings.Lines(grid.IncidentDiagram()) {
		line = strings.TrimSpace(line)
		if from, rest, arrow := strings.Cut(line, " --> "); arrow {
			to, acts, _ := strings.Cut(rest, ": ")
			for act := range strings.SplitSeq(acts, ", ") {
				shown[from+" "+act+" "+to] = true
			}
		} else if rest, note := strings.CutPrefix(line, "note right of "); note {
			state, acts, _ := strings.Cut(rest, ": ")
			for act := range strings.SplitSeq(acts, ", ") {
				shown[state+" "+act+" "+state] = true
			}
		}
	}
	delete(shown, "[*]  reported") // by intake
	delete(shown, "[*]  accepted")
	for _, r := range grid.IncidentRules {
		for _, from := range r.From {
			to := r.To
			if to == "" {
				to = from
			}
			rule := from + " " + string(r.Act) + " " + to
			if !shown[rule] {
				t.Errorf("not shown: %s", rule)
			}
			delete(shown, rule)
		}
	}
	for rule := range shown {
		if !strings.HasSuffix(rule, "[*]") {
			t.Errorf("shown, but not in the table: %s", rule)
		}
	}
}
