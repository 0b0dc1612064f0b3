package grid_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/wangge/wangge/grid"
)

var update = flag.Bool("update", false, "write what is made from tables into the pages")

// TestPagesShowTheTables holds what the pages show of tables to the tables: between two marks stands what is made from one.
func TestPagesShowTheTables(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, page, begin, end, made string }{
		{"IncidentDiagram", "../docs/incidents.md", "<!-- states: go test ./grid -run Pages -update -->", "<!-- end of states -->", "```mermaid\n" + grid.IncidentDiagram() + "```\n"},
		{"LayerTables", "../docs/layers.md", "<!-- layers: go test ./grid -run Pages -update -->", "<!-- end of layers -->", strings.TrimSpace(grid.LayerTables()) + "\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			raw, err := os.ReadFile(c.page)
			if err != nil {
				t.Fatal(err)
			}
			before, rest, begins := strings.Cut(string(raw), c.begin)
			_, after, ends := strings.Cut(rest, c.end)
			if !begins || !ends {
				t.Fatalf("%s lacks the marks %q and %q", c.page, c.begin, c.end)
			}
			want := before + c.begin + "\n\n" + c.made + "\n" + c.end + after
			if *update {
				if err := os.WriteFile(c.page, []byte(want), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if string(raw) != want {
				t.Errorf("%s does not show the table: run go test ./grid -run Pages -update", c.page)
			}
		})
	}
}
