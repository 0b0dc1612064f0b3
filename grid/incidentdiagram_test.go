package grid_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/wangge/wangge/grid"
)

var update = flag.Bool("update", false, "write the diagram of incidents into the page")

// diagramBegin and diagramEnd are the marks in docs/incidents.md between which the diagram stands.
const (
	diagramBegin = "<!-- states: go test ./grid -run Diagram -update -->"
	diagramEnd   = "<!-- end of states -->"
)

// TestIncidentDiagram holds the diagram of the page to the table.
func TestIncidentDiagram(t *testing.T) {
	t.Parallel()
	const page = "../docs/incidents.md"
	raw, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(raw), diagramBegin)
	_, after, ends := strings.Cut(rest, diagramEnd)
	if !begins || !ends {
		t.Fatalf("%s lacks the marks %q and %q around the diagram", page, diagramBegin, diagramEnd)
	}
	want := before + diagramBegin + "\n\n```mermaid\n" + grid.IncidentDiagram() + "```\n\n" + diagramEnd + after
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(raw) != want {
		t.Errorf("the diagram in %s is not that of the table: run go test ./grid -run Diagram -update", page)
	}
}

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
